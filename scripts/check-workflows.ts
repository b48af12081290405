/**
 * `npm run check:workflows`: the workflows, the YAML examples of the documents and the shell scripts, by actionlint, zizmor and
 * shellcheck. Says which of them are not installed; with `--require-linters` that is an error.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { examples } from "./examples.ts";

const root = resolve(import.meta.dirname, "..");
const folder = mkdtempSync(join(tmpdir(), "examples-"));
const workflowsIn = (path: string): readonly string[] =>
  readdirSync(join(path, ".github/workflows")).map((name) => join(path, ".github/workflows", name));
const isInstalled = (name: string): boolean => spawnSync(name, ["--version"], { stdio: "ignore" }).error === undefined;

try {
  mkdirSync(join(folder, ".github/workflows"), { recursive: true });
  cpSync(join(root, ".github/lint/zizmor-examples.yml"), join(folder, ".github/zizmor.yml"));
  for (const { name, workflow } of examples()) {
    writeFileSync(join(folder, ".github/workflows", `${name.replaceAll(/\W+/g, "-")}.yml`), workflow);
  }
  const zizmor = ["--persona", "auditor", "--offline", "--strict-collection", "--quiet", "."];
  // An excerpt of a workflow may use the outputs of steps that it does not show.
  const ignored = ["-ignore", 'property ".+" is not defined in object type \\{\\}'];
  const scripts = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "*.sh", ".ci/run"], { cwd: root });
  const runs: readonly [linter: string, path: string, ...args: string[]][] = [
    ["actionlint", root, ...workflowsIn(root)],
    ["actionlint", folder, ...ignored, ...workflowsIn(folder)],
    ["zizmor", root, ...zizmor],
    ["zizmor", folder, ...zizmor],
    ["shellcheck", root, ...scripts.toString().trim().split("\n")],
  ];
  const missing = [...new Set(runs.map(([linter]) => linter))].filter((linter) => !isInstalled(linter));
  for (const linter of missing) console.log(`skipped: ${linter} not installed`);
  if (missing.length > 0) console.log(".github/lint/install.sh installs all three.");
  if (process.argv.includes("--require-linters") && missing.length > 0) process.exitCode = 1;
  for (const [linter, cwd, ...args] of runs) {
    if (missing.includes(linter)) continue;
    const { status } = spawnSync(linter, args, { cwd, stdio: "inherit" });
    console.log(`${linter}, ${cwd === root ? "this repository" : "examples"}: ${status === 0 ? "passed" : "FAILED"}`);
    if (status !== 0) process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
