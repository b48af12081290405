/** Whether the step fails, and what is said about it. Pure; computed once for summary, comment, report file and log. */
import type { LookupResult } from "../csrs/inventory.ts";
import { count } from "../csrs/outcome.ts";
import type { Plan } from "../csrs/plan.ts";
import type { Warning } from "../shared/warning.ts";
import type { AttemptRecord } from "../tencentcloud/api-client.ts";
import { type CauseGroup, groupByCause } from "./causes.ts";
import {
  absentNotes,
  CANCELLED,
  causeNote,
  clockNotes,
  failureNotes,
  identityNotes,
  lookupNotes,
  timeNotes,
  valueNotes,
} from "./notes.ts";
import type { RunRecord } from "./run-record.ts";
import { formatCount, formatDuration, formatNumber } from "./text.ts";

export interface Verdict {
  readonly failed: boolean;
  /** What the run came to, such as `CSRs: 2 deleted, 1 absent`. */
  readonly result: string;
  /** Calls and duration, such as `3 calls, 1.2 s`. */
  readonly cost: string;
  /** CSRs that were not deleted, by cause. */
  readonly causes: readonly CauseGroup[];
  /** The other reasons why the step fails. */
  readonly errors: readonly Warning[];
  readonly warnings: readonly Warning[];
}

export interface Annotation extends Warning {
  readonly level: "error" | "warning";
}

/** The runner shows 10 annotations of a kind for a step. */
const MAX_ANNOTATIONS = 10;

/** A step fails if a CSR is left, or may be; see "What fails the step" in the README. */
export function evaluate(record: RunRecord): Verdict {
  const { outcome, cancelled, inputs } = record;
  const causes = outcome.kind === "deletion" ? groupByCause(outcome.execution.outcomes) : [];
  const absent = absentNotes(record);
  const lookup = lookupNotes(record);
  const absentFails = inputs?.onAbsent === "fail";
  const lookupFails = outcome.kind === "dry-run" && failsDryRun(outcome.plan.lookup);
  const reasons = [
    ...failureNotes(record),
    ...identityNotes(record),
    ...(absentFails ? absent : []),
    ...(lookupFails ? lookup : []),
  ];
  const errors = cancelled && causes.length + reasons.length === 0 ? [CANCELLED] : reasons;
  const warnings = [
    ...(absentFails ? [] : absent),
    ...(lookupFails ? [] : lookup),
    ...clockNotes(record),
    ...valueNotes(record),
    ...timeNotes(record),
    ...record.warnings,
  ];
  return {
    failed: causes.length + errors.length > 0,
    result: `${cancelled ? "Cancelled. " : ""}${resultOf(record)}`,
    cost: costOf(record.attempts, record.durationMs),
    causes,
    errors: unique(errors),
    warnings: unique(warnings),
  };
}

function unique(notes: readonly Warning[]): readonly Warning[] {
  return [...new Map(notes.map((note) => [`${note.title}\n${note.message}`, note])).values()];
}

/** The annotations of a step: one for each cause; those beyond the runner's limit are counted in the last one. */
export function annotationsOf({ causes, errors, warnings }: Verdict): readonly Annotation[] {
  return [...limit([...errors, ...causes.map(causeNote)], "error"), ...limit(warnings, "warning")];
}

function limit(notes: readonly Warning[], level: Annotation["level"]): readonly Annotation[] {
  const rest = notes.length - MAX_ANNOTATIONS + 1;
  const shown = rest > 1 ? notes.slice(0, MAX_ANNOTATIONS - 1) : notes;
  const more = { title: `${formatNumber(rest)} more ${level}s`, message: "See the summary and the report file." };
  return [...shown, ...(rest > 1 ? [more] : [])].map((note) => ({ level, ...note }));
}

const FAILS_DRY_RUN = /^(credentials|clock|configuration|transient|rate-limit)$/;

/** The lookup failed for a reason that the deletion would meet as well: also a refused login, but no missing permission to list. */
function failsDryRun(lookup: LookupResult | undefined): boolean {
  const { code = "", kind = "" } = lookup?.failure ?? {};
  return FAILS_DRY_RUN.test(kind) || /^(Sts|Oidc)\./.test(code);
}

function resultOf({ outcome, inputs }: RunRecord): string {
  if (outcome.kind === "dry-run" && inputs?.dryRun === false) return "CSRs: nothing to do";
  if (outcome.kind === "dry-run") return `Dry run: ${describePlan(outcome.plan)}`;
  if (outcome.kind === "deletion") {
    const counts = Object.entries(count(outcome.execution.outcomes)).filter(([, n]) => n > 0);
    return `CSRs: ${counts.map(([name, n]) => `${formatNumber(n)} ${name}`).join(", ") || "nothing to do"}`;
  }
  const unknown = outcome.kind === "internal-error" && !inputs?.dryRun ? (outcome.plan?.ids.length ?? 0) : 0;
  return `CSRs: ${unknown > 0 ? `${formatNumber(unknown)} unknown` : "nothing was deleted"}`;
}

/** `would delete 2, 1 already absent`. */
function describePlan({ source, ids, rows, lookup }: Plan): string {
  const kept = rows.length - rows.filter(({ decision }) => decision === "delete").length;
  if (source === "selection")
    return `would delete ${formatNumber(ids.length)}${kept > 0 ? `, keep ${formatNumber(kept)}` : ""}`;
  if (ids.length === 0) return "nothing to do";
  if (!lookup) return `would delete ${formatNumber(ids.length)} (not looked up: no credentials)`;
  const seen = ids.filter((id) => lookup.records.has(id)).length;
  const others = formatNumber(ids.length - seen);
  if (!lookup.conclusive)
    return `would delete ${formatNumber(ids.length)} (${formatNumber(seen)} seen, ${others} could not be looked up)`;
  return `would delete ${formatNumber(seen)}${seen < ids.length ? `, ${others} already absent` : ""}`;
}

function costOf(attempts: readonly AttemptRecord[], durationMs: number): string {
  const retries = attempts.filter(({ retry }) => retry).length;
  const parts = [formatCount(attempts.length, "call")];
  if (retries > 0) parts.push(retries === 1 ? "1 of them a retry" : `${formatNumber(retries)} of them retries`);
  return [...parts, formatDuration(durationMs)].join(", ");
}
