/** Runs the built action against the emulator and checks what must be true whatever happens. */
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { expect } from "vitest";
import { DEMO_CREDENTIALS, type Emulator, type EmulatorOptions, startEmulator } from "../emulator/emulator.ts";
import { type RunOptions, type RunResult, runAction } from "../support/run-action.ts";

const PROXY_USER = "proxy-user";
export const PROXY_PASSWORD = "proxy-p@ssword";
/** As a URL holds them. */
export const PROXY_LOGIN = `${PROXY_USER}:${encodeURIComponent(PROXY_PASSWORD)}`;
/** As a proxy gets them. */
export const PROXY_BASIC = Buffer.from(`${PROXY_USER}:${PROXY_PASSWORD}`).toString("base64");
const PROXY_SECRETS = [PROXY_PASSWORD, encodeURIComponent(PROXY_PASSWORD), PROXY_BASIC];
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
  /** Sets up what stands between action and emulator; returns variables for the action's environment. */
  readonly prepare?: (emulator: Emulator) => Promise<Readonly<Record<string, string>>>;
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
  /** From the first signal to the end of the process; 0 without one. */
  readonly sinceSignalMs: number;
}

const list = (text: string | undefined): readonly number[] => JSON.parse(text || "[]") as number[];

export async function play({ emulator: options = {}, ids = [1, 2, 3, 4, 5], ...scenario }: Scenario): Promise<Played> {
  const { inputs = {}, env = {}, files = {}, speed = 1, signals = [], prepare } = scenario;
  let child: Parameters<NonNullable<RunOptions["onStart"]>>[0] | undefined;
  let signalledAt: number | undefined;
  const due = (request: number): void => {
    for (const { signal, afterMs } of signals.filter((one) => one.request === request)) {
      setTimeout(() => {
        signalledAt ??= performance.now();
        child?.kill(signal);
      }, afterMs);
    }
  };
  const credentials = { ...DEMO_CREDENTIALS, token: TOKEN };
  await using emulator = await startEmulator({
    csrs: ids,
    credentials,
    ...options,
    onRequest: ({ number }) => due(number),
  });
  const between = await prepare?.(emulator);
  // How late this process, which plays the API, may have seen what arrived.
  const lateness = monitorEventLoopDelay({ resolution: 5 });
  lateness.enable();
  const run = await runAction({
    inputs: {
      "csr-ids": files["ids.txt"] ? "" : ids.join(", "),
      "secret-id": credentials.secretId,
      "secret-key": credentials.secretKey,
      "session-token": TOKEN,
      endpoint: emulator.url,
      ...inputs,
    },
    env: { ...(speed === 1 ? {} : { TIME_LENS: String(speed) }), ...between, ...env },
    files,
    nodeArgs: speed === 1 ? [] : ["--import", LENS],
    onStart(started) {
      child = started;
      due(0);
    },
  });
  const sinceSignalMs = signalledAt === undefined ? 0 : performance.now() - signalledAt;
  lateness.disable();
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
    sinceSignalMs,
  };
  checkTruth(played, ids, inputs["dry-run"] === "true");
  const perSecond = Number(inputs["requests-per-second"] ?? 10);
  checkPace(played, perSecond);
  if (speed === 1) checkArrivals(played, perSecond, lateness.max / 1e6);
  checkSecrets(
    played,
    SECRET_INPUTS.map((name) => inputs[name] ?? ""),
  );
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
  if (outputs["planned-csr-ids"]) expect(list(outputs["planned-csr-ids"])).toEqual(ids);
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
  expect(
    mostWithin(
      1000,
      calls.map(({ startedAt }) => Date.parse(startedAt)),
    ),
  ).toBeLessThanOrEqual(Math.max(1, perSecond));
  // Every request that arrived is one that the action knows of: nothing below it sends a request again.
  expect(emulator.requests.length).toBeLessThanOrEqual(calls.length);
}

const mostWithin = (ms: number, times: readonly number[]): number =>
  Math.max(0, ...times.map((at) => times.filter((other) => other >= at && other < at + ms).length));

/** The same where the requests arrive, by another clock; short of the time by which busy processes may have moved them together. */
function checkArrivals({ emulator }: Played, perSecond: number, lateMs: number): void {
  const times = emulator.requests.map(({ at }) => at);
  expect(mostWithin(800 - lateMs, times)).toBeLessThanOrEqual(Math.max(1, perSecond));
}

const SECRET_INPUTS = ["secret-key", "session-token"];

/** No secret in anything that was printed or written, but for the masks. */
function checkSecrets({ stdout, stderr, written, emulator }: Played, more: readonly string[]): void {
  const printed = stdout.split("\n").filter((line) => !line.startsWith("::add-mask::"));
  const all = [...printed, stderr, written].join("\n");
  for (const secret of [DEMO_CREDENTIALS.secretKey, TOKEN, ...PROXY_SECRETS, ...more]) {
    if (secret) expect(all).not.toContain(secret);
  }
  for (const { headers } of emulator.requests) {
    if (headers.authorization) expect(all).not.toContain(headers.authorization);
    const signature = /Signature=(\w+)/.exec(headers.authorization ?? "")?.[1];
    if (signature) expect(all).not.toContain(signature);
  }
}
