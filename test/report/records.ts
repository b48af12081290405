/** Builders of what the report is made of, for tests. */
import { expect } from "vitest";
import type { Execution } from "../../src/csrs/execution.ts";
import type { Listing } from "../../src/csrs/listing.ts";
import type { Outcome } from "../../src/csrs/outcome.ts";
import type { Plan, Refusal } from "../../src/csrs/plan.ts";
import type { PlanRow } from "../../src/csrs/selection.ts";
import type { Inputs } from "../../src/inputs/inputs.ts";
import { Redactor } from "../../src/shared/redactor.ts";
import type { RunRecord } from "../../src/shared/run-record.ts";
import type { AttemptRecord } from "../../src/tencentcloud/api-client.ts";
import { type ApiFailure, apiFailure } from "../../src/tencentcloud/errors.ts";
import type { CsrRecord } from "../../src/tencentcloud/ssl.ts";

const STARTED_AT = Date.UTC(2026, 10, 24);
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export const attempt = (more: Partial<AttemptRecord> = {}): AttemptRecord => ({
  action: "BatchDeleteCSR",
  size: 1,
  attempt: 1,
  retry: false,
  startedAt: STARTED_AT,
  durationMs: 20,
  requestId: "request-1",
  ...more,
});

export const inputs = (more: Partial<Inputs> = {}): Inputs => ({
  target: { kind: "ids", ids: [11, 22], duplicates: 0 },
  protection: { domains: [], ids: new Set() },
  allowedAccountIds: new Set(),
  lookUp: "auto",
  login: { kind: "key", credentials: { secretId: "example-id", secretKey: "example-key" }, from: "inputs" },
  endpoint: {
    origin: "https://ssl.intl.tencentcloudapi.com",
    host: "ssl.intl.tencentcloudapi.com",
    loopback: false,
    sts: { origin: "https://sts.intl.tencentcloudapi.com", host: "sts.intl.tencentcloudapi.com" },
  },
  dryRun: false,
  requestsPerSecond: 10,
  onAbsent: "warn",
  comment: false,
  warnings: [],
  ...more,
});

/** The selection that most tests of one use. */
export const selection = (more: Partial<Inputs> = {}): Inputs =>
  inputs({
    target: {
      kind: "selection",
      rules: {
        domains: ["*.example.com", "!www.*"],
        olderThan: { ms: 20 * DAY_MS, text: "20d" },
        remarks: ["old*"],
        keepNewest: 2,
      },
    },
    ...more,
  });

export const record = (parts: Partial<RunRecord> = {}): RunRecord => ({
  inputs: parts.problems ? undefined : inputs(),
  problems: [],
  calls: [],
  cancelled: false,
  startedAt: STARTED_AT,
  durationMs: 1234,
  ...parts,
});

export const csr = (id: number, more: Partial<CsrRecord> = {}): CsrRecord => ({
  id,
  domain: "www.example.com",
  createTime: "2026-08-26 00:00:00",
  remarks: "old",
  ownerUin: "100000000001",
  ...more,
});

export const row = (id: number, more: Partial<CsrRecord> = {}, decision: PlanRow["decision"] = "delete"): PlanRow => ({
  id,
  record: csr(id, more),
  decision,
  ageMs: decision === "time-unreadable" ? undefined : 90 * DAY_MS + 23 * HOUR_MS,
});

export const listing = (ids: readonly number[], failure?: ApiFailure, total = ids.length): Listing => ({
  records: new Map(ids.map((id) => [id, csr(id)])),
  conclusive: failure === undefined,
  total: failure ? undefined : total,
  failure,
});

/** A listing whose readings never agreed. */
export const inconsistent: Listing = { records: new Map(), conclusive: false };

/** The plan of given IDs. */
export const planOfIds = (ids: readonly number[], found?: Listing): Plan => ({
  source: "ids",
  rows: ids.map((id): PlanRow => {
    if (found?.records.has(id)) return row(id);
    return { id, decision: found?.conclusive ? "absent" : "delete" };
  }),
  listing: found,
  unmatched: [],
});

export const planOfRows = (rows: readonly PlanRow[], more: Partial<Plan> = {}): Plan => ({
  source: "selection",
  rows,
  listing: {
    records: new Map(rows.flatMap((each) => (each.record ? [[each.id, each.record]] : []))),
    conclusive: true,
    total: rows.length,
  },
  unmatched: [],
  ...more,
});

export const deleted: Outcome = { name: "deleted", requestId: "request-1" };

export const absent = (mayHaveBeenDeleted = false): Outcome => ({
  name: "absent",
  requestId: "request-1",
  mayHaveBeenDeleted,
});

export const notDeleted = (
  name: "remaining" | "unknown" | "skipped",
  code: string,
  message = "m",
  requestId = "request-2",
): Outcome => ({ name, requestId, cause: { code, message, requestId } });

/** A run that got to its deletion. */
export function deletion(
  entries: Iterable<readonly [id: number, outcome: Outcome]>,
  more: Partial<Execution> = {},
  plan?: Plan,
): RunRecord {
  const outcomes = new Map(entries);
  return record({
    plan: plan ?? planOfIds([...outcomes.keys()]),
    execution: { outcomes, unexpectedValues: [], ...more },
  });
}

export const dryRun = (plan: Plan): RunRecord =>
  record({ plan, inputs: plan.source === "ids" ? inputs({ dryRun: true }) : selection({ dryRun: true }) });

export const refused = (refusal: Refusal, plan?: Plan): RunRecord => record({ refusal, plan });

export const notListed = (found: Listing, neededBy = "a selection"): RunRecord =>
  refused({ kind: "listing", listing: found, neededBy });

export const tooMany = (plan: Plan): RunRecord => refused({ kind: "too-many", planned: 1_200, max: 100 }, plan);

export const wrongInputs = (...messages: readonly string[]): RunRecord =>
  record({ problems: messages.map((message) => ({ input: "csr-ids", message })) });

export const crashed = (plan?: Plan): RunRecord => record({ crash: "boom", plan });

export const denied = apiFailure("UnauthorizedOperation", "not authorized", { requestId: "request-3", status: 200 });
export const wrongKey = apiFailure("AuthFailure.SignatureFailure", "m", { requestId: "request-3", status: 200 });

export function redactorOf(...secrets: readonly string[]): Redactor {
  const redactor = new Redactor();
  redactor.registerSecrets(secrets);
  return redactor;
}

/** All of `parts` are in `text`, in this order. `indexOf` alone would take a missing one for the first. */
export function expectInOrder(text: string, ...parts: readonly string[]): void {
  let from = 0;
  for (const part of parts) {
    const found = text.indexOf(part, from);
    expect(found, `${JSON.stringify(part)} after ${JSON.stringify(text.slice(0, from).slice(-60))}`).not.toBe(-1);
    from = found + part.length;
  }
}
