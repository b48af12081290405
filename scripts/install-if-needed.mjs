/** Before `npm start`: installs what package-lock.json asks for, unless that is done. Plain JavaScript, for any Node from 18 on. */
import { execSync } from "node:child_process";
import { statSync } from "node:fs";

const modifiedAt = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

// npm writes this file at the end of an installation, so a broken one counts as none.
if (modifiedAt("node_modules/.package-lock.json") < modifiedAt("package-lock.json")) {
  console.log("Installing what this repository needs (npm ci, about 440 MB) …");
  execSync("npm ci --no-audit --no-fund --loglevel=error", { stdio: "inherit" });
}
