/** `npm run check:dist`: the committed `dist` is what `src` gives, no more and no less, and it is small. */
import { execFileSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";

/** Each job that uses the action downloads `dist` and reads its code: a dependency that doubles it should be noticed. */
const MAX_BYTES = 600_000;

const root = resolve(import.meta.dirname, "..");

function git(...args: readonly string[]): string {
  return execFileSync("git", args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
}

execFileSync(process.execPath, [join(import.meta.dirname, "build.ts")], { stdio: ["ignore", "ignore", "inherit"] });

const problems: string[] = [];
// `git status` sees files that are new as well; `git diff` does not.
const changed = git("status", "--porcelain", "--untracked-files=all", "--", "dist").trimEnd();
if (changed !== "") {
  problems.push(
    `dist is not what src gives:\n${changed}\nIt has been built anew just now: look at it, then commit it (git add dist).`,
  );
}

const files = readdirSync(join(root, "dist")).filter((name) => name !== "licenses.txt");
const bytes = files.reduce((sum, name) => sum + statSync(join(root, "dist", name)).size, 0);
const size = `dist without licenses.txt: ${bytes.toLocaleString("en-US")} bytes`;
if (bytes > MAX_BYTES) problems.push(`${size}, more than ${MAX_BYTES.toLocaleString("en-US")}.`);
else console.log(size);

if (problems.length > 0) {
  console.error(problems.join("\n\n"));
  process.exitCode = 1;
}
