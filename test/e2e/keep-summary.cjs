/**
 * Preloaded into the action by NODE_OPTIONS: at its end, copies the step's summary to `$RUNNER_TEMP/summaries/$KEEP_SUMMARY.md`.
 * The runner gives every step a summary file of its own and removes it before the next step, so no later step could read it.
 */
const { copyFileSync, mkdirSync } = require("node:fs");
const { join } = require("node:path");

const { GITHUB_STEP_SUMMARY, KEEP_SUMMARY, RUNNER_TEMP } = process.env;

process.on("exit", () => {
  const folder = join(RUNNER_TEMP, "summaries");
  mkdirSync(folder, { recursive: true });
  copyFileSync(GITHUB_STEP_SUMMARY, join(folder, `${KEEP_SUMMARY}.md`));
});
