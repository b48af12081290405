/** Whether the step fails, and what it came to; computed once for summary, comment, report file and log. */
import { count } from "../csrs/outcome.ts";
import { idsToDelete, type Plan } from "../csrs/plan.ts";
import type { Note } from "../shared/note.ts";
import type { RunRecord } from "../shared/run-record.ts";
import { type CauseGroup, causeNote, clockNote, groupByCause, notesOf } from "./notes.ts";
import { formatCount, formatDuration, formatNumber } from "./text.ts";
import { countKept } from "./words.ts";

export interface Verdict {
  readonly failed: boolean;
  readonly sign: string;
  /** What the run came to, such as `CSRs: 2 deleted, 1 absent`. Plain text. */
  readonly result: string;
  /** Of CSRs that were not deleted; what else is said are notes. */
  readonly causes: readonly CauseGroup[];
  readonly notes: readonly Note[];
  /** Causes and notes, at most ten of a level. */
  readonly annotations: readonly Note[];
}

/** `pending`: the first deletion is about to begin. */
export function kindOf({ problems, crash, refusal, inputs, execution }: RunRecord) {
  if (problems.length > 0) return "invalid-inputs";
  if (crash !== undefined) return "internal-error";
  if (refusal) return "refused";
  if (inputs?.dryRun) return "dry-run";
  return execution ? "deletion" : "pending";
}

/** A step fails if a CSR is left, or may be: see the README. `trouble` came up while publishing. */
export function evaluate(record: RunRecord, trouble: readonly Note[] = []): Verdict {
  const causes = groupByCause(record.execution?.outcomes ?? []);
  const causeNotes = causes.map((group) => causeNote(group, record));
  const own = notesOf(record, causes.length > 0);
  const clock = record.clockOffsetMs === undefined ? [] : [clockNote(record.clockOffsetMs)];
  const notes = [...trouble, ...own, ...clock, ...(record.inputs?.warnings ?? [])];
  const failed = [...notes, ...causeNotes].some(({ level }) => level === "error");
  // The sign is that of the run itself: a warning about the endpoint or the clock does not change what was deleted.
  const sign = failed ? "❌" : own.length > 0 ? "⚠️" : "✅";
  const result = `${record.cancelled ? "Cancelled. " : ""}${describeResult(record, own[0]?.title)}`;
  const annotations = [...limit([...notes, ...causeNotes], "error"), ...limit(notes, "warning")];
  return { failed, sign, result, causes, notes, annotations };
}

/** The runner shows 10 annotations of a level for a step. */
function limit(notes: readonly Note[], level: Note["level"]): readonly Note[] {
  const all = notes.filter((note) => note.level === level);
  if (all.length <= 10) return all;
  const title = `${formatNumber(all.length - 9)} more ${level}s`;
  return [...all.slice(0, 9), { level, title, message: "See the job summary." }];
}

function describeResult(record: RunRecord, reason = ""): string {
  const { plan, execution, problems, inputs } = record;
  switch (kindOf(record)) {
    case "invalid-inputs":
      return `Nothing was deleted: ${formatCount(problems.length, "problem")} with the inputs`;
    case "refused": {
      const why = reason === "Cancelled" ? "" : `: ${reason.charAt(0).toLowerCase()}${reason.slice(1)}`;
      return `${inputs?.dryRun ? "Dry run failed" : "Nothing was deleted"}${why}`;
    }
    case "dry-run":
      if (!plan || plan.rows.length === 0) return "Dry run: nothing to do";
      return `Dry run: would ${describePlan(plan)}${plan.listing ? "" : " (only the inputs were checked)"}`;
    case "internal-error": {
      const unknown = plan && !inputs?.dryRun ? idsToDelete(plan).length : 0;
      return unknown > 0 ? `CSRs: ${formatNumber(unknown)} unknown` : "The action failed";
    }
    default: {
      const counts = Object.entries(count(execution?.outcomes ?? new Map())).filter(([, n]) => n > 0);
      const done = counts.map(([name, n]) => `${formatNumber(n)} ${name}`).join(", ") || "nothing to do";
      return `CSRs: ${done}${others(countKept(plan?.rows ?? []), "kept")}`;
    }
  }
}

const others = (n: number, what: string): string => (n > 0 ? `, ${formatNumber(n)} ${what}` : "");

/** `delete 2, 111 kept, 1 already absent`. */
export function describePlan(plan: Plan): string {
  const [planned, kept] = [idsToDelete(plan).length, countKept(plan.rows)];
  const absent = plan.rows.length - planned - kept;
  return `delete ${formatNumber(planned)}${others(kept, "kept")}${others(absent, "already absent")}`;
}

/** Calls and duration, such as `3 calls, 1 of them a retry, 1.2 s`. */
export function describeCost({ calls, durationMs }: RunRecord): string {
  const retries = calls.filter(({ retry }) => retry).length;
  const them = retries === 1 ? ", 1 of them a retry" : retries > 1 ? `, ${formatNumber(retries)} of them retries` : "";
  return `${formatCount(calls.length, "call")}${them}, ${formatDuration(durationMs)}`;
}
