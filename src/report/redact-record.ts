/** Redaction of a whole record, before anything of it is cut, escaped or shown. */
import type { Redactor } from "../shared/redactor.ts";

/** Names of properties and values that are our own words: they stay as they are, whatever the secrets. */
const OWN_WORDS: ReadonlySet<string> = new Set(
  `action ageMs allowed allowedAccountIds attempt aud audience calls cancelled cause claims clockOffsetMs code comment conclusive crash
  createTime credentials decision domain domains dryRun duplicates durationMs endpoint entry execution failure fatal found from host id
  identity ids input inputs iss jobWorkflowRef keepNewest kid kind level listing login lookUp loopback max maxDeletions mayHaveBeenDeleted
  mayHaveTakenEffect message ms name neededBy olderThan onAbsent origin outcomes ownerUin plan planned problems protection provider record
  records refusal remarks repository requestId requestsPerSecond retry roleArn rows rules secretId secretKey sessionName size source startedAt status
  stoppedBy sts sub target text title token total unexpectedValues unmatched warnings
  selection key keyless none environment auto true false ignore warn fail error warning
  delete absent excluded protected time-unreadable too-young newest deleted remaining unknown skipped accounts too-many protect
  rate-limit transient clock permission configuration unexpected BatchDeleteCSR DescribeCSRSet AssumeRoleWithWebIdentity`.split(
    /\s+/,
  ),
);

/** No value of ours is deeper. */
const MAX_DEPTH = 20;

/**
 * `value` without secrets in any text or name of a property, but for our own words. What needs no change stays the same object, and
 * shared objects stay shared.
 */
export function redactRecord<T>(value: T, redactor: Redactor): T {
  const done = new Map<object, unknown>();
  const text = (part: string): string => (OWN_WORDS.has(part) ? part : redactor.redact(part));
  const walk = (part: unknown, depth: number): unknown => {
    if (typeof part === "string") return text(part);
    if (typeof part !== "object" || part === null) return part;
    if (depth > MAX_DEPTH) return "…";
    if (!done.has(part)) done.set(part, walkInto(part, depth + 1));
    return done.get(part);
  };
  const walkInto = (part: object, depth: number): unknown => {
    const list = (items: readonly unknown[]): readonly unknown[] => {
      const redacted = items.map((item) => walk(item, depth));
      return redacted.every((item, index) => item === items[index]) ? items : redacted;
    };
    if (Array.isArray(part)) return list(part);
    const isCollection = part instanceof Map || part instanceof Set;
    const names = isCollection ? [...part.keys()] : Object.keys(part);
    const values = part instanceof Set ? names : isCollection ? [...part.values()] : Object.values(part);
    const [newNames, newValues] = [list(names), list(values)];
    if (newNames === names && newValues === values) return part;
    if (part instanceof Set) return new Set(newNames);
    const entries = newNames.map((name, index) => [name, newValues[index]] as const);
    return isCollection ? new Map(entries) : Object.fromEntries(entries as [string, unknown][]);
  };
  return walk(value, 0) as T;
}
