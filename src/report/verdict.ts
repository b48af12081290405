/** Does the step fail, and what is to be said about it: one annotation for each cause. Pure. */
import type { Listing } from "../cleanup/listing.ts";
import { type Cause, count, idsWith, type OutcomeName } from "../cleanup/outcome.ts";
import type { Fault } from "../tencentcloud/fault.ts";
import { type Annotation, type RunResult, retries, type Work } from "./result.ts";
import { csrs, duration, number, oneLine, someIds } from "./text.ts";

export interface Verdict {
  readonly failed: boolean;
  readonly annotations: readonly Annotation[];
  /** The closing line. */
  readonly headline: string;
}

/** The runner shows 10 annotations of a kind for a step. */
const MAX_ERRORS = 10;
const IDS_SHOWN = 20;

/** What a fault or cause is, in a sentence or two. */
export function explainCause({ code, meaning, message, remedy, requestId }: Cause): string {
  const said = oneLine(message);
  return [
    `${oneLine(code, 100)}: ${meaning}.`,
    said ? `${/^(Network|Action)\./.test(code) ? "Details" : "The answer"}: “${said}”.` : "",
    `What to do: ${remedy}`,
    requestId ? `RequestId: ${oneLine(requestId, 100)}.` : "",
  ]
    .filter((part) => part !== "")
    .join(" ");
}

const PHRASES: Readonly<Record<OutcomeName, string>> = {
  deleted: "deleted",
  absent: "absent",
  remaining: "still there",
  unknown: "with unknown fate",
  skipped: "never sent",
};

/** `3 CSRs still there, 2 CSRs never sent`. */
function fates(counts: ReadonlyMap<OutcomeName, number>): string {
  return [...counts].map(([name, n]) => `${csrs(n)} ${PHRASES[name]}`).join(", ");
}

/** One error for each code that kept IDs from being deleted, the one with the most IDs first. */
function causes(outcomes: Extract<Work, { kind: "clean-up" }>["outcomes"]): ReadonlyArray<() => Annotation> {
  const groups = new Map<string, { cause: Cause; ids: number[]; counts: Map<OutcomeName, number> }>();
  for (const [id, outcome] of outcomes) {
    if (outcome.name === "deleted" || outcome.name === "absent") continue;
    const group = groups.get(outcome.cause.code) ?? {
      cause: outcome.cause,
      ids: [],
      counts: new Map<OutcomeName, number>(),
    };
    groups.set(outcome.cause.code, group);
    group.ids.push(id);
    group.counts.set(outcome.name, (group.counts.get(outcome.name) ?? 0) + 1);
  }
  const all = [...groups.values()].sort((a, b) => b.ids.length - a.ids.length);
  return all.map(
    ({ cause, ids, counts }) =>
      (): Annotation => ({
        level: "error",
        title: `CSRs not deleted: ${oneLine(cause.code, 100)}`,
        message: `${fates(counts)}: ${someIds(ids, IDS_SHOWN)}.\n${explainCause(cause)}`,
      }),
  );
}

/** The errors that tell why IDs are left; none is left out unsaid. */
function reasons(work: Work, room: number): readonly Annotation[] {
  if (work.kind === "dry run") return [];
  const title = work.kind === "failed" ? "Nothing was deleted" : "CSRs not deleted";
  const all =
    work.kind === "failed"
      ? work.problems.map((message) => (): Annotation => ({ level: "error", title, message }))
      : causes(work.outcomes);
  if (all.length <= room) return all.map((annotation) => annotation());
  const more = all.length - room + 1;
  const message = `${number(more)} further causes: see the summary and the report file.`;
  return [...all.slice(0, room - 1).map((annotation) => annotation()), { level: "error", title, message }];
}

function absent({ work, onAbsent }: RunResult): readonly Annotation[] {
  if (work.kind !== "clean-up" || onAbsent === "ignore") return [];
  const ids = idsWith(work.outcomes, "absent");
  if (ids.length === 0) return [];
  const lost = ids.some((id) => {
    const outcome = work.outcomes.get(id);
    return outcome?.name === "absent" && outcome.lost;
  });
  const why = lost
    ? "An answer was lost on the way, so this run may have deleted them; or they were gone before."
    : "No answer of this run confirmed their deletion: most likely they were gone before, or never in this account.";
  const remedy =
    "If they should have been there, check where the IDs came from, and that the key is of the account that owns them.";
  return [
    {
      level: onAbsent === "fail" ? "error" : "warning",
      title: "CSRs already absent",
      message: `${csrs(ids.length)} not in the account: ${someIds(ids, IDS_SHOWN)}.\n${why} ${remedy}`,
    },
  ];
}

/** Faults that the deletion would meet as well; the right to list is none of them. */
export function failsDryRun(fault: Fault | undefined): boolean {
  return fault !== undefined && ["credentials", "clock", "configuration"].includes(fault.kind);
}

function unlisted({ work, cancelled }: RunResult): readonly Annotation[] {
  const listing = "listing" in work ? work.listing : undefined;
  // What was cancelled did not fail.
  if (!listing || listing.complete || (cancelled && !listing.fault)) return [];
  const why = listing.fault
    ? explainCause(listing.fault)
    : "It changed, or was not complete, each time that it was read.";
  const level = work.kind === "dry run" && failsDryRun(listing.fault) ? "error" : "warning";
  return [
    { level, title: "The list of CSRs could not be read", message: `So it cannot be told which CSRs exist.\n${why}` },
  ];
}

/** `248 deleted, 2 absent`: outcomes that occur, or `nothing`. */
export function countsInWords(work: Extract<Work, { kind: "clean-up" }>): string {
  const counts = count(work.outcomes);
  const parts = Object.entries(counts).flatMap(([name, n]) => (n > 0 ? [`${number(n)} ${name}`] : []));
  return parts.length > 0 ? parts.join(", ") : "nothing to do";
}

/** What a dry run found: `would delete 2, 1 is already absent`. */
export function planInWords(ids: readonly number[], listing: Listing | undefined): string {
  if (ids.length === 0) return "nothing to do";
  if (!listing) return `would ask for ${number(ids.length)} (not looked up: no credentials)`;
  const there = listing.present.size;
  const others = ids.length - there;
  if (!listing.complete)
    return `would ask for ${number(ids.length)} (${number(there)} seen, ${number(others)} could not be looked up)`;
  if (others === 0) return `would delete ${number(there)}`;
  return `would delete ${number(there)}, ${number(others)} ${others === 1 ? "is" : "are"} already absent`;
}

function headline({ work, calls, durationMs, cancelled }: RunResult): string {
  if (work.kind === "failed") return "No call was made.";
  const what =
    work.kind === "dry run" ? `Dry run: ${planInWords(work.ids, work.listing)}` : `CSRs: ${countsInWords(work)}`;
  const again = retries(calls);
  const cost = `${number(calls.length)} ${calls.length === 1 ? "call" : "calls"}${again > 0 ? `, ${number(again)} of them retries` : ""}, ${duration(durationMs)}`;
  return `${cancelled ? "Cancelled. " : ""}${what} (${cost}).`;
}

/** A clean-up fails if an ID is left, or may be; see "What fails the step" in the README. */
export function judge(result: RunResult): Verdict {
  const { work, notices, cancelled } = result;
  const others = [...absent(result), ...unlisted(result), ...notices];
  const room = MAX_ERRORS - others.filter(({ level }) => level === "error").length;
  const annotations: Annotation[] = [...reasons(work, room), ...others];
  const failed = cancelled || annotations.some(({ level }) => level === "error");
  if (cancelled && !annotations.some(({ level }) => level === "error")) {
    annotations.push({
      level: "error",
      title: "Cancelled",
      message: "The run was cancelled. What had been done by then is in the outputs.",
    });
  }
  return { failed, annotations, headline: headline(result) };
}
