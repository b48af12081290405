import { describe, expect, test } from "vitest";
import { parseDomains, parseProtection, parseRemarks } from "../../src/inputs/patterns.ts";
import { inlineCode } from "../../src/shared/inline-code.ts";
import { problemOf, problemsOf, read } from "./sources.ts";

const domains = (text: string) => parseDomains(text, inlineCode);
const remarks = (text: string) => parseRemarks(text, inlineCode);
const protection = (text: string) => parseProtection(text, inlineCode);
const failure = (text: string) => ({ ok: false, failure: expect.stringContaining(text) });

describe("domains", () => {
  test.each([
    ["a.com", ["a.com"]],
    ["a.com, b.com\r\nc.com,\n", ["a.com", "b.com", "c.com"]],
    ["a.com，b.com、c.com", ["a.com", "b.com", "c.com"]],
    ["*", ["*"]],
    ["^(a|b)+\\.com$", ["^(a|b)+\\.com$"]],
    ["例え.jp", ["例え.jp"]],
  ])("%j are %j", (text, patterns) => {
    expect(domains(text)).toEqual({ ok: true, value: patterns });
  });

  test.each([
    [",", "has no entry"],
    ["a.com, !", "line 1: `!`: is empty"],
    ["a.com\nb.com c.com", "line 2: `b.com c.com`: contains a space"],
    ["a\u0007.com", "contains the character U+0007"],
    ["a\u200B.com", "contains the character U+200B"],
    ["!a.com, !b.com", "only excludes (`!`): add `*`"],
  ])("%j are an error: %s", (text, reason) => {
    expect(domains(text)).toEqual(failure(reason));
  });

  test("are at most 1,000", () => {
    const patterns = (count: number) => Array.from({ length: count }, (_, n) => `${n}.com`).join(",");
    expect(domains(patterns(1_000)).ok).toBe(true);
    expect(domains(patterns(10_000))).toEqual(failure("has 10000 entries: at most 1000 are supported"));
  });
});

describe("remarks", () => {
  test.each([
    ["*", []],
    ["rotation *, 自动、续期\n!keep", ["rotation *", "自动、续期", "!keep"]],
    ["none", ["none"]],
  ])("%j are %j", (text, patterns) => {
    expect(remarks(text)).toEqual({ ok: true, value: patterns });
  });

  test.each([
    ["a\u0000", "contains the control character U+0000"],
    ["!keep", "only excludes"],
  ])("%j are an error: %s", (text, reason) => {
    expect(remarks(text)).toEqual(failure(reason));
  });
});

describe("protect", () => {
  test("takes domain patterns and IDs", () => {
    expect(protection("*.example.com, 11\n22 33，!test.example.com")).toEqual({
      ok: true,
      value: { domains: ["*.example.com", "!test.example.com"], ids: new Set([11, 22, 33]) },
    });
    expect(protection("none")).toEqual({ ok: true, value: { domains: [], ids: new Set() } });
  });

  test.each([
    ["011", "line 1: `011`: a CSR ID does not begin with 0"],
    ["9007199254740992", "is larger than"],
    ["a b", "contains a space"],
    ["!a.com, 11", "only excludes"],
  ])("%j is an error: %s", (text, reason) => {
    expect(protection(text)).toEqual(failure(reason));
  });

  test("goes with IDs, too; protected domains need credentials to look them up, also in a dry run", () => {
    expect(read({ protect: "11" }).protection).toEqual({ domains: [], ids: new Set([11]) });
    const dryRun = { "csr-ids": "11", "dry-run": "true" };
    expect(problemsOf({ ...dryRun, protect: "22" })).toEqual([]);
    expect(problemsOf({ ...dryRun, protect: "*.com" })).toEqual([expect.stringMatching(/^No credentials/)]);
  });

  test("is named in its problem", () => {
    expect(problemOf({ protect: "a b" })).toBe(
      "`protect` has entries that are not valid:\n- line 1: `a b`: contains a space: separate patterns with commas or new lines",
    );
  });
});
