/**
 * The emulators for a job of a workflow. `start [options of the emulator]` starts them in the background and sets outputs: `url`, `pid`,
 * `log`, and for a keyless login `id-token-request-url` and `id-token-request-token`. `stop <pid> <log>` ends them and prints their log.
 */
import { spawn } from "node:child_process";
import { appendFileSync, mkdtempSync, openSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const cli = resolve(import.meta.dirname, "../emulator/cli.ts");

/** What the emulators print at their start, once it is complete. */
async function readWelcome(log: string): Promise<string> {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; await sleep(100)) {
    const text = readFileSync(log, "utf8");
    if (text.includes("Stop it with")) return text;
  }
  throw new Error(`The emulators did not start:\n${readFileSync(log, "utf8")}`);
}

async function start(options: readonly string[]): Promise<void> {
  const { RUNNER_TEMP = tmpdir(), GITHUB_OUTPUT = "" } = process.env;
  const log = join(mkdtempSync(join(RUNNER_TEMP, "emulator-")), "emulator.log");
  const output = openSync(log, "a");
  // Detached, so that it outlives this step, also under act.
  const args = [cli, "--port", "0", "--log", ...options];
  const child = spawn(process.execPath, args, { detached: true, stdio: ["ignore", output, output], windowsHide: true });
  child.unref();
  const welcome = await readWelcome(log);
  console.log(welcome);
  const find = (pattern: RegExp): string => pattern.exec(welcome)?.[1] ?? "";
  const outputs = {
    url: find(/at (http:\S+)$/m),
    pid: child.pid,
    log,
    "id-token-request-url": find(/^export ACTIONS_ID_TOKEN_REQUEST_URL=(.*)$/m),
    "id-token-request-token": find(/^export ACTIONS_ID_TOKEN_REQUEST_TOKEN=(.*)$/m),
  };
  for (const [name, value] of Object.entries(outputs)) appendFileSync(GITHUB_OUTPUT, `${name}=${value}\n`);
}

const [command, ...args] = process.argv.slice(2);
if (command === "start") await start(args);
else {
  const [pid = "", log = ""] = args;
  process.kill(Number(pid));
  console.log(readFileSync(log, "utf8"));
}
