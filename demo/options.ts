/** The command line of the demo. */
import { parseArgs } from "node:util";
import { parseIds } from "../test/emulator/ids.ts";

export const HELP = `Runs the built action against emulators of Tencent Cloud and GitHub on this machine. Nothing leaves it.

Usage: npm start                       the demo, in nine steps
       npm start -- [options]          one step of your own

Inputs of your step (README.md describes them):
  --csr-ids <ids>                      such as "11, 22" or "[11, 22]"
  --csr-ids-file <file>                a file of yours; it is copied to the workspace of the step
  --domains <patterns>                 selects CSRs by domain, such as "*.example.com"
  --older-than <age>                   such as 90d
  --remarks <patterns>
  --keep-newest <number>               of each domain
  --protect <IDs and patterns>
  --max-deletions <number>
  --allowed-account-ids <IDs>          the emulator's account is 100000000001
  --look-up <auto|true|false>
  --dry-run                            deletes nothing
  --on-absent <ignore|warn|fail>
  --requests-per-second <number>

The emulator:
  --existing <ids>                     CSRs that exist for your step (default 11-310), in four domains
                                       (shop, api, mail and login.example.com); the last one is a day
                                       old, each one before it a day older
  --latency <ms>                       time to each response of the API (default 120)

  --verbose                            show the whole log, all outputs, and the summary
  -h, --help                           show this

Examples:
  npm start -- --csr-ids "11, 22"
  npm start -- --csr-ids "11, 22, 999" --on-absent fail
  npm start -- --domains "shop.example.com" --keep-newest 2 --dry-run
  npm start -- --csr-ids-file my-ids.txt --existing 1-5000 --latency 300
  npm start -- --csr-ids "11, 22" --latency 5000   and Ctrl+C, to see what a cancelled step reports
`;

const TEXT = { type: "string" } as const;
const FLAG = { type: "boolean" } as const;

const INPUTS = {
  "csr-ids": TEXT,
  "csr-ids-file": TEXT,
  domains: TEXT,
  "older-than": TEXT,
  remarks: TEXT,
  "keep-newest": TEXT,
  protect: TEXT,
  "max-deletions": TEXT,
  "allowed-account-ids": TEXT,
  "look-up": TEXT,
  "dry-run": FLAG,
  "on-absent": TEXT,
  "requests-per-second": TEXT,
} as const;

const OPTIONS = { ...INPUTS, existing: TEXT, latency: TEXT, verbose: FLAG, help: { ...FLAG, short: "h" } } as const;

const TARGETS = ["csr-ids", "csr-ids-file", "domains"] as const;

export interface DemoOptions {
  readonly help: boolean;
  readonly verbose: boolean;
  readonly latencyMs: number;
  /** The inputs of the one step to run; none for the whole demo. */
  readonly inputs: Readonly<Record<string, string>> | undefined;
  readonly existing: readonly number[];
}

/** @throws {Error} that describes what is wrong with the arguments */
export function parseDemoOptions(args: readonly string[]): DemoOptions {
  // `--name -5` is a name and its value, too.
  const joined = args.join("\0").replace(/(^|\0)(--[a-z-]+)\0-(?=\d)/g, "$1$2=-");
  const parsed = joined === "" ? [] : joined.split("\0");
  const { values } = parseArgs({ args: parsed, options: OPTIONS, strict: true, allowPositionals: false });
  const names = (Object.keys(INPUTS) as (keyof typeof INPUTS)[]).filter((name) => values[name] !== undefined);
  const isOwn = TARGETS.some((name) => values[name] !== undefined);
  const misplaced = values.existing === undefined ? names[0] : "existing";
  if (misplaced !== undefined && !isOwn)
    throw new Error(`--${misplaced} belongs to a step of your own: add --csr-ids, --csr-ids-file or --domains`);
  const latency = values.latency ?? "120";
  if (!/^\d{1,5}$/.test(latency))
    throw new Error(`--latency must be a number of milliseconds from 0 to 99999, not "${latency}"`);
  return {
    help: values.help ?? false,
    verbose: values.verbose ?? false,
    latencyMs: Number(latency),
    inputs: isOwn ? Object.fromEntries(names.map((name) => [name, String(values[name])])) : undefined,
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
