/** `npm start`: the built action, run as GitHub's runner runs it, against emulators. */
import { existsSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { DEMO_CREDENTIALS } from "../test/emulator/emulator.ts";
import { type RunOptions, type RunResult, runAction } from "../test/support/run-action.ts";
import { type DemoOptions, HELP, parseDemoOptions } from "./options.ts";
import { type PrintOptions, print, printResult, printStep, printVerdict } from "./print.ts";
import { differences, EXISTING, evaluate, KEPT_ID, ownStep, STEPS, type Step, type StepResult } from "./steps.ts";
import { dailyCsrs, HEAD_SHA, PULL_REQUEST, startWorld, type World } from "./world.ts";

const USAGE_ERROR = 2;
const INTERRUPTED = 130;

const repository = resolve(import.meta.dirname, "..");
/** Where the reports stay, relative to the repository. */
const REPORTS = "build/demo";

class UsageError extends Error {}

// A reader that has seen enough, such as `head`, is no reason to leave anything behind.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

// Ctrl+C goes to the running step as well, which then reports what was done, as in a cancelled job. So its end is waited for.
const interrupt = { seen: false };
process.on("SIGINT", () => {
  interrupt.seen = true;
});

/** Runs steps one after the other, in one world. */
class Demo {
  readonly #world: World;
  readonly #options: PrintOptions;
  /** Of the steps that have an ID. */
  readonly #outputs = new Map<string, Readonly<Record<string, string>>>();

  constructor(world: World, options: PrintOptions) {
    this.#world = world;
    this.#options = options;
  }

  /** Runs one step and shows it. Returns its exit code, and whether all was as expected. */
  async run(step: Step, number: number) {
    printStep(step, number);
    const { emulator, github } = this.#world;
    const before = emulator.requests.length;
    const folder = `${REPORTS}/step-${number}`;
    const run = await runAction({ ...this.#runOptions(step), keepReport: join(repository, folder) });
    if (step.id) this.#outputs.set(step.id, run.outputs);
    const comment = github.comments.at(-1)?.body ?? "";
    const result = { ...run, comment, identity: identityOf(run) };
    const reportPath = run.outputs["report-path"] ? `${folder}/report.json` : undefined;
    printResult(step, { ...result, reportPath, requests: emulator.requests.slice(before) }, this.#options);
    const unexpected = differences(step, result);
    if (interrupt.seen) printVerdict(run, false, []);
    else printVerdict(run, step.expected !== undefined, unexpected);
    return { exitCode: run.exitCode ?? 1, asExpected: unexpected.length === 0 };
  }

  #runOptions({ inputs, files = {}, onPullRequest = false }: Step): RunOptions {
    const { emulator, oidc, github } = this.#world;
    const { secretId, secretKey } = DEMO_CREDENTIALS;
    const login: Readonly<Record<string, string>> = inputs["role-arn"]
      ? {}
      : { "secret-id": secretId, "secret-key": secretKey };
    const event = onPullRequest ? { pull_request: { number: PULL_REQUEST, head: { sha: HEAD_SHA } } } : {};
    return {
      inputs: {
        ...evaluate(inputs, this.#outputs),
        ...login,
        endpoint: emulator.url,
        "github-token": github.token,
      },
      files,
      event,
      env: {
        ...oidc.environment,
        ...github.environment,
        GITHUB_EVENT_NAME: onPullRequest ? "pull_request" : "push",
        GITHUB_WORKFLOW: "CSRs",
        GITHUB_JOB: onPullRequest ? "plan" : "delete",
      },
    };
  }
}

function identityOf({ report }: RunResult): StepResult["identity"] {
  return (report as { readonly identity?: StepResult["identity"] } | undefined)?.identity;
}

function printWelcome(count: number, { verbose }: DemoOptions): void {
  print(`The built action runs against an emulator of the API with ${count} CSRs. Nothing leaves this machine.`);
  if (!verbose) print("This is an extract: npm start -- --verbose shows the whole log, all outputs, and the summary.");
}

async function runDemo(options: DemoOptions): Promise<number> {
  await using world = await startWorld({ csrs: EXISTING, keptIds: [KEPT_ID], latencyMs: options.latencyMs });
  printWelcome(EXISTING.length, options);
  const demo = new Demo(world, options);
  let failed = 0;
  for (const [index, step] of STEPS.entries()) {
    const { asExpected } = await demo.run(step, index + 1);
    if (interrupt.seen) return INTERRUPTED;
    if (!asExpected) failed += 1;
  }
  print();
  print(
    failed === 0
      ? `All ${STEPS.length} steps did what was expected.`
      : `Not as expected: ${failed} of ${STEPS.length} steps.`,
  );
  print(
    `The report of each step is kept: ${REPORTS}/step-1/report.json to step-${STEPS.length}, with csrs.csv beside it.`,
  );
  print('Try a step of your own: npm start -- --csr-ids "11, 22" (all options: npm start -- --help)');
  return failed === 0 ? 0 : 1;
}

async function runOwnStep(step: Step, options: DemoOptions): Promise<number> {
  const { existing, latencyMs } = options;
  await using world = await startWorld({ csrs: dailyCsrs(existing), latencyMs });
  printWelcome(existing.length, options);
  const { exitCode } = await new Demo(world, options).run(step, 1);
  return exitCode;
}

/** What `read` throws is a matter of the command line. */
function usage<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

async function start(): Promise<number> {
  const options = usage(() => parseDemoOptions(process.argv.slice(2)));
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const { inputs } = options;
  const own = inputs && usage(() => ownStep(inputs));
  if (!existsSync(join(repository, "dist", "index.js")))
    throw new Error("dist/index.js is missing: run `npm run build` first");
  rmSync(join(repository, REPORTS), { recursive: true, force: true });
  return own ? await runOwnStep(own, options) : await runDemo(options);
}

try {
  process.exitCode = await start();
} catch (error) {
  const hint = error instanceof UsageError ? "\nAll options: npm start -- --help" : "";
  process.stderr.write(`demo: ${error instanceof Error ? error.message : error}${hint}\n`);
  process.exitCode = error instanceof UsageError ? USAGE_ERROR : 1;
}
