import { expect, test } from "vitest";
import { outputsOf } from "../../src/report/outputs.ts";
import { absent, call, cleanUp, deleted, left, result } from "./results.ts";

test("lists keep the order of the request; the last one holds all that is not done", () => {
  const work = cleanUp([
    [5, deleted],
    [1, left("skipped", "X")],
    [4, absent()],
    [2, left("unknown", "X")],
    [3, left("remaining", "X")],
    [9, deleted],
  ]);
  const calls = [call(), call({ requestId: undefined }), call({ requestId: "request-2" })];
  expect(outputsOf(result(work, { calls }), "/tmp/report.json")).toEqual({
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

test("a dry run has a plan and nothing else", () => {
  expect(outputsOf(result({ kind: "dry run", ids: [1, 2] }), "p").values).toMatchObject({
    "planned-csr-ids": "[1,2]",
    "deleted-csr-ids": "[]",
    "absent-csr-ids": "[]",
    "not-deleted-csr-ids": "[]",
    "deleted-count": "0",
  });
});

test("lists that would break the runner's limit are left empty, not [], the least telling first", () => {
  const ids = Array.from(
    { length: 40_000 },
    (_, index) => [10_000_000 + index, index < 39_990 ? deleted : left("remaining", "X")] as const,
  );
  const { values, omitted } = outputsOf(result(cleanUp(ids)), "p");
  expect(omitted).toEqual(["planned-csr-ids"]);
  expect(values["planned-csr-ids"]).toBe("");
  expect(JSON.parse(values["deleted-csr-ids"] ?? "")).toHaveLength(39_990);
  expect(values["not-deleted-count"]).toBe("10");
  expect(Object.values(values).join("").length).toBeLessThanOrEqual(481_000);
});
