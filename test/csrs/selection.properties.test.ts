/** What holds for any account and any rules. PROPERTY_RUNS sets the number of runs. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { compileGlob } from "../../src/csrs/pattern.ts";
import { makePlan } from "../../src/csrs/plan.ts";
import type { Decision, PlanRow } from "../../src/csrs/selection.ts";
import type { Protection, SelectionRules } from "../../src/inputs/inputs.ts";
import type { ApiClient } from "../../src/tencentcloud/api-client.ts";
import { never } from "../support/client-for.ts";
import { inputsFor } from "./inputs-for.ts";

const NOW = Date.UTC(2026, 10, 24);
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const numRuns = Number(process.env.PROPERTY_RUNS ?? 300);

/** How a domain is written, and every text that stands for the same domain in lower case; the first is the one that sorts. */
const DOMAINS = [
  { written: "a.test", forms: ["a.test"] },
  { written: "A.TEST.", forms: ["a.test"] },
  { written: " a.test ", forms: ["a.test"] },
  { written: "a。test", forms: ["a.test"] },
  { written: "b.test", forms: ["b.test"] },
  { written: "x.b.test", forms: ["x.b.test"] },
  { written: "*.test", forms: ["*.test"] },
  { written: "www.例え.jp", forms: ["www.xn--r8jz45g.jp", "www.例え.jp"] },
  { written: "WWW.XN--R8JZ45G.jp", forms: ["www.xn--r8jz45g.jp", "www.例え.jp"] },
  { written: "", forms: [""] },
  { written: undefined, forms: [""] },
] as const;
const PATTERNS = ["*", "a.test", "A.Test.", "*.test", "?.test", "*b*", "*.例え.jp", "A.*", "xn--*", "www.xn--*", "?*"];
const REMARKS = ["", "ci", "CI, keep", "keep", undefined] as const;

/** A CSR, and what it means. */
interface Csr {
  readonly id: number;
  readonly domain: (typeof DOMAINS)[number];
  readonly remarks: (typeof REMARKS)[number];
  /** UNIX milliseconds, as if it were UTC; none: it cannot be read. */
  readonly time: number | undefined;
}

const isoTime = (time: number): string => new Date(time).toISOString().slice(0, 19).replace("T", " ");
const toRow = ({ id, domain, remarks, time }: Csr) => ({
  Id: id,
  OwnerUin: "100000000001",
  Domain: domain.written,
  Remarks: remarks,
  CreateTime: time === undefined ? "2026-02-30 00:00:00" : isoTime(time),
});

const pattern = fc.constantFrom(...PATTERNS);
const patterns = fc.array(
  fc.tuple(fc.boolean(), pattern).map(([excludes, text]) => (excludes ? `!${text}` : text)),
  { maxLength: 3 },
);
const csrs = fc.uniqueArray(
  fc.record<Csr>({
    id: fc.integer({ min: 1, max: 60 }),
    domain: fc.constantFrom(...DOMAINS),
    remarks: fc.constantFrom(...REMARKS),
    time: fc.option(
      fc.integer({ min: -24, max: 4 }).map((half) => NOW + half * 12 * HOUR_MS),
      { nil: undefined, freq: 8 },
    ),
  }),
  { selector: ({ id }) => id, maxLength: 25 },
);
const age = (days: number) => ({ ms: days * DAY_MS, text: `${days}d` });
const rules = fc.record<SelectionRules>({
  domains: fc.tuple(pattern, patterns).map(([first, rest]) => [first, ...rest]),
  olderThan: fc.option(fc.integer({ min: 0, max: 12 }).map(age), { nil: undefined }),
  remarks: fc.constantFrom([], ["ci"], ["*", "!*keep"], ["ci*", "!?i"]),
  keepNewest: fc.option(fc.integer({ min: 0, max: 4 }), { nil: undefined }),
});
const protection = fc
  .record({ domains: patterns, ids: fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { maxLength: 3 }) })
  .map(({ domains, ids }): Protection => ({ domains, ids: new Set(ids) }));

/** The rows by the code, through the whole plan: the listing is one page. */
async function plan(all: readonly Csr[], some: SelectionRules, protect: Protection): Promise<readonly PlanRow[]> {
  const response = { Total: all.length, Set: all.map(toRow) };
  const client = {
    acquire: async () => ({ started() {}, release() {} }),
    now: () => NOW,
    call: async () => ({ ok: true, value: { response, requestId: "r", mayHaveTakenEffect: false } }),
  };
  const { plan: made, refusal } = await makePlan(
    inputsFor({ kind: "selection", rules: some }, { protection: protect }),
    {
      client: client as unknown as ApiClient,
      clock: { now: () => NOW, monotonicNow: () => 0, sleep: async () => undefined },
      cancel: never,
      observer: { onPage() {} },
    },
  );
  expect(refusal).toBeUndefined();
  return made?.rows ?? [];
}

/** The documented rules, in the simplest way. */
function model(all: readonly Csr[], some: SelectionRules, protect: Protection): readonly PlanRow[] {
  const globMatches = (glob: string, texts: readonly string[]): boolean => {
    const source = glob
      .toLowerCase()
      .replace(/(?<=.)\.$/, "")
      .replace(/[.+^$()|[\]{}\\]/g, "\\$&")
      .replaceAll("*", ".*")
      .replaceAll("?", ".");
    return texts.some((text) => new RegExp(`^${source}$`, "su").test(text));
  };
  const match = (globs: readonly string[], texts: readonly string[]) => ({
    included: globs.some((glob) => !glob.startsWith("!") && globMatches(glob, texts)),
    excluded: globs.some((glob) => glob.startsWith("!") && globMatches(glob.slice(1), texts)),
  });
  const isNewer = (a: Csr, b: Csr): boolean =>
    a.time !== undefined && b.time !== undefined && (a.time > b.time || (a.time === b.time && a.id > b.id));

  const decide = (csr: Csr, ageMs: number | undefined): Decision => {
    if (match(some.domains, csr.domain.forms).excluded) return "excluded";
    const guard = match(protect.domains, csr.domain.forms);
    const isHidden = csr.domain.written === undefined && protect.domains.length > 0;
    if (protect.ids.has(csr.id) || isHidden || (guard.included && !guard.excluded)) return "protected";
    const remarks = match(some.remarks, [(csr.remarks ?? "").toLowerCase()]);
    if (some.remarks.length > 0 && (!remarks.included || remarks.excluded)) return "remarks";
    if (ageMs === undefined) return some.olderThan || some.keepNewest ? "time-unreadable" : "delete";
    if (some.olderThan && ageMs < some.olderThan.ms) return "too-young";
    const newer = all.filter((other) => other.domain.forms[0] === csr.domain.forms[0] && isNewer(other, csr));
    return newer.length < (some.keepNewest ?? 0) ? "newest" : "delete";
  };

  return all
    .filter(({ domain }) => match(some.domains, domain.forms).included)
    .toSorted((a, b) => {
      const [ofA, ofB] = [a.domain.forms[0], b.domain.forms[0]];
      if (ofA !== ofB) return ofA < ofB ? -1 : 1;
      return (a.time ?? 0) - (b.time ?? 0) || a.id - b.id;
    })
    .map((csr) => {
      const ageMs = csr.time === undefined ? undefined : NOW - 12 * HOUR_MS - csr.time;
      return { id: csr.id, decision: decide(csr, ageMs), ageMs };
    });
}

test("the plan is what a simple model of the documented rules says", async () => {
  await fc.assert(
    fc.asyncProperty(csrs, rules, protection, async (all, some, protect) => {
      const rows = await plan(all, some, protect);
      expect(rows.map(({ id, decision, ageMs }) => ({ id, decision, ageMs }))).toEqual(model(all, some, protect));
      for (const { id, record } of rows) expect(record?.id).toBe(id);
    }),
    { numRuns },
  );
}, 0);

const deleted = (rows: readonly PlanRow[]): readonly number[] =>
  rows.filter(({ decision }) => decision === "delete").map(({ id }) => id);

type Change = (rules: SelectionRules, protection: Protection) => readonly [SelectionRules, Protection];

/** Adds a rule, or makes one stricter. */
const change: fc.Arbitrary<Change> = fc.oneof(
  pattern.map(
    (text): Change =>
      (some, protect) => [{ ...some, domains: [...some.domains, `!${text}`] }, protect],
  ),
  fc.integer({ min: 0, max: 12 }).map((days): Change => {
    return (some, protect) => [
      { ...some, olderThan: age(Math.max((some.olderThan?.ms ?? 0) / DAY_MS, days)) },
      protect,
    ];
  }),
  fc.constant<Change>((some, protect) => [
    { ...some, remarks: some.remarks.length > 0 ? [...some.remarks, "!*i*"] : ["ci"] },
    protect,
  ]),
  fc.integer({ min: 1, max: 3 }).map((more): Change => {
    return (some, protect) => [{ ...some, keepNewest: (some.keepNewest ?? 0) + more }, protect];
  }),
  pattern.map((text): Change => {
    return (some, protect) => [some, { ...protect, domains: [...protect.domains, text] }];
  }),
  fc.integer({ min: 1, max: 60 }).map((id): Change => {
    return (some, protect) => [some, { ...protect, ids: new Set([...protect.ids, id]) }];
  }),
);

test("a rule that is added, or made stricter, never adds a deletion", async () => {
  await fc.assert(
    fc.asyncProperty(csrs, rules, protection, change, async (all, some, protect, apply) => {
      const before = deleted(await plan(all, some, protect));
      const after = deleted(await plan(all, ...apply(some, protect)));
      expect(after.filter((id) => !before.includes(id))).toEqual([]);
    }),
    { numRuns },
  );
}, 0);

test("the order of the listing does not matter", async () => {
  const shuffled = csrs.chain((all) =>
    fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length })),
  );
  await fc.assert(
    fc.asyncProperty(shuffled, rules, protection, async ([all, others], some, protect) => {
      expect(await plan(others, some, protect)).toEqual(await plan(all, some, protect));
    }),
    { numRuns },
  );
}, 0);

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
}, 0);
