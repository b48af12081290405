import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { distinct, parseCsrIds } from "../../src/inputs/csr-ids.ts";

const parse = (text: string, comments = false) => parseCsrIds(text, { comments });

test.each([
  ["11", [11]],
  ["11,22,33", [11, 22, 33]],
  ["11, 22,\t33", [11, 22, 33]],
  ["11\n22\r\n33\r44", [11, 22, 33, 44]],
  [" ,11,, 22,\n", [11, 22]],
  ["\uFEFF11", [11]],
  ["11\n\uFEFF22", [11, 22]],
  ["11 11 22", [11, 11, 22]],
  [String(Number.MAX_SAFE_INTEGER), [Number.MAX_SAFE_INTEGER]],
])("%j is a list of %j", (text, ids) => {
  expect(parse(text)).toEqual({ form: "list", ids, bad: [], badCount: 0 });
});

test.each([
  ["[]", []],
  ["[11, 22]", [11, 22]],
  ['["11", 22]', [11, 22]],
  ["\n [\n11\n]\n", [11]],
  ["\uFEFF[11]", [11]],
])("%j is the JSON array %j", (text, ids) => {
  expect(parse(text)).toEqual({ form: "json", ids, bad: [], badCount: 0 });
});

test.each(["", " \n\t", ",", " , ,\n", "\uFEFF"])("%j is blank", (text) => {
  expect(parse(text)).toEqual({ form: "blank" });
});

test.each(["[", "[11", "[11,]", "[11] 22", "[11 22]"])("%j is broken JSON", (text) => {
  expect(parse(text)).toMatchObject({ form: "broken json", reason: expect.stringMatching(/./) });
});

test.each([
  ["x", "not a whole number"],
  ["1.5", "not a whole number"],
  ["-1", "not a whole number"],
  ["+1", "not a whole number"],
  ["1e3", "not a whole number"],
  ["0x1f", "not a whole number"],
  ["１２", "not a whole number"],
  ["0", "zero is no ID"],
  ["00", "zero is no ID"],
  ["011", "an ID does not begin with 0"],
  ["010", "an ID does not begin with 0"],
  ["9007199254740992", "larger than 9007199254740991"],
  ["*", "not a whole number"],
  ["all", "not a whole number"],
])("the token %s is refused: %s", (token, reason) => {
  expect(parse(`11\n${token}`)).toMatchObject({ ids: [11], badCount: 1, bad: [{ place: "line 2", token, reason }] });
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
])("%s has a bad entry at index 1, as it is written", (text, token) => {
  expect(parse(text)).toMatchObject({ form: "json", ids: [11], badCount: 1, bad: [{ place: "index 1", token }] });
});

test("an array in an array is shown as it is, numbers too", () => {
  expect(parse("[[11, 22]]")).toMatchObject({ bad: [{ place: "index 0", token: "[11,22]" }] });
});

test("places count lines of all kinds", () => {
  expect(parse("1\r\n2\rx\n\ny z")).toMatchObject({
    bad: [
      { place: "line 3", token: "x" },
      { place: "line 5", token: "y" },
      { place: "line 5", token: "z" },
    ],
  });
});

test("the first 20 bad tokens are kept, and all are counted", () => {
  const parsed = parse(Array.from({ length: 5000 }, (_, n) => `x${n}`).join(","));
  expect(parsed).toMatchObject({ badCount: 5000 });
  expect("bad" in parsed && parsed.bad.map(({ token }) => token)).toEqual(
    Array.from({ length: 20 }, (_, n) => `x${n}`),
  );
});

describe("a #", () => {
  test("begins a comment where comments are", () => {
    expect(parse("# head\n11 # one, 22\n#33\n44#", true)).toEqual({
      form: "list",
      ids: [11, 44],
      bad: [],
      badCount: 0,
    });
    expect(parse("# nothing", true)).toEqual({ form: "blank" });
  });

  test("is a bad token elsewhere", () => {
    expect(parse("11 # one")).toMatchObject({ badCount: 2 });
  });
});

test("repeated IDs are dropped, each keeps its first place", () => {
  expect(distinct([3, 1, 3, 2, 1])).toEqual([3, 1, 2]);
});

test("any text gives a list or an error, never a crash, and never an ID that is not in it", () => {
  const text = fc.oneof(
    fc.string(),
    fc.string({ unit: "binary" }),
    fc.json(),
    fc.stringMatching(/^[[\]0-9,\s"#.e-]*$/),
  );
  fc.assert(
    fc.property(text, fc.boolean(), (input, comments) => {
      const parsed = parse(input, comments);
      for (const id of "ids" in parsed ? parsed.ids : []) {
        expect(Number.isSafeInteger(id) && id > 0).toBe(true);
        expect(input).toContain(String(id));
      }
    }),
    { numRuns: 500 },
  );
});
