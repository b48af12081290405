import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createMatcher, normalizeDomain } from "../../src/csrs/pattern.ts";
import { parseAccountIds, parseDomains, parseProtection, parseRemarks } from "../../src/inputs/patterns.ts";
import { inlineCode } from "../../src/shared/inline-code.ts";
import { problemOf, read, SELECTION } from "./sources.ts";

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
    ["例え.jp", ["例え.jp"]],
  ])("%j are %j", (text, patterns) => {
    expect(domains(text)).toEqual({ ok: true, value: patterns });
  });

  test.each([
    [",", "has no entry"],
    ["a.com, !", "line 1: `!`: is empty, or has a dot"],
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
    ["*", ["*"]],
    ["rotation *, 自动、续期\n!keep", ["rotation *", "自动、续期", "!keep"]],
    ["none", ["none"]],
    ["2026 11, 7", ["2026 11", "7"]],
    ["!keep, 7", ["!keep", "7"]],
  ])("%j are %j", (text, patterns) => {
    expect(remarks(text)).toEqual({ ok: true, value: patterns });
  });

  test.each([
    ["a\u0000", "contains the character U+0000: write `?` for it"],
    ["!keep", "only excludes"],
  ])("%j are an error: %s", (text, reason) => {
    expect(remarks(text)).toEqual(failure(reason));
  });
});

/** What a guard or a pattern must not hold, and what its error says. */
const NOT_CLEAN: readonly (readonly [text: string, reason: string])[] = [
  ['"22"', 'contains `"` (U+0022)'],
  ["'22'", "contains `'` (U+0027)"],
  ["22;33", "contains `;` (U+003B)"],
  ["22；33", "contains `；` (U+FF1B)"],
  ["#22", "contains `#` (U+0023)"],
  ["a.test # mine", "contains a space"],
  ["id:22", "contains `:` (U+003A)"],
  ["csr/22", "contains `/` (U+002F)"],
  ["22.0", "looks like a number: CSR IDs are plain digits"],
  ["22-33", "looks like a number: CSR IDs are plain digits"],
  ["2e1", "looks like a number: CSR IDs are plain digits"],
  ["0x16", "looks like a number: CSR IDs are plain digits"],
  ["1_000", "looks like a number: CSR IDs are plain digits"],
  ["!22", "looks like a number: CSR IDs are plain digits"],
  ["22*", "looks like a number: CSR IDs are plain digits"],
  ["２２", "contains `２` (U+FF12)"],
  ["٢٢", "looks like a number: CSR IDs are plain digits"],
  ['"pinned.test"', 'contains `"` (U+0022)'],
  ["“pinned.test”", "contains `“` (U+201C)"],
  ["<pinned.test>", "contains `<` (U+003C)"],
  ["https://pinned.test/", "contains `:` (U+003A)"],
  ["pinned.test/", "contains `/` (U+002F)"],
  ["pinned.test:443", "contains `:` (U+003A)"],
  ["pinned.test;b.test", "contains `;` (U+003B)"],
  ["a@pinned.test", "contains `@` (U+0040)"],
  ["^pinned\\.test$", "contains `^` (U+005E)"],
  ["(pinned|b).test", "contains `(` (U+0028)"],
  ["pinned.{test,com}", "contains `{` (U+007B)"],
  ["%.pinned.test", "contains `%` (U+0025)"],
  ["＊.pinned.test", "contains `＊` (U+FF0A)"],
  ["？.pinned.test", "contains `？` (U+FF1F)"],
  ["ｐｉｎｎｅｄ.test", "contains `ｐ` (U+FF50)"],
  ["ﬁne.test", "contains `ﬁ` (U+FB01)"],
  ["！pinned.test", "contains `！` (U+FF01)"],
  ["!!pinned.test", "contains `!` (U+0021)"],
  ["pinned.test!", "contains `!` (U+0021)"],
  ["-pinned.test", "begins with `-` (U+002D)"],
  ["!-pinned.test", "begins with `-` (U+002D)"],
  ["- pinned.test", "contains a space"],
  ["! pinned.test", "contains a space"],
  ["*.pinned.test *.b.test", "contains a space"],
  ["pinned\u00a0.test", "contains the character U+00A0"],
  ["pinned\u200b.test", "contains the character U+200B"],
  ["pinned\u3164.test", "contains the character U+3164"],
  ["pinned\u2010.test", "contains `\u2010` (U+2010)"],
  [".pinned.test", "is empty, or has a dot where a domain has none"],
  ["pinned..test", "is empty, or has a dot where a domain has none"],
  ["*.", "is empty, or has a dot where a domain has none"],
  ["*。", "is empty, or has a dot where a domain has none"],
  [".", "is empty, or has a dot where a domain has none"],
  ["!", "is empty"],
];

describe("text that cannot mean what it looks like is an error", () => {
  test.each(NOT_CLEAN)("in protect: %s", (text, reason) => {
    for (const whole of [text, `11, ${text}`, JSON.stringify([text]), `[11, ${JSON.stringify(text)}]`])
      if (!/,.*[}]/.test(text) || whole.startsWith("[")) expect(protection(whole)).toEqual(failure(`: ${reason}`));
  });

  test.each(NOT_CLEAN)("in domains: %s", (text, reason) => {
    for (const whole of [`*\n${text}`, JSON.stringify(["*", text])])
      if (!/,.*[}]/.test(text) || whole.startsWith("[")) expect(domains(whole)).toEqual(failure(`: ${reason}`));
  });

  test.each([
    ["！keep", "begins with `！` (U+FF01)"],
    ["\ufe57keep", "begins with `\ufe57` (U+FE57)"],
    ["! keep", "has a blank or nothing after `!`"],
    ["!\u00a0keep", "contains the character U+00A0: write `?` for it"],
    ["ke\u200bep", "contains the character U+200B"],
    ["!\tkeep", "contains the character U+0009"],
    ["!", "has a blank or nothing after `!`"],
  ])("in remarks: %j", (text, reason) => {
    for (const whole of [`*, ${text}`, `*\n${text}`]) expect(remarks(whole)).toEqual(failure(`: ${reason}`));
  });

  test.each([
    "[]",
    "[,]",
    "[22",
    "[22] 33",
    "[pinned.test]",
    "['22']",
    "[22, [33]]",
    "[null]",
    '[""]',
    "[22.0]",
    "[2e1]",
  ])("JSON: %s", (text) => {
    expect(protection(text).ok).toBe(false);
    expect(domains(text).ok).toBe(false);
  });
});

test("JSON arrays are lists as well, but not of remarks, which may hold brackets", () => {
  const protectedBy = (ids: readonly number[], patterns: readonly string[] = []) => ({
    ok: true,
    value: { domains: patterns, ids: new Set(ids) },
  });
  expect(protection("[11,22]")).toEqual(protectedBy([11, 22]));
  expect(protection('["11", "22"]')).toEqual(protectedBy([11, 22]));
  expect(protection('\n["pinned.test", 11]')).toEqual(protectedBy([11], ["pinned.test"]));
  expect(domains('["*.a.test", "!b.a.test"]')).toEqual({ ok: true, value: ["*.a.test", "!b.a.test"] });
  expect(remarks('["a"]')).toEqual({ ok: true, value: ['["a"]'] });
});

/** What a text names, read by eye: the runs of digits that no letter touches, and the names with a dot, in plain characters. */
function namedBy(text: string): { readonly ids: readonly number[]; readonly names: readonly string[] } {
  const plain = text.normalize("NFKC").replace(/[\p{Default_Ignorable_Code_Point}]/gu, "");
  const names = plain.match(/(?<![\p{L}\p{M}\p{N}_.*?!-])[a-z]+\.test(?![\p{L}\p{M}\p{N}_.*?-])/gu) ?? [];
  const ids = plain.match(/(?<![\p{L}\p{M}\p{N}_.*?!-])[1-9][0-9]*(?![\p{L}\p{M}\p{N}_*?-])/gu) ?? [];
  return { ids: ids.map(Number), names };
}

test("whatever the text, protect fails, or what the text names is kept", () => {
  const part = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom("11", "22", "pinned.test", "b.test", "２２", "ｐinned.test") },
    {
      weight: 4,
      arbitrary: fc.constantFrom(", ", ",", "\n", " ", "，", "、", ";", "\u3000", "\t", "\r\n", "\u200b", "|"),
    },
    {
      weight: 2,
      arbitrary: fc.constantFrom("[", "]", '"', "'", "#", "- ", "-", ":", "/", "！", "(", ")", "<", "\u00a0", "="),
    },
    { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 2 }) },
  );
  const text = fc.oneof(
    fc.array(part, { maxLength: 8 }).map((parts) => parts.join("")),
    fc
      .array(fc.constantFrom(11, 22, "11", "pinned.test", " b.test"), { maxLength: 4 })
      .map((list) => JSON.stringify(list)),
  );
  let kept = 0;
  fc.assert(
    fc.property(text, (given) => {
      const parsed = parseProtection(given, inlineCode);
      if (!parsed.ok) return;
      const { ids, names } = namedBy(given);
      expect([...parsed.value.ids]).toEqual(expect.arrayContaining([...ids]));
      const match = createMatcher("domains", parsed.value.domains);
      const isExcluded = (name: string): boolean => parsed.value.domains.some((pattern) => pattern === `!${name}`);
      for (const name of names) expect(isExcluded(name) || match(name) === "included").toBe(true);
      kept += ids.length + names.length;
    }),
    { numRuns: Number(process.env.PROPERTY_RUNS ?? 2_000) },
  );
  expect(kept).toBeGreaterThan(100);
});

test("a domain, whatever its letters, is matched by the pattern that is written like it, or the pattern is an error", () => {
  const letter = fc.constantFrom(..."aZ0-_ßẞσςΣéÉİıǅДя中公司例え々ーשا٣क्षि한ᄒK".normalize("NFD"), ..."ñÅΩ");
  const name = fc.array(fc.array(letter, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(name, fc.constantFrom(".", "。", "．", "｡"), (labels, dot) => {
      const domain = labels.map((label) => label.join("")).join(dot);
      if (!domains(domain).ok) return;
      const match = createMatcher("domains", [domain]);
      for (const form of [domain, `${domain}.`, `${domain}。`, domain.normalize("NFC"), normalizeDomain(domain)])
        expect(match(form)).toBe("included");
    }),
    { numRuns: Number(process.env.PROPERTY_RUNS ?? 1_000) },
  );
});

describe("protect", () => {
  test("takes domain patterns and IDs", () => {
    expect(protection("*.example.com, 11\n22 33，!test.example.com")).toEqual({
      ok: true,
      value: { domains: ["*.example.com", "!test.example.com"], ids: new Set([11, 22, 33]) },
    });
    expect(read({ protect: "none" }).protection).toEqual({ domains: [], ids: new Set() });
  });

  test.each([
    ["011", "line 1: `011`: a CSR ID does not begin with 0"],
    ["9007199254740992", "is larger than"],
    ["a b", "contains a space"],
    ["!a.com, 11", "only excludes"],
  ])("%j is an error: %s", (text, reason) => {
    expect(protection(text)).toEqual(failure(reason));
  });

  test("goes with IDs, too", () => {
    expect(read({ protect: "11" }).protection).toEqual({ domains: [], ids: new Set([11]) });
  });

  test.each(["protect", "domains"])("is named in its problem: %s", (name) => {
    expect(problemOf({ ...(name === "domains" ? SELECTION : {}), [name]: "a b" })).toBe(
      `\`${name}\` has entries that are not valid:\n- line 1: \`a b\`: contains a space: use commas or new lines`,
    );
  });
});

describe("allowed-account-ids", () => {
  test.each([
    ["100000000001", ["100000000001"]],
    ["100000000001, 100000000002\n3 4", ["100000000001", "100000000002", "3", "4"]],
    ["[100000000001]", ["100000000001"]],
    ['["100000000001","2"]', ["100000000001", "2"]],
  ])("%j are %j", (text, ids) => {
    expect(parseAccountIds(text, inlineCode)).toEqual({ ok: true, value: ids });
    expect(read({ "allowed-account-ids": text }).allowedAccountIds).toEqual(new Set(ids));
  });

  test("are any if unset", () => {
    expect(read({ "allowed-account-ids": "none" }).allowedAccountIds).toEqual(new Set());
  });

  test.each([
    "",
    "[]",
    "*",
    "any",
    "None",
    "0",
    "01",
    "-1",
    "1.0",
    "1e3",
    "１",
    '"1"',
    "1;2",
    "uin/1",
    "[1.0]",
    "[null]",
  ])("%j are an error", (text) => {
    expect(parseAccountIds(text, inlineCode).ok).toBe(false);
  });
});

test("blanks around entries are none of theirs, however many there are", () => {
  const value = ["a.com", "b.com", "c.com"];
  expect(domains("a.com \t ,  \t b.com  \n \t c.com")).toEqual({ ok: true, value });
  expect(remarks("a  b  ,\t \told \t")).toEqual({ ok: true, value: ["a  b", "old"] });
  // At once, not in a minute.
  expect(remarks(`a${" ".repeat(400_000)}b`).ok).toBe(true);
});

test("a `!` within remarks is text", () => {
  expect(remarks("hello! world, wow!")).toEqual({ ok: true, value: ["hello! world", "wow!"] });
});

test("an account ID has digits only, and the message says so", () => {
  expect(parseAccountIds("12a", inlineCode)).toEqual(failure("is no account ID, which has digits only"));
});
