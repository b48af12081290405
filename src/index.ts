/** Starts the action: signals and the exit guard. The only file that does something when it is imported. */
import { run } from "./main.ts";
import { reportUnfinished } from "./report/publish.ts";
import { systemClock } from "./shared/clock.ts";

/** Signals that are closer together are one: a runner or a shell may send two at once. */
const MIN_SIGNAL_INTERVAL_MS = 500;

/** What each signal asks for: end in order; drop the requests in flight and report at once; end without a report. */
const cancel = new AbortController();
const hardAbort = new AbortController();
let lastSignalAt = Number.NEGATIVE_INFINITY;
let finished = false;

// The runner sends SIGINT, SIGTERM 7.5 s later, and kills the process after another 2.5 s.
function onSignal(): void {
  const now = systemClock.monotonicNow();
  if (now - lastSignalAt < MIN_SIGNAL_INTERVAL_MS) return;
  lastSignalAt = now;
  if (!cancel.signal.aborted) cancel.abort();
  else if (!hardAbort.signal.aborted) hardAbort.abort();
  else process.exit(1);
}
process.on("SIGINT", onSignal);
process.on("SIGTERM", onSignal);

// A log that nobody can read any more (EPIPE, ENOSPC) must not keep outputs and report from being written.
process.stdout.on("error", () => {
  process.exitCode = 1;
});

// A process in which nothing can happen any more ends with exit code 0, however much was still to be done.
process.on("exit", () => {
  if (!finished) reportUnfinished();
});

await run({ env: process.env, cancel: cancel.signal, hardAbort: hardAbort.signal });
finished = true;
// Once the log is flushed: nothing that is still open may hold the process.
process.stdout.write("", () => process.exit());
