import { describe, expect, test } from "vitest";
import { compileGlob, createDomainMatcher, createRemarksMatcher, normalizeDomain } from "../../src/csrs/pattern.ts";

test.each([
  ["", "", true],
  ["", "a", false],
  ["a", "", false],
  ["*", "", true],
  ["**", "abc", true],
  ["a*c", "abbc", true],
  ["a*c", "abcd", false],
  ["*ab", "aab", true],
  ["a?c", "abc", true],
  ["a?", "a", false],
  ["?", "🙂", true],
  ["a*b*c", "a-b-b-c", true],
  ["a.c", "abc", false],
  ["*", "*", true],
])("%j against %j: %j", (glob, text, matches) => {
  expect(compileGlob(glob)(text)).toBe(matches);
});

test.each([`${"*a".repeat(500)}b`, `${"*a?".repeat(500)}b`])(
  "%s is decided at once: a pattern that backtracks would never end",
  (glob) => {
    expect(compileGlob(glob)("a".repeat(5_000))).toBe(false);
  },
);

describe("domains", () => {
  test.each([
    [["*.example.com"], "a.example.com", "included"],
    [["*.example.com"], "example.com", "none"],
    [["*.example.com", "!a.*"], "a.example.com", "excluded"],
    [["!a.*", "*.example.com"], "a.example.com", "excluded"],
    [["!a.*"], "a.example.com", "none"],
    [["!a.*", "b.*"], "a.example.com", "none"],
    [["Example.COM."], "example.com", "included"],
    [["!example.com.", "*"], "EXAMPLE.com.", "excluded"],
    [["例え.jp"], "xn--r8jz45g.jp", "included"],
    [["xn--r8jz45g.jp"], "例え.jp", "included"],
    [["www。example．com｡"], "www.example.com", "included"],
    [["*.例え.jp"], "*.xn--r8jz45g.jp", "included"],
    [["*.xn--r8jz45g.jp"], "*.例え.jp", "included"],
    [["b\u00fccher.example"], "bu\u0308cher.example", "included"],
    [["!xn--*", "*"], "例え.jp", "excluded"],
    [["?*"], "", "none"],
    [["*"], "", "included"],
    [[], "example.com", "none"],
  ] as const)("%j against %j: %s", (patterns, domain, match) => {
    expect(createDomainMatcher(patterns)(domain)).toBe(match);
  });

  test.each([
    [" WWW.Example.com. ", "www.example.com"],
    ["例え.JP", "xn--r8jz45g.jp"],
    ["BÜCHER.example", "xn--bcher-kva.example"],
    ["*.例え.jp", "*.xn--r8jz45g.jp"],
    // Not a domain: compared as it is.
    ["例 え", "例 え"],
    ["", ""],
  ])("%j is compared as %j", (domain, normalized) => {
    expect(normalizeDomain(domain)).toBe(normalized);
  });
});

test.each([
  [["ci*"], "CI run 7", "included"],
  [["*", "!*keep*"], "please KEEP", "excluded"],
  [["xn--bcher-kva"], "bücher", "none"],
  [["done."], "done", "none"],
  [["?*"], "", "none"],
] as const)("remarks %j against %j: %s", (patterns, remarks, match) => {
  expect(createRemarksMatcher(patterns)(remarks)).toBe(match);
});
