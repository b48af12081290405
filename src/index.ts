/** Starts the action. The only file that starts something when it is loaded. */
import { setFailed } from "@actions/core";
import { run } from "./main.ts";

const cancel = new AbortController();
let ended = false;

// The runner sends SIGINT, then SIGTERM 7.5 s later. The first lets the run end in order; a second ends it at once.
function onSignal(): void {
  if (cancel.signal.aborted) process.exit(1);
  cancel.abort();
}
process.on("SIGINT", onSignal);
process.on("SIGTERM", onSignal);

// A process in which nothing can happen any more ends with exit code 0, however much was still to be done.
process.on("exit", () => {
  if (ended) return;
  setFailed(
    "The action ended before it could say what became of each CSR. Run the step again: CSRs that are gone do no harm, and with `dry-run: true` it lists those that are left.",
  );
});

await run({ env: process.env, cancel: cancel.signal });
ended = true;
