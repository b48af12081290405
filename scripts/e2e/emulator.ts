/**
 * The emulator for a job of a workflow. `start [options of the emulator]` starts it in the background on a free port, and sets the
 * outputs `url`, `pid` and `log`; `stop <pid> <log>` ends it and prints its log.
 */
import { spawn } from "node:child_process";
import { appendFileSync, mkdtempSync, openSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const START_TIMEOUT_MS = 30_000;
const POLL_INTERVAL_MS = 100;

const cli = resolve(import.meta.dirname, "../../test/emulator/cli.ts");

/** Resolves once the log names the URL. */
async function waitForUrl(log: string): Promise<string> {
  for (const deadline = Date.now() + START_TIMEOUT_MS; Date.now() < deadline; await sleep(POLL_INTERVAL_MS)) {
    const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(readFileSync(log, "utf8")) ?? [];
    if (url) return url;
  }
  throw new Error(`The emulator did not start:\n${readFileSync(log, "utf8")}`);
}

async function start(options: readonly string[]): Promise<void> {
  const log = join(mkdtempSync(join(process.env.RUNNER_TEMP ?? tmpdir(), "emulator-")), "emulator.log");
  const output = openSync(log, "a");
  // Detached: it goes on after this step.
  const emulator = spawn(process.execPath, [cli, "--port", "0", "--log", ...options], {
    detached: true,
    stdio: ["ignore", output, output],
    windowsHide: true,
  });
  emulator.unref();
  const url = await waitForUrl(log);
  console.log(readFileSync(log, "utf8"));
  const outputs = `url=${url}\npid=${emulator.pid}\nlog=${log}\n`;
  if (process.env.GITHUB_OUTPUT) appendFileSync(process.env.GITHUB_OUTPUT, outputs);
  else console.log(outputs);
}

function stop([pid = "", log = ""]: readonly string[]): void {
  process.kill(Number(pid));
  console.log(readFileSync(log, "utf8"));
}

const [command, ...args] = process.argv.slice(2);
if (command === "start") await start(args);
else if (command === "stop") stop(args);
else throw new Error("Usage: emulator.ts start [options] | stop <pid> <log>");
