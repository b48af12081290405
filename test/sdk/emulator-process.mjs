import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** @typedef {{ port: number, secretId: string, secretKey: string, token?: string }} RunningEmulator */

const CLI = fileURLToPath(new URL("../emulator/cli.ts", import.meta.url));
const INSTALLED_NODE = fileURLToPath(new URL("../../node_modules/.bin/node", import.meta.url));
const OLDEST_NODE = 24;

/** The emulator is TypeScript, which only a recent Node.js runs as it is. */
function nodePath() {
  if (existsSync(INSTALLED_NODE)) return INSTALLED_NODE;
  const major = Number(process.versions.node.split(".")[0]);
  if (major >= OLDEST_NODE) return process.execPath;
  throw new Error(
    `The emulator needs Node.js ${OLDEST_NODE} and this is ${process.version}. Run "npm ci" at the root of the project, which brings it along.`,
  );
}

/**
 * Reads what the emulator prints at its start.
 * @param {NodeJS.ReadableStream} output
 * @returns {Promise<RunningEmulator>}
 */
async function readWelcome(output) {
  let text = "";
  for await (const line of createInterface({ input: output })) {
    text += `${line}\n`;
    const [, port] = /^Emulator .* at http:.*:([0-9]+)$/m.exec(text) ?? [];
    const [, secretId] = /^export TENCENTCLOUD_SECRET_ID=(.*)$/m.exec(text) ?? [];
    const [, secretKey] = /^export TENCENTCLOUD_SECRET_KEY=(.*)$/m.exec(text) ?? [];
    if (port && secretId && secretKey) return { port: Number(port), secretId, secretKey };
  }
  throw new Error(`The emulator did not start:\n${text}`);
}

/**
 * Starts an emulator, lets `use` work with it, and stops it.
 * @param {readonly string[]} args
 * @param {(emulator: RunningEmulator) => Promise<void>} use
 */
export async function withEmulator(args, use) {
  const child = spawn(nodePath(), [CLI, "--port", "0", ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "close");
  try {
    await use(await readWelcome(child.stdout));
  } finally {
    child.kill("SIGTERM");
    await ended;
  }
}
