import { expect, test } from "vitest";
import type { Cause } from "../../src/csrs/outcome.ts";
import { describeOutcomes, groupByCause } from "../../src/report/causes.ts";
import { absent, deleted, notDeleted } from "./records.ts";

test("what was not deleted is grouped by code, the largest group first", () => {
  const groups = groupByCause([
    [1, deleted],
    [2, absent()],
    [3, notDeleted("skipped", "Rare")],
    [4, notDeleted("remaining", "Common", "first")],
    [5, notDeleted("unknown", "Common", "second")],
  ]);
  expect(groups.map(({ cause, ids }) => [cause.code, cause.message, ids])).toEqual([
    ["Common", "first", [4, 5]],
    ["Rare", "m", [3]],
  ]);
  expect(groups.map(describeOutcomes)[0]).toBe("1 CSR still there, 1 CSR in an unknown state");
});

test.each<[string, Cause, string]>([
  ["a response", { code: "AuthFailure", message: "", requestId: "r" }, "1 CSR not deleted: refused"],
  ["an HTTP status", { code: "Http.Refused", message: "", status: 403 }, "1 CSR not deleted: refused"],
  ["nothing", { code: "Cancelled", message: "" }, "1 CSR never sent"],
])("a skipped CSR was refused or never sent: %s says which", (_name, cause, words) => {
  expect(groupByCause([[1, { name: "skipped", cause }]]).map(describeOutcomes)).toEqual([words]);
});
