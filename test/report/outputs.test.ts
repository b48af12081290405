import { describe, expect, test } from "vitest";
import { outputsOf } from "../../src/report/outputs.ts";
import type { RunOutcome } from "../../src/report/run-record.ts";
import {
  absent,
  attempt,
  deleted,
  deletion,
  denied,
  dryRun,
  inputs,
  left,
  lookup,
  plan,
  record,
  row,
  selection,
} from "./records.ts";

test("lists keep the order of the plan; the last one holds all that is not done", () => {
  const outcome = deletion([
    [5, deleted],
    [1, left("skipped", "X")],
    [4, absent()],
    [2, left("unknown", "X")],
    [3, left("remaining", "X")],
    [9, deleted],
  ]);
  const attempts = [attempt(), attempt({ requestId: undefined }), attempt({ requestId: "request-2" })];
  expect(outputsOf(record(outcome, { attempts }), "/tmp/report.json")).toEqual({
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
      "report-path": "/tmp/report.json",
    },
  });
});

const lists = (outcome: RunOutcome, dry = outcome.kind === "dry-run") => {
  const { values } = outputsOf(record(outcome, { inputs: inputs({ dryRun: dry }) }), "p");
  return ["planned", "deleted", "absent", "not-deleted"].map((name) => values[`${name}-csr-ids`]);
};

test("a dry run has a plan and nothing else", () => {
  expect(lists(dryRun([1, 2]))).toEqual(["[1,2]", "[]", "[]", "[]"]);
  expect(lists({ kind: "dry-run", plan: selection([row(1), row(2, "newest")]) })).toEqual(["[1]", "[]", "[]", "[]"]);
  expect(outputsOf(record(dryRun([1])), "p").values).toMatchObject({ "deleted-count": "0", "not-deleted-count": "0" });
});

test("nothing to do is an empty plan", () => {
  expect(lists(deletion([]))).toEqual(["[]", "[]", "[]", "[]"]);
});

test("an internal error leaves every planned ID unknown, not an empty list", () => {
  expect(lists({ kind: "internal-error", message: "m", plan: plan([1, 2]) })).toEqual(["[1,2]", "[]", "[]", "[1,2]"]);
  expect(lists({ kind: "internal-error", message: "m", plan: plan([1, 2]) }, true)).toEqual([
    "[1,2]",
    "[]",
    "[]",
    "[]",
  ]);
});

describe("what is not known is empty text, which no later step takes for an empty list", () => {
  test.each<[string, RunOutcome]>([
    ["wrong inputs", { kind: "invalid-inputs", problems: ["p"] }],
    ["an internal error before the plan", { kind: "internal-error", message: "m", plan: undefined }],
    ["a failed lookup", { kind: "no-plan", failure: { kind: "lookup-failed", lookup: lookup([], denied) } }],
    ["a protected ID", { kind: "no-plan", failure: { kind: "protected", ids: [1], plan: plan([1]) } }],
    ["too many deletions", { kind: "no-plan", failure: { kind: "too-many", planned: 2, max: 1, plan: plan([1, 2]) } }],
  ])("after %s", (_name, outcome) => {
    expect(lists(outcome)).toEqual(["", "", "", ""]);
    const { values } = outputsOf(record(outcome), "p");
    expect([values["deleted-count"], values["absent-count"], values["not-deleted-count"]]).toEqual(["", "", ""]);
  });
});

test("request-ids holds only what looks like a RequestId", () => {
  const ids = ["e0d89511-a608-4ad7-a16b-3dc12b0cf5ed", "***", "a b", "", "x\n", "x".repeat(65), "x".repeat(64)];
  const attempts = ids.map((requestId) => attempt({ requestId }));
  const { values } = outputsOf(record(deletion([[1, deleted]]), { attempts }), "p");
  expect(JSON.parse(values["request-ids"] ?? "")).toEqual([ids[0], ids[6]]);
});

test("lists that would break the runner's limit are left empty, not [], the least important first", () => {
  const ids = Array.from(
    { length: 40_000 },
    (_, index) => [10_000_000 + index, index < 39_990 ? deleted : left("remaining", "X")] as const,
  );
  const { values, omitted } = outputsOf(record(deletion(ids)), "p");
  expect(omitted).toEqual(["planned-csr-ids"]);
  expect(values["planned-csr-ids"]).toBe("");
  expect(JSON.parse(values["deleted-csr-ids"] ?? "")).toHaveLength(39_990);
  expect(values["not-deleted-count"]).toBe("10");
  expect(Object.values(values).join("").length).toBeLessThanOrEqual(481_000);
});
