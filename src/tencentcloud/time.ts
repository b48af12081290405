/** Time and chance as the rooms see them; tests pass their own. */
export interface Time {
  /** Milliseconds since the UNIX epoch: for timestamps. */
  now(): number;
  /** Milliseconds that never jump: for durations. */
  elapsed(): number;
  /** Resolves after `ms` milliseconds, or at once when `signal` is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** A number in [0, 1). */
  random(): number;
}

export const realTime: Time = {
  now: () => Date.now(),
  // Not performance.now(): the modules behind it take a millisecond to load.
  elapsed: () => Number(process.hrtime.bigint()) / 1e6,
  random: () => Math.random(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const timer = setTimeout(done, ms);
      function done(): void {
        clearTimeout(timer);
        signal?.removeEventListener("abort", done);
        resolve();
      }
      signal?.addEventListener("abort", done);
    }),
};
