/** `npm run check:dist`: the committed `dist` is what `src` gives, no more and no less, and it is small. */
import { execFileSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";

/** In bytes. Each job that uses the action downloads `dist` and reads `index.js`. */
const MAX_INDEX = 720_000;
const MAX_DIST = 950_000;

/** What is wrong with `dist` in the work tree of `root`, after a build. */
export function distProblems(root: string): readonly string[] {
  // `git status` sees new files as well; `git diff` does not.
  const args = ["status", "--porcelain", "--untracked-files=all", "--ignored", "--", "dist"];
  const changed = execFileSync("git", args, { cwd: root, encoding: "utf8" }).trimEnd();
  const sizes = new Map(readdirSync(join(root, "dist")).map((name) => [name, statSync(join(root, "dist", name)).size]));
  const index = sizes.get("index.js");
  const all = [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
  return [
    ...(changed ? [`dist is not what src gives. It was just built: look at it, then commit it.\n${changed}`] : []),
    ...(index === undefined ? ["dist has no index.js."] : []),
    ...(index !== undefined && index > MAX_INDEX ? [`dist/index.js: ${index} bytes, more than ${MAX_INDEX}.`] : []),
    ...(all > MAX_DIST ? [`dist: ${all} bytes, more than ${MAX_DIST}.`] : []),
  ];
}

if (import.meta.main) {
  execFileSync(process.execPath, [join(import.meta.dirname, "build.ts")], { stdio: "inherit" });
  for (const problem of distProblems(resolve(import.meta.dirname, ".."))) {
    console.error(problem);
    process.exitCode = 1;
  }
}
