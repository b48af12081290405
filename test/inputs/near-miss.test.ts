import { describe, expect, test } from "vitest";
import { INPUT_NAMES } from "../../src/inputs/known-inputs.ts";
import { findNearMisses, withinOneEdit } from "../../src/inputs/near-miss.ts";
import { problemOf } from "./sources.ts";

/** As the runner names an input of the step. */
const variable = (name: string): string => `INPUT_${name.replaceAll(" ", "_").toUpperCase()}`;

test.each([
  ["dry_run", "dry-run"],
  ["dry run", "dry-run"],
  ["dryrun", "dry-run"],
  ["dry-runs", "dry-run"],
  ["dry-rum", "dry-run"],
  ["dry-urn", "dry-run"],
  ["Dry_Run", "dry-run"],
  ["csrids", "csr-ids"],
  ["csr-id", "csr-ids"],
  ["csr_ids", "csr-ids"],
  ["csr-id-file", "csr-ids-file"],
  ["domain", "domains"],
  ["remark", "remarks"],
  ["older_than", "older-than"],
  ["protected", "protect"],
  ["dry", "dry-run"],
  ["dry-run-only", "dry-run"],
  ["max-deletion", "max-deletions"],
  ["keep-newes", "keep-newest"],
  ["secretid", "secret-id"],
  ["sessiontoken", "session-token"],
  ["github_token", "github-token"],
  ["token", undefined],
  ["ids", undefined],
  ["node-version", undefined],
  ["path", undefined],
])("the input %s is near %s", (name, meant) => {
  expect(findNearMisses({ [variable(name)]: "" }).map((nearMiss) => nearMiss.meant)).toEqual(meant ? [meant] : []);
});

test("inputs of the action, and other variables, are not near misses", () => {
  const names = [...INPUT_NAMES.map(variable), "DRY_RUN", "MY_INPUT_DRY_RUN", "INPUT_", "input_csr-ids"];
  expect(findNearMisses(Object.fromEntries(names.map((name) => [name, "x"])))).toEqual([]);
});

test("a near miss is an error that names the right input", () => {
  expect(problemOf({}, { INPUT_DRY_RUN: "true" })).toMatch(
    /^`dry_run` is not an input of this action: `dry-run` seems/,
  );
});

describe("one edit", () => {
  test.each([
    ["abc", "abc", true],
    ["abc", "abcd", true],
    ["abc", "bc", true],
    ["abc", "axc", true],
    ["abc", "acb", true],
    ["aab", "ab", true],
    ["abc", "ab", true],
    ["abcd", "abdcx", false],
    ["abcd", "dbca", false],
    ["abcd", "ab", false],
    ["abcd", "badc", false],
  ])("%s and %s: %s", (a, b, near) => {
    expect(withinOneEdit(a, b)).toBe(near);
    expect(withinOneEdit(b, a)).toBe(near);
  });
});
