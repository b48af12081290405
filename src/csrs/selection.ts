/** Selects CSRs by rules: from all CSRs of the account to a decision about each one that the domains match. */
import type { SelectionRules } from "../inputs/inputs.ts";
import type { CsrRecord } from "../tencentcloud/ssl.ts";
import { minimumAge } from "./create-time.ts";
import { createDomainMatcher, createRemarksMatcher, normalizeDomain } from "./pattern.ts";

/** Why a CSR that matches `domains` is not deleted; the first that holds. */
export type KeptReason = "excluded" | "protected" | "remarks" | "time-unreadable" | "too-young" | "newest";
/** `absent`: a given ID that a conclusive listing does not show. */
export type Decision = "delete" | "absent" | KeptReason;

export interface PlanRow {
  readonly id: number;
  /** Missing if no listing showed it. */
  readonly record?: CsrRecord;
  readonly decision: Decision;
  /** At least so old, in milliseconds; missing if that cannot be told. */
  readonly ageMs?: number;
}

/** A row for each record that matches `domains`, sorted by domain, then from old to new; unreadable times first. */
export function select(
  records: Iterable<CsrRecord>,
  rules: SelectionRules,
  isProtected: (id: number, record: CsrRecord) => boolean,
  now: number,
): readonly PlanRow[] {
  const { olderThan, keepNewest = 0 } = rules;
  const all = Array.from(records, (record) => ({
    record,
    /** The same for all ways to write it. */
    domain: normalizeDomain(record.domain ?? ""),
    ageMs: minimumAge(record.createTime, now),
  }));
  const sortAge = (ageMs = Number.MAX_VALUE): number => ageMs;
  all.sort((a, b) => {
    if (a.domain !== b.domain) return a.domain < b.domain ? -1 : 1;
    return sortAge(b.ageMs) - sortAge(a.ageMs) || a.record.id - b.record.id;
  });

  /** Of each domain, of those whose time can be read; of the same second, the larger ID is the newer. */
  const newest = new Set<number>();
  const kept = new Map<string, number>();
  for (const { record, domain, ageMs } of all.toReversed()) {
    const before = kept.get(domain) ?? 0;
    if (ageMs === undefined || before >= keepNewest) continue;
    kept.set(domain, before + 1);
    newest.add(record.id);
  }

  const matchDomain = createDomainMatcher(rules.domains);
  const matchRemarks = createRemarksMatcher(rules.remarks);
  const decide = (record: CsrRecord, ageMs: number | undefined, isExcluded: boolean): Decision => {
    if (isExcluded) return "excluded";
    if (isProtected(record.id, record)) return "protected";
    if (rules.remarks.length > 0 && matchRemarks(record.remarks ?? "") !== "included") return "remarks";
    if (ageMs === undefined && (olderThan || keepNewest > 0)) return "time-unreadable";
    if (olderThan && (ageMs ?? 0) < olderThan.ms) return "too-young";
    return newest.has(record.id) ? "newest" : "delete";
  };
  return all.flatMap(({ record, ageMs }): readonly PlanRow[] => {
    const match = matchDomain(record.domain ?? "");
    if (match === "none") return [];
    return [{ id: record.id, record, ageMs, decision: decide(record, ageMs, match === "excluded") }];
  });
}
