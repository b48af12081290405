/** Reports of every kind fit docs/report.schema.json, and have no field that it does not describe. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { CAUSES, type Outcome } from "../../src/csrs/outcome.ts";
import type { Plan, PlanRow } from "../../src/csrs/plan.ts";
import { reportText } from "../../src/report/report-file.ts";
import type { PendingRecord, RunOutcome, RunRecord } from "../../src/report/run-record.ts";
import { evaluate } from "../../src/report/verdict.ts";
import { apiFailure } from "../../src/tencentcloud/failure.ts";
import { reportProblems } from "../support/report-schema.ts";

const failure = apiFailure("UnauthorizedOperation", "not authorized", { requestId: "request-2", status: 200 });

const rows: readonly PlanRow[] = (
  ["delete", "excluded", "protected", "remarks", "time-unreadable", "too-young", "newest"] as const
).map((decision, index) => ({
  record: { id: index + 1, domain: "www.example.com", createTime: "2026-08-26 00:00:00", remarks: undefined },
  decision,
  ageMs: decision === "time-unreadable" ? undefined : 86_400_000,
}));

const plan: Plan = {
  source: "selection",
  ids: [1, 11, 12, 13, 14],
  rows,
  lookup: { records: new Map(rows.map(({ record }) => [record.id, record])), conclusive: true },
};

const outcomes: ReadonlyMap<number, Outcome> = new Map<number, Outcome>([
  [1, { name: "deleted", requestId: "request-1" }],
  [11, { name: "absent", mayHaveBeenDeleted: true, cause: failure }],
  [12, { name: "remaining", cause: CAUSES.leftOut }],
  [13, { name: "unknown", cause: failure, requestId: "request-2" }],
  [14, { name: "skipped", cause: CAUSES.cancelled }],
]);

function recordOf<O extends RunOutcome | PendingRecord["outcome"]>(outcome: O) {
  return {
    outcome,
    inputs: undefined,
    attempts: [
      {
        action: "BatchDeleteCSR",
        size: 5,
        attempt: 1,
        retry: false,
        startedAt: 0,
        durationMs: 1.5,
        requestId: "request-1",
      },
      {
        action: "DescribeCSRSet",
        size: 0,
        attempt: 2,
        retry: true,
        startedAt: 1,
        durationMs: 2,
        code: "InternalError",
      },
    ],
    clockOffsetMs: -3_600_000,
    warnings: [{ title: "Title", message: "message" }],
    cancelled: true,
    startedAt: Date.UTC(2026, 10, 24),
    durationMs: 1234.5,
    identity: {
      roleArn: "qcs::cam::uin/100000000001:roleName/csr-cleanup",
      sessionName: "octo-org-1",
      provider: "github",
      claims: undefined,
    },
  };
}

function report(record: RunRecord): unknown {
  return JSON.parse([...reportText(record, evaluate(record))].join(""));
}

const KINDS: readonly RunOutcome[] = [
  { kind: "invalid-inputs", problems: ["`dry-run` is blank"] },
  { kind: "no-plan", failure: { kind: "lookup-failed", lookup: { records: new Map(), conclusive: false, failure } } },
  { kind: "no-plan", failure: { kind: "too-many", planned: 5, max: 1, plan } },
  { kind: "dry-run", plan },
  { kind: "deletion", plan, execution: { outcomes, stoppedBy: failure, unexpectedValues: [99, "text", null] } },
  { kind: "internal-error", message: "a mistake", plan },
  { kind: "internal-error", message: "a mistake", plan: undefined },
];

test.each(KINDS)("a report of kind $kind fits the schema", (outcome) => {
  expect(reportProblems(report(recordOf(outcome)))).toEqual([]);
});

test("so does the report of a run that has not ended", () => {
  const record: PendingRecord = { ...recordOf({ kind: "dry-run", plan }), outcome: { kind: "pending", plan } };
  const pending = [...reportText(record)].join("");
  expect(reportProblems(JSON.parse(pending))).toEqual([]);
});

test("and so do the examples in docs/report-file.md", () => {
  const document = readFileSync(resolve(import.meta.dirname, "../../docs/report-file.md"), "utf8");
  const examples = [...document.matchAll(/^```json\n(.*?)^```$/gms)].map(([, text = ""]) => JSON.parse(text));
  expect(examples.length).toBeGreaterThan(0);
  for (const example of examples) expect(reportProblems(example)).toEqual([]);
});

test("a field that is missing, of another type, or not described is found", () => {
  const valid = report(recordOf({ kind: "dry-run", plan })) as Record<string, unknown>;
  const { cancelled: _, ...incomplete } = valid;
  expect(reportProblems(incomplete)).toHaveLength(1);
  expect(reportProblems({ ...valid, durationMs: "1" })).toHaveLength(1);
  expect(reportProblems({ ...valid, more: 1 })).toHaveLength(1);
});
