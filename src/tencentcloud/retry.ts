import type { Clock, Random } from "../shared/clock.ts";
import type { Result } from "../shared/result.ts";
import { type ApiFailure, errorInfo } from "./errors.ts";

const FIRST_WAIT_MS = 500;
const MAX_THROTTLED_MS = 120_000;

export interface RetryObserver {
  /** `failed` is followed by another attempt. */
  onRetry(failed: { action: string; attempt: number }, failure: ApiFailure, waitMs: number): void;
}

export interface RetryOptions {
  readonly action: string;
  readonly observer: RetryObserver;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
  /** In all. By default the table's, for what may pass by itself. */
  readonly attempts?: (failure: ApiFailure) => number;
  /** When the API last said anything but "too many requests"; by default the beginning. */
  readonly throttledSince?: () => number;
}

const defaultAttempts = ({ code, kind }: ApiFailure) =>
  kind === "transient" || kind === "rate-limit" ? errorInfo(code).attempts : 1;

/**
 * Makes attempts until one succeeds, fails for good, or `signal` is aborted; returns the last result. A refusal by the
 * rate limit uses up no number and no time here: the rate limiter slows down.
 */
export async function withRetries<T>(
  attempt: (number: number) => Promise<Result<T, ApiFailure>>,
  { action, observer, clock, random, signal, attempts = defaultAttempts, throttledSince }: RetryOptions,
): Promise<Result<T, ApiFailure>> {
  const startedAt = clock.monotonicNow();
  for (let number = 1; ; ) {
    const result = await attempt(number);
    if (result.ok || signal.aborted) return result;
    const limit = attempts(result.failure);
    const isThrottled = limit === Infinity;
    const throttledMs = clock.monotonicNow() - (throttledSince?.() ?? startedAt);
    if (isThrottled ? throttledMs > MAX_THROTTLED_MS : number >= limit) return result;
    // Full jitter: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
    const waitMs = isThrottled ? 0 : random() * FIRST_WAIT_MS * 2 ** (number - 1);
    observer.onRetry({ action, attempt: number }, result.failure, waitMs);
    if (!isThrottled) number += 1;
    await clock.sleep(waitMs, signal);
    if (signal.aborted) return result;
  }
}
