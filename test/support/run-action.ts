/** Runs the built action as GitHub's runner does: in a process of its own, with its inputs in a clean environment. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { parse } from "yaml";

const repository = resolve(import.meta.dirname, "..", "..");

interface ActionFile {
  readonly inputs: Readonly<Record<string, { readonly default?: string }>>;
  readonly runs: { readonly main: string };
}

const action = parse(await readFile(join(repository, "action.yml"), "utf8")) as ActionFile;

/** Nothing else of this process's environment reaches the action: no proxy, no credentials, no Node options. */
const KEPT_VARIABLES = ["PATH", "HOME", "TMPDIR", "TEMP", "TMP", "USERPROFILE", "SystemRoot", "PATHEXT", "COMSPEC"];

/** What the runner makes of `${{ github.token }}`. */
const JOB_TOKEN = "ghs_example-job-token";

/** A run that takes longer hangs. */
const DEFAULT_TIMEOUT_MS = 60_000;

export interface RunOptions {
  /** The `with:` of the step. Inputs that are not named here have the defaults of `action.yml`. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Added to the environment; `undefined` takes a variable out of it. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Files of the workspace: text by relative path. */
  readonly files?: Readonly<Record<string, string>>;
  /** The event that started the workflow. */
  readonly event?: unknown;
  readonly nodeArgs?: readonly string[];
  readonly onStart?: (child: ChildProcess, places: { readonly temp: string }) => void;
  /** The script to run instead of the `main` of `action.yml`. */
  readonly entry?: string;
  readonly timeoutMs?: number;
  /** Nobody reads standard output: writing to it fails (EPIPE). */
  readonly closedStdout?: boolean;
  /** The folder to copy the report to: the temporary one is gone afterwards. */
  readonly keepReport?: string;
}

export interface RunResult {
  /** `null` if a signal ended the process. */
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly outputs: Record<string, string>;
  readonly summary: string;
  /** The JSON of the file that the output `report-path` names; `undefined` without one. */
  readonly report: unknown;
  /** Where the workspace was: it is gone by now. */
  readonly workspace: string;
  /** All text that went into files: outputs, summary, and everything in the runner's temporary folder. */
  readonly written: string;
  readonly durationMs: number;
}

/** The places in the runner's temporary folder. */
function layout(root: string) {
  return {
    root,
    workspace: join(root, "workspace"),
    temp: join(root, "temp"),
    outputs: join(root, "commands", "output"),
    summary: join(root, "commands", "summary"),
    state: join(root, "commands", "state"),
    event: join(root, "commands", "event.json"),
  };
}

type Places = ReturnType<typeof layout>;

/** The inputs with the defaults of `action.yml`, as the runner names them: upper case, with `_` for blanks only. */
export function inputVariables(inputs: RunOptions["inputs"]): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const [name, { default: value = "" }] of Object.entries(action.inputs))
    variables[inputVariable(name)] = value.includes("github.token") ? JOB_TOKEN : value;
  for (const [name, value] of Object.entries(inputs)) variables[inputVariable(name)] = value;
  return variables;
}

function inputVariable(name: string): string {
  return `INPUT_${name.replaceAll(" ", "_").toUpperCase()}`;
}

function environment(places: Places, { inputs, env = {} }: RunOptions): NodeJS.ProcessEnv {
  const kept = KEPT_VARIABLES.map((name) => [name, process.env[name]] as const);
  const variables = {
    ...Object.fromEntries(kept),
    CI: "true",
    GITHUB_ACTIONS: "true",
    GITHUB_ACTOR: "octocat",
    GITHUB_EVENT_NAME: "workflow_dispatch",
    GITHUB_EVENT_PATH: places.event,
    GITHUB_OUTPUT: places.outputs,
    GITHUB_REPOSITORY: "octo-org/release",
    GITHUB_RUN_ATTEMPT: "1",
    GITHUB_RUN_ID: "1234567890",
    GITHUB_SERVER_URL: "https://github.com",
    GITHUB_STATE: places.state,
    GITHUB_STEP_SUMMARY: places.summary,
    GITHUB_WORKSPACE: places.workspace,
    RUNNER_TEMP: places.temp,
    ...inputVariables(inputs),
    ...env,
  };
  return Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== undefined));
}

async function prepare(places: Places, { files = {}, event = {} }: RunOptions): Promise<void> {
  for (const folder of [places.workspace, places.temp, dirname(places.outputs)]) await mkdir(folder);
  for (const path of [places.outputs, places.summary, places.state]) await writeFile(path, "");
  await writeFile(places.event, JSON.stringify(event));
  for (const [name, text] of Object.entries(files)) {
    const path = join(places.workspace, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
}

/**
 * The outputs in the runner's file format: `name=value`, or `name<<DELIMITER`, lines, `DELIMITER`.
 * @throws {Error} if the runner would refuse the file
 */
export function parseOutputs(text: string): Record<string, string> {
  const outputs: Record<string, string> = {};
  const lines = text.replaceAll("\r\n", "\n").split("\n");
  for (let line = lines.shift(); line !== undefined; line = lines.shift()) {
    if (line === "") continue;
    const [, name = "", operator = "", rest = ""] = /^(.*?)(=|<<)(.*)$/.exec(line) ?? [];
    if (name === "") throw new Error(`GITHUB_OUTPUT holds a line that is no output: ${line}`);
    if (operator === "=") {
      outputs[name] = rest;
      continue;
    }
    const end = lines.indexOf(rest);
    if (end < 0) throw new Error(`GITHUB_OUTPUT: the value of ${name} has no end`);
    outputs[name] = lines
      .splice(0, end + 1)
      .slice(0, -1)
      .join("\n");
  }
  return outputs;
}

async function collect(stream: NodeJS.ReadableStream): Promise<string> {
  let text = "";
  for await (const chunk of stream.setEncoding("utf8")) text += chunk;
  return text;
}

async function execute(places: Places, options: RunOptions) {
  const { nodeArgs = [], entry = join(repository, action.runs.main), timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  const { closedStdout = false } = options;
  const startedAt = performance.now();
  const child = spawn(process.execPath, [...nodeArgs, entry], {
    cwd: places.workspace,
    env: environment(places, options),
    stdio: ["ignore", "pipe", "pipe"],
    windowsHide: true,
  });
  const timeout = setTimeout(() => child.kill("SIGKILL"), timeoutMs);
  try {
    options.onStart?.(child, places);
    if (closedStdout) child.stdout.destroy();
    const texts = Promise.all([closedStdout ? "" : collect(child.stdout), collect(child.stderr)]);
    const [exitCode, signal] = (await once(child, "close")) as [number | null, string | null];
    const durationMs = performance.now() - startedAt;
    const [stdout, stderr] = await texts;
    return { exitCode, signal, stdout, stderr, durationMs };
  } finally {
    clearTimeout(timeout);
    child.kill("SIGKILL");
  }
}

/** The text of all files in `folder`, also of those that a run that was killed left behind. */
async function textOf(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return (await Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name), "utf8")))).join("\n");
}

/** Runs the step once, in a fresh temporary folder that is gone afterwards. */
export async function runAction(options: RunOptions): Promise<RunResult> {
  const places = layout(await mkdtemp(join(tmpdir(), "run-action-")));
  try {
    await prepare(places, options);
    const ended = await execute(places, options);
    const outputText = await readFile(places.outputs, "utf8");
    const summary = await readFile(places.summary, "utf8");
    const outputs = parseOutputs(outputText);
    const reportPath = outputs["report-path"];
    const reportText = reportPath ? await readFile(reportPath, "utf8") : "";
    if (reportPath && options.keepReport) await cp(dirname(reportPath), options.keepReport, { recursive: true });
    return {
      ...ended,
      outputs,
      summary,
      report: reportText === "" ? undefined : JSON.parse(reportText),
      workspace: places.workspace,
      written: [outputText, summary, await textOf(places.temp)].join("\n"),
    };
  } finally {
    // Windows keeps a file of a process that has just ended for a moment longer.
    await rm(places.root, { recursive: true, force: true, maxRetries: 5 });
  }
}
