/** Selects CSRs by rules. */
import type { SelectionRules } from "../inputs/inputs.ts";
import type { CsrRecord } from "../tencentcloud/ssl.ts";
import { createMatcher, normalizeDomain } from "./pattern.ts";

/** Why a CSR is kept, in words: the first that holds. */
export const KEPT = {
  excluded: "excluded by `domains`",
  protected: "protected",
  remarks: "other `remarks`",
  "time-unreadable": "creation time unreadable",
  "too-young": "younger than",
  newest: "among the newest of the domain",
} as const;

/** `absent`: a given ID that does not exist. */
export type Decision = "delete" | "absent" | keyof typeof KEPT;

export type PlanRow = Readonly<{
  id: number;
  /** Missing if no listing showed it. */
  record?: CsrRecord;
  decision: Decision;
  /** At least so old; missing if that cannot be told. */
  ageMs?: number;
}>;

/** UTC-12: the API does not say which time zone it means, and in this one a CSR is youngest. */
const LATEST_ZONE_MS = 12 * 3_600_000;

/** In milliseconds; negative if the time may lie in the future. */
export function minimumAge(createTime: string | undefined, now: number): number | undefined {
  const iso = `${(createTime ?? "").trim().replace(" ", "T")}.000Z`;
  const time = /^[1-9]\d{3}-/.test(iso) ? Date.parse(iso) : Number.NaN;
  // 31 February may be parsed as 3 March.
  if (Number.isNaN(time) || new Date(time).toISOString() !== iso) return undefined;
  return now - (time + LATEST_ZONE_MS);
}

/** A row for each record that matches `domains`, sorted by domain, then from old to new; unreadable times first. */
export function select(
  records: Iterable<CsrRecord>,
  rules: SelectionRules,
  isProtected: (record: CsrRecord) => boolean,
  now: number,
) {
  const { olderThan, keepNewest = 0 } = rules;
  const matchDomain = createMatcher("domains", rules.domains);
  const matchRemarks = createMatcher("remarks", rules.remarks);
  const decide = (record: CsrRecord, ageMs: number | undefined, isExcluded: boolean, newer: number): Decision => {
    if (isExcluded) return "excluded";
    if (isProtected(record)) return "protected";
    if (rules.remarks.length > 0 && matchRemarks(record.remarks ?? "") !== "included") return "remarks";
    if (ageMs === undefined && (olderThan || keepNewest > 0)) return "time-unreadable";
    if (olderThan && (ageMs ?? 0) < olderThan.ms) return "too-young";
    return newer < keepNewest ? "newest" : "delete";
  };

  const all = Array.from(records, (record) => ({
    record,
    domain: normalizeDomain(record.domain ?? ""),
    ageMs: minimumAge(record.createTime, now),
  }));
  const sortAge = (ageMs = Number.MAX_VALUE) => ageMs;
  // Of the same second, the larger ID is the newer.
  all.sort((a, b) => {
    if (a.domain !== b.domain) return a.domain < b.domain ? -1 : 1;
    return sortAge(b.ageMs) - sortAge(a.ageMs) || a.record.id - b.record.id;
  });
  /** How many CSRs of a domain are newer, whatever is decided about them. */
  const newerOf = new Map<string, number>();
  const rows: PlanRow[] = [];
  for (const { record, domain, ageMs } of all.toReversed()) {
    const newer = newerOf.get(domain) ?? 0;
    newerOf.set(domain, newer + 1);
    const match = matchDomain(record.domain ?? "");
    if (match === "none") continue;
    rows.push({ id: record.id, record, ageMs, decision: decide(record, ageMs, match === "excluded", newer) });
  }
  return rows.reverse();
}
