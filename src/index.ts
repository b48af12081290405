/** Starts the action. The only file that does something when it is loaded. */
import { run } from "./main.ts";

const cancel = new AbortController();

// The runner sends SIGINT, then SIGTERM 7.5 s later. The first lets the run end in order; a second ends it at once.
function onSignal(): void {
  if (cancel.signal.aborted) process.exit(1);
  cancel.abort();
}
process.on("SIGINT", onSignal);
process.on("SIGTERM", onSignal);

await run({ env: process.env, cancel: cancel.signal });
