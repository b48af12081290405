import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  createReportPath,
  csvPieces,
  reportPieces,
  writeReportFile,
  writeTable,
} from "../../src/report/report-file.ts";
import { evaluate } from "../../src/report/verdict.ts";
import type { RunRecord } from "../../src/shared/run-record.ts";
import { isMutation } from "../support/mutation.ts";
import {
  absent,
  attempt,
  crashed,
  deleted,
  deletion,
  denied,
  dryRun,
  inputs,
  listing,
  notDeleted,
  notListed,
  planOfIds,
  planOfRows,
  record,
  row,
  selection,
  tooMany,
  wrongInputs,
} from "./records.ts";

const parsed = (given: RunRecord): unknown => JSON.parse([...reportPieces(given, evaluate(given))].join(""));
const pending = (plan = planOfRows([row(1), row(2, {}, "protected")])): RunRecord => record({ plan });

test("every CSR has its outcome in its row, and every call is there", () => {
  const given = deletion(
    [
      [11, deleted],
      [22, absent()],
      [33, notDeleted("remaining", "ResourceInUse", "used\nby cdn")],
    ],
    {},
    planOfIds([11, 22, 33], listing([11, 33])),
  );
  const calls = [attempt(), attempt({ code: "InternalError", durationMs: 1.6, startedAt: Date.UTC(2026, 10, 25) })];
  const known = { domain: "www.example.com", created: "2026-08-26 00:00:00", ageMs: 7_858_800_000, remarks: "old" };
  expect(parsed({ ...given, calls, clockOffsetMs: -61_000 })).toEqual({
    action: "delete-tencentcloud-ssl-csrs",
    version: expect.any(String),
    kind: "deletion",
    failed: true,
    dryRun: false,
    endpoint: "ssl.intl.tencentcloudapi.com",
    startedAt: "2026-11-24T00:00:00.000Z",
    durationMs: 1234,
    cancelled: false,
    clockOffsetMs: -61_000,
    listing: { conclusive: true, total: 2 },
    notes: [
      {
        level: "warning",
        title: "CSRs already absent",
        message: expect.stringContaining("1 CSR not in the account: 22."),
      },
      { level: "warning", title: "The runner's clock is wrong", message: expect.stringContaining("61.0 s ahead of") },
    ],
    causes: [
      {
        code: "ResourceInUse",
        message: "used by cdn",
        meaning: "the CSR is in use",
        remedy: expect.stringContaining("console"),
        requestId: "request-2",
      },
    ],
    csrs: [
      { id: 11, ...known, decision: "delete", outcome: "deleted", requestId: "request-1" },
      { id: 22, decision: "absent", outcome: "absent", requestId: "request-1" },
      { id: 33, ...known, decision: "delete", outcome: "remaining", code: "ResourceInUse", requestId: "request-2" },
    ],
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
      expect.objectContaining({ code: "InternalError", durationMs: 2, startedAt: "2026-11-25T00:00:00.000Z" }),
    ],
  });
});

test("a dry run says which IDs exist", () => {
  expect(parsed(dryRun(planOfIds([1, 2], listing([1]))))).toMatchObject({
    kind: "dry-run",
    dryRun: true,
    csrs: [
      { id: 1, domain: "www.example.com", decision: "delete" },
      { id: 2, decision: "absent" },
    ],
    listing: { conclusive: true, total: 1 },
  });
});

test("foreign text is on one line, without characters that cannot be seen", () => {
  const hostile = row(1, { domain: "a\u202eb", createTime: "c\u0000", remarks: "d\r\ne" });
  expect(parsed(dryRun(planOfRows([hostile])))).toMatchObject({
    csrs: [{ domain: "a b", created: "c", remarks: "d e" }],
  });
});

test("a failed listing, and what stopped the run, have code, meaning and remedy", () => {
  const given = deletion([[1, notDeleted("unknown", "X")]], { stoppedBy: denied, listing: listing([], denied) });
  const cause = { code: "UnauthorizedOperation", remedy: expect.stringContaining("ssl:DescribeCSRSet") };
  const found = { stoppedBy: cause, listing: { conclusive: false, failure: cause } };
  expect(parsed({ ...given, cancelled: true })).toMatchObject({ ...found, cancelled: true });
  expect(parsed(notListed(listing([], denied)))).toMatchObject({
    kind: "refused",
    refusal: "listing",
    listing: { conclusive: false, failure: cause },
    csrs: [],
  });
});

test("the listing is that of the plan, also after a deletion; without one, that after the deletion, records and all", () => {
  const after = { listing: listing([2], undefined, 39) };
  const entries = [[1, deleted] as const, [2, notDeleted("remaining", "LeftOut")] as const];
  const planned = planOfIds([1, 2], listing([1, 2], undefined, 40));
  expect(parsed(deletion(entries, after, planned))).toMatchObject({ listing: { conclusive: true, total: 40 } });
  expect(parsed(deletion(entries, after))).toMatchObject({
    listing: { conclusive: true, total: 39 },
    csrs: [{ id: 1 }, { id: 2, domain: "www.example.com", created: "2026-08-26 00:00:00", remarks: "old" }],
  });
  expect(parsed(deletion(entries))).not.toHaveProperty("listing");
});

test("wrong inputs are notes, in plain text; there are no CSRs", () => {
  expect(parsed(wrongInputs("`csr-ids` is blank."))).toMatchObject({
    kind: "invalid-inputs",
    failed: true,
    notes: [{ level: "error", title: "Invalid input: csr-ids", message: "csr-ids is blank." }],
    csrs: [],
  });
});

test("a plan that a guard refused is there, with no outcome", () => {
  const report = parsed(tooMany(planOfRows([row(1), row(2)]))) as { csrs: readonly object[] };
  expect(report).toMatchObject({ kind: "refused", refusal: "too-many", failed: true, csrs: [{ id: 1 }, { id: 2 }] });
  expect(report.csrs[0]).not.toHaveProperty("outcome");
});

test("after an internal error the planned IDs are unknown, but not in a dry run", () => {
  const given = crashed(planOfIds([1, 2, 3], listing([1, 2])));
  const report = parsed(given) as { csrs: readonly object[] };
  expect(report).toMatchObject({
    kind: "internal-error",
    csrs: [
      { id: 1, outcome: "unknown", code: "Internal.Error" },
      { id: 2, outcome: "unknown", code: "Internal.Error" },
      { id: 3, decision: "absent" },
    ],
  });
  expect(report.csrs[2]).not.toHaveProperty("outcome");
  const dry = parsed({ ...given, inputs: inputs({ dryRun: true }) }) as { csrs: readonly object[] };
  expect(dry.csrs[0]).not.toHaveProperty("outcome");
});

test("the role's session is there; tokens and claims are not", () => {
  const claims = { iss: "i", sub: "s", aud: "a" };
  const identity = {
    roleArn: "qcs::cam::uin/1:roleName/r",
    sessionName: "s",
    provider: "p",
    repository: "o/r",
    claims,
  };
  expect((parsed({ ...deletion([]), identity }) as { identity: unknown }).identity).toEqual({
    roleArn: identity.roleArn,
    sessionName: "s",
  });
});

describe("the table", () => {
  const lines = (given: RunRecord): readonly string[] => [...csvPieces(given)].join("").split("\r\n");
  const csv = (...rows: Parameters<typeof planOfRows>[0]): readonly string[] =>
    lines({ ...dryRun(planOfRows(rows)), inputs: selection() });

  test("has a row for each CSR, with its decision in words", () => {
    const rows = [row(1), row(2, { remarks: undefined }, "time-unreadable"), row(3, {}, "too-young")];
    expect(csv(...rows)).toEqual([
      "csr_id,domain,created,age_days,remarks,decision,outcome",
      '1,"www.example.com","2026-08-26 00:00:00",90,"old","delete",',
      '2,"www.example.com","2026-08-26 00:00:00",,"","keep: creation time unreadable",',
      '3,"www.example.com","2026-08-26 00:00:00",90,"old","keep: younger than 20d",',
      "",
    ]);
  });

  test("has the outcome after a deletion", () => {
    const given = deletion(
      [
        [1, deleted],
        [2, absent()],
      ],
      {},
      planOfIds([1, 2], listing([1])),
    );
    expect(lines(given).slice(1, 3)).toEqual([
      '1,"www.example.com","2026-08-26 00:00:00",90,"old","delete",deleted',
      '2,"","",,"","absent",absent',
    ]);
  });

  test.each([
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    " =1",
    "\r=1",
    "＝1+1",
    "＋1",
    "－1",
    "＠a",
    "\u200b=1",
    ";=1",
    ", +1",
    ";\t ,＋1",
    "a;=1",
    "a, @b",
  ])("no spreadsheet takes %j for a formula, at whatever it splits cells", (text) => {
    const [, line = ""] = csv(row(1, { domain: text, remarks: text, createTime: text }));
    expect(line).toMatch(/^1,"'[^"]+","'[^"]+",90,"'[^"]+","delete",$/);
  });

  test.each(["a-b.example.com", "a = b", "3+4"])("%j stays as it is", (text) => {
    expect(csv(row(1, { remarks: text }))[1]).toContain(`,"${text}",`);
  });

  test("quotes, commas and line breaks stay in their cell", () => {
    expect(csv(row(1, { remarks: 'a "b",\r\nc' }))[1]).toContain(',"a ""b"", c",');
  });
});

describe("the files", () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "report-"));
    path = createReportPath({ RUNNER_TEMP: folder });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const names = (): readonly string[] => readdirSync(dirname(path)).sort();

  test("are in a new folder each time, whose name is not random", () => {
    const paths = [path, createReportPath({ RUNNER_TEMP: folder })];
    expect(paths).toEqual([1, 2].map((number) => join(folder, `csr-report-${number}`, "report.json")));
  });

  test("cannot be made where there is no folder", () => {
    expect(() => createReportPath({ RUNNER_TEMP: join(folder, "none") })).toThrow(/ENOENT/);
    expect(() => createReportPath({})).toThrow("RUNNER_TEMP is not set");
  });

  test("are the report and, if there is a plan with rows, the table beside it", () => {
    writeReportFile(path, deletion([]));
    writeTable(path, deletion([]));
    expect(names()).toEqual(["report.json"]);
    writeTable(path, dryRun(planOfRows([row(1)])));
    expect(names()).toEqual(["csrs.csv", "report.json"]);
    expect(readFileSync(join(dirname(path), "csrs.csv"), "utf8")).toContain("1,");
  });

  test("hold the plan before the deletion begins, and its result in their place afterwards", () => {
    const read = (): unknown => JSON.parse(readFileSync(path, "utf8"));
    const warnings = [{ level: "warning", title: "t", message: "`m`" }] as const;
    const before = { ...pending(), inputs: inputs({ warnings }) };
    writeReportFile(path, before);
    expect(read()).toMatchObject({
      kind: "pending",
      notes: [{ ...warnings[0], message: "m" }],
      csrs: [
        { id: 1, decision: "delete" },
        { id: 2, decision: "protected" },
      ],
    });
    expect(read()).not.toHaveProperty("failed");
    const after = deletion([[1, deleted]], {}, before.plan);
    writeReportFile(path, after, evaluate(after));
    expect(read()).toMatchObject({ kind: "deletion", failed: false, csrs: [{ id: 1, outcome: "deleted" }, { id: 2 }] });
    expect(names()).toEqual(["report.json"]);
  });

  test("stay as they are if new ones cannot be written whole, and no part is left", () => {
    const rows = Array.from({ length: 2_000 }, (_, index) => row(index + 1));
    writeReportFile(path, pending(planOfRows(rows)));
    const before = readFileSync(path, "utf8");
    expect(JSON.parse(before)).toMatchObject({ csrs: { length: 2_000 } });
    const broken = {
      ...row(9),
      get decision(): never {
        throw new Error("a mistake");
      },
    };
    expect(() => writeReportFile(path, pending(planOfRows([...rows, broken])))).toThrow("a mistake");
    expect(readFileSync(path, "utf8")).toBe(before);
    expect(names()).toEqual(["report.json"]);
  });

  test.skipIf(isMutation)("hold 100,000 CSRs, each once, in little memory", () => {
    const one = notDeleted("remaining", "X");
    const ids = Array.from({ length: 100_000 }, (_, index) => index + 1);
    const given = deletion(
      ids.map((id) => [id, id % 2 ? deleted : one] as const),
      {},
      planOfIds(ids, listing(ids)),
    );
    const before = process.memoryUsage.rss();
    writeReportFile(path, given, evaluate(given));
    writeTable(path, given);
    expect(process.memoryUsage.rss() - before).toBeLessThan(200 * 1024 * 1024);
    const { csrs } = JSON.parse(readFileSync(path, "utf8")) as { csrs: { id: number }[] };
    expect(new Set(csrs.map(({ id }) => id)).size).toBe(100_000);
    expect(readFileSync(join(dirname(path), "csrs.csv"), "utf8").split("\r\n")).toHaveLength(100_002);
  });
});
