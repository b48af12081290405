/**
 * When requests may start. The API counts requests where they arrive, in a sliding second, and shares the limit with other
 * jobs and the console: https://cloud.tencent.com/document/product/1278/109059
 *
 * A request counts from the moment it goes onto the wire, not from the moment it was asked for: a connection that takes its
 * time would otherwise let two bursts arrive in the same second.
 */
import type { Time } from "./time.ts";

/** Requests of one burst may reach the API faster than those of the burst before; so a window is a little longer than a second. */
const MARGIN_MS = 25;
/** Unless it was asked to be slower, the pace tries again every second at least, so that the end of a jam is seen soon. */
const SLOWEST = 1;
/**
 * Share of the full rate that comes back each second without a refusal. With less, jobs that share the limit leave more of it
 * unused; with more, they are refused more often.
 */
const RECOVERY_PER_SECOND = 0.3;

/** The right to start one request. */
export interface Turn {
  /** The request went onto the wire. */
  sent(): void;
  /** The request ended, sent or not. */
  done(): void;
}

export interface Pace {
  /** Resolves when a request may start; with `undefined` when `stop` is aborted first. First come, first served. */
  turn(stop?: AbortSignal): Promise<Turn | undefined>;
  /** The API refused a request because of its rate limit. Halves the rate, once for each burst. */
  slowDown(): void;
  /**
   * The API served a request: what was slowed down may come back. It is not known whether the API counts the requests that it
   * refuses; if it does, jobs that grow faster while they are all refused keep each other out for ever.
   */
  served(): void;
  /** Requests a second that may start now. */
  readonly rate: number;
}

/** How many requests may start in how many milliseconds, for `rate` requests a second: no sliding second holds more than `rate`. */
export function window(rate: number): { size: number; ms: number } {
  return rate >= 1 ? { size: Math.floor(rate), ms: 1000 } : { size: 1, ms: 1000 / rate };
}

export function createPace(requestsPerSecond: number, time: Time): Pace {
  const slowest = Math.min(SLOWEST, requestsPerSecond);
  const waiting: Array<(granted: boolean) => void> = [];
  /** One entry for each request that may still count; `undefined` while it is not on the wire. */
  let counted: Array<{ at: number | undefined }> = [];
  let rate = requestsPerSecond;
  let rateSince = time.elapsed();
  let halvedAt = Number.NEGATIVE_INFINITY;
  /** Refused, and not served since. */
  let jammed = false;
  /** Ends the wait for the next turn. */
  let waking: AbortController | undefined;

  function recover(): void {
    const seconds = Math.floor((time.elapsed() - rateSince) / 1000);
    if (jammed || rate === requestsPerSecond || seconds < 1) return;
    rate = Math.min(requestsPerSecond, rate + seconds * RECOVERY_PER_SECOND * requestsPerSecond);
    rateSince += seconds * 1000;
  }

  function grantTurns(): void {
    recover();
    const { size, ms } = window(rate);
    const now = time.elapsed();
    counted = counted.filter(({ at }) => at === undefined || now < at + ms + MARGIN_MS);
    while (waiting.length > 0 && counted.length < size) waiting.shift()?.(true);
    if (waiting.length > 0) wakeWhenOneIsFree(size, ms, now);
    // A timer that nobody needs would keep the process from ending.
    else waking?.abort();
  }

  /** The turn after next is free when so many of the counted ones have left the window that one fits in again. */
  function wakeWhenOneIsFree(size: number, ms: number, now: number): void {
    const times = counted.flatMap(({ at }) => (at === undefined ? [] : [at])).sort((a, b) => a - b);
    const freeing = times[counted.length - size];
    if (waking || freeing === undefined) return;
    waking = new AbortController();
    void time.sleep(Math.max(1, freeing + ms + MARGIN_MS - now), waking.signal).then(() => {
      waking = undefined;
      grantTurns();
    });
  }

  function take(): Turn {
    const entry: { at: number | undefined } = { at: undefined };
    const startedAt = time.elapsed();
    counted.push(entry);
    const count = (at: number): void => {
      if (entry.at !== undefined) return;
      entry.at = at;
      grantTurns();
    };
    return { sent: () => count(time.elapsed()), done: () => count(startedAt) };
  }

  return {
    get rate() {
      return rate;
    },
    turn: (stop) =>
      new Promise((resolve) => {
        if (stop?.aborted) return resolve(undefined);
        const answer = (granted: boolean): void => {
          stop?.removeEventListener("abort", leave);
          resolve(granted ? take() : undefined);
        };
        const leave = (): void => {
          waiting.splice(waiting.indexOf(answer), 1);
          answer(false);
          grantTurns();
        };
        stop?.addEventListener("abort", leave);
        waiting.push(answer);
        grantTurns();
      }),
    served() {
      if (!jammed) return;
      jammed = false;
      // Of the time of the jam no more than one step comes back.
      rateSince = Math.max(rateSince, time.elapsed() - 1000);
    },
    slowDown() {
      recover();
      jammed = true;
      const now = time.elapsed();
      // The refusals of one burst are one sign, not ten.
      if (now - halvedAt < window(rate).ms / 2) return;
      rate = Math.max(slowest, rate / 2);
      rateSince = now;
      halvedAt = now;
    },
  };
}
