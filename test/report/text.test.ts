import fc from "fast-check";
import { expect, test } from "vitest";
import {
  codeSpan,
  codeSpans,
  escapePipes,
  formatAge,
  formatCount,
  formatCsrCount,
  formatDuration,
  formatIds,
  formatNumber,
  plainText,
  sanitizeLine,
  sanitizeLines,
} from "../../src/report/text.ts";

const foreignText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 80 }),
  fc
    .array(fc.constantFrom("`", "``", "|", "\\", "\n", "$", "<b>", "@me", " ", "x"), { maxLength: 20 })
    .map((all) => all.join("")),
);

test.each([
  ["a\r\n::error::b", "a ::error::b"],
  ["\u001b[31mred\u001b[0m", "[31mred [0m"],
  ["a\u2028b\u2029c\u0085d\u009b1me", "a b c d 1me"],
  ["a\u202eb\u200bc\ufeff", "a b c"],
  ["  many   blanks ", "many blanks"],
  ["ünïcode 中文 😀", "ünïcode 中文 😀"],
  ["##[error]x", "## [error]x"],
  ["a\u061cb\u034fc\u115fd\u1160e\u3164f\uffa0g\u180eh", "a b c d e f g h"],
  ["a\ufe0fb\u{e0041}\u{e007f}c\u{e0100}d", "a b c d"],
])("%j is on one line as %j", (text, line) => {
  expect(sanitizeLine(text)).toBe(line);
});

test("a line is cut, and says so", () => {
  expect(sanitizeLine("x".repeat(501))).toBe(`${"x".repeat(500)}…`);
  expect(sanitizeLine("x".repeat(500))).toBe("x".repeat(500));
  expect(codeSpan("x".repeat(301))).toBe(`\`${"x".repeat(300)}…\``);
  expect(sanitizeLine("\n".repeat(5000), 10)).toBe("");
  expect(sanitizeLine(`${"x".repeat(9)}😀`, 10)).toBe(`${"x".repeat(9)}…`);
});

test("a text that begins with a great many blanks is not lost", () => {
  expect(sanitizeLine(`${" ".repeat(5_000)}x`, 10)).toBe("x");
});

test("plain text has no marks of Markdown's code", () => {
  expect(plainText("`a` and `` b`c ``\n  d\u001b")).toBe("a and  bc \n  d".replace("bc ", "bc"));
});

test("a list of code spans says how many more there are", () => {
  expect(codeSpans(["a", "b`c", "d", "e"], 2)).toBe("`a`, ``b`c`` … and 2 more");
  expect(codeSpans(["a", "b"], 2)).toBe("`a`, `b`");
});

test("several lines keep their breaks and lose other control characters", () => {
  expect(sanitizeLines("a\u001b[2J\n  b\rc\u2028d")).toBe("a [2J\n  b c d");
});

test.each([
  ["plain", "`plain`"],
  ["a`b", "``a`b``"],
  ["`a`", "`` `a` ``"],
  ["``", "``` `` ```"],
  ["a\nb", "`a b`"],
  [" \u0000 ", ""],
])("%j is the code span %j", (text, span) => {
  expect(codeSpan(text)).toBe(span);
});

test("no text can break out of its code span", () => {
  fc.assert(
    fc.property(foreignText, (text) => {
      const span = codeSpan(text);
      if (span === "") return;
      const [fence = ""] = /^`+/.exec(span) ?? [];
      const inside = span.slice(fence.length, -fence.length);
      expect(span.endsWith(fence)).toBe(true);
      expect(inside).not.toMatch(/^`|`$|[\r\n]/);
      expect(inside.match(/`+/g) ?? []).not.toContain(fence);
    }),
    { numRuns: 500 },
  );
});

test("no code span ends the cell of a table", () => {
  fc.assert(
    fc.property(foreignText, (text) => {
      expect(escapePipes(codeSpan(text))).not.toMatch(/(?<!\\)(?:\\\\)*\|/);
    }),
    { numRuns: 500 },
  );
  expect(escapePipes("Check `a|b`.")).toBe("Check `a\\|b`.");
});

test("numbers, counts, times and ages are for people", () => {
  expect([0, 999, 1000, 1234567].map(formatNumber)).toEqual(["0", "999", "1,000", "1,234,567"]);
  expect([1, 2, 1000].map(formatCsrCount)).toEqual(["1 CSR", "2 CSRs", "1,000 CSRs"]);
  expect([0, 1, 2].map((count) => formatCount(count, "call"))).toEqual(["0 calls", "1 call", "2 calls"]);
  expect([1, 2].map((count) => formatCount(count, "more retry"))).toEqual(["1 more retry", "2 more retries"]);
  expect([0.4, 999, 1000, 65_432].map(formatDuration)).toEqual(["0 ms", "999 ms", "1.0 s", "65.4 s"]);
  expect([-1, 0, 47.9, 48, 71.9, 2_400 * 24].map((hours) => formatAge(hours * 3_600_000))).toEqual([
    "in the future",
    "0 h",
    "47 h",
    "2 d",
    "2 d",
    "2,400 d",
  ]);
  expect(formatIds([1, 2, 3], 3)).toBe("1, 2, 3");
  expect(formatIds([1, 2, 3], 2)).toBe("1, 2 … and 1 more");
});
