import { ApiError } from "./api-error.ts";

const WINDOW_MS = 1000;

/** What the rate limiter decided when a request arrived. */
export interface Permit {
  action: string;
  at: number;
  granted: boolean;
}

/**
 * Counts the requests of each action at arrival, in a sliding second. A permit is taken when the head of a request
 * arrives, however long its body takes; a request that is refused for an earlier reason gives it back.
 */
export class RateLimiter {
  readonly #limit: number;
  readonly #otherTraffic: number;
  readonly #refusedCount: boolean;
  readonly #counted = new Map<string, number[]>();

  constructor(requestsPerSecond: number, otherTrafficPerSecond = 0, refusedCount = false) {
    this.#limit = requestsPerSecond;
    this.#otherTraffic = otherTrafficPerSecond;
    this.#refusedCount = refusedCount;
  }

  /** Takes a permit, if one is left. */
  acquire(action: string, at: number): Permit {
    const recent = (this.#counted.get(action) ?? []).filter((time) => time > at - WINDOW_MS);
    const granted = recent.length + this.#otherTraffic < this.#limit;
    if (granted || this.#refusedCount) recent.push(at);
    this.#counted.set(action, recent);
    return { action, at, granted };
  }

  /** Gives a permit back. */
  release(permit: Permit): void {
    const times = this.#counted.get(permit.action) ?? [];
    const index = permit.granted || this.#refusedCount ? times.indexOf(permit.at) : -1;
    if (index >= 0) times.splice(index, 1);
  }

  /** Throws if no permit was left. */
  check(permit: Permit): void {
    if (permit.granted) return;
    throw new ApiError(
      "RequestLimitExceeded",
      `Your current request times equals to \`${this.#limit + 1}\` in a second, which exceeds the frequency limit ` +
        `\`${this.#limit}\` for a second. Please reduce the frequency of calls.`,
    );
  }
}
