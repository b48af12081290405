/** Runs the built action against the emulator and checks what must be true whatever happens. */
import { join } from "node:path";
import { expect } from "vitest";
import { DEMO_CREDENTIALS, type Emulator, type EmulatorOptions, startEmulator } from "../emulator/emulator.ts";
import { type RunOptions, type RunResult, runAction } from "../runner.ts";

export const TOKEN = "example-session-token";
const LENS = join(import.meta.dirname, "time-lens.mjs");

export interface Scenario {
  readonly emulator?: EmulatorOptions;
  /** Requested IDs. */
  readonly ids?: readonly number[];
  readonly inputs?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
  /** The action's clock runs so many times as fast. */
  readonly speed?: number;
  /** Signals to send, so many milliseconds after the request of that number has arrived (or, 0, after the start). */
  readonly signals?: ReadonlyArray<{
    readonly signal: NodeJS.Signals;
    readonly request: number;
    readonly afterMs: number;
  }>;
}

export interface Played extends RunResult {
  readonly emulator: Emulator;
  readonly deleted: readonly number[];
  readonly absent: readonly number[];
  readonly left: readonly number[];
  /** Outcome by ID, from the report file. */
  readonly outcomes: ReadonlyMap<number, string>;
  readonly deletions: number;
  readonly lookups: number;
}

const list = (text: string | undefined): readonly number[] => JSON.parse(text || "[]") as number[];

export async function play({ emulator: options = {}, ids = [1, 2, 3, 4, 5], ...scenario }: Scenario): Promise<Played> {
  const { inputs = {}, env = {}, files = {}, speed = 1, signals = [] } = scenario;
  let child: Parameters<NonNullable<RunOptions["onStart"]>>[0] | undefined;
  const due = (request: number): void => {
    for (const { signal, afterMs } of signals.filter((one) => one.request === request))
      setTimeout(() => child?.kill(signal), afterMs);
  };
  const credentials = { ...DEMO_CREDENTIALS, token: TOKEN };
  await using emulator = await startEmulator({
    csrs: ids,
    credentials,
    ...options,
    onRequest: ({ number }) => due(number),
  });
  const run = await runAction({
    inputs: {
      "csr-ids": files["ids.txt"] ? "" : ids.join(", "),
      "secret-id": credentials.secretId,
      "secret-key": credentials.secretKey,
      "session-token": TOKEN,
      endpoint: emulator.url,
      ...inputs,
    },
    env: { ...(speed === 1 ? {} : { TIME_LENS: String(speed) }), ...env },
    files,
    nodeArgs: speed === 1 ? [] : ["--import", LENS],
    onStart(started) {
      child = started;
      due(0);
    },
  });
  const report = run.report as { ids: { id: number; outcome: string }[] } | undefined;
  const played: Played = {
    ...run,
    emulator,
    deleted: list(run.outputs["deleted-csr-ids"]),
    absent: list(run.outputs["absent-csr-ids"]),
    left: list(run.outputs["not-deleted-csr-ids"]),
    outcomes: new Map(report?.ids.map(({ id, outcome }) => [id, outcome])),
    deletions: emulator.requests.filter(({ action }) => action === "BatchDeleteCSR").length,
    lookups: emulator.requests.filter(({ action }) => action === "DescribeCSRSet").length,
  };
  checkTruth(played, ids, inputs["dry-run"] === "true");
  checkPace(played, Number(inputs["requests-per-second"] ?? 10));
  checkSecrets(played);
  return played;
}

const sorted = (ids: Iterable<number>): number[] => [...ids].sort((a, b) => a - b);

/** Every requested ID has one outcome, the same in outputs and report, and it is true. */
function checkTruth(
  { deleted, absent, left, outcomes, emulator, outputs, exitCode }: Played,
  ids: readonly number[],
  dryRun: boolean,
): void {
  expect(Object.keys(outputs)).toHaveLength(9);
  if (dryRun) {
    expect([deleted, absent, left, emulator.deleted]).toEqual([[], [], [], []]);
    return;
  }
  expect(sorted([...deleted, ...absent, ...left])).toEqual(sorted(ids));
  expect(sorted(outcomes.keys())).toEqual(sorted(ids));
  const named = (...names: string[]): number[] => ids.filter((id) => names.includes(outcomes.get(id) ?? ""));
  expect([named("deleted"), named("absent"), named("remaining", "unknown", "skipped")]).toEqual([
    deleted,
    absent,
    left,
  ]);
  const really = new Set(emulator.deleted);
  expect(deleted.filter((id) => !really.has(id))).toEqual([]);
  expect([...deleted, ...absent].filter((id) => emulator.inventory.has(id))).toEqual([]);
  expect(named("remaining").filter((id) => !emulator.inventory.has(id))).toEqual([]);
  expect(named("skipped").filter((id) => really.has(id))).toEqual([]);
  if (left.length > 0) expect(exitCode).not.toBe(0);
}

/** No call holds more than 100 IDs, and no second more starts than allowed: by the action's own clock, since this process is busy. */
function checkPace({ emulator, report }: Played, perSecond: number): void {
  for (const { csrIds } of emulator.requests) expect(csrIds.length).toBeLessThanOrEqual(100);
  const { calls } = report as { calls: { startedAt: string }[] };
  const starts = calls.map(({ startedAt }) => Date.parse(startedAt));
  const most = Math.max(0, ...starts.map((at) => starts.filter((other) => other >= at && other < at + 1000).length));
  expect(most).toBeLessThanOrEqual(Math.max(1, perSecond));
}

/** No secret in anything that was printed or written, but for the masks. */
function checkSecrets({ stdout, stderr, written, emulator }: Played): void {
  const printed = stdout.split("\n").filter((line) => !line.startsWith("::add-mask::"));
  const all = [...printed, stderr, written].join("\n");
  for (const secret of [DEMO_CREDENTIALS.secretKey, TOKEN, "proxy-password"]) expect(all).not.toContain(secret);
  for (const { headers } of emulator.requests) {
    if (headers.authorization) expect(all).not.toContain(headers.authorization);
    const signature = /Signature=(\w+)/.exec(headers.authorization ?? "")?.[1];
    if (signature) expect(all).not.toContain(signature);
  }
}
