/**
 * The API counts requests where they arrive, in a sliding second, and shares the limit with other jobs and the console:
 * https://cloud.tencent.com/document/product/1278/109059
 */
import type { Clock } from "../shared/clock.ts";

/** Added to a window, since requests may travel faster than those of the window before; twice after refusals. */
const MARGIN_MS = 40;
/** What a success leaves of the refusals. With less, a run forgets too soon that others use the limit. */
const REMEMBERED = 0.95;

/** The right to start one request. */
export interface Permit {
  /** The request went onto the wire. */
  started(): void;
  /** The request ended, or will not start. Its outcome must be reported before a timer can run. */
  release(): void;
}

interface Slot {
  /** When it went onto the wire. */
  at?: number;
  ended: boolean;
}

type Waiter = (permit: Permit | undefined) => void;

/** How many requests may start in how many milliseconds, so that no sliding second has more than `rate`. */
export function rateWindow(rate: number): { readonly size: number; readonly ms: number } {
  return rate >= 1 ? { size: Math.floor(rate), ms: 1000 } : { size: 1, ms: 1000 / rate };
}

/**
 * Starts a burst in each window. After more refusals than jitter explains, others use the limit, too: then one request
 * at a time, and none for a window after a refusal, since the API may count what it refuses. That silence grows until a
 * request is served: otherwise those who share the limit could keep each other out for ever.
 */
export class RateLimiter {
  readonly #clock: Clock;
  readonly #size: number;
  readonly #ms: number;
  readonly #waiting: Waiter[] = [];
  /** Of the last window, or not started yet. */
  #slots: Slot[] = [];
  /** Less what successes made up for. */
  #refusals = 0;
  #refusedAt = 0;
  #wakeUp?: AbortController;

  constructor(requestsPerSecond: number, clock: Clock) {
    const { size, ms } = rateWindow(requestsPerSecond);
    this.#clock = clock;
    this.#size = size;
    this.#ms = ms;
  }

  /** Resolves when a request may start; with `undefined` when `signal` is aborted first. */
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

  /** The rate limit refused a request. */
  onThrottled(): void {
    this.#refusals += 1;
    this.#refusedAt = this.#clock.monotonicNow();
  }

  /** The API processed a request. */
  onSuccess(): void {
    this.#refusals = REMEMBERED * Math.min(this.#refusals, this.#size);
  }

  /** Gives permits as far as the limit allows, and comes back when it allows more. */
  #grant(): void {
    // An unused timer would keep the process alive.
    this.#wakeUp?.abort();
    const now = this.#clock.monotonicNow();
    while (this.#waiting.length > 0) {
      const next = this.#nextStart(now);
      if (next > now) {
        this.#grantIn(next - now);
        break;
      }
      this.#waiting.shift()?.(this.#permit(now));
    }
  }

  /** When the next request may start; Infinity: not before another one has started or ended. */
  #nextStart(now: number): number {
    const windowMs = this.#ms + MARGIN_MS * (1 + Math.min(1, this.#refusals));
    this.#slots = this.#slots.filter(({ at }) => at === undefined || now < at + windowMs);
    // The next request fits in when enough slots have left the window.
    const times = this.#slots.flatMap(({ at }) => at ?? []).sort((a, b) => a - b);
    const excess = this.#slots.length - this.#size;
    const room = excess < 0 ? now : (times[excess] ?? Number.POSITIVE_INFINITY) + windowMs;
    if (this.#refusals <= this.#size / 2) return room;
    const silentUntil = this.#refusedAt + windowMs * Math.max(1, this.#refusals / this.#size);
    const inFlight = this.#slots.filter(({ ended }) => !ended);
    return Math.max(room, silentUntil, ...inFlight.map(({ at = Number.POSITIVE_INFINITY }) => at + windowMs));
  }

  #grantIn(ms: number): void {
    if (ms === Number.POSITIVE_INFINITY) return;
    this.#wakeUp?.abort();
    const wakeUp = new AbortController();
    this.#wakeUp = wakeUp;
    void this.#clock.sleep(Math.max(1, ms), wakeUp.signal).then(() => {
      if (!wakeUp.signal.aborted) this.#grant();
    });
  }

  #permit(acquiredAt: number): Permit {
    const slot: Slot = { ended: false };
    this.#slots.push(slot);
    return {
      started: () => {
        slot.at ??= this.#clock.monotonicNow();
        this.#grant();
      },
      release: () => {
        slot.at ??= acquiredAt;
        slot.ended = true;
        // Not at once: only then is it known whether the request was refused.
        if (this.#waiting.length > 0) this.#grantIn(1);
      },
    };
  }
}
