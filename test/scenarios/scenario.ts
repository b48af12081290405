/** Runs the built action against the emulator and checks what must be true whatever happens. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
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
const TIME_LENS = join(import.meta.dirname, "time-lens.mjs");
const WIRE_LENS = join(import.meta.dirname, "wire.mjs");

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
  /** Outcome by ID, from the report file; none before a deletion. */
  readonly outcomes: ReadonlyMap<number, string>;
  /** When each request went onto the wire, in real ms. */
  readonly sent: readonly number[];
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
  const folder = mkdtempSync(join(tmpdir(), "wire-"));
  const wireLog = join(folder, "sent.json");
  const lenses = speed === 1 ? [WIRE_LENS] : [WIRE_LENS, TIME_LENS];
  const run = await runAction({
    inputs: {
      "csr-ids": files["ids.txt"] ? "" : ids.join(", "),
      "secret-id": credentials.secretId,
      "secret-key": credentials.secretKey,
      "session-token": TOKEN,
      endpoint: emulator.url,
      ...inputs,
    },
    env: { WIRE_LOG: wireLog, TIME_LENS: String(speed), ...between, ...env },
    files,
    nodeArgs: lenses.flatMap((lens) => ["--import", lens]),
    onStart(started) {
      child = started;
      due(0);
    },
  });
  const sinceSignalMs = signalledAt === undefined ? 0 : performance.now() - signalledAt;
  const sent = list(readFileSync(wireLog, "utf8"));
  rmSync(folder, { recursive: true });
  const report = run.report as { csrs: { id: number; outcome?: string }[] } | undefined;
  const played: Played = {
    ...run,
    emulator,
    deleted: list(run.outputs["deleted-csr-ids"]),
    absent: list(run.outputs["absent-csr-ids"]),
    left: list(run.outputs["not-deleted-csr-ids"]),
    outcomes: new Map(report?.csrs.flatMap(({ id, outcome }) => (outcome === undefined ? [] : [[id, outcome]]))),
    sent,
    deletions: emulator.requests.filter(({ action }) => action === "BatchDeleteCSR").length,
    lookups: emulator.requests.filter(({ action }) => action === "DescribeCSRSet").length,
    sinceSignalMs,
  };
  checkTruth(played, ids, inputs["dry-run"] === "true");
  checkPace(played, Number(inputs["requests-per-second"] ?? 10), speed);
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
  const planned = list(outputs["planned-csr-ids"]);
  const known = outputs["planned-csr-ids"] !== "";
  if (dryRun) {
    expect([deleted, left, emulator.deleted]).toEqual([[], [], []]);
    if (known) expect(ids.filter((id) => !absent.includes(id))).toEqual(planned);
    return;
  }
  // Refused, or the inputs were wrong: nothing was deleted, and nothing is said about what there is to delete.
  if (outputs["deleted-csr-ids"] === "") {
    expect([emulator.deleted, left, outputs["not-deleted-csr-ids"]]).toEqual([[], [], ""]);
    return;
  }
  if (known) {
    const sent = new Set(planned);
    expect(ids.filter((id) => sent.has(id))).toEqual(planned);
    expect([...deleted, ...left].filter((id) => !sent.has(id))).toEqual([]);
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

/**
 * No call holds more than 100 IDs, and no second more starts than allowed: where requests leave, by real time. A busy machine may hold
 * a process for some ms between its own look at the clock and the wire; a faster clock magnifies that, so there its own look counts.
 */
function checkPace({ emulator, sent, report }: Played, perSecond: number, speed: number): void {
  for (const { csrIds } of emulator.requests) expect(csrIds.length).toBeLessThanOrEqual(100);
  expect(sent.length).toBeGreaterThanOrEqual(emulator.requests.length);
  const { calls } = (report ?? { calls: [] }) as { calls: { startedAt: string }[] };
  const starts = speed === 1 ? sent : calls.map(({ startedAt }) => Date.parse(startedAt)).sort((a, b) => a - b);
  expect(mostWithin(speed === 1 ? 950 : 1000, starts)).toBeLessThanOrEqual(Math.max(1, perSecond));
  // Every request that arrived is one that the action knows of: nothing below it sends a request again.
  expect(emulator.requests.length).toBeLessThanOrEqual(calls.length);
}

/** The most of `times`, which are sorted, in any stretch of `ms`. */
function mostWithin(ms: number, times: readonly number[]): number {
  let first = 0;
  let most = 0;
  for (const [index, at] of times.entries()) {
    while ((times[first] ?? at) <= at - ms) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
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
