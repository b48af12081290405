/** Jobs that share the API's limit, each with a rate limiter of its own, in virtual time. */
import { RateLimiter } from "../../src/tencentcloud/rate-limiter.ts";
import { seededRandom, virtualClock } from "../support/virtual-clock.ts";

export interface SharedLimitOptions {
  readonly seed: number;
  /** Calls of each job. */
  readonly calls: number;
  readonly jobs?: number;
  /** Calls one after the other before these, as a listing makes them. */
  readonly pages?: number;
  /** The jobs start within this time. */
  readonly staggerMs?: number;
  /** What a request takes at most, beyond 5 ms, to the API. */
  readonly jitterMs?: number;
  readonly latencyMs?: number;
  /** Requests per second of another client. */
  readonly others?: number;
  /** Requests that arrived just before the start. */
  readonly before?: number;
  readonly refusedCount?: boolean;
}

export interface SharedLimitResult {
  readonly ms: number;
  readonly refused: number;
  /** Of all requests of the jobs. */
  readonly refusedShare: number;
  /** When each request of each job went onto the wire. */
  readonly startedAt: readonly (readonly number[])[];
}

const LIMIT = 10;
/** Whoever is not served by then is kept out for ever. */
const MAX_MS = 120_000;

/** The most that any sliding second holds. */
export function mostInASecond(times: readonly number[]): number {
  const sorted = [...times].sort((a, b) => a - b);
  let first = 0;
  let most = 0;
  for (const [index, at] of sorted.entries()) {
    while ((sorted[first] ?? at) <= at - 1000) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
}

export async function shareLimit(options: SharedLimitOptions): Promise<SharedLimitResult> {
  const { seed, calls, jobs = 1, pages = 0, staggerMs = 0, jitterMs = 10, latencyMs = 30 } = options;
  const { others = 0, before = 0, refusedCount = true } = options;
  const random = seededRandom(seed);
  // The first numbers of neighbouring seeds are alike.
  for (let skipped = 0; skipped < 20; skipped += 1) random();
  const clock = virtualClock();
  let arrivals = Array<number>(before).fill(0);
  let served = 0;
  let refused = 0;
  let done = false;

  function arrive(): boolean {
    const now = clock.monotonicNow();
    arrivals = arrivals.filter((at) => at > now - 1000);
    const isServed = arrivals.length < LIMIT;
    if (isServed || refusedCount) arrivals.push(now);
    return isServed;
  }

  async function anotherClient(): Promise<void> {
    await clock.sleep((random() * 1000) / others);
    for (; !done; await clock.sleep(1000 / others)) arrive();
  }

  async function job(): Promise<readonly number[]> {
    await clock.sleep(random() * staggerMs);
    const limiter = new RateLimiter(LIMIT, clock);
    const startedAt: number[] = [];
    const call = async (first: Awaited<ReturnType<RateLimiter["acquire"]>>): Promise<void> => {
      for (let permit = first; permit; permit = await limiter.acquire()) {
        if (clock.monotonicNow() > MAX_MS) throw new Error("A job is kept out.");
        startedAt.push(clock.monotonicNow());
        permit.started();
        await clock.sleep(5 + random() * jitterMs);
        const isServed = arrive();
        await clock.sleep(latencyMs * (1 + 0.3 * random()));
        permit.release();
        if (isServed) {
          served += 1;
          return limiter.onSuccess();
        }
        refused += 1;
        limiter.onThrottled();
      }
    };
    for (let page = 0; page < pages; page += 1) await call(await limiter.acquire());
    const all: Promise<void>[] = [];
    for (let index = 0; index < calls; index += 1) all.push(call(await limiter.acquire()));
    await Promise.all(all);
    return startedAt;
  }

  if (others > 0) void anotherClient();
  const all = Promise.all(Array.from({ length: jobs }, job));
  const startedAt = await clock.until(all).finally(() => {
    done = true;
  });
  return { ms: clock.monotonicNow(), refused, refusedShare: refused / (served + refused), startedAt };
}
