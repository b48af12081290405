/**
 * The API counts requests where they arrive, in a sliding second, and shares the limit with other jobs and the console:
 * https://cloud.tencent.com/document/product/1278/109059
 */
import type { Clock } from "../shared/clock.ts";

/** Added to a window, since its requests may travel faster than those before; twice after refusals. */
const MARGIN_MS = 40;
/** What a success leaves of the refusals. With less, a run forgets too soon that others use the limit. */
const REMEMBERED = 0.95;

/** To start one request. */
export interface Permit {
  /** It went onto the wire. */
  started(): void;
  /** It ended, or will not start. Its outcome must be reported before a timer can run. */
  release(): void;
}

interface Slot {
  /** When it went onto the wire; Infinity: not yet. */
  at: number;
  ended: boolean;
}

/**
 * Starts a burst in each window. After more refusals than jitter explains, others use the limit, too: then one request
 * at a time, and none for a window after a refusal, since the API may count what it refuses. That silence grows until a
 * request is served, so that those who share the limit do not keep each other out for ever.
 */
export class RateLimiter {
  readonly #clock: Clock;
  /** So many requests may start in so many milliseconds. */
  readonly #size: number;
  readonly #ms: number;
  readonly #waiting: Array<(permit?: Permit) => void> = [];
  /** Of the last window, or not started yet. */
  #slots: Slot[] = [];
  /** Less what successes made up for. */
  #refusals = 0;
  #refusedAt = 0;
  #wakeUp?: AbortController;

  constructor(requestsPerSecond: number, clock: Clock) {
    this.#clock = clock;
    this.#size = Math.max(1, Math.floor(requestsPerSecond));
    this.#ms = Math.max(1000, 1000 / requestsPerSecond);
  }

  /** Resolves when a request may start, or with `undefined` when `signal` is aborted. */
  acquire(signal?: AbortSignal): Promise<Permit | undefined> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve(undefined);
      const waiter = (permit?: Permit) => {
        signal?.removeEventListener("abort", leave);
        resolve(permit);
      };
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        waiter();
        this.#grant();
      };
      signal?.addEventListener("abort", leave);
      this.#waiting.push(waiter);
      this.#grant();
    });
  }

  onThrottled(): void {
    this.#refusals += 1;
    this.#refusedAt = this.#clock.monotonicNow();
  }

  /** The API processed a request, whatever it answered. */
  onSuccess(): void {
    this.#refusals = REMEMBERED * Math.min(this.#refusals, this.#size);
  }

  /** Gives permits as far as the limit allows, and comes back when it allows more. */
  #grant() {
    // An unused timer would keep the process alive.
    this.#wakeUp?.abort();
    const now = this.#clock.monotonicNow();
    while (this.#waiting.length > 0) {
      const next = this.#nextStart(now);
      if (next > now) return this.#grantIn(next - now);
      this.#waiting.shift()?.(this.#permit(now));
    }
  }

  /** When the next request may start; Infinity: not before another one has started or ended. */
  #nextStart(now: number) {
    const windowMs = this.#ms + MARGIN_MS * (1 + Math.min(1, this.#refusals));
    this.#slots = this.#slots.filter(({ at }) => now < at + windowMs);
    const times = this.#slots.map(({ at }) => at).sort((a, b) => a - b);
    // The next request fits in when enough slots have left the window.
    const oldest = times[times.length - this.#size];
    const room = oldest === undefined ? now : oldest + windowMs;
    if (this.#refusals <= this.#size / 2) return room;
    const silentUntil = this.#refusedAt + windowMs * Math.max(1, this.#refusals / this.#size);
    const inFlight = this.#slots.filter(({ ended }) => !ended);
    return Math.max(room, silentUntil, ...inFlight.map(({ at }) => at + windowMs));
  }

  #grantIn(ms: number): void {
    this.#wakeUp?.abort();
    if (ms === Infinity) return;
    const wakeUp = new AbortController();
    this.#wakeUp = wakeUp;
    void this.#clock.sleep(Math.max(1, ms), wakeUp.signal).then(() => {
      if (!wakeUp.signal.aborted) this.#grant();
    });
  }

  #permit(acquiredAt: number) {
    const slot: Slot = { at: Infinity, ended: false };
    this.#slots.push(slot);
    return {
      started: () => {
        slot.at = Math.min(slot.at, this.#clock.monotonicNow());
        this.#grant();
      },
      release: () => {
        if (slot.at === Infinity) slot.at = acquiredAt;
        slot.ended = true;
        // Not at once: first the outcome is reported.
        if (this.#waiting.length > 0) this.#grantIn(1);
      },
    };
  }
}
