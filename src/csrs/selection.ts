/** Selects CSRs by rules. Pure: from all CSRs of the account to a decision about each one that the domains match. */
import type { CsrRecord } from "../tencentcloud/ssl.ts";
import { minimumAge, parseCreateTime } from "./create-time.ts";
import type { Protection } from "./guards.ts";
import { createDomainMatcher, createRemarksMatcher, normalizeDomain } from "./pattern.ts";

export interface SelectionRules {
  /** Patterns; at least one that does not exclude. */
  readonly domains: readonly string[];
  /** Milliseconds. */
  readonly olderThanMs: number | undefined;
  /** Patterns; none stands for any remarks. */
  readonly remarks: readonly string[];
  /** How many of each domain are kept, counted over all CSRs of the domain. */
  readonly keepNewest: number | undefined;
}

/** Why a CSR that matches `domains` is not deleted; the first that holds. */
export type KeptReason = "excluded" | "protected" | "remarks" | "time-unreadable" | "too-young" | "newest";

export interface PlanRow {
  readonly record: CsrRecord;
  readonly decision: "delete" | KeptReason;
  /** At least so old, whatever the time zone of `createTime`, in milliseconds; `undefined` if that cannot be read. */
  readonly ageMs: number | undefined;
}

/** A row for each of `records` that matches `domains`, sorted by domain, then from old to new. */
export function select(
  records: Iterable<CsrRecord>,
  rules: SelectionRules,
  protection: Protection,
  now: number,
): readonly PlanRow[] {
  const all = [...records].map((record) => toCandidate(record, now)).sort(compareCandidates);
  const newest = newestIds(all, rules.keepNewest ?? 0);
  const matchDomain = createDomainMatcher(rules.domains);
  const matchProtected = createDomainMatcher(protection.domains);
  const matchRemarks = createRemarksMatcher(rules.remarks);

  const decide = ({ record, ageMs }: Candidate, isExcluded: boolean): PlanRow["decision"] => {
    if (isExcluded) return "excluded";
    if (protection.ids.has(record.id) || matchProtected(record.domain ?? "") === "included") return "protected";
    if (rules.remarks.length > 0 && matchRemarks(record.remarks ?? "") !== "included") return "remarks";
    if (ageMs === undefined && (rules.olderThanMs !== undefined || rules.keepNewest !== undefined))
      return "time-unreadable";
    if (rules.olderThanMs !== undefined && (ageMs ?? 0) < rules.olderThanMs) return "too-young";
    return newest.has(record.id) ? "newest" : "delete";
  };

  return all.flatMap((candidate): readonly PlanRow[] => {
    const { record, ageMs } = candidate;
    const match = matchDomain(record.domain ?? "");
    return match === "none" ? [] : [{ record, ageMs, decision: decide(candidate, match === "excluded") }];
  });
}

/** A CSR, and what is computed of it once. */
interface Candidate {
  readonly record: CsrRecord;
  readonly domain: string;
  /** Comparable, in no known time zone. */
  readonly createTime: number | undefined;
  readonly ageMs: number | undefined;
}

function toCandidate(record: CsrRecord, now: number): Candidate {
  const createTime = parseCreateTime(record.createTime);
  return {
    record,
    domain: normalizeDomain(record.domain ?? ""),
    createTime,
    ageMs: createTime === undefined ? undefined : minimumAge(createTime, now),
  };
}

/** By domain, then from old to new; of the same second, the larger ID is the newer. Unreadable times come first. */
function compareCandidates(a: Candidate, b: Candidate): number {
  if (a.domain !== b.domain) return a.domain < b.domain ? -1 : 1;
  const [timeOfA, timeOfB] = [a.createTime ?? 0, b.createTime ?? 0];
  return timeOfA - timeOfB || a.record.id - b.record.id;
}

/** The `count` newest CSRs of each domain, of those whose time can be read. */
function newestIds(sorted: readonly Candidate[], count: number): ReadonlySet<number> {
  const newest = new Set<number>();
  const kept = new Map<string, number>();
  for (const { record, domain, createTime } of sorted.toReversed()) {
    const before = kept.get(domain) ?? 0;
    if (createTime === undefined || before >= count) continue;
    kept.set(domain, before + 1);
    newest.add(record.id);
  }
  return newest;
}
