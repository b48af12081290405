import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseIds, problemOfId } from "../../src/inputs/csr-ids.ts";
import { inlineCode } from "../../src/shared/inline-code.ts";

const parse = (text: string, comments = false) => parseIds(comments ? "file" : "input")(text, inlineCode);
const valid = (ids: readonly number[] | undefined) => ({ ok: true, value: ids });
/** The lines about invalid entries, of which there must be no more than valid ones. */
const linesAbout = (text: string): readonly string[] => {
  const { ok, failure } = { failure: "", ...parse(text) };
  const [head, ...lines] = failure.split("\n");
  expect([ok, head]).toEqual([false, "has entries that are not valid:"]);
  return lines;
};

test.each([
  ["11", [11]],
  ["11,22,33", [11, 22, 33]],
  ["11, 22,\t33\t44", [11, 22, 33, 44]],
  ["11，22、33", [11, 22, 33]],
  ["11\n22\r\n33\r44", [11, 22, 33, 44]],
  [" ,11,, 22,\n", [11, 22]],
  ["\uFEFF11", [11]],
  ["11 11 22", [11, 11, 22]],
  [String(Number.MAX_SAFE_INTEGER), [Number.MAX_SAFE_INTEGER]],
])("%j is the list %j", (text, ids) => {
  expect(parse(text)).toEqual(valid(ids));
});

test.each([
  ["[]", []],
  ["[11, 22]", [11, 22]],
  ['["11", 22]', [11, 22]],
  ["\n [\n11\n]\n", [11]],
  ["\uFEFF[11]", [11]],
])("%j is the JSON array %j", (text, ids) => {
  expect(parse(text)).toEqual(valid(ids));
});

test.each(["", " \n\t", ",", " , ,\n", "\uFEFF", "，、"])("%j is blank", (text) => {
  expect(parse(text)).toEqual(valid(undefined));
});

describe("broken JSON is placed without being quoted", () => {
  test.each([
    ["[", "index 0"],
    ["[11", "index 0"],
    ["[11,]", "index 1"],
    ["[11,\n22,\nhunter2]", "index 2"],
    ["[11] 22", "index 0"],
    ["[11 22]", "index 0"],
    ["\n [11 ,22, x", "index 2"],
    ['["11", "hunter2]', "index 1"],
  ])("%j: %s", (text, place) => {
    expect(parse(text)).toEqual({
      ok: false,
      failure: `begins with \`[\` but is no JSON array (at or after ${place})`,
    });
  });
});

test.each([
  ["x", "not a positive whole number"],
  ["1.5", "separators"],
  ["-1", "plain digits"],
  ["+1", "plain digits"],
  ["1e3", "plain digits"],
  ["0x1f", "not a positive whole number"],
  ["１２", "plain digits"],
  ["1２", "plain digits"],
  ["0", "does not begin with 0"],
  ["00", "does not begin with 0"],
  ["011", "does not begin with 0"],
  ["9007199254740992", "larger than 9007199254740991"],
  ["*", "not a positive"],
  ["-", "not a positive"],
  ["•", "not a positive"],
  ["1.", "not a positive"],
  ["all", "not a positive whole number"],
  ["11-20", "ranges are not supported"],
  ["11..20", "ranges are not supported"],
  ["11–20", "ranges are not supported"],
  ["11;22", "separators but commas, blanks and new lines"],
  ["11|22", "separators but commas, blanks and new lines"],
  ['"11"', "not a positive"],
  ["'11'", "not a positive"],
  ["“11”", "not a positive"],
  ["https://console.example.com/11", "select by domain with `domains`"],
  ["www.example.com", "select by domain with `domains`"],
  ["abcDEF12", "the ID of a certificate"],
  ['{"Id":733', "not a positive"],
  ["11]", "not a positive"],
  ["#11", "not a positive"],
  ["//", "not a positive"],
])("%s is refused, in one piece: %s", (token, reason) => {
  expect(problemOfId(token)).toContain(reason);
  expect(linesAbout(`1,${token}`)).toEqual([expect.stringContaining(`: ${inlineCode(token)}: `)]);
});

describe("a character that is not a separator is part of its token, and named", () => {
  test.each([
    ["\uFEFF", "U+FEFF"],
    ["\u202F", "U+202F"],
    ["\u00A0", "U+00A0"],
    ["\u200B", "U+200B"],
    ["\u3000", "U+3000"],
    ["\u2028", "U+2028"],
    ["\u0085", "U+0085"],
    ["\v", "U+000B"],
    ["\f", "U+000C"],
    ["\0", "U+0000"],
    ["\u202E", "U+202E"],
    ["\u{E0030}", "U+E0030"],
  ])("%j", (character, name) => {
    const reason = `contains the character ${name}, which is not a separator`;
    for (const entry of [`12${character}345`, `12${character}`, `${character}12`])
      expect(linesAbout(`6 ${entry}`)).toEqual([`- line 1: ${inlineCode(entry)}: ${reason}`]);
  });
});

test.each([
  ["[11, 11.0]", "11.0"],
  ["[11, 1e3]", "1e3"],
  ["[11, -0]", "-0"],
  ["[11, 9007199254740993]", "9007199254740993"],
  ["[11, null]", "null"],
  ["[11, true]", "true"],
  ["[11, {}]", "{}"],
  ['[11, ["22"]]', '["22"]'],
  ['[11, " 22"]', " 22"],
  ['[11, ""]', ""],
])("%s has an invalid entry at index 1, as it is written", (text, token) => {
  expect(linesAbout(text)).toEqual([expect.stringContaining(`- index 1: ${inlineCode(token)}: `)]);
});

test("places count lines of all kinds", () => {
  expect(linesAbout("1\r\n2\rx\n\ny\tz 3")).toEqual([
    expect.stringContaining("- line 3: `x`: "),
    expect.stringContaining("- line 5: `y`: "),
    expect.stringContaining("- line 5: `z`: "),
  ]);
});

test("the first 20 invalid tokens are listed, and all are counted", () => {
  const lines = linesAbout(Array.from({ length: 5000 }, (_, n) => `x${n},1`).join(","));
  expect(lines.slice(0, -1)).toEqual(
    Array.from({ length: 20 }, (_, n) => expect.stringContaining(`- line 1: \`x${n}\`: `)),
  );
  expect(lines.at(-1)).toBe("- … and 4980 more");
  expect(linesAbout("x,1,".repeat(20))).toHaveLength(20);
});

describe("a text that is mostly no IDs is described, and nothing of it is shown", () => {
  test.each([
    ["hunter2 x", "2 of 2 entries, the first at line 1"],
    ["11 hunter2 x", "2 of 3 entries, the first at line 1"],
    ["[11, true, {}]", "2 of 3 entries, the first at index 1"],
  ])("%j", (text, what) => {
    const failure = expect.stringMatching(new RegExp(`^is mostly not valid: ${what} \\(n.*\\)\\. They are not shown`));
    expect(parse(text)).toEqual({ ok: false, failure });
  });

  test("unless it is one entry of the input, or a half is valid", () => {
    expect(linesAbout("hunter2")).toHaveLength(1);
    expect(linesAbout("11 hunter2")).toHaveLength(1);
    expect(parse("hunter2", true)).toEqual({ ok: false, failure: expect.stringContaining(": 1 of 1 entries, ") });
  });
});

describe("a #", () => {
  test("begins a comment where comments are allowed", () => {
    expect(parse("# head\n11 # one, 22\n#33\n44#", true)).toEqual(valid([11, 44]));
    expect(parse("# nothing", true)).toEqual(valid(undefined));
  });

  test("is refused elsewhere", () => {
    expect(linesAbout("11 22 # one")).toEqual([
      expect.stringContaining("- line 1: `#`: "),
      expect.stringContaining("- line 1: `one`: "),
    ]);
  });

  test.each(["\u2028", "\u2029", "\u0085", "\v", "\f", "\0"])("begins a comment that %j does not end", (character) => {
    expect(parse(`11 # not this one:${character}22\n33`, true)).toEqual(valid([11, 33]));
  });
});

test("deeply nested JSON is an error", () => {
  const depth = 200_000;
  expect(parse("[".repeat(depth) + "]".repeat(depth)).ok).toBe(false);
  for (let nested = 1; nested < 6_000; nested += 97)
    expect(parse("[".repeat(nested) + "]".repeat(nested)).ok).toBe(nested === 1);
});

test("broken JSON of the largest size is an error, found at once", () => {
  for (const text of [`["${"x".repeat(2e6)}`, `[${"1,".repeat(1e6)}`, `["${"\\\\".repeat(1e6)}`])
    expect(parse(text).ok).toBe(false);
});

test("any text gives a list or an error, and never an ID that does not stand between separators", () => {
  const text = fc.oneof(
    fc.string(),
    fc.string({ unit: "binary" }),
    fc.json(),
    fc.stringMatching(/^[[\]0-9,\s"#.e-]*$/),
    fc
      .array(fc.constantFrom("12", "345", "\uFEFF", "\u202F", ",", "，", "、", "\n", " ", "\u00A0"), { maxLength: 9 })
      .map((parts) => parts.join("")),
  );
  fc.assert(
    fc.property(text, (input) => {
      const parsed = parse(input);
      if (!parsed.ok) return;
      const tokens = new Set(input.replace(/^\uFEFF/, "").split(/[[\]",，、 \t\r\n]/));
      for (const id of parsed.value ?? []) expect(tokens).toContain(String(id));
    }),
    { numRuns: 1000 },
  );
});
