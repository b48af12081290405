/** `npm start`: the built action, run as GitHub's runner runs it, against the emulator. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { DEMO_CREDENTIALS, type Emulator, startEmulator } from "../test/emulator/emulator.ts";
import { runAction } from "../test/support/run-action.ts";
import { type DemoOptions, HELP, parseDemoOptions } from "./options.ts";
import { print, printResult, printStep, printVerdict } from "./print.ts";
import { EXISTING, KEPT_ID, ownStep, STEPS, type Step, surprises } from "./steps.ts";

const USAGE_ERROR = 2;
const INTERRUPTED = 130;

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

/** Runs one step and shows it. Returns its exit code, and whether all was as expected. */
async function runStep(step: Step, number: number, emulator: Emulator) {
  printStep(step, number, emulator.url);
  const { secretId, secretKey } = DEMO_CREDENTIALS;
  const before = emulator.requests.length;
  const result = await runAction({
    inputs: { ...step.inputs, "secret-id": secretId, "secret-key": secretKey, endpoint: emulator.url },
    files: step.files,
  });
  printResult(result, emulator.requests.slice(before));
  const unexpected = surprises(step, result.exitCode, result.outputs);
  if (step.expected) printVerdict(unexpected);
  return { exitCode: result.exitCode ?? 1, asExpected: unexpected.length === 0 };
}

async function runDemo(latencyMs: number): Promise<number> {
  await using emulator = await startEmulator({ csrs: EXISTING, keptIds: [KEPT_ID], requestsPerSecond: 10, latencyMs });
  print(`An emulator of the API holds ${EXISTING.length} CSRs at ${emulator.url}. Nothing leaves this machine.`);
  let failed = 0;
  for (const [index, step] of STEPS.entries()) {
    const { asExpected } = await runStep(step, index + 1, emulator);
    if (interrupt.seen) return INTERRUPTED;
    if (!asExpected) failed += 1;
  }
  print(failed === 0 ? `\nAll ${STEPS.length} steps did what was expected.` : `\n${failed} steps surprised.`);
  if (failed === 0) print('Try a step of your own: npm start -- --csr-ids "11, 22" (all options: npm start -- --help)');
  return failed === 0 ? 0 : 1;
}

async function runOwnStep(inputs: NonNullable<DemoOptions["step"]>, options: DemoOptions): Promise<number> {
  const { existing, latencyMs } = options;
  const step = usage(() => ownStep(inputs));
  await using emulator = await startEmulator({ csrs: existing, requestsPerSecond: 10, latencyMs });
  print(`An emulator of the API holds ${existing.length} CSRs at ${emulator.url}. Nothing leaves this machine.`);
  const { exitCode } = await runStep(step, 1, emulator);
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
  if (!existsSync(join(resolve(import.meta.dirname, ".."), "dist", "index.js"))) {
    throw new Error("dist/index.js is missing: run `npm run build` first");
  }
  return options.step ? await runOwnStep(options.step, options) : await runDemo(options.latencyMs);
}

try {
  process.exitCode = await start();
} catch (error) {
  const hint = error instanceof UsageError ? "\nAll options: npm start -- --help" : "";
  process.stderr.write(`demo: ${error instanceof Error ? error.message : error}${hint}\n`);
  process.exitCode = error instanceof UsageError ? USAGE_ERROR : 1;
}
