/** Starts the action: signals and exit guard. The only file that does something when it is imported. */
import { run } from "./main.ts";
import { reportUnfinished } from "./report/publish.ts";
import { systemClock } from "./shared/clock.ts";

/** Signals that are closer together are one: a shell may send two at once. */
const MIN_SIGNAL_INTERVAL_MS = 500;
/** After a cancel, calls in flight get this long to return. */
const GRACE_MS = 3_000;

const cancel = new AbortController();
const hardAbort = new AbortController();
let signals = 0;
let lastSignalAt = Number.NEGATIVE_INFINITY;
let finished = false;

/** The runner sends SIGINT, SIGTERM 7.5 s later, and kills the process after another 2.5 s. */
function onSignal() {
  const now = systemClock.monotonicNow();
  if (now - lastSignalAt < MIN_SIGNAL_INTERVAL_MS) return;
  lastSignalAt = now;
  signals += 1;
  cancel.abort();
  if (signals === 1) setTimeout(() => hardAbort.abort(), GRACE_MS);
  if (signals === 2) hardAbort.abort();
  if (signals > 2) process.exit(1);
}
process.on("SIGINT", onSignal);
process.on("SIGTERM", onSignal);

// A log that nobody can read any more must not keep outputs and report from being written.
process.stdout.on("error", () => {
  process.exitCode = 1;
});

// A process in which nothing can happen any more ends with exit code 0, whatever is left to do.
process.on("exit", () => {
  if (!finished) reportUnfinished();
});

await run({ env: process.env, cancel: cancel.signal, hardAbort: hardAbort.signal });
finished = true;
// Once the log is flushed: nothing that is still open may hold the process.
process.stdout.write("", () => process.exit());
