import fc from "fast-check";
import { expect, test } from "vitest";
import { cell, csrs, duration, lines, number, oneLine, ownCell, someIds } from "../../src/report/text.ts";

test.each([
  ["a\r\n::error::b", "a ::error::b"],
  ["\u001b[31mred\u001b[0m", "[31mred [0m"],
  ["a\u2028b\u2029c\u0085d\u009b1me", "a b c d 1me"],
  ["a\u202eb\u200bc\ufeff", "a b c"],
  ["  many   blanks ", "many blanks"],
  ["ünïcode 中文 😀", "ünïcode 中文 😀"],
])("%j is on one line as %j", (text, line) => {
  expect(oneLine(text)).toBe(line);
});

test("a line is cut, and says so", () => {
  expect(oneLine("x".repeat(501))).toBe(`${"x".repeat(500)}…`);
  expect(oneLine("x".repeat(500))).toBe("x".repeat(500));
  expect(oneLine("\n".repeat(5000), 10)).toBe("");
});

test("several lines keep their breaks and lose the rest", () => {
  expect(lines("a\u001b[2J\nb\rc")).toBe("a [2J\nb c");
});

test("no text from outside is markup in a cell", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 80 }), (text) => {
      expect(cell(text).replace(/&#\d+;/g, "")).not.toMatch(/[\r\n|<>`*_[\]@#~!\\&"':/]/);
    }),
    { numRuns: 300 },
  );
  expect(cell("a|b <script> `x` @me #1 https://x.y")).toBe(
    "a&#124;b &#60;script&#62; &#96;x&#96; &#64;me &#35;1 https&#58;&#47;&#47;x.y",
  );
});

test("our own words keep their code, and only their bars are escaped", () => {
  expect(ownCell("Check `a|b`.")).toBe("Check `a\\|b`.");
});

test("numbers, counts and times are for people", () => {
  expect([0, 999, 1000, 1234567].map(number)).toEqual(["0", "999", "1,000", "1,234,567"]);
  expect([1, 2, 1000].map(csrs)).toEqual(["1 CSR", "2 CSRs", "1,000 CSRs"]);
  expect([0.4, 999, 1000, 65_432].map(duration)).toEqual(["0 ms", "999 ms", "1.0 s", "65.4 s"]);
  expect(someIds([1, 2, 3], 3)).toBe("1, 2, 3");
  expect(someIds([1, 2, 3], 2)).toBe("1, 2 … and 1 more");
});
