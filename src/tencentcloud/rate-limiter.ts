/**
 * When requests may start. The API counts requests where they arrive, in a sliding second, and shares the limit with other
 * jobs and the console: https://cloud.tencent.com/document/product/1278/109059
 *
 * A request counts from the moment it goes onto the wire, not from the moment it was asked for: a connection that takes its
 * time would otherwise let two bursts arrive in the same second.
 */
import type { Clock } from "../shared/clock.ts";

/** Requests of one burst may reach the API faster than those of the burst before, so a rate window is a little longer than a second. */
const MIN_MARGIN_MS = 25;
/** The margin where the network's jitter is larger than that. More of it costs more time than the refusals do. */
const MAX_MARGIN_MS = 75;
const MARGIN_STEP_MS = 25;
/** Unless it was asked to be slower, the limiter tries again every second at least, so that it notices soon when the API accepts requests again. */
const SLOWEST_RATE = 1;
/**
 * Share of the full rate that comes back each second without a refusal. With less, jobs that share the limit leave more of it
 * unused; with more, they are refused more often.
 */
const RECOVERY_PER_SECOND = 0.3;

/** The right to start one request. */
export interface Permit {
  /** The request went onto the wire. */
  started(): void;
  /** The request ended, whether it had started or not. */
  release(): void;
}

/** A request that counts towards the limit; `at` is missing while it is not on the wire. */
interface Slot {
  at: number | undefined;
}

type Waiter = (permit: Permit | undefined) => void;

/** How many requests may start in how many milliseconds, at `rate` requests per second: no sliding second holds more than `rate`. */
export function rateWindow(rate: number): { readonly size: number; readonly ms: number } {
  return rate >= 1 ? { size: Math.floor(rate), ms: 1000 } : { size: 1, ms: 1000 / rate };
}

export class RateLimiter {
  readonly #clock: Clock;
  readonly #fullRate: number;
  readonly #slowestRate: number;
  readonly #waiting: Waiter[] = [];
  #slots: Slot[] = [];
  #rate: number;
  /** From when on the rate recovers. */
  #rateSince: number;
  #marginMs = MIN_MARGIN_MS;
  /** The refusals of one burst are one sign, not ten. */
  #burst = { since: Number.NEGATIVE_INFINITY, refusals: 0, marginBeforeMs: MIN_MARGIN_MS, halved: false };
  /** Refused, and not successful since. */
  #jammed = false;
  /** Ends the sleep until the next permit. */
  #wakeUp: AbortController | undefined;

  constructor(requestsPerSecond: number, clock: Clock) {
    this.#clock = clock;
    this.#fullRate = requestsPerSecond;
    this.#slowestRate = Math.min(SLOWEST_RATE, requestsPerSecond);
    this.#rate = requestsPerSecond;
    this.#rateSince = clock.monotonicNow();
  }

  /** Requests per second that may start now. */
  get rate(): number {
    return this.#rate;
  }

  /** Resolves when a request may start, first come, first served; with `undefined` when `signal` is aborted first. */
  acquire(signal?: AbortSignal): Promise<Permit | undefined> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve(undefined);
      const waiter: Waiter = (permit) => {
        signal?.removeEventListener("abort", leave);
        resolve(permit);
      };
      const leave = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        waiter(undefined);
        this.#grant();
      };
      signal?.addEventListener("abort", leave);
      this.#waiting.push(waiter);
      this.#grant();
    });
  }

  /**
   * The API refused a request because of its rate limit. At full rate, up to half of a burst may be refused because of jitter:
   * requests that started more than a second apart arrived closer together. That widens the rate window. Otherwise others use the
   * limit, too: that halves the rate, once per burst.
   */
  onThrottled(): void {
    this.#recover();
    this.#jammed = true;
    const now = this.#clock.monotonicNow();
    if (now - this.#burst.since >= rateWindow(this.#rate).ms / 2)
      this.#burst = { since: now, refusals: 0, marginBeforeMs: this.#marginMs, halved: false };
    const burst = this.#burst;
    burst.refusals += 1;
    if (burst.halved) return;
    burst.halved = this.#rate < this.#fullRate || burst.refusals > rateWindow(this.#fullRate).size / 2;
    this.#marginMs = burst.halved
      ? burst.marginBeforeMs
      : Math.min(MAX_MARGIN_MS, burst.marginBeforeMs + MARGIN_STEP_MS);
    if (burst.halved) this.#halve(now);
  }

  /**
   * The API processed a request: a rate that was lowered may recover. It is not known whether the API counts the requests that it
   * refuses. If it does, jobs that speed up while all of them are refused would block each other for ever.
   */
  onSuccess(): void {
    if (!this.#jammed) return;
    this.#jammed = false;
    // The time without a success counts for one step of recovery at most.
    this.#rateSince = Math.max(this.#rateSince, this.#clock.monotonicNow() - 1000);
  }

  #halve(now: number): void {
    this.#rate = Math.max(this.#slowestRate, this.#rate / 2);
    this.#rateSince = now;
  }

  #recover(): void {
    const seconds = Math.floor((this.#clock.monotonicNow() - this.#rateSince) / 1000);
    if (this.#jammed || this.#rate === this.#fullRate || seconds < 1) return;
    this.#rate = Math.min(this.#fullRate, this.#rate + seconds * RECOVERY_PER_SECOND * this.#fullRate);
    this.#rateSince += seconds * 1000;
  }

  /** Gives permits to those who wait, as far as the rate window has room. */
  #grant(): void {
    this.#recover();
    const { size, ms } = rateWindow(this.#rate);
    const slotMs = ms + this.#marginMs;
    const now = this.#clock.monotonicNow();
    this.#slots = this.#slots.filter(({ at }) => at === undefined || now < at + slotMs);
    while (this.#waiting.length > 0 && this.#slots.length < size) this.#waiting.shift()?.(this.#permit(now));
    if (this.#waiting.length > 0) this.#grantLater(size, slotMs, now);
    // An unused timer would keep the process from ending.
    else this.#wakeUp?.abort();
  }

  /** The next permit is free when enough slots have left the window for one more to fit in. */
  #grantLater(size: number, slotMs: number, now: number): void {
    const times = this.#slots.flatMap(({ at }) => (at === undefined ? [] : [at])).sort((a, b) => a - b);
    const freeing = times[this.#slots.length - size];
    if (this.#wakeUp || freeing === undefined) return;
    const wakeUp = new AbortController();
    this.#wakeUp = wakeUp;
    void this.#clock.sleep(Math.max(1, freeing + slotMs - now), wakeUp.signal).then(() => {
      this.#wakeUp = undefined;
      this.#grant();
    });
  }

  #permit(acquiredAt: number): Permit {
    const slot: Slot = { at: undefined };
    this.#slots.push(slot);
    const count = (at: number): void => {
      if (slot.at !== undefined) return;
      slot.at = at;
      this.#grant();
    };
    return { started: () => count(this.#clock.monotonicNow()), release: () => count(acquiredAt) };
  }
}
