import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  createReportPath,
  planCsv,
  type ReportFile,
  reportText,
  writeReportFile,
} from "../../src/report/report-file.ts";
import type { RunOutcome, RunRecord } from "../../src/report/run-record.ts";
import { evaluate } from "../../src/report/verdict.ts";
import {
  absent,
  attempt,
  csr,
  deleted,
  deletion,
  denied,
  dryRun,
  left,
  lookup,
  plan,
  record,
  row,
  selection,
} from "./records.ts";

const parsed = (given: RunRecord): ReportFile => JSON.parse([...reportText(given, evaluate(given))].join(""));

test("every ID has its outcome, and every call is there", () => {
  const outcome = deletion([
    [11, deleted],
    [22, absent()],
    [33, left("remaining", "ResourceInUse", "in\nuse")],
  ]);
  expect(parsed(record(outcome, { attempts: [attempt({ durationMs: 20.4 })] }))).toEqual({
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
    warnings: [expect.stringMatching(/^CSRs already absent: 1 CSR not in the account: 22\./)],
    causes: [
      {
        code: "ResourceInUse",
        message: "in use",
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
    ],
  } satisfies ReportFile);
});

test("a dry run says which IDs exist; null is not known", () => {
  const exists = (outcome: RunOutcome) =>
    parsed(record(outcome)).ids.map((each) => [each.id, each.outcome, each.exists]);
  expect(exists(dryRun([1, 2], lookup([csr(1)])))).toEqual([
    [1, "planned", true],
    [2, "planned", false],
  ]);
  expect(exists(dryRun([1]))).toEqual([[1, "planned", null]]);
  expect(exists(dryRun([1], lookup([], denied)))).toEqual([[1, "planned", null]]);
});

test("a plan has a row for each CSR that a listing showed, and why", () => {
  const rows = [row(1), row(2, "newest", { domain: undefined, remarks: "a\nb", createTime: undefined })];
  expect(parsed(record({ kind: "dry-run", plan: selection(rows) })).plan).toEqual([
    {
      id: 1,
      domain: "shop.example.com",
      created: "2026-08-01 10:00:00",
      ageMs: 7_776_000_000,
      remarks: "old",
      decision: "delete",
    },
    { id: 2, domain: "", created: "", ageMs: 7_776_000_000, remarks: "a b", decision: "newest" },
  ]);
});

test("failed runs say why, each in its way", () => {
  expect(parsed(record({ kind: "invalid-inputs", problems: ["`p`"] }))).toMatchObject({
    kind: "invalid-inputs",
    failed: true,
    errors: ["Nothing was deleted: `p`"],
    ids: [],
    plan: [],
  });
  const failure = { kind: "too-many", planned: 2, max: 1, plan: selection([row(1), row(2)]) } as const;
  expect(parsed(record({ kind: "no-plan", failure }))).toMatchObject({
    kind: "no-plan",
    ids: [],
    plan: [{ id: 1 }, { id: 2 }],
  });
  expect(parsed(record({ kind: "internal-error", message: "m", plan: plan([1]) }))).toMatchObject({
    kind: "internal-error",
    ids: [{ id: 1, outcome: "unknown", code: "Internal.Error" }],
  });
  const stopped = deletion([[1, left("unknown", "X")]], {
    stoppedBy: denied,
    lookup: lookup([], denied),
    unexpectedValues: [7],
  });
  expect(parsed(record(stopped, { clockOffsetMs: 600_000 }))).toMatchObject({
    stoppedBy: { code: denied.code, requestId: "r" },
    lookup: { conclusive: false, failure: { code: denied.code } },
    unexpectedValues: [7],
    clockOffsetMs: 600_000,
  });
});

test("a keyless login is named, for the account's audit log", () => {
  const identity = { roleArn: "role", sessionName: "session", provider: "p", claims: undefined };
  expect(parsed(record(deletion([[1, deleted]]), { identity })).identity).toEqual({
    roleArn: "role",
    sessionName: "session",
  });
});

describe("the files", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "report-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test("lie in a folder with a fixed name, another one for each step of a job", () => {
    expect([createReportPath(folder), createReportPath(folder)]).toEqual([
      join(folder, "csr-report-1", "report.json"),
      join(folder, "csr-report-2", "report.json"),
    ]);
    writeFileSync(join(folder, "csr-report-3"), "");
    expect(createReportPath(folder)).toBe(join(folder, "csr-report-4", "report.json"));
    expect(() => createReportPath(join(folder, "none"))).toThrow("ENOENT");
  });

  test("hold 100,000 IDs, each once", () => {
    const outcomes = Array.from(
      { length: 100_000 },
      (_, index) => [index + 1, index % 2 ? deleted : left("remaining", "X")] as const,
    );
    const given = record(deletion(outcomes));
    const path = createReportPath(folder);
    writeReportFile(path, given, evaluate(given));
    const { ids } = JSON.parse(readFileSync(path, "utf8")) as ReportFile;
    expect(new Set(ids.map(({ id }) => id)).size).toBe(100_000);
  });

  test("say before the first deletion what is planned, and give way to the result", () => {
    const path = createReportPath(folder);
    const { outcome: _outcome, ...rest } = record(deletion([[1, deleted]]));
    writeReportFile(path, { ...rest, outcome: { kind: "pending", plan: selection([row(1)]) } });
    expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({
      kind: "pending",
      ids: [{ id: 1, outcome: "pending" }],
      plan: [{ id: 1, decision: "delete" }],
    });
    expect(readFileSync(join(folder, "csr-report-1", "plan.csv"), "utf8")).toContain("\r\n1,");
    const done = record(deletion([[1, deleted]]));
    writeReportFile(path, done, evaluate(done));
    expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({ kind: "deletion", ids: [{ outcome: "deleted" }] });
    expect(readdirSync(join(folder, "csr-report-1")).sort()).toEqual(["plan.csv", "report.json"]);
  });

  test("stay as they were if they cannot be written anew", () => {
    const path = createReportPath(folder);
    const given = record(deletion([[1, deleted]]));
    writeReportFile(path, given, evaluate(given));
    mkdirSync(`${path}.part`);
    expect(() => writeReportFile(path, record(deletion([])), evaluate(given))).toThrow("EISDIR");
    expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({ ids: [{ id: 1 }] });
  });

  test("have no plan.csv if no listing was read", () => {
    const given = record(dryRun([1]));
    const path = createReportPath(folder);
    writeReportFile(path, given, evaluate(given));
    expect(existsSync(join(folder, "csr-report-1", "plan.csv"))).toBe(false);
  });
});

describe("the plan as CSV", () => {
  test("has a row for each CSR, in the order of the plan", () => {
    expect([...planCsv([row(2, "newest"), row(1, "delete", { domain: undefined })])].join("")).toBe(
      "csr_id,domain,created,age_days,remarks,decision\r\n" +
        '2,"shop.example.com","2026-08-01 10:00:00",90,"old","keep: among the newest of its domain"\r\n' +
        '1,"","2026-08-01 10:00:00",90,"old","delete"\r\n',
    );
  });

  test.each([
    ['=HYPERLINK("http://evil.example","x")', `"'=HYPERLINK(""http://evil.example"",""x"")"`],
    ["+1", `"'+1"`],
    ["-1", `"'-1"`],
    ["@SUM(A1)", `"'@SUM(A1)"`],
    ["\t=1", `"'=1"`],
    ["\uff1d1", `"'\uff1d1"`],
    ["a,b\r\nc", '"a,b c"'],
    ["*.example.com", '"*.example.com"'],
  ])("%j is no formula, and stays in its cell", (remarks, cell) => {
    const [, line] = [...planCsv([row(1, "delete", { remarks })])];
    expect(line).toBe(`1,"shop.example.com","2026-08-01 10:00:00",90,${cell},"delete"\r\n`);
  });
});
