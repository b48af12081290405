import { describe, expect, test } from "vitest";
import { readAll } from "../../src/inputs/reader.ts";
import { findUnknownInputs, isWithin } from "../../src/inputs/unknown-inputs.ts";
import { inlineCode } from "../../src/shared/inline-code.ts";
import { INPUT_NAMES, problemOf, read } from "./sources.ts";

const unknownOf = (env: NodeJS.ProcessEnv) => findUnknownInputs(readAll(env, inlineCode));

/** As the runner names an input of the step. */
const variable = (name: string): string => `INPUT_${name.replaceAll(" ", "_").toUpperCase()}`;

test.each([
  ["dry_run", "dry-run"],
  ["dry run", "dry-run"],
  ["dryrun", "dry-run"],
  ["dry-runs", "dry-run"],
  ["dry-rum", "dry-run"],
  ["dry-urn", "dry-run"],
  ["is-dry-run", "dry-run"],
  ["is_dry_run", "dry-run"],
  ["Dry_Run", "dry-run"],
  ["dry", "dry-run"],
  ["dry-run-only", "dry-run"],
  ["csrids", "csr-ids"],
  ["csr-id", "csr-ids"],
  ["csr_ids", "csr-ids"],
  ["csr-id-file", "csr-ids-file"],
  ["domain", "domains"],
  ["remark", "remarks"],
  ["older_than", "older-than"],
  ["protected", "protect"],
  ["max-deletion", "max-deletions"],
  ["max-deletes", "max-deletions"],
  ["maximum-deletions", "max-deletions"],
  ["keep-newes", "keep-newest"],
  ["lookup", "look-up"],
  ["allowed-accounts", "allowed-account-ids"],
  ["secretid", "secret-id"],
  ["sessiontoken", "session-token"],
  ["github_token", "github-token"],
])("the input %s is a near miss of %s", (name, meant) => {
  const [unknown] = unknownOf({ [variable(name)]: "" });
  expect(unknown).toEqual({
    isNearMiss: true,
    message: expect.stringMatching(new RegExp(`: .*\`${meant}\`.* may be meant`)),
  });
});

test.each([
  "plan-only",
  "exclude",
  "keep-latest",
  "min-age",
  "do-not-delete",
  "token",
  "node-version",
  "path",
  "constructor",
])("the input %s is no near miss", (name) => {
  expect(unknownOf({ [variable(name)]: "" })).toEqual([
    {
      isNearMiss: false,
      message: `\`${name}\` is not an input of this action. Every variable \`INPUT_…\` counts as one.`,
    },
  ]);
});

test("inputs of the action, and other variables, are not unknown inputs", () => {
  const names = [...INPUT_NAMES.map(variable), "DRY_RUN", "MY_INPUT_DRY_RUN", "INPUT_", "input_dry_run"];
  expect(unknownOf(Object.fromEntries(names.map((name) => [name, "x"])))).toEqual([]);
});

describe("an unknown input", () => {
  test("is an error that names the one that may be meant", () => {
    expect(problemOf({}, { INPUT_DRY_RUN: "" })).toBe(
      "`dry_run` is not an input of this action: `dry-run` may be meant. Every variable `INPUT_…` counts as one.",
    );
  });

  test("is an error also if it is like no input", () => {
    expect(problemOf({}, { INPUT_PATH: "x" })).toMatch(/^`path` is not an input of this action\. Every variable/);
  });

  test("is a warning under act, which hands the inputs of composite actions down, unless it is a near miss", () => {
    expect(read({}, { ACT: "true", INPUT_EXCLUDE: "x" }).warnings).toEqual([
      {
        level: "warning",
        title: "Unknown input",
        message: expect.stringMatching(/^`exclude` is not an input of this action\./),
      },
    ]);
    expect(problemOf({}, { ACT: "true", INPUT_EXCLUDE: "x", INPUT_DRY_RUN: "true" })).toMatch(/^`dry_run` is not.*$/);
    expect(problemOf({}, { ACT: "false", INPUT_EXCLUDE: "x" })).toMatch(/^`exclude` is not/);
  });
});

describe("edits", () => {
  test.each([
    ["abc", "abc", 0],
    ["abc", "abcd", 1],
    ["abc", "bc", 1],
    ["abc", "axc", 1],
    ["abc", "acb", 1],
    ["aab", "ab", 1],
    ["abc", "ab", 1],
    ["", "a", 1],
    ["a", "", 1],
    ["abcd", "ab", 2],
    ["abcd", "badc", 2],
    ["abcd", "abdcx", 2],
    ["kitten", "sitting", 3],
  ])("%s and %s: %d", (a, b, edits) => {
    for (const [from, to] of [[a, b] as const, [b, a] as const]) {
      expect(isWithin(edits, from, to)).toBe(true);
      if (edits > 0) expect(isWithin(edits - 1, from, to)).toBe(false);
    }
  });
});

test.each([
  ["ab", "ba", true],
  ["xaby", "xbay", true],
  ["abz", "caz", false],
  ["baz", "acz", false],
  ["ab", "cd", false],
])("two letters are swapped only if each is the other's: %s, %s", (a, b, expected) => {
  expect(isWithin(1, a, b)).toBe(expected);
});

test("two letters are the beginning of too much, and an input may be near two", () => {
  const messageOf = (name: string) => unknownOf({ [variable(name)]: "x" })[0]?.message;
  expect(messageOf("pr")).toMatch(/^`pr` is not an input of this action\. /);
  expect(messageOf("csr-id")).toContain(": `csr-ids` or `csr-ids-file` may be meant.");
});
