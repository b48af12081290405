import { describe, expect, test } from "vitest";
import { createMatcher } from "../../src/csrs/pattern.ts";
import { select } from "../../src/csrs/selection.ts";
import type { Protection, SelectionRules } from "../../src/inputs/inputs.ts";
import { parseDomains, parseProtection, parseRemarks } from "../../src/inputs/patterns.ts";
import { type Parse, parseAge, parseCount } from "../../src/inputs/scalars.ts";
import { inlineCode } from "../../src/shared/inline-code.ts";
import type { CsrRecord } from "../../src/tencentcloud/ssl.ts";
import { inputsOf, NOW, SELECTION_EXAMPLES, toRecord } from "./selection-table.ts";

const now = Date.parse(`${NOW}Z`);
const nothing = (): boolean => false;
const everything: SelectionRules = { domains: ["*"], remarks: [] };
const record = (id: number, more: Partial<CsrRecord> = {}): CsrRecord => ({
  id,
  domain: "www.example.com",
  createTime: "2026-01-01 00:00:00",
  remarks: "",
  ...more,
});

/** The rules as the inputs' own parsers read them. */
function readRules(given: Readonly<Record<string, string>>) {
  function read<Value>(name: string, parse: Parse<Value>, absent: Value): Value {
    const text = given[name];
    if (text === undefined) return absent;
    const result = parse(text, inlineCode);
    if (!result.ok) throw new Error(`${name} ${result.failure}`);
    return result.value;
  }
  const rules: SelectionRules = {
    domains: read("domains", parseDomains, []),
    olderThan: read("older-than", parseAge, undefined),
    remarks: read("remarks", parseRemarks, []),
    keepNewest: read("keep-newest", parseCount("none", 0), undefined),
  };
  const protection: Protection = read("protect", parseProtection, { domains: [], ids: new Set() });
  const match = createMatcher("domains", protection.domains);
  const isProtected = ({ id, domain = "" }: CsrRecord): boolean =>
    protection.ids.has(id) || match(domain) === "included";
  return { rules, isProtected };
}

describe("the examples of the documentation", () => {
  test.each(SELECTION_EXAMPLES)("$rule", (example) => {
    const { csrs } = example;
    const { rules, isProtected } = readRules(inputsOf(example));
    const rows = select(csrs.map(toRecord), rules, isProtected, now);
    const decisions = Object.fromEntries(rows.map(({ id, decision }) => [id, decision]));
    const expected = csrs.filter(({ decision }) => decision !== "ignored").map(({ id, decision }) => [id, decision]);
    expect(decisions).toEqual(Object.fromEntries(expected));
  });
});

test("rows are sorted by domain, then from old to new", () => {
  const records = [
    record(4, { domain: "b.test" }),
    record(3, { domain: "a.test", createTime: "2026-01-02 00:00:00" }),
    record(2, { domain: "A.test." }),
    record(1, { domain: "a.test", createTime: "?" }),
  ];
  expect(select(records, everything, nothing, now).map((row) => row.id)).toEqual([1, 2, 3, 4]);
});

test("the age of a row is that of the youngest reading of its time, and missing if the time cannot be read", () => {
  const records = [record(1, { createTime: "2026-11-23 00:00:00" }), record(2, { createTime: undefined })];
  const ages = new Map(select(records, everything, nothing, now).map((row) => [row.id, row.ageMs]));
  expect([ages.get(1), ages.get(2)]).toEqual([24 * 3_600_000, undefined]);
});

test("a CSR whose time cannot be read does not take the place of one of the newest", () => {
  const records = [record(1), record(2, { createTime: "?" })];
  const decisions = select(records, { ...everything, keepNewest: 1 }, nothing, now).map(({ decision }) => decision);
  expect(decisions.sort()).toEqual(["newest", "time-unreadable"]);
});

test("the newest of a domain count, however they are written, also if `domains` does not match them", () => {
  const records = [
    record(1, { domain: "a\u00adb.test" }),
    record(2, { domain: "ab.test", createTime: "2026-01-02 00:00:00" }),
  ];
  const rows = select(records, { ...everything, domains: ["a?b.test"], keepNewest: 1 }, nothing, now);
  expect(rows).toMatchObject([{ id: 1, decision: "delete" }]);
});

test("a newer CSR counts, also if it is kept for another reason", () => {
  const newer = { id: 2, createTime: "2026-01-02 00:00:00" };
  const cases = [
    { rules: {}, isProtected: ({ id }: CsrRecord) => id === 2, more: {}, decision: "protected" },
    { rules: { remarks: ["old"] }, isProtected: nothing, more: { remarks: "new" }, decision: "remarks" },
  ] as const;
  for (const { rules, isProtected, more, decision } of cases) {
    const records = [record(1, { remarks: "old" }), record(2, { ...newer, remarks: "old", ...more })];
    const rows = select(records, { ...everything, ...rules, keepNewest: 1 }, isProtected, now);
    expect(rows.map((row) => row.decision)).toEqual(["delete", decision]);
  }
});

test("both rules must hold: the newest is kept, however old it is", () => {
  const rules = { ...everything, olderThan: { ms: 3_600_000, text: "1h" }, keepNewest: 1 };
  const records = [record(1, { createTime: "2026-01-01 10:00:01" }), record(2, { createTime: "2026-01-01 10:00:00" })];
  const rows = select(records, rules, nothing, now);
  expect(rows).toMatchObject([
    { id: 2, decision: "delete" },
    { id: 1, decision: "newest" },
  ]);
});

test("without an age, time does not matter", () => {
  const [row] = select([record(1, { createTime: "?" })], everything, nothing, now);
  expect(row?.decision).toBe("delete");
});

test("texts that the API does not give are empty texts", () => {
  const records = [record(1, { domain: undefined, remarks: undefined })];
  expect(select(records, { ...everything, remarks: ["?*"] }, nothing, now)).toMatchObject([{ decision: "remarks" }]);
  expect(select(records, { ...everything, domains: ["?*"] }, nothing, now)).toEqual([]);
  const rows = select([...records, record(2, { domain: "" })], { ...everything, keepNewest: 1 }, nothing, now);
  expect(rows.map(({ decision }) => decision)).toEqual(["delete", "newest"]);
});

test("remarks are no domains: a dot at their end counts", () => {
  const rows = select([record(1, { remarks: "old" })], { ...everything, remarks: ["old."] }, nothing, now);
  expect(rows).toMatchObject([{ decision: "remarks" }]);
});

test("none is kept by a count of 0, nor without a count", () => {
  const records = [record(1), record(2, { createTime: "?" })];
  for (const keepNewest of [0, undefined]) {
    const rows = select(records, { ...everything, keepNewest }, nothing, now);
    expect(rows.map(({ decision }) => decision)).toEqual(["delete", "delete"]);
  }
});
