/**
 * `npm run bench`: the action beside what one would use instead, against the emulator, in one go. Writes RESULTS.md.
 * `npm run bench -- --start` compares the starts only; `-- --quick` tries every part once. Both write nothing.
 */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { cpus, totalmem, type } from "node:os";
import { join } from "node:path";
import { type EmulatorOptions, startEmulator, startOidcEmulator, stsFor } from "../test/emulator/emulator.ts";
import { compareConnections } from "./connections.ts";
import { bundleRival, type Job, type Program, type Run, runProgram } from "./programs.ts";
import { median, range, table } from "./statistics.ts";

const here = import.meta.dirname;
const root = join(here, "..");
const quick = process.argv.includes("--quick");
const ms = (value: number): string => `${value.toFixed(0)} ms`;
const seconds = (value: number): string => `${(value / 1000).toFixed(2)} s`;

const number = (value: number): string => value.toLocaleString("en-US");

interface Measured {
  readonly runs: readonly Run[];
  readonly requests: number;
  /** Refused by the rate limit. */
  readonly limited: number;
  /** CSRs that the emulator does not have any more, at the least. */
  readonly deleted: number;
  /** A run ended with an error, or did not delete everything. */
  readonly failed: boolean;
}

type Once = Partial<Job> & { readonly keyless?: boolean };

/** One run against an emulator of its own. */
async function once(program: Program, ids: readonly number[], options: EmulatorOptions, job: Once = {}) {
  await using oidc = job.keyless ? await startOidcEmulator() : undefined;
  await using emulator = await startEmulator({ csrs: ids, ...options, ...(oidc && { sts: stsFor(oidc) }) });
  const run = await runProgram(program, { ids, emulator, ...job, ...(oidc && { oidc }) });
  const limited = emulator.requests.filter(({ outcome }) => outcome.startsWith("RequestLimitExceeded")).length;
  const deleted = ids.length - emulator.inventory.size;
  const deletes = DELETING.has(program) && !job.dryRun && options.faults === undefined;
  const failed = run.exitCode !== 0 || (deletes && deleted !== ids.length);
  return { run, requests: emulator.requests.length, limited, deleted, failed };
}

/** The programs that delete; the others only send a request. */
const DELETING: ReadonlySet<Program> = new Set([
  ...(["action", "SDK loop", "SDK loop as an action", "SDK burst", "keyless script"] as const),
]);

/** `programs` in turn (A B A B …), `rounds` times. */
async function compare(
  programs: ReadonlyArray<readonly [name: string, program: Program, job?: Once]>,
  rounds: number,
  ids: readonly number[],
  options: EmulatorOptions,
  job: Once = {},
): Promise<(name: string) => Measured> {
  const results = new Map(programs.map(([name]) => [name, [] as Awaited<ReturnType<typeof once>>[]]));
  for (const _ of range(rounds)) {
    for (const [name, program, own] of programs) {
      results.get(name)?.push(await once(program, ids, options, { ...job, ...own }));
    }
  }
  return (name) => {
    const all = results.get(name) ?? [];
    return {
      runs: all.map(({ run }) => run),
      requests: Math.max(...all.map(({ requests }) => requests)),
      limited: Math.max(...all.map(({ limited }) => limited)),
      deleted: Math.min(...all.map(({ deleted }) => deleted)),
      failed: all.some(({ failed }) => failed),
    };
  };
}

const wall = ({ runs }: Measured): number => median(runs.map(({ wallMs }) => wallMs));
const cpu = ({ runs }: Measured): number => median(runs.map(({ cpuMs }) => cpuMs));
const peak = ({ runs }: Measured): number => median(runs.map(({ peakMb }) => peakMb));

const START_RUNS = quick ? 2 : 31;
const USAGE_RUNS = quick ? 1 : 7;

/** Programs with one ID each, in turn: time, then processor and memory. */
async function startTable(
  head: string,
  programs: ReadonlyArray<readonly [name: string, program: Program, job?: Once]>,
): Promise<{ text: string; firstMs: number }> {
  const timed = await compare(programs, START_RUNS, [1], {});
  const used = await compare(programs, USAGE_RUNS, [1], {}, { usage: true });
  const failed = programs.filter(([name]) => timed(name).failed);
  if (failed.length > 0) throw new Error(`These programs failed: ${failed.map(([name]) => name).join("; ")}.`);
  const firstMs = wall(timed(programs[0]?.[0] ?? ""));
  const rows = programs.map(([name]) => [
    name,
    ms(wall(timed(name))),
    (firstMs / wall(timed(name))).toFixed(2),
    ms(cpu(used(name))),
    `${peak(used(name)).toFixed(0)} MB`,
  ]);
  const text = table([
    [head, `wall (${START_RUNS} runs)`, "the action, times this", `CPU (${USAGE_RUNS} runs)`, "peak memory"],
    ...rows,
  ]);
  return { text, firstMs };
}

const start = () =>
  startTable("One ID, immediate response", [
    ["action", "action"],
    ["`node -e 0`", "nothing"],
    ["node:http, one request", "node:http, one request"],
    ["undici's agent alone, one request", "undici's agent alone, one request"],
    ["`request` of undici, one request", "`request` of undici, one request"],
    ["action that looks the ID up first (the default)", "action", { lookUp: "auto" }],
    ["SDK loop", "SDK loop"],
    ["SDK loop as an action", "SDK loop as an action"],
  ]);

const keyless = () =>
  startTable("One ID, keyless: OIDC token, STS, deletion", [
    ["action, keyless", "action", { keyless: true }],
    ["action, stored key", "action"],
    ["script with @actions/core, `fetch` and the SDK, keyless", "keyless script", { keyless: true }],
  ]);

/** What the API's limit allows: ten calls in each second, and the last response. */
const limitMs = (count: number, latencyMs: number): number =>
  Math.floor((Math.ceil(count / 100) - 1) / 10) * 1000 + latencyMs;

/** Time and factor of a rival; how it failed, if it did. */
function outcomeOf(measured: Measured, ours: Measured, count: number): readonly string[] {
  if (!measured.failed) return [seconds(wall(measured)), (wall(measured) / wall(ours)).toFixed(2)];
  return [`fails: ${measured.limited} refused, ${number(measured.deleted)} of ${number(count)} deleted`, ""];
}

async function throughput(startMs: number): Promise<string> {
  const rows: (string | number)[][] = [];
  const sizes = quick
    ? ([[1_000, 1]] as const)
    : ([
        [100, 5],
        [1_000, 5],
        [5_000, 3],
        [20_000, 1],
      ] as const);
  for (const [count, rounds] of sizes) {
    for (const latencyMs of quick ? [20] : [20, 150, 300]) {
      const result = await compare(
        [
          ["action", "action"],
          ["with look-up", "action", { lookUp: "auto" }],
          ["SDK loop", "SDK loop"],
          ["SDK burst", "SDK burst"],
        ],
        rounds,
        range(count),
        { latencyMs },
      );
      const ours = result("action");
      const limit = limitMs(count, latencyMs);
      const over = (wall(ours) / (startMs + limit) - 1) * 100;
      rows.push([
        number(count),
        ms(latencyMs),
        rounds,
        seconds(limit),
        ours.failed ? "fails" : seconds(wall(ours)),
        `${over.toFixed(1)} %`,
        number(ours.deleted),
        ours.limited,
        seconds(wall(result("with look-up"))),
        ...outcomeOf(result("SDK loop"), ours, count),
        ...outcomeOf(result("SDK burst"), ours, count),
      ]);
      console.log(rows.at(-1)?.join("  "));
    }
  }
  return table([
    [
      ...["IDs", "response after", "runs", "limit allows", "action", "over limit plus start", "deleted", "refused"],
      ...["action with look-up", "SDK loop", "times as long", "SDK burst", "times as long"],
    ],
    ...rows,
  ]);
}

async function growth(): Promise<string> {
  const rows: (string | number)[][] = [];
  for (const count of quick ? [1, 1_000] : [1, 100, 1_000, 10_000, 100_000]) {
    const rounds = quick || count > 10_000 ? 1 : 3;
    const limits = { requestsPerSecond: 100 };
    const result = await compare([["action", "action"]], rounds, range(count), limits, { ...limits, usage: true });
    const ours = result("action");
    rows.push([
      number(count),
      rounds,
      ours.requests,
      number(ours.deleted),
      seconds(wall(ours)),
      ms(cpu(ours)),
      `${peak(ours).toFixed(0)} MB`,
      ours.failed ? "no" : "yes",
    ]);
    console.log(rows.at(-1)?.join("  "));
  }
  return table([
    ["IDs, at 100 requests a second", "runs", "calls", "deleted", "wall", "CPU", "peak memory", "green"],
    ...rows,
  ]);
}

async function badIds(): Promise<string> {
  const rows: (string | number)[][] = [];
  for (const count of quick ? [1] : [0, 1, 5, 10, 25, 50]) {
    const csrIds = range(count).map((n) => n * 19);
    const faults =
      count > 0 ? [{ csrIds, fault: { kind: "api-error", code: "InvalidParameter.InvalidCSRId" } as const }] : [];
    const { requests, deleted, run } = await once(
      "action",
      range(1_000),
      { requestsPerSecond: 100, faults },
      { requestsPerSecond: 100, usage: true },
    );
    const bound = 10 + 2 * count * Math.ceil(Math.log2(100)) + 10;
    rows.push([count, requests, bound, number(deleted), seconds(run.wallMs), ms(run.cpuMs)]);
    console.log(rows.at(-1)?.join("  "));
  }
  return table([
    ["Bad IDs among 1,000, at 100 requests a second; one run", "calls", "bound", "deleted", "wall", "CPU"],
    ...rows,
  ]);
}

async function dryRun(): Promise<string> {
  const runs = [];
  for (const _ of range(quick ? 1 : 5)) {
    runs.push(await runProgram("action", { ids: range(100_000), dryRun: true, usage: true }));
  }
  const [wallMs, peakMb] = [median(runs.map(({ wallMs }) => wallMs)), median(runs.map(({ peakMb }) => peakMb))];
  return `A dry run of 100,000 IDs from a file takes ${ms(wallMs)} and ${peakMb.toFixed(0)} MB at its peak (${runs.length} runs).`;
}

function bytes(): string {
  const size = (name: string): number => statSync(join(root, "dist", name)).size;
  const dist = readdirSync(join(root, "dist")).reduce((sum, name) => sum + size(name), 0);
  const tarball = execFileSync("git", ["archive", "--format=tar.gz", "HEAD"], { cwd: root, maxBuffer: 2 ** 28 }).length;
  const kb = (count: number): string => `${Math.round(count / 1000).toLocaleString("en-US")} kB`;
  return `\`dist/index.js\` has ${kb(size("index.js"))}, all of \`dist/\` ${kb(dist)}; a runner downloads ${kb(tarball)} (a tarball of the repository).`;
}

const version = (path: string): string => (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version;

/** The commit that was measured. */
function commit(): string {
  const git = (...args: readonly string[]) => execFileSync("git", args, { cwd: root, encoding: "utf8" }).trim();
  const changed = git("status", "--porcelain", "--", "src", "dist", "bench") === "" ? "" : " with changes";
  return git("rev-parse", "--short=12", "HEAD") + changed;
}

console.log("Start …");
bundleRival();
const started = performance.now();
const first = await start();
console.log(first.text);
const second = await keyless();
console.log(second.text);
if (process.argv.includes("--start")) process.exit();
const sections = [
  ["Start", first.text],
  ["Keyless", second.text],
  ["Throughput, at the API's 10 requests a second", await throughput(first.firstMs)],
  ["As the work grows", `${await growth()}\n\n${await badIds()}\n\n${await dryRun()}`],
  ["Connections", await compareConnections()],
  ["Bytes", bytes()],
] as const;
const sdk = version(join(here, "node_modules", "tencentcloud-sdk-nodejs-intl-en", "package.json"));
const machine = `${cpus().length} × ${cpus()[0]?.model ?? "?"}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, ${type()}`;
const text = `# Results

Written by \`npm run bench\` on ${new Date().toISOString().slice(0, 10)}, of commit ${commit()}. ${machine}; Node ${process.version};
tencentcloud-sdk-nodejs-intl-en ${sdk}. All against the emulator on loopback.

A figure is the median of the runs that the table names, or the figure of the one run. Programs that are compared ran in turn. Except for the
action "with look-up", programs only delete: the action with \`look-up: false\`. "deleted" is what the emulator did not have any more
afterwards, in the run with the fewest; a program that did not delete everything, or ended with an error, fails. The SDK loop makes one call
after the other; the SDK burst (11 lines) makes ten at once, every 1.05 s, with no retry and no look at what was deleted.

${sections.map(([title, body]) => `## ${title}\n\n${body}`).join("\n\n")}
`;
if (!quick) writeFileSync(join(here, "RESULTS.md"), text);
console.log(`\n${text}\nTook ${seconds(performance.now() - started)}.`);
