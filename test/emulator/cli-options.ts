import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { DEMO_CREDENTIALS } from "./credentials.ts";
import { parseFaultRules } from "./fault-file.ts";
import type { Action, EmulatorOptions } from "./types.ts";

/** What `--help` prints. */
export const HELP = `Emulates the CSR calls of Tencent Cloud SSL (BatchDeleteCSR, DescribeCSRSet) on this machine.

Usage: npm run emulator -- [options]

  --port <number>                 where to listen; 0 takes any free port (default 8970)
  --host <address>                default 127.0.0.1
  --csrs <ids>                    CSRs that exist at the start (default 1001-1250)
  --kept <ids>                    CSRs that are never deleted, and left out of Success
  --denied <ids>                  CSRs that the caller may not delete
  --deny-action <action>          BatchDeleteCSR or DescribeCSRSet; can be repeated
  --unknown-ids <how>             IDs that do not exist: leave-out (default) or refuse
  --requests-per-second <number>  limit for each action (default 10)
  --latency <ms>                  time to an answer, such as 50 or 50-200 (default 0)
  --clock-skew <ms>               how far the server's clock is ahead
  --session-token <token>         demand this X-TC-Token
  --faults <file>                 a JSON array of fault rules
  --log                           print a line for each request
  --quiet                         print the URL and nothing else
  --help                          print this

<ids> is a list of IDs and ranges, such as 11-310,999.

Examples:
  npm run emulator -- --csrs 11-310,999 --kept 42 --log
  npm run emulator -- --requests-per-second 2 --latency 50-200
  npm run emulator -- --faults faults.json
    where faults.json holds, for example,
    [{"action": "BatchDeleteCSR", "requests": [2], "fault": {"kind": "reset", "effect": true}},
     {"times": 3, "fault": {"kind": "api-error", "code": "InternalError"}}]
`;

const DEFAULT_PORT = 8970;
const DEFAULT_CSRS = "1001-1250";
const MOST_IDS = 1_000_000;

const OPTIONS = {
  port: { type: "string" },
  host: { type: "string" },
  csrs: { type: "string" },
  kept: { type: "string" },
  denied: { type: "string" },
  "deny-action": { type: "string", multiple: true },
  "unknown-ids": { type: "string" },
  "requests-per-second": { type: "string" },
  latency: { type: "string" },
  "clock-skew": { type: "string" },
  "session-token": { type: "string" },
  faults: { type: "string" },
  log: { type: "boolean" },
  quiet: { type: "boolean" },
  help: { type: "boolean" },
} as const;

/** What the command line asks for. */
export interface CliOptions {
  help: boolean;
  log: boolean;
  quiet: boolean;
  emulator: EmulatorOptions;
}

function parseOptions(args: readonly string[]) {
  return parseArgs({ args: [...args], options: OPTIONS, strict: true, allowPositionals: false }).values;
}

type Values = ReturnType<typeof parseOptions>;

function integer(name: string, text: string, min: number, max = Number.MAX_SAFE_INTEGER): number {
  const value = Number(text);
  if (!/^-?[0-9]+$/.test(text)) throw new Error(`--${name}: "${text}" is not an integer`);
  if (value < min) throw new Error(`--${name}: ${text} is less than ${min}`);
  if (value > max) throw new Error(`--${name}: ${text} is more than ${max}`);
  return value;
}

function range(text: string): number[] {
  const [, first = "", last = first] = /^([1-9][0-9]*)(?:-([1-9][0-9]*))?$/.exec(text.trim()) ?? [];
  const count = Number(last) - Number(first) + 1;
  if (!first || !Number.isSafeInteger(Number(last)) || count < 1) throw new Error(`"${text}" is no ID or range of IDs`);
  if (count > MOST_IDS) throw new Error(`"${text}" is more than ${MOST_IDS} IDs`);
  return Array.from({ length: count }, (_, index) => Number(first) + index);
}

/** The IDs of a list such as `11-310,999`. An empty text is an empty list. */
export function parseIds(text: string): number[] {
  return text.trim() === "" ? [] : text.split(",").flatMap(range);
}

function ids(name: string, text: string): number[] {
  try {
    return parseIds(text);
  } catch (error) {
    throw new Error(`--${name}: ${error instanceof Error ? error.message : error}`);
  }
}

function latency(text: string): { min: number; max: number } {
  const [min = "", max = min] = text.split("-");
  const bounds = { min: integer("latency", min, 0), max: integer("latency", max, 0) };
  if (bounds.max < bounds.min) throw new Error(`--latency: "${text}" ends before it begins`);
  return bounds;
}

function action(text: string): Action {
  if (text === "BatchDeleteCSR" || text === "DescribeCSRSet") return text;
  throw new Error(`--deny-action: "${text}" is neither BatchDeleteCSR nor DescribeCSRSet`);
}

function unknownIds(text: string): "leave-out" | "refuse" {
  if (text === "leave-out" || text === "refuse") return text;
  throw new Error(`--unknown-ids: "${text}" is neither leave-out nor refuse`);
}

function faults(file: string) {
  try {
    return parseFaultRules(readFileSync(file, "utf8"));
  } catch (error) {
    throw new Error(`--faults ${file}: ${error instanceof Error ? error.message : error}`);
  }
}

function permissions(values: Values): NonNullable<EmulatorOptions["permissions"]> {
  const refused = (values["deny-action"] ?? []).map((text) => [action(text), false]);
  return { actions: Object.fromEntries(refused), deniedCsrs: ids("denied", values.denied ?? "") };
}

function emulatorOptions(values: Values): EmulatorOptions {
  const { port, host, faults: file } = values;
  const token = values["session-token"];
  return {
    port: port === undefined ? DEFAULT_PORT : integer("port", port, 0, 65_535),
    ...(host === undefined ? {} : { host }),
    csrs: ids("csrs", values.csrs ?? DEFAULT_CSRS),
    keptIds: ids("kept", values.kept ?? ""),
    permissions: permissions(values),
    unknownIds: unknownIds(values["unknown-ids"] ?? "leave-out"),
    requestsPerSecond: integer("requests-per-second", values["requests-per-second"] ?? "10", 1),
    latencyMs: latency(values.latency ?? "0"),
    clockSkewMs: integer("clock-skew", values["clock-skew"] ?? "0", Number.MIN_SAFE_INTEGER),
    ...(token === undefined ? {} : { credentials: { ...DEMO_CREDENTIALS, token } }),
    ...(file === undefined ? {} : { faults: faults(file) }),
  };
}

/** What the arguments ask for; throws an error that says what is wrong with them. */
export function parseCliOptions(args: readonly string[]): CliOptions {
  const values = parseOptions(args);
  const { help = false, log = false, quiet = false } = values;
  return { help, log, quiet, emulator: help ? {} : emulatorOptions(values) };
}
