/** Builders of what the report is made of, for tests. */
import type { Execution } from "../../src/csrs/execute.ts";
import type { LookupResult } from "../../src/csrs/inventory.ts";
import type { Outcome } from "../../src/csrs/outcome.ts";
import type { Plan, PlanFailure, PlanRow } from "../../src/csrs/plan.ts";
import type { Inputs } from "../../src/inputs/inputs.ts";
import type { RunOutcome, RunRecord } from "../../src/report/run-record.ts";
import type { AttemptRecord } from "../../src/tencentcloud/api-client.ts";
import { type ApiFailure, apiFailure } from "../../src/tencentcloud/failure.ts";
import type { CsrRecord } from "../../src/tencentcloud/ssl.ts";

const STARTED_AT = Date.UTC(2026, 10, 24);
const DAY_MS = 86_400_000;

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
  maxDeletions: undefined,
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
  comment: undefined,
  warnings: [],
  ...more,
});

export const record = (outcome: RunOutcome, more: Partial<RunRecord> = {}): RunRecord => ({
  outcome,
  inputs: outcome.kind === "invalid-inputs" ? undefined : inputs({ dryRun: outcome.kind === "dry-run" }),
  attempts: [],
  clockOffsetMs: undefined,
  warnings: [],
  cancelled: false,
  startedAt: STARTED_AT,
  durationMs: 1234,
  identity: undefined,
  ...more,
});

export const csr = (id: number, more: Partial<CsrRecord> = {}): CsrRecord => ({
  id,
  domain: "www.example.com",
  createTime: "2026-08-26 00:00:00",
  remarks: "old",
  ...more,
});

export const row = (id: number, more: Partial<CsrRecord> = {}, decision: PlanRow["decision"] = "delete"): PlanRow => ({
  record: csr(id, more),
  decision,
  ageMs: decision === "time-unreadable" ? undefined : 90 * DAY_MS,
});

export const lookup = (ids: readonly number[], failure?: ApiFailure): LookupResult => ({
  records: new Map(ids.map((id) => [id, csr(id)])),
  conclusive: failure === undefined,
  ...(failure ? { failure } : {}),
});

/** A lookup whose readings never agreed. */
export const inconsistent: LookupResult = { records: new Map(), conclusive: false };

/** The plan of given IDs; those in `found` were seen in a listing. */
export const planOfIds = (ids: readonly number[], found?: LookupResult): Plan => ({
  source: "ids",
  ids,
  rows: ids.filter((id) => found?.records.has(id)).map((id) => row(id)),
  lookup: found,
});

export const planOfRows = (rows: readonly PlanRow[]): Plan => ({
  source: "selection",
  ids: rows.filter(({ decision }) => decision === "delete").map(({ record: { id } }) => id),
  rows,
  lookup: { records: new Map(rows.map(({ record: found }) => [found.id, found])), conclusive: true },
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

export function deletion(
  entries: Iterable<readonly [id: number, outcome: Outcome]>,
  more: Partial<Execution> = {},
  plan?: Plan,
): RunOutcome {
  const outcomes = new Map(entries);
  return {
    kind: "deletion",
    plan: plan ?? planOfIds([...outcomes.keys()]),
    execution: { outcomes, unexpectedValues: [], ...more },
  };
}

export const dryRun = (plan: Plan): RunOutcome => ({ kind: "dry-run", plan });
export const noPlan = (failure: PlanFailure): RunOutcome => ({ kind: "no-plan", failure });
export const invalidInputs = (...problems: readonly string[]): RunOutcome => ({ kind: "invalid-inputs", problems });

export const denied = apiFailure("UnauthorizedOperation", "not authorized", { requestId: "request-3", status: 200 });
export const wrongKey = apiFailure("AuthFailure.SignatureFailure", "m", { requestId: "request-3", status: 200 });
