/**
 * `npm run bench`: the action beside what one would use instead, against the emulator, in one go. Writes RESULTS.md.
 * `npm run bench -- --start` compares the starts only, and writes nothing.
 */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { cpus, totalmem, type } from "node:os";
import { join } from "node:path";
import { type EmulatorOptions, startEmulator } from "../test/emulator/emulator.ts";
import { compareConnections } from "./connections.ts";
import { bundleRival, type Job, PROGRAMS, type Program, type Run, runProgram } from "./programs.ts";
import { median, range, table } from "./statistics.ts";

const here = import.meta.dirname;
const root = join(here, "..");
const ms = (value: number): string => `${value.toFixed(0)} ms`;
const seconds = (value: number): string => `${(value / 1000).toFixed(2)} s`;

interface Measured {
  readonly runs: readonly Run[];
  readonly requests: number;
  /** Refused by the rate limit. */
  readonly limited: number;
  readonly failed: boolean;
}

/** One run against an emulator of its own. */
async function once(program: Program, ids: readonly number[], options: EmulatorOptions, job: Partial<Job> = {}) {
  await using emulator = await startEmulator({ csrs: ids, ...options });
  const run = await runProgram(program, { ids, emulator, ...job });
  const limited = emulator.requests.filter(({ outcome }) => outcome.startsWith("RequestLimitExceeded")).length;
  return { run, requests: emulator.requests.length, limited, failed: run.exitCode !== 0 };
}

/** `programs` in turn (A B A B …), `rounds` times. */
async function compare<P extends Program>(
  programs: readonly P[],
  rounds: number,
  ids: readonly number[],
  options: EmulatorOptions,
  job: Partial<Job> = {},
) {
  const results = new Map<P, Awaited<ReturnType<typeof once>>[]>(programs.map((program) => [program, []]));
  for (const _ of range(rounds))
    for (const program of programs) results.get(program)?.push(await once(program, ids, options, job));
  return (program: P): Measured => {
    const all = results.get(program) ?? [];
    return {
      runs: all.map(({ run }) => run),
      requests: Math.max(...all.map(({ requests }) => requests)),
      limited: Math.max(...all.map(({ limited }) => limited)),
      failed: all.some(({ failed }) => failed),
    };
  };
}

const wall = ({ runs }: Measured): number => median(runs.map(({ wallMs }) => wallMs));
const cpu = ({ runs }: Measured): number => median(runs.map(({ cpuMs }) => cpuMs));
const peak = ({ runs }: Measured): number => median(runs.map(({ peakMb }) => peakMb));

async function start(): Promise<{ text: string; startMs: number }> {
  const programs = Object.keys(PROGRAMS) as readonly Program[];
  const timed = await compare(programs, 31, [1], {});
  const used = await compare(programs, 7, [1], {}, { usage: true });
  const failed = programs.filter((program) => timed(program).failed);
  if (failed.length > 0) throw new Error(`These programs failed: ${failed.join("; ")}.`);
  const action = wall(timed("action"));
  const rows = programs.map((program) => [
    program === "nothing" ? "`node -e 0`" : program,
    ms(wall(timed(program))),
    (action / wall(timed(program))).toFixed(2),
    ms(cpu(used(program))),
    `${peak(used(program)).toFixed(0)} MB`,
  ]);
  return {
    text: table([["One ID, immediate response", "wall", "the action, times this", "CPU", "peak memory"], ...rows]),
    startMs: action,
  };
}

/** What the API's limit allows: ten calls in each second, and the last response. */
const limitMs = (count: number, latencyMs: number): number =>
  Math.floor((Math.ceil(count / 100) - 1) / 10) * 1000 + latencyMs;

async function throughput(startMs: number): Promise<string> {
  const rows: (string | number)[][] = [];
  for (const [count, rounds] of [
    [100, 5],
    [1_000, 5],
    [5_000, 3],
    [20_000, 1],
  ] as const) {
    for (const latencyMs of [20, 150, 300]) {
      const result = await compare(["action", "SDK loop"], rounds, range(count), { latencyMs });
      const [ours, theirs] = [result("action"), result("SDK loop")];
      const limit = limitMs(count, latencyMs);
      const over = (wall(ours) / (startMs + limit) - 1) * 100;
      const outcome = theirs.failed ? `fails (${theirs.limited} refused)` : seconds(wall(theirs));
      const factor = theirs.failed ? "" : (wall(theirs) / wall(ours)).toFixed(1);
      rows.push([
        count.toLocaleString("en-US"),
        ms(latencyMs),
        seconds(limit),
        seconds(wall(ours)),
        `${over.toFixed(1)} %`,
        ours.failed ? "fails" : ours.limited,
        outcome,
        factor,
      ]);
      console.log(rows.at(-1)?.join("  "));
    }
  }
  return table([
    [
      "IDs",
      "response after",
      "limit allows",
      "action",
      "over limit plus start",
      "refused by the limit",
      "SDK loop",
      "times as long",
    ],
    ...rows,
  ]);
}

async function growth(): Promise<string> {
  const rows: (string | number)[][] = [];
  for (const count of [1, 100, 1_000, 10_000, 100_000]) {
    const result = await compare(
      ["action"],
      count > 10_000 ? 1 : 3,
      range(count),
      { requestsPerSecond: 100 },
      { requestsPerSecond: 100, usage: true },
    );
    const ours = result("action");
    rows.push([
      count.toLocaleString("en-US"),
      ours.requests,
      seconds(wall(ours)),
      ms(cpu(ours)),
      `${peak(ours).toFixed(0)} MB`,
      ours.failed ? "no" : "yes",
    ]);
    console.log(rows.at(-1)?.join("  "));
  }
  return table([["IDs, at 100 requests a second", "calls", "wall", "CPU", "peak memory", "green"], ...rows]);
}

async function badIds(): Promise<string> {
  const rows: (string | number)[][] = [];
  for (const count of [0, 1, 5, 10, 25, 50]) {
    const csrIds = range(count).map((n) => n * 19);
    const faults =
      count > 0 ? [{ csrIds, fault: { kind: "api-error", code: "InvalidParameter.InvalidCSRId" } as const }] : [];
    const { requests, run } = await once(
      "action",
      range(1_000),
      { requestsPerSecond: 100, faults },
      { requestsPerSecond: 100, usage: true },
    );
    rows.push([count, requests, 10 + 2 * count * Math.ceil(Math.log2(100)) + 10, seconds(run.wallMs), ms(run.cpuMs)]);
    console.log(rows.at(-1)?.join("  "));
  }
  return table([["Bad IDs among 1,000, at 100 requests a second", "calls", "bound", "wall", "CPU"], ...rows]);
}

async function dryRun(): Promise<string> {
  const runs = [];
  for (const _ of range(5)) runs.push(await runProgram("action", { ids: range(100_000), dryRun: true, usage: true }));
  return `A dry run of 100,000 IDs from a file takes ${ms(median(runs.map(({ wallMs }) => wallMs)))} and ${median(runs.map(({ peakMb }) => peakMb)).toFixed(0)} MB at its peak.`;
}

function bytes(): string {
  const size = (name: string): number => statSync(join(root, "dist", name)).size;
  const dist = readdirSync(join(root, "dist")).reduce((sum, name) => sum + size(name), 0);
  const tarball = execFileSync("git", ["archive", "--format=tar.gz", "HEAD"], { cwd: root, maxBuffer: 2 ** 28 }).length;
  const kb = (count: number): string => `${Math.round(count / 1000).toLocaleString("en-US")} kB`;
  return `\`dist/index.js\` has ${kb(size("index.js"))}, all of \`dist/\` ${kb(dist)}; a runner downloads ${kb(tarball)} (a tarball of the repository).`;
}

const version = (path: string): string => (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version;

console.log("Start …");
bundleRival();
const started = performance.now();
const first = await start();
console.log(first.text);
if (process.argv.includes("--start")) process.exit();
const sections = [
  ["Start", first.text],
  ["Throughput, at the API's 10 requests a second", await throughput(first.startMs)],
  ["As the work grows", `${await growth()}\n\n${await badIds()}\n\n${await dryRun()}`],
  ["Connections", await compareConnections()],
  ["Bytes", bytes()],
] as const;
const sdk = version(join(here, "node_modules", "tencentcloud-sdk-nodejs-intl-en", "package.json"));
const text = `# Results

Written by \`npm run bench\` (${new Date().toISOString().slice(0, 10)}; ${cpus().length} × ${cpus()[0]?.model ?? "?"}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, ${type()}; Node ${process.version}; tencentcloud-sdk-nodejs-intl-en ${sdk}). Medians; programs that are compared ran in turn. All against the emulator on loopback.

${sections.map(([title, body]) => `## ${title}\n\n${body}`).join("\n\n")}
`;
writeFileSync(join(here, "RESULTS.md"), text);
console.log(`\n${text}\nTook ${seconds(performance.now() - started)}. Written to bench/RESULTS.md.`);
