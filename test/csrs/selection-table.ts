/** The rules of a selection by example: run as a test, and shown in docs/selection.md. */
import type { Decision } from "../../src/csrs/selection.ts";
import { describeDecision } from "../../src/report/words.ts";

/** When the examples are run. */
export const NOW = "2026-11-24 12:00:00";

/** What a row does not say: an old CSR without remarks. */
const DEFAULTS = { domain: "www.example.com", createTime: "2026-01-01 00:00:00", remarks: "" } as const;

interface ExampleCsr {
  readonly id: number;
  readonly domain?: string;
  readonly createTime?: string;
  readonly remarks?: string;
  /** `ignored`: `domains` do not match it. */
  readonly decision: Exclude<Decision, "absent"> | "ignored";
}

export interface SelectionExample {
  readonly rule: string;
  /** As they are written in a workflow; see `inputsOf`. */
  readonly given: Readonly<Record<string, string>>;
  readonly csrs: readonly ExampleCsr[];
}

/** A selection must say which CSRs are old: examples of other rules take all of a domain. */
export const inputsOf = ({ given }: SelectionExample): Readonly<Record<string, string>> =>
  "older-than" in given || "keep-newest" in given ? given : { ...given, "keep-newest": "0" };

export const toRecord = ({ decision: _decision, ...csr }: ExampleCsr) => ({ ...DEFAULTS, ...csr });

export const SELECTION_EXAMPLES: readonly SelectionExample[] = [
  {
    rule: "A pattern must match the whole domain.",
    given: { domains: "example.com" },
    csrs: [
      { id: 11, domain: "example.com", decision: "delete" },
      { id: 12, domain: "www.example.com", decision: "ignored" },
      { id: 13, domain: "example.com.evil.test", decision: "ignored" },
    ],
  },
  {
    rule: "`*` stands for any run of characters, also for none, and also for dots.",
    given: { domains: "*.example.com" },
    csrs: [
      { id: 11, domain: "a.b.example.com", decision: "delete" },
      { id: 12, domain: "example.com", decision: "ignored" },
      { id: 13, domain: ".example.com", decision: "delete" },
    ],
  },
  {
    rule: "`?` stands for exactly one character.",
    given: { domains: "web?.example.com" },
    csrs: [
      { id: 11, domain: "web1.example.com", decision: "delete" },
      { id: 12, domain: "web12.example.com", decision: "ignored" },
      { id: 13, domain: "web.example.com", decision: "ignored" },
    ],
  },
  {
    rule: "All else is literal: a dot is a dot.",
    given: { domains: "a.example.com" },
    csrs: [
      { id: 11, domain: "a.example.com", decision: "delete" },
      { id: 12, domain: "a-example.com", decision: "ignored" },
    ],
  },
  {
    rule: "A CSR for a wildcard domain is matched like any other.",
    given: { domains: "*.example.com" },
    csrs: [
      { id: 11, domain: "*.example.com", decision: "delete" },
      { id: 12, domain: "*.shop.example.com", decision: "delete" },
    ],
  },
  {
    rule: "Case and a trailing dot do not matter.",
    given: { domains: "WWW.Example.com." },
    csrs: [
      { id: 11, domain: "www.example.COM", decision: "delete" },
      { id: 12, domain: "www.example.com.", decision: "delete" },
    ],
  },
  {
    rule: "An internationalised domain matches in both of its forms.",
    given: { domains: "*.例え.jp, xn--bcher-kva.example" },
    csrs: [
      { id: 11, domain: "www.xn--r8jz45g.jp", decision: "delete" },
      { id: 12, domain: "www.例え.jp", decision: "delete" },
      { id: 13, domain: "bücher.example", decision: "delete" },
    ],
  },
  {
    rule: "So does a domain with ideographic dots, or with ς for σ.",
    given: { domains: "www.example.com, *.οδος.gr" },
    csrs: [
      { id: 11, domain: "www。example。com", decision: "delete" },
      { id: 12, domain: "shop.ΟΔΟΣ.gr", decision: "delete" },
    ],
  },
  {
    rule: "`*` alone selects every domain, and CSRs without one.",
    given: { domains: "*" },
    csrs: [
      { id: 11, domain: "a.test", decision: "delete" },
      { id: 12, domain: "", decision: "delete" },
    ],
  },
  {
    rule: "Excludes win, whatever the order.",
    given: { domains: "!*.partner.example.com, *.example.com" },
    csrs: [
      { id: 11, domain: "a.partner.example.com", decision: "excluded" },
      { id: 12, domain: "a.example.com", decision: "delete" },
      { id: 13, domain: "a.example.org", decision: "ignored" },
    ],
  },
  {
    rule: "A younger CSR is kept. The time counts in the zone that makes it younger (UTC−12).",
    given: { domains: "*", "older-than": "30d" },
    csrs: [
      { id: 11, createTime: "2026-10-25 00:00:00", decision: "delete" },
      { id: 12, createTime: "2026-10-25 00:00:01", decision: "too-young" },
      { id: 13, createTime: "2026-12-31 00:00:00", decision: "too-young" },
    ],
  },
  {
    rule: "An age of 0 keeps what may still lie in the future.",
    given: { domains: "*", "older-than": "0h" },
    csrs: [
      { id: 11, createTime: "2026-11-24 00:00:00", decision: "delete" },
      { id: 12, createTime: "2026-11-24 00:00:01", decision: "too-young" },
    ],
  },
  {
    rule: "Where its age counts, a CSR whose time cannot be read is kept.",
    given: { domains: "*", "older-than": "30d" },
    csrs: [
      { id: 11, createTime: "yesterday", decision: "time-unreadable" },
      { id: 12, createTime: "2026-02-31 00:00:00", decision: "time-unreadable" },
      { id: 13, createTime: "", decision: "time-unreadable" },
    ],
  },
  {
    rule: "`keep-newest: 0` keeps none: then the time does not matter.",
    given: { domains: "*", "keep-newest": "0" },
    csrs: [
      { id: 11, createTime: "2026-11-24 12:00:00", decision: "delete" },
      { id: 12, createTime: "yesterday", decision: "delete" },
    ],
  },
  {
    rule: "Remarks are matched like domains: the whole text, without case.",
    given: { domains: "*", remarks: "renewed by CI*, !*keep*" },
    csrs: [
      { id: 11, remarks: "Renewed by ci, run 7", decision: "delete" },
      { id: 12, remarks: "renewed by CI, keep", decision: "remarks" },
      { id: 13, remarks: "", decision: "remarks" },
    ],
  },
  {
    rule: "`remarks: *` is the same as no `remarks`; `?*` demands some.",
    given: { domains: "*", remarks: "?*" },
    csrs: [
      { id: 11, remarks: "", decision: "remarks" },
      { id: 12, remarks: "x", decision: "delete" },
    ],
  },
  {
    rule: "The newest of each domain are kept. Of the same second, the larger ID is the newer.",
    given: { domains: "*", "keep-newest": "1" },
    csrs: [
      { id: 11, domain: "a.test", createTime: "2026-01-01 00:00:00", decision: "delete" },
      { id: 12, domain: "a.test", createTime: "2026-01-01 00:00:00", decision: "newest" },
      { id: 13, domain: "b.test", createTime: "2025-01-01 00:00:00", decision: "newest" },
    ],
  },
  {
    rule: "`keep-newest` counts over all CSRs of the domain, also those that another rule keeps.",
    given: { domains: "*", "older-than": "30d", "keep-newest": "1" },
    csrs: [
      { id: 11, createTime: "2026-11-23 00:00:00", decision: "too-young" },
      { id: 12, createTime: "2026-01-01 00:00:00", decision: "delete" },
    ],
  },
  {
    rule: "Different ways to write a domain are one domain.",
    given: { domains: "*", "keep-newest": "1" },
    csrs: [
      { id: 11, domain: "bücher.example", decision: "delete" },
      { id: 12, domain: "XN--BCHER-KVA.example.", decision: "newest" },
    ],
  },
  {
    rule: "Protected domains and IDs are never deleted.",
    given: { domains: "*", protect: "pinned.example.com, 12" },
    csrs: [
      { id: 11, domain: "pinned.example.com", decision: "protected" },
      { id: 12, decision: "protected" },
      { id: 13, decision: "delete" },
    ],
  },
];

const code = (text: string): string => `\`${text}\``;

function describe(csr: ExampleCsr, olderThan: string): string {
  const { id, decision, ...shown } = csr;
  const texts = Object.values(shown).map((text) => (text === "" ? "(empty)" : code(text)));
  const words =
    decision === "ignored" ? "not selected" : describeDecision(decision, { olderThan: { ms: 0, text: olderThan } });
  return `${[id, ...texts].join(" ")}: ${words}`;
}

/** The examples as a table in Markdown. */
export const SELECTION_TABLE: { readonly head: readonly string[]; readonly rows: ReadonlyArray<readonly string[]> } = {
  head: ["Rule", "Inputs", "Decisions"],
  rows: SELECTION_EXAMPLES.map((example) => [
    example.rule,
    Object.entries(inputsOf(example))
      .map(([name, value]) => code(`${name}: ${value}`))
      .join("<br>"),
    example.csrs.map((csr) => describe(csr, example.given["older-than"] ?? "")).join("<br>"),
  ]),
};
