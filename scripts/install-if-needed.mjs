/** Before `npm start`: installs what package-lock.json asks for, unless that is done. Plain JavaScript, for any Node from 18 on. */
import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

function modifiedAt(path) {
  return statSync(new URL(`../${path}`, import.meta.url), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

// npm writes this file at the end of an installation, so a broken one counts as none.
if (modifiedAt("node_modules/.package-lock.json") < modifiedAt("package-lock.json")) {
  console.log("Installing what this repository needs (npm ci) …");
  const args = ["ci", "--no-audit", "--no-fund", "--loglevel=error"];
  const npm = process.env.npm_execpath;
  const { status, error } = npm
    ? spawnSync(process.execPath, [npm, ...args], { cwd: root, stdio: "inherit" })
    : spawnSync(`npm ${args.join(" ")}`, { cwd: root, stdio: "inherit", shell: true });
  if (error) console.error(error.message);
  process.exitCode = status ?? 1;
}
