/**
 * `npm run check:workflows`: the workflows, the YAML examples of the documents and the shell scripts, by actionlint, zizmor and
 * shellcheck. Linters that are not installed are left out, unless `--require-linters` is given.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const LINTERS = ["actionlint", "zizmor", "shellcheck"];

/** Linter, arguments, working folder. */
type Command = readonly [linter: string, args: readonly string[], folder: string];

const root = resolve(import.meta.dirname, "..");

function isInstalled(command: string): boolean {
  return spawnSync(command, ["--version"], { stdio: "ignore" }).error === undefined;
}

/** The shell scripts among the files of git. */
function shellScripts(): readonly string[] {
  const files = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "*.sh", ".ci/run"], { cwd: root });
  return files.toString().split("\n").filter(Boolean);
}

/** Lints the `.github` folder of `folder`. */
function* lintWorkflows(folder: string, ...options: readonly string[]): Generator<Command> {
  const workflows = join(folder, ".github", "workflows");
  yield ["actionlint", [...options, ...readdirSync(workflows).map((name) => join(workflows, name))], folder];
  yield ["zizmor", ["--persona", "auditor", "--offline", "--strict-collection", "--quiet", "."], folder];
}

function* lintAll(examples: string): Generator<Command> {
  yield* lintWorkflows(root);
  // An excerpt of a workflow may use the outputs of steps that it does not show.
  yield* lintWorkflows(examples, "-ignore", 'property ".+" is not defined in object type \\{\\}');
  yield ["shellcheck", shellScripts(), root];
}

function main(required: boolean): boolean {
  const missing = LINTERS.filter((name) => !isInstalled(name));
  if (missing.length > 0) {
    console.log(`Not installed: ${missing.join(", ")}. See .github/lint/install.sh.`);
    if (required) return false;
  }
  const examples = mkdtempSync(join(tmpdir(), "examples-"));
  try {
    execFileSync(process.execPath, [join(import.meta.dirname, "examples.ts"), examples], { stdio: "inherit" });
    let passed = true;
    for (const [linter, args, cwd] of lintAll(examples)) {
      if (missing.includes(linter)) continue;
      const { status } = spawnSync(linter, args, { cwd, stdio: "inherit" });
      console.log(`${linter}, ${cwd === root ? "this repository" : "examples"}: ${status === 0 ? "passed" : "FAILED"}`);
      if (status !== 0) passed = false;
    }
    return passed;
  } finally {
    rmSync(examples, { recursive: true, force: true });
  }
}

if (!main(process.argv.includes("--require-linters"))) process.exitCode = 1;
