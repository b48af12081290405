import { domainToASCII, domainToUnicode } from "node:url";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileGlob, createMatcher, normalizeDomain, unmatchedPatterns } from "../../src/csrs/pattern.ts";

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
  ["a?b*d", "a\nb\nc\nd", true],
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

test("every character but the wildcards is literal", () => {
  const ascii = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code)).filter(
    (one) => !"*?".includes(one),
  );
  for (const one of [...ascii, "\u2028", "🙂"]) {
    for (const glob of [`a${one}b`, `a${one}*b`, `a${one}?`]) {
      expect([glob, compileGlob(glob)(`a${one}b`)]).toEqual([glob, true]);
      for (const text of ["ab", `a${one}${one}c`, `a${one === "x" ? "y" : "x"}b`, `xa${one}b`])
        expect([glob, text, compileGlob(glob)(text)]).toEqual([glob, text, false]);
    }
  }
});

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
    [["*。example．com｡"], "www.example.com", "included"],
    [["*.例え.jp"], "*.xn--r8jz45g.jp", "included"],
    [["*.xn--r8jz45g.jp"], "*.例え.jp", "included"],
    [["b\u00fccher.example"], "bu\u0308cher.example", "included"],
    [["bu\u0308*.example"], "b\u00fccher.example", "included"],
    [["!xn--*", "*"], "例え.jp", "excluded"],
    [["www.xn--fiqs8s.公司"], "www.xn--fiqs8s.公司", "included"],
    [["www.xn--fiqs8s.公司"], "www.中国.公司", "included"],
    [["www.中国.xn--55qx5d"], "www.xn--fiqs8s.公司", "included"],
    [["*.公司"], "www.xn--fiqs8s.公司", "included"],
    [["*.xn--55qx5d"], "www.xn--fiqs8s.公司", "included"],
    [["*.xn--fiqs8s.公司"], "www.中国.公司", "included"],
    [["*.中国.xn--55qx5d"], "www.xn--fiqs8s.公司", "included"],
    [["web?.xn--fiqs8s.公司"], "web1.中国.公司", "included"],
    [["*.xn--r8jz45g.xn--fiqs8s.公司"], "www.例え.中国.公司", "included"],
    [["*.axn--55qx5d"], "www.a公司", "none"],
    [["xn--pxavbm.公司"], "οδος.公司", "included"],
    [["!XN--FIQS8S.公司*", "*"], "中国.公司.", "excluded"],
    [["*.xn--a.公司"], "www.xn--a.公司", "included"],
    [["*.xn--pxavbm.gr"], "www.ΟΔΟΣ.gr", "none"],
    [["pinned.test"], "pinned。test。", "included"],
    [["pinned。test。"], "pinned.test", "included"],
    [["*.例え.jp"], "www｡例え．jp｡", "included"],
    [["ΟΔΟΣ*"], "οδοσα.gr", "included"],
    [["οδος.gr"], "ΟΔΟΣ.gr", "included"],
    [["ΟΔΟΣ.gr"], "οδος.gr", "included"],
    [["οδος.gr"], "xn--pxavbm.gr", "included"],
    [["ΟΔΟΣ.gr"], "xn--pxavbq.gr", "included"],
    [["xn--pxavbm.gr"], "ΟΔΟΣ.gr", "none"],
    [["STRAẞE.test"], "straße.test", "included"],
    [["straße.test"], "strasse.test", "none"],
    [["例え.jp"], "例え.jp/x", "none"],
    // What the ASCII form of the pattern, if it had one, would match.
    [["*例*.jp"], "xn--foo-qt3c.jp", "none"],
    [["*例*.jp"], "xn--ab-qt3c.jp", "included"],
    [["?*"], "", "none"],
    [["*"], "", "included"],
    [["."], "", "none"],
    [[], "example.com", "none"],
  ] as const)("%j against %j: %s", (patterns, domain, match) => {
    expect(createMatcher("domains", patterns)(domain)).toBe(match);
  });

  test.each([
    [" WWW.Example.com. ", "www.example.com"],
    ["例え.JP", "xn--r8jz45g.jp"],
    ["BÜCHER.example", "xn--bcher-kva.example"],
    ["*.例え.jp", "*.xn--r8jz45g.jp"],
    ["ΟΔΟΣ.gr", "xn--pxavbq.gr"],
    ["οδος.gr", "xn--pxavbm.gr"],
    ["pinned。test。", "pinned.test"],
    ["公司.test.\u00ad", "xn--55qx5d.test"],
    // Not a domain: compared as it is.
    ["公司.test/x", "公司.test/x"],
    ["公司.12", "公司.12"],
    ["例 え", "例 え"],
    ["1.2.3", "1.2.3"],
    ["0x7F.1", "0x7f.1"],
    ["xn--a.test", "xn--a.test"],
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
  [["ΟΔΟΣ*"], "οδοσα", "included"],
  [["!*ΟΔΟΣ", "*"], "η οδος", "excluded"],
  [["οδος 1"], "ΟΔΟΣ 1", "included"],
  [["bu\u0308*"], "B\u00dcCHER", "included"],
  // Only its small letter is also one character.
  [["\u01f0"], "J\u030c", "included"],
  [["ci", "!keep"], "!keep", "none"],
  [["*", "!!keep"], "!keep", "excluded"],
] as const)("remarks %j against %j: %s", (patterns, remarks, match) => {
  expect(createMatcher("remarks", patterns)(remarks)).toBe(match);
});

test("patterns, excludes too, that match no domain are found", () => {
  const patterns = ["*.a.test", "!b.a.test", "c.test", "!*.c.test", "例え.jp", "ab?.test", "*"];
  expect(unmatchedPatterns("domains", patterns, ["B.a.test.", "xn--r8jz45g.jp", "abc.test"])).toEqual([
    "c.test",
    "!*.c.test",
  ]);
  expect(unmatchedPatterns("domains", patterns, [])).toEqual(patterns);
  expect(unmatchedPatterns("domains", ["*", "?*"], [""])).toEqual(["?*"]);
  expect(unmatchedPatterns("domains", [], ["a.test"])).toEqual([]);
  const remarks = ["!*KEEP*", "!xn--bcher-kva", "!!*", "ci?", "b!ü*"];
  expect(unmatchedPatterns("remarks", remarks, ["please keep", "bücher", "! stays"])).toEqual([
    "!xn--bcher-kva",
    "ci?",
    "b!ü*",
  ]);
});

/** The rules as documented, and nothing but them: a regular expression against each way to write the domain. */
function model(patterns: readonly string[], domain: string): "included" | "excluded" | "none" {
  const plain = (text: string): string => text.normalize("NFC").toLowerCase().replaceAll("ς", "σ");
  const dots = (text: string): string => text.replaceAll(/[。．｡]/g, ".").replace(/\.$/, "");
  const written = dots(domain);
  const ascii = domainToASCII(written) || plain(written);
  const forms = [plain(written), ascii.toLowerCase(), plain(domainToUnicode(ascii))];
  const matchesText = (text: string): boolean => {
    const source = [...text].map((character) => {
      if (character === "*") return ".*";
      return character === "?" ? "." : `\\u{${character.codePointAt(0)?.toString(16)}}`;
    });
    return forms.some((form) => new RegExp(`^${source.join("")}$`, "su").test(form));
  };
  const matches = (pattern: string): boolean => {
    const text = plain(dots(pattern));
    const labels = text.split(".").map((label) => (/^xn--[a-z0-9-]+$/.test(label) ? domainToUnicode(label) : label));
    return matchesText(text) || (/[*?]/.test(text) && matchesText(labels.join(".")));
  };
  if (!patterns.some((pattern) => !pattern.startsWith("!") && matches(pattern))) return "none";
  return patterns.some((pattern) => pattern.startsWith("!") && matches(pattern.slice(1))) ? "excluded" : "included";
}

test("random patterns and domains: no difference to the documented rules", () => {
  const numRuns = Number(process.env.PROPERTY_RUNS ?? 2_000);
  const labels = [
    "a",
    "B",
    "ab",
    "www",
    "例え",
    "xn--r8jz45g",
    "公司",
    "xn--fiqs8s",
    "ΟΔΟΣ",
    "οδος",
    "xn--pxavbm",
    "ß",
    "É",
  ];
  const dot = fc.constantFrom(".", ".", ".", "。", "．");
  const join = (parts: readonly (readonly [string, string])[]): string => parts.map((part) => part.join("")).join("");
  const domain = fc.tuple(
    fc.array(fc.tuple(fc.constantFrom(...labels), dot), { maxLength: 3 }).map(join),
    fc.constantFrom("test", "TEST.", "公司", "xn--55qx5d", "gr。", "gr"),
  );
  const wildcard = fc.constantFrom("*", "?", "*a", "a?", "例*", "*Σ", "?え", "**", "xn--*");
  const pattern = fc.tuple(
    fc.constantFrom("", "", "!"),
    fc.array(fc.tuple(fc.oneof(fc.constantFrom(...labels), wildcard), dot), { maxLength: 3 }).map(join),
    fc.constantFrom("test", "TEST.", "公司", "xn--55qx5d", "gr", "*", "????"),
  );
  const counts = { included: 0, excluded: 0, none: 0 };
  /** The domain, with wildcards for parts of it, and perhaps in another form. */
  const like = (text: string) =>
    fc
      .tuple(fc.constantFrom("", "!"), fc.nat(text.length), fc.nat(3), fc.constantFrom("*", "?", "??", ""))
      .map(
        ([exclude, at, length, wildcard]) =>
          exclude + (text.slice(0, at) + wildcard + text.slice(at + length)).replaceAll("?.", "*."),
      );
  const example = domain.chain((parts) => {
    const text = parts.join("");
    const patterns = fc.array(
      fc.oneof(
        pattern.map((each) => each.join("")),
        like(text),
        like(text.toUpperCase()),
      ),
      { maxLength: 4 },
    );
    return fc.tuple(patterns, fc.constant(text));
  });
  fc.assert(
    fc.property(example, ([patterns, text]) => {
      // A literal pattern in two scripts is the same domain as one in either of them: more than the model knows.
      const mixed = patterns.some((each) => !/[*?]/.test(each) && /xn--/i.test(each) && /[^\x20-\x7e]/.test(each));
      const match = createMatcher("domains", patterns)(text);
      if (!mixed) expect(match).toBe(model(patterns, text));
      counts[match] += 1;
    }),
    { numRuns },
  );
  for (const count of Object.values(counts)) expect(count).toBeGreaterThan(numRuns / 40);
});
