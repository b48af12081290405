/** The command line of the demo. */
import { parseArgs } from "node:util";
import { parseIds } from "../test/emulator/cli-options.ts";

export const HELP = `Runs the built action against an emulator of the API on this machine. Nothing leaves it.

Usage: npm start                       four steps: dry run, deletion, a failure, a re-run
       npm start -- [options]          one step of your own

Inputs of the step:
  --csr-ids <ids>                      such as "11, 22" or "[11, 22]"
  --csr-ids-file <file>                a file of yours; a copy of it is put into the step's workspace
  --dry-run                            delete nothing
  --on-absent <ignore|warn|fail>
  --requests-per-second <number>

The emulator:
  --existing <ids>                     CSRs that exist (default 11-310); only with a step of your own
  --latency <ms>                       time to each answer (default 120)

  --help                               print this

Examples:
  npm start -- --csr-ids "11, 22"
  npm start -- --csr-ids "11, 22, 999" --on-absent fail
  npm start -- --csr-ids-file my-ids.txt --existing 1-5000 --latency 300
  npm start -- --csr-ids "11, 22" --latency 5000   and Ctrl+C, to see what a cancelled step reports
`;

const OPTIONS = {
  "csr-ids": { type: "string" },
  "csr-ids-file": { type: "string" },
  "dry-run": { type: "boolean" },
  "on-absent": { type: "string" },
  "requests-per-second": { type: "string" },
  existing: { type: "string" },
  latency: { type: "string" },
  help: { type: "boolean" },
} as const;

const STEP_OPTIONS = ["csr-ids", "csr-ids-file", "dry-run", "on-absent", "requests-per-second"] as const;

export interface DemoOptions {
  readonly help: boolean;
  readonly latencyMs: number;
  /** The one step to run, by its inputs; none for the whole demo. */
  readonly step: Readonly<Record<string, string>> | undefined;
  readonly existing: readonly number[];
}

/** @throws {Error} that says what is wrong with the arguments */
export function parseDemoOptions(args: readonly string[]): DemoOptions {
  const { values } = parseArgs({ args: [...args], options: OPTIONS, strict: true, allowPositionals: false });
  const given = STEP_OPTIONS.filter((name) => values[name] !== undefined);
  if (values.existing !== undefined && given.length === 0) {
    throw new Error("--existing goes with a step of your own: add --csr-ids or --csr-ids-file");
  }
  const latency = values.latency ?? "120";
  if (!/^\d{1,5}$/.test(latency)) throw new Error(`--latency: "${latency}" is no number of milliseconds`);
  return {
    help: values.help ?? false,
    latencyMs: Number(latency),
    step: given.length === 0 ? undefined : Object.fromEntries(given.map((name) => [name, String(values[name])])),
    existing: existing(values.existing ?? "11-310"),
  };
}

function existing(text: string): readonly number[] {
  try {
    return parseIds(text);
  } catch (error) {
    throw new Error(`--existing: ${error instanceof Error ? error.message : error}`);
  }
}
