/** Whether the step fails, what it came to, and what is said about it: for summary, comment, annotations, report and log. */
import { trustPolicy } from "../credentials/identity.ts";
import type { Listing } from "../csrs/listing.ts";
import { type Cause, count, idsWith, type Outcome, type OutcomeName } from "../csrs/outcome.ts";
import { idsDecided, type Plan, type Refusal } from "../csrs/plan.ts";
import type { Note } from "../shared/note.ts";
import type { RunRecord } from "../shared/run-record.ts";
import { type ApiFailure, errorInfo } from "../tencentcloud/errors.ts";
import {
  codeSpan,
  codeSpans,
  formatCount,
  formatCsrCount,
  formatDuration,
  formatIds,
  formatNumber,
  sanitizeLine,
  wholeSpan,
} from "./text.ts";
import { countKept } from "./words.ts";

/** CSRs that were not deleted for one reason. */
export interface CauseGroup {
  readonly cause: Cause;
  readonly counts: ReadonlyMap<OutcomeName, number>;
  readonly ids: readonly number[];
}

export interface Verdict {
  readonly failed: boolean;
  readonly sign: string;
  /** `CSRs: 2 deleted, 1 absent`. Plain text. */
  readonly result: string;
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

/** A step fails if a CSR is left, or may be. `trouble` came up while publishing. */
export function evaluate(record: RunRecord, trouble: readonly Note[] = []): Verdict {
  const causes = groupByCause(record.execution?.outcomes ?? []);
  const causeNotes = causes.map((group) => causeNote(group, record));
  const own = ownNotes(record, causes.length > 0);
  const clock = record.clockOffsetMs === undefined ? [] : [clockNote(record.clockOffsetMs)];
  const notes = [...trouble, ...own, ...clock, ...(record.inputs?.warnings ?? [])];
  const failed = [...notes, ...causeNotes].some(({ level }) => level === "error");
  // A warning about the endpoint or the clock does not change what was deleted.
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
      const unknown = inputs?.dryRun ? 0 : idsDecided(plan, "delete").length;
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
  const [planned, kept] = [idsDecided(plan, "delete").length, countKept(plan.rows)];
  const absent = plan.rows.length - planned - kept;
  return `delete ${formatNumber(planned)}${others(kept, "kept")}${others(absent, "already absent")}`;
}

/** Calls and duration: `3 calls, 1 of them a retry, 1.2 s`. */
export function describeCost({ calls, durationMs }: RunRecord): string {
  const retries = calls.filter(({ retry }) => retry).length;
  const them = retries === 1 ? ", 1 of them a retry" : retries > 1 ? `, ${formatNumber(retries)} of them retries` : "";
  return `${formatCount(calls.length, "call")}${them}, ${formatDuration(durationMs)}`;
}

/** What was not deleted, a group for each code, the largest first. */
function groupByCause(outcomes: Iterable<readonly [id: number, outcome: Outcome]>): readonly CauseGroup[] {
  const groups = new Map<string, { cause: Cause; counts: Map<OutcomeName, number>; ids: number[] }>();
  for (const [id, { name, cause }] of outcomes) {
    if (!cause || name === "absent") continue;
    const group = groups.get(cause.code) ?? { cause, counts: new Map<OutcomeName, number>(), ids: [] };
    groups.set(cause.code, group);
    group.counts.set(name, (group.counts.get(name) ?? 0) + 1);
    group.ids.push(id);
  }
  return [...groups.values()].sort((a, b) => b.ids.length - a.ids.length);
}

/** `3 CSRs still there, 2 CSRs never sent`. */
export function describeOutcomes({ cause: { requestId, status }, counts }: CauseGroup): string {
  const skipped = requestId === undefined && status === undefined ? "never sent" : "not deleted: refused";
  const phrases = { deleted: "", absent: "", remaining: "still there", unknown: "in an unknown state", skipped };
  return [...counts].map(([name, n]) => `${formatCsrCount(n)} ${phrases[name]}`).join(", ");
}

/** A cause in a few sentences of Markdown: code, meaning, message, remedy, RequestId. */
export function describeCause({ code, message, requestId }: Cause): string {
  const { meaning, remedy } = errorInfo(code);
  const label = /^(Network|Tls|Http|Response|Internal|Clock|Oidc)\./.test(code) ? "Details" : "The API's message";
  const saysMore = !["", lettersOf(meaning)].includes(lettersOf(message));
  const details = saysMore ? ` ${label}: ${codeSpan(message.replace(/[.\s]+$/, ""))}.` : "";
  const request = requestId ? ` RequestId: ${codeSpan(requestId, 100)}.` : "";
  return `${codeSpan(code, 100)}: ${meaning}.${details} What to do: ${remedy}${request}`;
}

const lettersOf = (sentence: string): string => sentence.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "");

function causeNote(group: CauseGroup, record: RunRecord): Note {
  const { code } = group.cause;
  const [title, login] = isOfLogin(code) ? ["The login failed", `\n${loginOf(record).said}`] : ["CSRs not deleted", ""];
  const ids = `${describeOutcomes(group)} (${formatIds(group.ids)}).`;
  return error(`${title}: ${sanitizeLine(code, 100)}`, `${ids}\n${describeCause(group.cause)}${login}`.trim());
}

const isOfLogin = (code: string): boolean => /^(Sts|Oidc)\b/.test(code);

/** What a token that STS refused says, in Markdown; and a trust policy that accepts it, if the role refused it. */
export function loginOf(record: RunRecord): { readonly said: string; readonly policy?: string } {
  const { identity, refusal, execution } = record;
  const { code = "" } = (refusal?.kind === "listing" ? refusal.listing.failure : execution?.stoppedBy) ?? {};
  if (!identity?.claims || !code.startsWith("Sts.")) return { said: "" };
  const { iss, sub, aud, kid, jobWorkflowRef } = identity.claims;
  const named = Object.entries({ iss, sub, aud, kid, job_workflow_ref: jobWorkflowRef });
  const claims = named.flatMap(([name, claim]) => (claim ? [`\`${name}\` ${codeSpan(claim)}`] : []));
  // A token that the identity provider refuses is not helped by a trust policy.
  const { policy, reason = "" } = errorInfo(code).kind === "permission" ? trustPolicy(identity) : {};
  return { said: `The token says: ${claims.join(", ")}.\n${reason}`.trim(), policy };
}

const error = (title: string, message: string): Note => ({ level: "error", title, message });
const warning = (title: string, message: string): Note => ({ level: "warning", title, message });

/** Errors first, and what is said twice only once. */
function ownNotes(record: RunRecord, hasCauses: boolean): readonly Note[] {
  const notes = [...findNotes(record)];
  if (record.cancelled && !hasCauses && notes.every(({ level }) => level === "warning"))
    notes.push(error("Cancelled", "The run was cancelled. The outputs say what was done by then."));
  const unique = new Map(notes.map((note) => [`${note.title}\n${note.message}`, note]));
  return [...unique.values()].sort((a, b) => a.level.localeCompare(b.level));
}

function* findNotes(record: RunRecord): Generator<Note> {
  const { inputs, problems, plan, refusal, execution, crash, cancelled } = record;
  for (const { input = "", message } of problems)
    yield error(`Invalid input${input && `: ${sanitizeLine(input, 50)}`}`, message);
  if (refusal) yield refusalNote(refusal, record);
  if (crash !== undefined) yield error("The action failed", describeCause({ code: "Internal.Error", message: crash }));

  const absent = execution ? idsWith(execution.outcomes, "absent") : idsDecided(plan, "absent");
  if (absent.length > 0 && inputs?.onAbsent !== "ignore" && !refusal) {
    const level = inputs?.onAbsent === "fail" ? "error" : "warning";
    yield { level, title: "CSRs already absent", message: describeAbsent(absent, record) };
  }

  // A listing that was cancelled did not fail.
  const isOpen = (listing: Listing): boolean => !listing.conclusive && !(cancelled && !listing.failure);
  const [before, after] = [refusal ? undefined : plan?.listing, execution?.listing];
  const unseen = before && isOpen(before) ? plan?.rows.filter((row) => row.decision === "delete" && !row.record) : [];
  if (before && unseen?.length) {
    const lack = `There is no record of the domains and creation times of ${formatCsrCount(unseen.length)}.`;
    yield warning("The CSRs could not be listed", `${lack}${whyNotListed(before.failure)}`);
  }
  if (after && isOpen(after) && (!after.failure || after.failure.code !== before?.failure?.code)) {
    const lack = "It is not known which of the unconfirmed CSRs are still there.";
    yield warning("The CSRs could not be listed after the deletion", `${lack}${whyNotListed(after.failure)}`);
  }

  if (plan?.source === "selection" && plan.rows.length === 0) {
    const total = formatCsrCount(plan.listing?.total ?? 0);
    const remedy = "Check the patterns, the key and `endpoint`.";
    yield warning("No CSR matches", `The account has ${total}, of which none matches \`domains\`. ${remedy}`);
  }
  for (const [input, unmatched] of Map.groupBy(plan?.unmatched ?? [], (each) => each.input)) {
    const entries = formatIds(unmatched.map(({ entry }) => wholeSpan(entry, 100)));
    const effect = input === "protect" ? "protect" : "exclude";
    const message = `No CSR of the account matches ${entries}, which should ${effect} some.`;
    yield warning(`Entries of ${input} that match nothing`, message);
  }
  const unreadable = idsDecided(plan, "time-unreadable");
  if (unreadable.length > 0) {
    const kept = `${formatCsrCount(unreadable.length)} kept, because the creation time could not be read`;
    yield warning("Unreadable creation times", `${kept}: ${formatIds(unreadable)}.`);
  }
  const values = new Set(execution?.unexpectedValues);
  if (values.size > 0) {
    const what = "`Success` has values that were not asked for, or are not CSR IDs. They are not counted";
    yield warning("Unexpected values in the response", `${what}: ${codeSpans(values, 10)}.`);
  }
}

/** Without a failure, each reading of the list was inconsistent. */
function whyNotListed(failure: ApiFailure | undefined): string {
  const missing = failure?.kind === "permission" ? " The permission `ssl:DescribeCSRSet` is missing." : "";
  return `${missing}\n${describeCause(failure ?? { code: "ListChanged", message: "" })}`;
}

function describeAbsent(ids: readonly number[], { plan, execution }: RunRecord): string {
  const found = `${formatCsrCount(ids.length)} not in the account: ${formatIds(ids)}.\n`;
  const total = plan?.listing?.total;
  if (total !== undefined && plan?.rows.every(({ decision }) => decision === "absent")) {
    const none = `The account has ${formatCsrCount(total)}, but none of the given ones`;
    return `${found}${none}: the key and \`endpoint\` may belong to another account.`;
  }
  const outcomes = ids.map((id) => execution?.outcomes.get(id));
  if (outcomes.some((outcome) => outcome?.name === "absent" && outcome.mayHaveBeenDeleted))
    return `${found}A call of this run may have deleted them without a response that says so, or they were gone before.`;
  return `${found}They were most likely gone before, or never in this account. Check the key, and where the IDs come from.`;
}

function refusalNote(refusal: Refusal, record: RunRecord): Note {
  const note = (title: string, why: string, remedy: string): Note => error(title, `${why}\nWhat to do: ${remedy}`);
  switch (refusal.kind) {
    case "listing":
      return listingRefusal(refusal, record);
    case "accounts": {
      const { found, allowed } = refusal;
      const owner = found.length > 0 ? `belong to ${codeSpans(found)}` : "are listed without their account";
      const why = `The CSRs ${owner}, but \`allowed-account-ids\` allows only ${codeSpans(allowed)}.`;
      return note("The account is not allowed", why, "Check the key and `endpoint`, or change `allowed-account-ids`.");
    }
    case "absent": {
      const remedy = "Remove them from the list, or leave `on-absent: fail` out.";
      return note("Given CSRs are not in the account", describeAbsent(refusal.ids, record), remedy);
    }
    case "protected": {
      const why = `\`protect\` protects ${formatCsrCount(refusal.ids.length)} of the list: ${formatIds(refusal.ids)}.`;
      return note("Given CSRs are protected", why, "Remove what is protected from the list, or from `protect`.");
    }
    case "too-many": {
      const { planned, max } = refusal;
      const why = `The plan would delete ${formatCsrCount(planned)}; \`max-deletions\` is ${formatNumber(max)}.`;
      const remedy = `Look at the plan; if it is right, set \`max-deletions: ${planned}\` or more.`;
      return note("The plan has more deletions than max-deletions allows", why, remedy);
    }
  }
}

function listingRefusal({ listing, neededBy }: Refusal & { kind: "listing" }, record: RunRecord): Note {
  const { failure } = listing;
  if (record.cancelled && (!failure || failure.code === "Cancelled"))
    return error("Cancelled", "The run was cancelled before there was a plan. Run the step again.");
  if (failure && isOfLogin(failure.code))
    return error("The login failed", `${describeCause(failure)}\n${loginOf(record).said}`.trim());
  if (failure?.kind === "credentials") return error("The credentials were refused", describeCause(failure));
  return error("The CSRs could not be listed", `The list of CSRs is needed for ${neededBy}.${whyNotListed(failure)}`);
}

export function clockNote(offsetMs: number): Note {
  const off = `${formatDuration(Math.abs(offsetMs))} ${offsetMs > 0 ? "behind" : "ahead of"} the API's`;
  const message = `The runner's clock is ${off}. Requests are signed with the API's time. Set the runner's clock (NTP).`;
  return warning("The runner's clock is wrong", message);
}
