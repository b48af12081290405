import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createReportPath, planCsv, reportText, writeReportFile } from "../../src/report/report-file.ts";
import type { PendingRecord, RunRecord } from "../../src/report/run-record.ts";
import { evaluate } from "../../src/report/verdict.ts";
import {
  absent,
  attempt,
  deleted,
  deletion,
  denied,
  dryRun,
  invalidInputs,
  lookup,
  noPlan,
  notDeleted,
  planOfIds,
  planOfRows,
  record,
  row,
} from "./records.ts";

const parsed = (given: RunRecord): unknown => JSON.parse([...reportText(given, evaluate(given))].join(""));

const pending = (plan = planOfRows([row(1), row(2, {}, "protected")])): PendingRecord => ({
  ...record(dryRun(plan)),
  outcome: { kind: "pending", plan },
});

test("every ID has its outcome, and every call is there", () => {
  const outcome = deletion([
    [11, deleted],
    [22, absent()],
    [33, notDeleted("remaining", "ResourceInUse", "used\nby cdn")],
  ]);
  expect(parsed(record(outcome, { attempts: [attempt(), attempt({ code: "InternalError", durationMs: 1.6 })] }))).toEqual({
    action: "delete-tencentcloud-ssl-csrs",
    version: expect.any(String),
    kind: "deletion",
    failed: true,
    dryRun: false,
    endpoint: "ssl.intl.tencentcloudapi.com",
    startedAt: "2026-11-24T00:00:00.000Z",
    durationMs: 1234,
    cancelled: false,
    errors: [],
    warnings: [expect.stringContaining("1 CSR not in the account: 22.")],
    causes: [
      {
        code: "ResourceInUse",
        message: "used by cdn",
        meaning: "the CSR is in use",
        remedy: expect.stringContaining("console"),
        requestId: "request-2",
      },
    ],
    ids: [
      { id: 11, outcome: "deleted", requestId: "request-1" },
      { id: 22, outcome: "absent", requestId: "request-1" },
      { id: 33, outcome: "remaining", code: "ResourceInUse", requestId: "request-2" },
    ],
    plan: [],
    calls: [
      {
        action: "BatchDeleteCSR",
        size: 1,
        attempt: 1,
        retry: false,
        durationMs: 20,
        requestId: "request-1",
        startedAt: "2026-11-24T00:00:00.000Z",
      },
      expect.objectContaining({ code: "InternalError", durationMs: 2 }),
    ],
  });
});

describe("a dry run", () => {
  test("says which IDs exist", () => {
    expect(parsed(record(dryRun(planOfIds([1, 2], lookup([1])))))).toMatchObject({
      kind: "dry-run",
      dryRun: true,
      ids: [
        { id: 1, outcome: "planned", exists: true },
        { id: 2, outcome: "planned", exists: false },
      ],
      plan: [{ id: 1, domain: "www.example.com", created: "2026-08-26 00:00:00", remarks: "old", decision: "delete" }],
      lookup: { conclusive: true },
    });
  });

  test.each([
    ["nothing was looked up", undefined],
    ["the lookup failed", lookup([], denied)],
  ])("says null, not false, if %s", (_name, found) => {
    expect(parsed(record(dryRun(planOfIds([1], found))))).toMatchObject({ ids: [{ id: 1, exists: null }] });
  });
});

test("a failed lookup, and what stopped the run, have code, meaning and remedy", () => {
  const outcome = deletion([[1, notDeleted("unknown", "X")]], { stoppedBy: denied, lookup: lookup([], denied) });
  const cause = { code: "UnauthorizedOperation", remedy: expect.stringContaining("ssl:DescribeCSRSet") };
  expect(parsed(record(outcome))).toMatchObject({ stoppedBy: cause, lookup: { conclusive: false, failure: cause } });
});

test("wrong inputs are errors; there are no IDs", () => {
  expect(parsed(record(invalidInputs("`csr-ids` is blank.")))).toMatchObject({
    kind: "invalid-inputs",
    failed: true,
    errors: [expect.stringContaining("`csr-ids` is blank.")],
    ids: [],
    plan: [],
  });
});

test("a plan that a guard refused is there, with no outcome", () => {
  const plan = planOfRows([row(1), row(2)]);
  expect(parsed(record(noPlan({ kind: "too-many", planned: 2, max: 1, plan })))).toMatchObject({
    kind: "no-plan",
    failed: true,
    ids: [],
    plan: [{ id: 1 }, { id: 2 }],
  });
});

test("after an internal error the planned IDs are unknown", () => {
  expect(parsed(record({ kind: "internal-error", message: "m", plan: planOfIds([1, 2]) }))).toMatchObject({
    ids: [
      { id: 1, outcome: "unknown", code: "Internal.Error" },
      { id: 2, outcome: "unknown", code: "Internal.Error" },
    ],
  });
});

test("the role's session is there; tokens and claims are not", () => {
  const identity = { roleArn: "qcs::cam::uin/1:roleName/r", sessionName: "s", provider: "p", claims: undefined };
  expect(parsed(record(deletion([]), { identity }))).toMatchObject({
    identity: { roleArn: identity.roleArn, sessionName: "s" },
  });
});

describe("the plan as CSV", () => {
  const csv = (...rows: Parameters<typeof planCsv>[0]): readonly string[] => [...planCsv(rows)].join("").split("\r\n");

  test("has a row for each CSR, with its decision in words", () => {
    expect(csv(row(1), row(2, { remarks: undefined }, "time-unreadable"))).toEqual([
      "csr_id,domain,created,age_days,remarks,decision",
      '1,"www.example.com","2026-08-26 00:00:00",90,"old","delete"',
      '2,"www.example.com","2026-08-26 00:00:00",,"","keep: creation time unreadable"',
      "",
    ]);
  });

  test.each(["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\r=1", "＝1+1", "\u200b=1"])(
    "no spreadsheet takes %j for a formula",
    (text) => {
      const [, line = ""] = csv(row(1, { domain: text, remarks: text, createTime: text }));
      expect(line).toMatch(/^1,"'[^"]+","'[^"]+",90,"'[^"]+","delete"$/);
    },
  );

  test("quotes, commas and line breaks stay in their cell", () => {
    expect(csv(row(1, { remarks: 'a "b",\r\nc' }))[1]).toContain(',"a ""b"", c",');
  });
});

describe("the files", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "report-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test("are in a new folder each time, whose name is not random", () => {
    const paths = [createReportPath(folder), createReportPath(folder)];
    expect(paths).toEqual([1, 2].map((number) => join(folder, `csr-report-${number}`, "report.json")));
  });

  test("cannot be made where there is no folder", () => {
    expect(() => createReportPath(join(folder, "none"))).toThrow(/ENOENT/);
  });

  test("are the report and, if a listing was read, the plan beside it", () => {
    const [first, second] = [createReportPath(folder), createReportPath(folder)];
    writeReportFile(first, record(deletion([[1, deleted]])));
    writeReportFile(second, record(dryRun(planOfRows([row(1)]))));
    expect(readdirSync(dirname(first))).toEqual(["report.json"]);
    expect(readdirSync(dirname(second)).sort()).toEqual(["plan.csv", "report.json"]);
    expect(readFileSync(join(dirname(second), "plan.csv"), "utf8")).toContain("1,");
  });

  test("hold the plan before the deletion begins, and its result in their place afterwards", () => {
    const path = createReportPath(folder);
    const read = (): unknown => JSON.parse(readFileSync(path, "utf8"));
    const before = pending();
    writeReportFile(path, before);
    expect(read()).toMatchObject({
      kind: "pending",
      ids: [{ id: 1, outcome: "pending" }],
      plan: [
        { id: 1, decision: "delete" },
        { id: 2, decision: "protected" },
      ],
    });
    expect(read()).not.toHaveProperty("failed");
    const after = record(deletion([[1, deleted]], {}, before.outcome.plan));
    writeReportFile(path, after, evaluate(after));
    expect(read()).toMatchObject({ kind: "deletion", failed: false, ids: [{ id: 1, outcome: "deleted" }] });
    expect(readdirSync(dirname(path)).sort()).toEqual(["plan.csv", "report.json"]);
  });

  test("hold 100,000 IDs, each once", () => {
    const one = notDeleted("remaining", "X");
    const outcomes = Array.from({ length: 100_000 }, (_, index) => [index + 1, index % 2 ? deleted : one] as const);
    const path = createReportPath(folder);
    writeReportFile(path, record(deletion(outcomes)));
    const { ids } = JSON.parse(readFileSync(path, "utf8")) as { ids: { id: number }[] };
    expect(new Set(ids.map(({ id }) => id)).size).toBe(100_000);
  });
});
