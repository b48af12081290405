/**
 * `npm run check:licenses`, after a build: `dist/licenses.txt` has every package of the bundle and every part of one with another
 * license, and each license allows this use.
 */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { componentsOf, licensesText, readModules } from "./bundle-contents.ts";

/** Allow use in an action under the MIT license, if their texts come with it. */
const ALLOWED = ["0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BlueOak-1.0.0", "ISC", "MIT", "Unlicense"];

const root = resolve(import.meta.dirname, "..");
const components = componentsOf(readModules());
const problems = components
  .filter(({ license }) => !ALLOWED.includes(license))
  .map(({ name, license }) => `${name}: ${license} is not among the allowed licenses (${ALLOWED.join(", ")}).`);
if (readFileSync(join(root, "dist", "licenses.txt"), "utf8") !== licensesText(components)) {
  problems.push("dist/licenses.txt is not that of the bundle: run `npm run build`.");
}

if (problems.length > 0) {
  console.error(problems.join("\n"));
  process.exitCode = 1;
} else {
  console.log(`dist/licenses.txt: ${components.length} components`);
}
