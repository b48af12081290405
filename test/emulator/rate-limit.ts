import { ApiError } from "./api-error.ts";

const WINDOW_MS = 1000;

/** What the limiter decided when a request arrived. */
export interface Ticket {
  action: string;
  at: number;
  allowed: boolean;
}

/**
 * Counts the requests of each action at arrival, in a sliding second. The slot is taken when the head of a request
 * arrives, whatever time its body takes; a request that is refused for an earlier reason gives it back.
 */
export class RateLimit {
  readonly #limit: number;
  readonly #others: number;
  readonly #accepted = new Map<string, number[]>();

  constructor(requestsPerSecond: number, otherTrafficPerSecond: number) {
    this.#limit = requestsPerSecond;
    this.#others = otherTrafficPerSecond;
  }

  /** Takes a slot, if one is left. */
  arrive(action: string, at: number): Ticket {
    const recent = (this.#accepted.get(action) ?? []).filter((time) => time > at - WINDOW_MS);
    const allowed = recent.length + this.#others < this.#limit;
    if (allowed) recent.push(at);
    this.#accepted.set(action, recent);
    return { action, at, allowed };
  }

  /** Gives a slot back. */
  release(ticket: Ticket): void {
    const times = this.#accepted.get(ticket.action) ?? [];
    const index = ticket.allowed ? times.indexOf(ticket.at) : -1;
    if (index >= 0) times.splice(index, 1);
  }

  /** Throws if there was no slot. */
  check(ticket: Ticket): void {
    if (ticket.allowed) return;
    throw new ApiError(
      "RequestLimitExceeded",
      `Your current request times equals to \`${this.#limit + 1}\` in a second, which exceeds the frequency limit ` +
        `\`${this.#limit}\` for a second. Please reduce the frequency of calls.`,
    );
  }
}
