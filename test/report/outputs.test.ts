import { expect, test } from "vitest";
import { outputsOf } from "../../src/report/outputs.ts";
import type { RunOutcome } from "../../src/report/run-record.ts";
import {
  absent,
  attempt,
  deleted,
  deletion,
  dryRun,
  inconsistent,
  inputs,
  invalidInputs,
  noPlan,
  notDeleted,
  planOfIds,
  record,
} from "./records.ts";

test("lists keep the order of the plan; the last one holds all that is not done", () => {
  const outcome = deletion([
    [5, deleted],
    [1, notDeleted("skipped", "X")],
    [4, absent()],
    [2, notDeleted("unknown", "X")],
    [3, notDeleted("remaining", "X")],
    [9, deleted],
  ]);
  const attempts = [attempt(), attempt({ requestId: undefined }), attempt({ requestId: "request-2" })];
  expect(outputsOf(record(outcome, { attempts }), "report.json")).toEqual({
    omitted: [],
    values: {
      "deleted-csr-ids": "[5,9]",
      "absent-csr-ids": "[4]",
      "not-deleted-csr-ids": "[1,2,3]",
      "planned-csr-ids": "[5,1,4,2,3,9]",
      "deleted-count": "2",
      "absent-count": "1",
      "not-deleted-count": "3",
      "request-ids": '["request-1","request-2"]',
      "report-path": "report.json",
    },
  });
});

test("a dry run has a plan and nothing else", () => {
  expect(outputsOf(record(dryRun(planOfIds([1, 2]))), "p").values).toMatchObject({
    "planned-csr-ids": "[1,2]",
    "deleted-csr-ids": "[]",
    "absent-csr-ids": "[]",
    "not-deleted-csr-ids": "[]",
    "deleted-count": "0",
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

test.each<[string, RunOutcome]>([
  ["inputs are wrong", invalidInputs("p")],
  ["nothing could be listed", noPlan({ kind: "lookup-failed", lookup: inconsistent })],
  ["a guard refused the plan", noPlan({ kind: "too-many", planned: 2, max: 1, plan: planOfIds([1, 2]) })],
  ["the action failed before there was a plan", { kind: "internal-error", message: "m", plan: undefined }],
])("lists and counts are empty text, not [] or 0, if %s", (_name, outcome) => {
  expect(outputsOf(record(outcome), "p").values).toEqual({ ...UNKNOWN, "request-ids": "[]", "report-path": "p" });
});

test("after an internal error no planned ID counts as deleted", () => {
  const outcome: RunOutcome = { kind: "internal-error", message: "m", plan: planOfIds([1, 2]) };
  expect(outputsOf(record(outcome), "p").values).toMatchObject({
    "planned-csr-ids": "[1,2]",
    "deleted-csr-ids": "[]",
    "not-deleted-csr-ids": "[1,2]",
  });
  const dry = record(outcome, { inputs: inputs({ dryRun: true }) });
  expect(outputsOf(dry, "p").values).toMatchObject({ "planned-csr-ids": "[1,2]", "not-deleted-csr-ids": "[]" });
});

test.each(["", "***", "a***b", "two words", 'a"b', "x".repeat(65), "line\nbreak", "ünicode"])(
  "%j does not look like a RequestId, and is in no output",
  (requestId) => {
    const attempts = [attempt({ requestId }), attempt({ requestId: "0a1B-2c3D" })];
    expect(outputsOf(record(deletion([]), { attempts }), "p").values["request-ids"]).toBe('["0a1B-2c3D"]');
  },
);

test("lists beyond the runner's limit are left empty, not [], the least important first", () => {
  const ids = Array.from(
    { length: 40_000 },
    (_, index) => [10_000_000 + index, index < 39_990 ? deleted : notDeleted("remaining", "X")] as const,
  );
  const { values, omitted } = outputsOf(record(deletion(ids)), "p");
  expect(omitted).toEqual(["planned-csr-ids"]);
  expect(values["planned-csr-ids"]).toBe("");
  expect(JSON.parse(values["deleted-csr-ids"] ?? "")).toHaveLength(39_990);
  expect(values["not-deleted-count"]).toBe("10");
  expect(Object.values(values).join("").length).toBeLessThanOrEqual(481_000);
});
