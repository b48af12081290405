import type { Clock } from "../shared/clock.ts";

/** The API accepts a difference of 5 minutes; one of less than this is not what it complained about. */
const MIN_ERROR_MS = 60_000;
/** A `Date` further off is more likely wrong itself than the runner's clock. */
const MAX_ERROR_MS = 24 * 60 * 60_000;
const MIN_TIME_BETWEEN_CORRECTIONS_MS = 5 * 60_000;

/** A moment by both clocks. */
interface Reference {
  readonly serverTime: number;
  readonly monotonic: number;
  readonly offsetMs: number;
}

/**
 * The time that requests are signed with: the runner's, until the API complains about it, then the server's as of its `Date`
 * header. Counted from there by a clock that never jumps, so that a runner's clock that is set right meanwhile changes nothing.
 */
export class ServerClock {
  readonly #clock: Clock;
  #reference: Reference | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** UNIX milliseconds. */
  now(): number {
    if (!this.#reference) return this.#clock.now();
    return this.#reference.serverTime + this.#clock.monotonicNow() - this.#reference.monotonic;
  }

  /** What the latest correction added to the runner's clock, in milliseconds; `undefined` if there was none. */
  get offsetMs(): number | undefined {
    return this.#reference?.offsetMs;
  }

  /** Another value after each correction. */
  get correction(): unknown {
    return this.#reference;
  }

  /** Takes over the server's time from a `Date` header. Refused if that is not what is wrong, or too soon after the correction before. */
  correct(date: string | undefined): "corrected" | "too-far-off" | "refused" {
    const serverTime = Date.parse(date ?? "");
    const monotonic = this.#clock.monotonicNow();
    const offsetMs = serverTime - this.#clock.now();
    if (Number.isNaN(serverTime) || Math.abs(serverTime - this.now()) < MIN_ERROR_MS) return "refused";
    if (this.#reference && monotonic - this.#reference.monotonic < MIN_TIME_BETWEEN_CORRECTIONS_MS) return "refused";
    if (Math.abs(offsetMs) > MAX_ERROR_MS) return "too-far-off";
    this.#reference = { serverTime, monotonic, offsetMs };
    return "corrected";
  }
}
