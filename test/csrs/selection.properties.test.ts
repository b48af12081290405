/** What holds for any account and any rules. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Protection } from "../../src/csrs/guards.ts";
import { compileGlob, createDomainMatcher } from "../../src/csrs/pattern.ts";
import { type PlanRow, type SelectionRules, select } from "../../src/csrs/selection.ts";
import type { CsrRecord } from "../../src/tencentcloud/ssl.ts";

const NOW = Date.UTC(2026, 10, 24);
const DAY_MS = 86_400_000;
const numRuns = Number(process.env.PROPERTY_RUNS ?? 300);

const pattern = fc.constantFrom("*", "a.test", "*.test", "?.test", "!a.test", "!*b*", "*.例え.jp", "A.*", "xn--*");
const patterns = fc.array(pattern, { maxLength: 3 });
const createTime = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 0, max: 12 }).map((day) => `2026-11-${14 + day} 10:00:00`) },
  { weight: 1, arbitrary: fc.constantFrom("", "yesterday", "2026-13-01 00:00:00") },
);
const records = fc.uniqueArray(
  fc.record<CsrRecord>({
    id: fc.integer({ min: 1, max: 60 }),
    domain: fc.constantFrom(
      "a.test",
      "A.TEST.",
      "b.test",
      "www.例え.jp",
      "www.xn--r8jz45g.jp",
      "*.test",
      "",
      undefined,
    ),
    createTime,
    remarks: fc.constantFrom("", "ci", "keep", undefined),
  }),
  { selector: ({ id }) => id, maxLength: 25 },
);
const rules = fc.record<SelectionRules>({
  domains: patterns.map((rest) => ["*", ...rest]),
  olderThanMs: fc.option(
    fc.integer({ min: 0, max: 12 }).map((days) => days * DAY_MS),
    { nil: undefined },
  ),
  remarks: fc.constantFrom([], ["ci"], ["*", "!keep"]),
  keepNewest: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
});
const protection = fc
  .record({ domains: patterns, ids: fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { maxLength: 3 }) })
  .map(({ domains, ids }): Protection => ({ domains, ids: new Set(ids) }));

const deleted = (rows: readonly PlanRow[]): ReadonlySet<number> =>
  new Set(rows.filter(({ decision }) => decision === "delete").map(({ record }) => record.id));
const plan = (csrs: readonly CsrRecord[], some: SelectionRules, protect: Protection) =>
  select(csrs, some, protect, NOW);

type Change = (rules: SelectionRules, protection: Protection) => readonly [SelectionRules, Protection];

/** Adds a rule, or makes one stricter. */
const change: fc.Arbitrary<Change> = fc.oneof(
  pattern.map((text): Change => {
    const exclude = `!${text.replace("!", "")}`;
    return (some, protect) => [{ ...some, domains: [...some.domains, exclude] }, protect];
  }),
  fc.integer({ min: 0, max: 12 }).map((days): Change => {
    return (some, protect) => [{ ...some, olderThanMs: Math.max(some.olderThanMs ?? 0, days * DAY_MS) }, protect];
  }),
  fc.constant<Change>((some, protect) => [
    { ...some, remarks: some.remarks.length > 0 ? [...some.remarks, "!*i*"] : ["ci"] },
    protect,
  ]),
  fc.integer({ min: 1, max: 3 }).map((more): Change => {
    return (some, protect) => [{ ...some, keepNewest: (some.keepNewest ?? 0) + more }, protect];
  }),
  pattern.map((text): Change => {
    return (some, protect) => [some, { ...protect, domains: [...protect.domains, text.replace("!", "")] }];
  }),
  fc.integer({ min: 1, max: 60 }).map((id): Change => {
    return (some, protect) => [some, { ...protect, ids: new Set([...protect.ids, id]) }];
  }),
);

test("a rule that is added, or made stricter, never adds a deletion", () => {
  fc.assert(
    fc.property(records, rules, protection, change, (csrs, some, protect, apply) => {
      const before = deleted(plan(csrs, some, protect));
      const after = deleted(plan(csrs, ...apply(some, protect)));
      expect([...after].filter((id) => !before.has(id))).toEqual([]);
    }),
    { numRuns },
  );
});

test("the order of the listing does not matter", () => {
  const shuffled = records.chain((csrs) =>
    fc.tuple(fc.constant(csrs), fc.shuffledSubarray(csrs, { minLength: csrs.length })),
  );
  fc.assert(
    fc.property(shuffled, rules, protection, ([csrs, others], some, protect) => {
      expect(plan(others, some, protect)).toEqual(plan(csrs, some, protect));
    }),
    { numRuns },
  );
});

test("every CSR that the domains match has one row; protected and excluded ones are never deleted", () => {
  const narrow = fc.record({ some: rules, domains: fc.array(pattern, { minLength: 1, maxLength: 3 }) });
  fc.assert(
    fc.property(records, narrow, protection, (csrs, { some, domains }, protect) => {
      const rows = plan(csrs, { ...some, domains }, protect);
      const matchDomain = createDomainMatcher(domains);
      const matchProtected = createDomainMatcher(protect.domains);
      const matching = csrs.filter(({ domain }) => matchDomain(domain ?? "") !== "none");
      expect(rows).toHaveLength(matching.length);
      expect(new Set(rows.map(({ record }) => record))).toEqual(new Set(matching));
      for (const { record, decision } of rows) {
        const isExcluded = matchDomain(record.domain ?? "") === "excluded";
        const isProtected = protect.ids.has(record.id) || matchProtected(record.domain ?? "") === "included";
        if (isExcluded) expect(decision).toBe("excluded");
        else if (isProtected) expect(decision).toBe("protected");
      }
    }),
    { numRuns },
  );
});

test("of each domain, at least as many CSRs are kept as `keep-newest` says, if there are so many", () => {
  const one = records.map((csrs) => csrs.map((csr) => ({ ...csr, domain: "a.test" })));
  fc.assert(
    fc.property(one, rules, fc.integer({ min: 1, max: 4 }), (csrs, some, keepNewest) => {
      const rows = plan(csrs, { ...some, keepNewest }, { domains: [], ids: new Set() });
      expect(rows.length - deleted(rows).size).toBeGreaterThanOrEqual(Math.min(keepNewest, rows.length));
    }),
    { numRuns },
  );
});

test("a pattern matches what the same pattern as a regular expression matches", () => {
  const glob = fc.string({ unit: fc.constantFrom("a", "b", "*", "?", "."), maxLength: 12 });
  const text = fc.string({ unit: fc.constantFrom("a", "b", ".", "*", "🙂"), maxLength: 12 });
  fc.assert(
    fc.property(glob, text, (given, domain) => {
      const source = given.replaceAll(".", "\\.").replaceAll("?", ".").replaceAll(/\*+/g, ".*");
      expect(compileGlob(given)(domain)).toBe(new RegExp(`^${source}$`, "su").test(domain));
    }),
    { numRuns: 10 * numRuns },
  );
});
