/** What must never happen, whatever else is asked for: checked on the plan, before the first deletion. */
import type { CsrRecord } from "../tencentcloud/ssl.ts";
import { createDomainMatcher } from "./pattern.ts";

/** CSRs that are never deleted. */
export interface Protection {
  /** Patterns of domains. */
  readonly domains: readonly string[];
  readonly ids: ReadonlySet<number>;
}

/** Those of the given `ids` that are protected; a domain is known of those in `records` only. */
export function protectedIds(
  ids: readonly number[],
  protection: Protection,
  records: ReadonlyMap<number, CsrRecord>,
): readonly number[] {
  const matchDomain = createDomainMatcher(protection.domains);
  const isProtected = (id: number): boolean => {
    const record = records.get(id);
    return protection.ids.has(id) || (record !== undefined && matchDomain(record.domain ?? "") === "included");
  };
  return ids.filter(isProtected);
}
