import type { Clock, Random } from "../shared/clock.ts";
import type { Result } from "../shared/result.ts";
import { type ApiFailure, errorInfo } from "./errors.ts";

const FIRST_WAIT_MS = 500;
const MAX_THROTTLED_MS = 120_000;

export interface RetryOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
  /** Attempts in all. By default those of the table, for failures that may pass by themselves. */
  readonly attempts?: (failure: ApiFailure) => number;
  /** When the API last said something else than "too many requests" (monotonic clock); by default the beginning. */
  readonly throttledSince?: () => number;
  /** There is another attempt after `waitMs`. */
  readonly onRetry?: (failure: ApiFailure, waitMs: number) => void;
}

const defaultAttempts = ({ code, kind }: ApiFailure): number =>
  kind === "transient" || kind === "rate-limit" ? errorInfo(code).attempts : 1;

/** Exponential backoff with full jitter: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ */
export const backoff = (attempt: number, random: Random): number => random() * FIRST_WAIT_MS * 2 ** (attempt - 1);

/**
 * Makes attempts, numbered from 1, until one succeeds, fails for good, or `signal` is aborted; resolves with the last
 * result. After a refusal by the rate limit the number stays, and there is no wait: the rate limiter slows down.
 */
export async function withRetries<T>(
  attempt: (number: number) => Promise<Result<T, ApiFailure>>,
  { clock, random, signal, attempts = defaultAttempts, throttledSince, onRetry }: RetryOptions,
): Promise<Result<T, ApiFailure>> {
  const startedAt = clock.monotonicNow();
  for (let number = 1; ; ) {
    const result = await attempt(number);
    if (result.ok || signal.aborted) return result;
    const limit = attempts(result.failure);
    const isThrottled = limit === Number.POSITIVE_INFINITY;
    const throttledMs = clock.monotonicNow() - (throttledSince?.() ?? startedAt);
    if (isThrottled ? throttledMs > MAX_THROTTLED_MS : number >= limit) return result;
    const waitMs = isThrottled ? 0 : backoff(number, random);
    if (!isThrottled) number += 1;
    onRetry?.(result.failure, waitMs);
    await clock.sleep(waitMs, signal);
    if (signal.aborted) return result;
  }
}
