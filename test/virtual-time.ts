/** Time that passes only when everything waits for it: hours of waiting take milliseconds, and nothing depends on the machine. */
import type { Time } from "../src/tencentcloud/time.ts";

interface Sleeper {
  readonly at: number;
  readonly order: number;
  wake(): void;
}

export interface VirtualTime extends Time {
  /** Lets time pass until `promise` settles. Throws if all wait and nobody sleeps. */
  until<T>(promise: Promise<T>): Promise<T>;
}

/** Resolves when all that can run without time passing has run. */
const idle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** @param random numbers in [0, 1); 0.5 each time unless given */
export function virtualTime(random: () => number = () => 0.5, epoch = Date.UTC(2026, 10, 24)): VirtualTime {
  let current = 0;
  let order = 0;
  let sleepers: Sleeper[] = [];

  function sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const sleeper: Sleeper = { at: current + Math.max(0, ms), order: order++, wake };
      function wake(): void {
        signal?.removeEventListener("abort", wake);
        sleepers = sleepers.filter((other) => other !== sleeper);
        resolve();
      }
      signal?.addEventListener("abort", wake);
      sleepers.push(sleeper);
    });
  }

  async function until<T>(promise: Promise<T>): Promise<T> {
    let settled = false;
    const done = promise.finally(() => {
      settled = true;
    });
    done.catch(() => undefined);
    for (await idle(); !settled; await idle()) {
      const next = sleepers.reduce<Sleeper | undefined>(
        (first, other) =>
          !first || other.at < first.at || (other.at === first.at && other.order < first.order) ? other : first,
        undefined,
      );
      if (!next) throw new Error("All wait, and nobody sleeps.");
      current = Math.max(current, next.at);
      next.wake();
    }
    return done;
  }

  return { now: () => epoch + current, elapsed: () => current, random, sleep, until };
}
