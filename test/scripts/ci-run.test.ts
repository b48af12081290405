/** `.ci/run` with an npm that does nothing: it says what failed and what was skipped. */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

const TOOLS = ["bash", "dirname", "mktemp", "rm", "sed", "tail"];

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "ci-run-")));
  mkdirSync(join(folder, "bin"));
  cpSync(resolve(import.meta.dirname, "../../.ci/run"), join(folder, ".ci/run"));
  for (const tool of TOOLS) {
    const path = spawnSync("sh", ["-c", `command -v ${tool}`], { encoding: "utf8" }).stdout.trim();
    symlinkSync(path, join(folder, "bin", tool));
  }
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function put(name: string, script: string): void {
  writeFileSync(
    join(folder, "bin", name),
    `#!${join(folder, "bin/bash")}\necho "$PWD: ${name} $*" >> ${folder}/calls\n${script}\n`,
  );
  chmodSync(join(folder, "bin", name), 0o755);
}

function run(env: Readonly<Record<string, string>> = {}) {
  const { status, stdout } = spawnSync(join(folder, "bin/bash"), [join(folder, ".ci/run")], {
    encoding: "utf8",
    env: { PATH: join(folder, "bin"), ...env },
  });
  return { status, stdout, lastLine: stdout.trimEnd().split("\n").at(-1) };
}

test("with every tool installed nothing is skipped", () => {
  put("npm", "exit 0");
  put("act", "exit 0");
  expect(run()).toMatchObject({ status: 0, lastLine: "All that ran passed." });
  const { scripts } = JSON.parse(readFileSync(resolve(import.meta.dirname, "../../package.json"), "utf8"));
  const calls = readFileSync(join(folder, "calls"), "utf8").trimEnd().split("\n");
  expect(calls.map((call) => call.split(": ")[0])).toEqual(calls.map(() => folder));
  const commands = calls.map((call) => call.split(": ")[1]);
  expect(commands[0]).toMatch(/^npm ci /);
  expect(commands).toEqual(
    expect.arrayContaining(["npm test -- --sequence.shuffle --coverage", "npm start", "npm run e2e -- e2e release"]),
  );
  // It leaves out no check but that against the SDK, which runs at night.
  const checks = Object.keys(scripts).filter((name) => name.startsWith("check:") && name !== "check:sdk");
  expect(checks.length).toBeGreaterThan(4);
  for (const name of checks)
    expect(commands.filter((command) => command?.startsWith(`npm run ${name}`))).toHaveLength(1);
});

test("what is not installed is skipped, and the last line says so", () => {
  put(
    "npm",
    'case "$*" in *check:workflows*) echo "skipped: actionlint not installed"; echo "skipped: zizmor not installed" ;; esac',
  );
  const { status, stdout, lastLine } = run();
  expect({ status, lastLine }).toEqual({
    status: 0,
    lastLine: "All that ran passed. Skipped: actionlint not installed, zizmor not installed, act not installed.",
  });
  expect(stdout).toMatch(/^Workflows, examples, shell scripts +partly/m);
  expect(stdout).toMatch(/^Workflows under act +skipped: act not installed$/m);
});

test("under act, the workflows are running already", () => {
  put("npm", "exit 0");
  expect(run({ ACT: "true" })).toMatchObject({ status: 0, lastLine: "All that ran passed." });
});

test("a step that fails is named, with the end of its output; the others run", () => {
  put("npm", 'case "$*" in *check:types*) echo "error in a.ts"; exit 2 ;; esac');
  put("act", "exit 0");
  const { status, stdout, lastLine } = run();
  expect({ status, lastLine }).toEqual({ status: 1, lastLine: "Failed: Types." });
  expect(stdout).toContain("    error in a.ts\n");
  expect(stdout).toMatch(/^npm start +ok/m);
});
