/** Time that passes only when everything waits for it: hours of waiting take milliseconds, and nothing depends on the machine. */
import type { Clock } from "../../src/shared/clock.ts";

interface Sleeper {
  readonly at: number;
  readonly order: number;
  wake(): void;
}

export interface VirtualClock extends Clock {
  /** Lets time pass until `promise` settles. Throws if everything waits and nothing sleeps. */
  until<T>(promise: Promise<T>): Promise<T>;
  /** Sets the wall clock forward (or back) from now on; durations are not affected. */
  shift(ms: number): void;
}

/** Resolves when all that can run without time passing has run. */
const idle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** @param epoch what `now()` says at the start, UNIX milliseconds */
export function virtualClock(epoch = Date.UTC(2026, 10, 24)): VirtualClock {
  let current = 0;
  let shifted = 0;
  let order = 0;
  const sleepers = new Set<Sleeper>();

  function sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const sleeper: Sleeper = { at: current + Math.max(0, ms), order: order++, wake };
      function wake(): void {
        signal?.removeEventListener("abort", wake);
        sleepers.delete(sleeper);
        resolve();
      }
      signal?.addEventListener("abort", wake);
      sleepers.add(sleeper);
    });
  }

  function next(): Sleeper | undefined {
    let first: Sleeper | undefined;
    for (const sleeper of sleepers)
      if (!first || sleeper.at < first.at || (sleeper.at === first.at && sleeper.order < first.order)) first = sleeper;
    return first;
  }

  async function until<T>(promise: Promise<T>): Promise<T> {
    let settled = false;
    const done = promise.finally(() => {
      settled = true;
    });
    done.catch(() => undefined);
    for (await idle(); !settled; await idle()) {
      const sleeper = next();
      if (!sleeper) throw new Error("Everything waits, and nothing sleeps.");
      current = Math.max(current, sleeper.at);
      sleeper.wake();
    }
    return done;
  }

  return {
    now: () => epoch + shifted + current,
    monotonicNow: () => current,
    sleep,
    until,
    shift(ms) {
      shifted += ms;
    },
  };
}

/** Numbers in [0, 1) that are the same in each run (a linear congruential generator). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}
