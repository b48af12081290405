import { expect, test } from "vitest";
import { outputsOf } from "../../src/report/outputs.ts";
import type { RunRecord } from "../../src/shared/run-record.ts";
import {
  absent,
  attempt,
  crashed,
  deleted,
  deletion,
  denied,
  dryRun,
  inconsistent,
  inputs,
  listing,
  notDeleted,
  notListed,
  planOfIds,
  planOfRows,
  record,
  refused,
  row,
  tooMany,
  wrongInputs,
} from "./records.ts";

const valuesOf = (given: RunRecord) => outputsOf(given, "p").values;

test("lists keep the order of the plan; the last one holds all that is not done", () => {
  const entries = [
    [5, deleted],
    [1, notDeleted("skipped", "X")],
    [4, absent()],
    [2, notDeleted("unknown", "X")],
    [3, notDeleted("remaining", "X")],
    [6, absent(true)],
    [9, deleted],
  ] as const;
  const plan = planOfIds([5, 1, 4, 2, 3, 6, 9], listing([5, 1, 2, 3, 6, 9]));
  const calls = [attempt(), attempt({ requestId: undefined }), attempt({ requestId: "request-2" })];
  expect(outputsOf({ ...deletion(entries, {}, plan), calls }, "report.json")).toEqual({
    omitted: [],
    values: {
      "deleted-csr-ids": "[5,9]",
      "absent-csr-ids": "[4,6]",
      "not-deleted-csr-ids": "[1,2,3]",
      "planned-csr-ids": "[5,1,2,3,6,9]",
      "deleted-count": "2",
      "absent-count": "2",
      "not-deleted-count": "3",
      "request-ids": '["request-1","request-2"]',
      "report-path": "report.json",
    },
  });
});

test("a dry run has the IDs that it would delete, and those that do not exist", () => {
  expect(valuesOf(dryRun(planOfIds([1, 2, 3], listing([1, 3]))))).toMatchObject({
    "planned-csr-ids": "[1,3]",
    "deleted-csr-ids": "[]",
    "absent-csr-ids": "[2]",
    "absent-count": "1",
    "not-deleted-csr-ids": "[]",
    "deleted-count": "0",
  });
  const kept = planOfRows([row(1), row(2, {}, "protected")]);
  expect(valuesOf(dryRun(kept))).toMatchObject({ "planned-csr-ids": "[1]", "absent-csr-ids": "[]" });
});

test.each([
  ["nothing was listed", planOfIds([1, 2])],
  ["the list was inconsistent", planOfIds([1, 2], inconsistent)],
])("in a dry run what is absent is empty text, not [], if %s", (_name, plan) => {
  expect(valuesOf(dryRun(plan))).toMatchObject({
    "planned-csr-ids": "[1,2]",
    "absent-csr-ids": "",
    "absent-count": "",
  });
});

const UNKNOWN = {
  "planned-csr-ids": "",
  "deleted-csr-ids": "",
  "absent-csr-ids": "",
  "not-deleted-csr-ids": "",
  "deleted-count": "",
  "absent-count": "",
  "not-deleted-count": "",
};

test.each<[string, RunRecord]>([
  ["inputs are wrong", wrongInputs("p")],
  ["nothing could be listed", notListed(listing([], denied))],
  ["a guard refused a plan without a listing", tooMany(planOfIds([1, 2]))],
  ["the action failed before there was a plan", crashed()],
])("lists and counts are empty text, not [] or 0, if %s", (_name, given) => {
  expect(valuesOf(given)).toEqual({ ...UNKNOWN, "request-ids": "[]", "report-path": "p" });
});

test("a plan that was refused leaves absent IDs known, and nothing else", () => {
  const plan = planOfIds([1, 2], listing([1]));
  expect(valuesOf(refused({ kind: "absent", ids: [2] }, plan))).toEqual({
    ...UNKNOWN,
    "absent-csr-ids": "[2]",
    "absent-count": "1",
    "request-ids": "[]",
    "report-path": "p",
  });
});

test("after an internal error no planned ID counts as deleted", () => {
  const given = crashed(planOfIds([1, 2, 3], listing([1, 2])));
  expect(valuesOf(given)).toMatchObject({
    "planned-csr-ids": "[1,2]",
    "deleted-csr-ids": "[]",
    "absent-csr-ids": "[3]",
    "not-deleted-csr-ids": "[1,2]",
  });
  const dry = { ...given, inputs: inputs({ dryRun: true }) };
  expect(valuesOf(dry)).toMatchObject({ "planned-csr-ids": "[1,2]", "not-deleted-csr-ids": "[]" });
});

test("nothing to do is known: no ID is planned, deleted or absent", () => {
  const none = {
    "planned-csr-ids": "[]",
    "deleted-csr-ids": "[]",
    "absent-csr-ids": "[]",
    "not-deleted-csr-ids": "[]",
  };
  expect(valuesOf(deletion([]))).toMatchObject(none);
  expect(valuesOf(dryRun(planOfIds([])))).toMatchObject(none);
});

test.each(["", "***", "a***b", "two words", 'a"b', "x".repeat(65), "line\nbreak", "ünicode"])(
  "%j does not look like a RequestId, and is in no output",
  (requestId) => {
    const calls = [attempt({ requestId }), attempt({ requestId: "0a1B-2c3D" })];
    expect(valuesOf(record({ calls }))["request-ids"]).toBe('["0a1B-2c3D"]');
  },
);

test("lists beyond the runner's limit are left empty, not [], the least important first", () => {
  const ids = Array.from(
    { length: 27_500 },
    (_, index) => [10_000_000 + index, index < 27_490 ? deleted : notDeleted("remaining", "X")] as const,
  );
  const calls = Array.from({ length: 8_000 }, (_, index) => attempt({ requestId: `${"0".repeat(30)}${index}` }));
  const { values, omitted } = outputsOf({ ...deletion(ids), calls }, "p");
  expect(omitted).toEqual(["planned-csr-ids", "request-ids"]);
  expect(values["planned-csr-ids"]).toBe("");
  expect(JSON.parse(values["deleted-csr-ids"] ?? "")).toHaveLength(27_490);
  expect(values["not-deleted-count"]).toBe("10");
  expect(Object.values(values).join("").length).toBeLessThanOrEqual(481_000);
});
