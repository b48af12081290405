/** `npm run check:dist`: the committed `dist` is what `src` gives, no more and no less, and it is small. */
import { execFileSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";

/** In bytes. Each job that uses the action downloads `dist` and reads `index.js`: a dependency that doubles it should be noticed. */
const MAX_INDEX = 650_000;
const MAX_DIST = 2_600_000;

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

const sizes = new Map(readdirSync(join(root, "dist")).map((name) => [name, statSync(join(root, "dist", name)).size]));
const limits = [
  ["dist/index.js", sizes.get("index.js") ?? 0, MAX_INDEX],
  ["dist", [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0), MAX_DIST],
] as const;
for (const [name, bytes, limit] of limits) {
  const size = `${name}: ${bytes.toLocaleString("en-US")} bytes`;
  if (bytes > limit) problems.push(`${size}, more than ${limit.toLocaleString("en-US")}.`);
  else console.log(size);
}

if (problems.length > 0) {
  console.error(problems.join("\n\n"));
  process.exitCode = 1;
}
