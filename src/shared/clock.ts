/** Time as the rooms see it; tests pass a clock of their own. */
export interface Clock {
  /** Since the UNIX epoch, in milliseconds: for timestamps. */
  now(): number;
  /** Milliseconds that never jump: for durations. */
  monotonicNow(): number;
  /** Resolves after `ms` milliseconds, or at once when `signal` is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** As `Math.random`. */
export type Random = () => number;

export const systemClock: Clock = {
  now: () => Date.now(),
  // Not performance.now(): the modules behind it take a millisecond to load.
  monotonicNow: () => Number(process.hrtime.bigint()) / 1e6,
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const timer = setTimeout(end, ms);
      function end(): void {
        clearTimeout(timer);
        signal?.removeEventListener("abort", end);
        resolve();
      }
      signal?.addEventListener("abort", end);
    }),
};
