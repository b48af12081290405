/**
 * Takes the place of @actions/exec (see `overrides` in package.json). @actions/core loads that package to describe the platform,
 * which this action never asks for; with it come node:child_process and a tool runner.
 */
export async function getExecOutput() {
  throw new Error("This build of the action starts no other programs.");
}
