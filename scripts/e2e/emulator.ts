/**
 * The emulators for a job of a workflow. `start [options of the emulator]` starts them in the background on free ports, and sets
 * outputs: `url`, `pid`, `log`, and for a keyless login `id-token-request-url` and `id-token-request-token`. `stop <pid> <log>` ends
 * them and prints their log.
 */
import { spawn } from "node:child_process";
import { appendFileSync, mkdtempSync, openSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const START_TIMEOUT_MS = 30_000;
const POLL_INTERVAL_MS = 100;

const cli = resolve(import.meta.dirname, "../../test/emulator/cli.ts");

/** What the emulators print at their start, once it is complete. */
async function readWelcome(log: string): Promise<string> {
  for (const deadline = Date.now() + START_TIMEOUT_MS; Date.now() < deadline; await sleep(POLL_INTERVAL_MS)) {
    const text = readFileSync(log, "utf8");
    if (text.includes("Stop it with")) return text;
  }
  throw new Error(`The emulators did not start:\n${readFileSync(log, "utf8")}`);
}

/** The outputs that the welcome text holds. */
function outputsFrom(welcome: string): Record<string, string> {
  const find = (pattern: RegExp): string => pattern.exec(welcome)?.[1] ?? "";
  return {
    url: find(/at (http:\S+)$/m),
    "id-token-request-url": find(/^export ACTIONS_ID_TOKEN_REQUEST_URL=(.*)$/m),
    "id-token-request-token": find(/^export ACTIONS_ID_TOKEN_REQUEST_TOKEN=(.*)$/m),
  };
}

async function start(options: readonly string[]): Promise<void> {
  const { RUNNER_TEMP = tmpdir(), GITHUB_OUTPUT } = process.env;
  const log = join(mkdtempSync(join(RUNNER_TEMP, "emulator-")), "emulator.log");
  const output = openSync(log, "a");
  // Detached, so that it outlives this step.
  const emulator = spawn(process.execPath, [cli, "--port", "0", "--log", ...options], {
    detached: true,
    stdio: ["ignore", output, output],
    windowsHide: true,
  });
  emulator.unref();
  const welcome = await readWelcome(log);
  console.log(welcome);
  const outputs = Object.entries({ ...outputsFrom(welcome), pid: emulator.pid, log });
  const lines = outputs.map(([name, value]) => `${name}=${value}\n`).join("");
  if (GITHUB_OUTPUT) appendFileSync(GITHUB_OUTPUT, lines);
  else console.log(lines);
}

function stop([pid = "", log = ""]: readonly string[]): void {
  process.kill(Number(pid));
  console.log(readFileSync(log, "utf8"));
}

const [command, ...args] = process.argv.slice(2);
if (command === "start") await start(args);
else if (command === "stop" && args.length === 2) stop(args);
else throw new Error("Usage: emulator.ts start [options] | stop <pid> <log>");
