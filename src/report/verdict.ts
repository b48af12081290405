/** Whether the step fails, what it came to, and what is said about it. */
import { trustPolicy } from "../credentials/identity.ts";
import type { Listing } from "../csrs/listing.ts";
import { type Cause, count, idsWith, type OutcomeName } from "../csrs/outcome.ts";
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
  wholeSpan,
} from "./text.ts";
import { countKept } from "./words.ts";

export type Verdict = ReturnType<typeof evaluate>;

/** `pending`: the first deletion is about to begin. */
export function kindOf({ problems, crash, refusal, inputs, execution }: RunRecord) {
  if (problems.length > 0) return "invalid-inputs";
  if (crash !== undefined) return "internal-error";
  if (refusal) return "refused";
  if (inputs?.dryRun) return "dry-run";
  return execution ? "deletion" : "pending";
}

/** A step fails if a CSR is left, or may be. `trouble` came up while publishing. */
export function evaluate(record: RunRecord, trouble: readonly Note[] = []) {
  const causes = findCauses(record);
  const causeNotes = causes.map(({ cause: { code }, outcomes, ids, why }) => {
    const title = isOfLogin(code) ? "The login failed" : "CSRs not deleted";
    return error(`${title}: ${code}`, `${outcomes} (${ids}).\n${why}`);
  });
  const own = ownNotes(record, causes.length > 0);
  const clock = record.clockOffsetMs === undefined ? [] : [clockNote(record.clockOffsetMs)];
  const notes = [...trouble, ...own, ...clock, ...(record.inputs?.warnings ?? [])];
  const all = [...notes, ...causeNotes];
  const failed = all.some(({ level }) => level === "error");
  // A warning about the endpoint or the clock does not change what was deleted.
  const greenSign = own.length > 0 ? "⚠️" : "✅";
  const result = `${record.cancelled ? "Cancelled. " : ""}${describeResult(record, own[0]?.title)}`;
  const annotations = [...limit(all, "error"), ...limit(all, "warning")];
  return { failed, sign: failed ? "❌" : greenSign, result, causes, notes, annotations };
}

/** The runner shows 10 annotations of a level for a step. */
function limit(notes: readonly Note[], level: Note["level"]): readonly Note[] {
  const all = notes.filter((note) => note.level === level);
  if (all.length <= 10) return all;
  const title = formatCount(all.length - 9, `more ${level}`);
  return [...all.slice(0, 9), { level, title, message: "See the job summary." }];
}

function describeResult(record: RunRecord, reason = "") {
  const { plan, execution, problems, inputs } = record;
  switch (kindOf(record)) {
    case "invalid-inputs":
      return `Nothing was deleted: ${formatCount(problems.length, "problem")} with the inputs`;
    case "refused": {
      const why = reason === "Cancelled" ? "" : `: ${reason.charAt(0).toLowerCase()}${reason.slice(1)}`;
      return `${inputs?.dryRun ? "Dry run failed" : "Nothing was deleted"}${why}`;
    }
    case "dry-run":
      if (!plan?.rows.length) return "Dry run: nothing to do";
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

const others = (n: number, what: string) => (n > 0 ? `, ${formatNumber(n)} ${what}` : "");

/** `delete 2, 111 kept, 1 already absent`. */
export function describePlan(plan: Plan): string {
  const [planned, kept] = [idsDecided(plan, "delete").length, countKept(plan.rows)];
  const absent = plan.rows.length - planned - kept;
  return `delete ${formatNumber(planned)}${others(kept, "kept")}${others(absent, "already absent")}`;
}

/** `3 calls, including 2 retries, 1.2 s`. */
export function describeCost({ calls, durationMs }: RunRecord): string {
  const retries = calls.filter(({ retry }) => retry).length;
  const including = retries > 0 ? `, including ${formatCount(retries, "retry")}` : "";
  return `${formatCount(calls.length, "call")}${including}, ${formatDuration(durationMs)}`;
}

/** Why CSRs were not deleted: a group for each code, the largest first; in Markdown. */
function findCauses(record: RunRecord) {
  const groups = new Map<string, { cause: Cause; names: OutcomeName[]; ids: number[] }>();
  for (const [id, { name, cause }] of record.execution?.outcomes ?? []) {
    if (!cause || name === "absent") continue;
    const group = groups.get(cause.code) ?? { cause, names: [], ids: [] };
    groups.set(cause.code, group);
    group.names.push(name);
    group.ids.push(id);
  }
  const sorted = [...groups.values()].sort((a, b) => b.ids.length - a.ids.length);
  return sorted.map(({ cause, names, ids }) => ({
    cause,
    outcomes: describeOutcomes(cause, names),
    ids: formatIds(ids),
    why: describeFailure(cause, record),
  }));
}

/** `3 CSRs still there, 2 CSRs never sent`. */
function describeOutcomes({ requestId, status }: Cause, names: readonly OutcomeName[]) {
  const skipped = requestId === undefined && status === undefined ? "never sent" : "not deleted: refused";
  const phrases = { deleted: "", absent: "", remaining: "still there", unknown: "in an unknown state", skipped };
  const groups = [...Map.groupBy(names, (name) => name)];
  return groups.map(([name, { length }]) => `${formatCsrCount(length)} ${phrases[name]}`).join(", ");
}

/** A cause in a few sentences of Markdown: code, meaning, message, remedy, RequestId. */
function describeCause({ code, message, requestId }: Cause) {
  const { meaning, remedy } = errorInfo(code);
  const said = codeSpan(message.replace(/[.\s]+$/, ""));
  const request = requestId ? ` RequestId: ${codeSpan(requestId)}.` : "";
  return `${codeSpan(code)}: ${meaning}.${said && ` Message: ${said}.`} What to do: ${remedy}${request}`;
}

/** The cause, and what the token of a refused login says. */
function describeFailure(cause: Cause, record: RunRecord) {
  const { said } = loginOf(record);
  return said && isOfLogin(cause.code) ? `${describeCause(cause)} ${said}` : describeCause(cause);
}

const isOfLogin = (code: string) => /^(Sts|Oidc)\b/.test(code);

/** What a token that STS refused says, in Markdown; and a trust policy that accepts it, if the role refused it. */
export function loginOf(record: RunRecord) {
  const { identity, refusal, execution } = record;
  const { code = "" } = (refusal?.kind === "listing" ? refusal.listing.failure : execution?.stoppedBy) ?? {};
  if (!identity?.claims || !code.startsWith("Sts.")) return { said: "" };
  const { iss, sub, aud, kid, jobWorkflowRef } = identity.claims;
  const named = Object.entries({ iss, sub, aud, kid, job_workflow_ref: jobWorkflowRef });
  const claims = named.flatMap(([name, claim]) => (claim ? [`\`${name}\` ${codeSpan(claim)}`] : []));
  // A token that the identity provider refuses is not helped by a trust policy.
  const { policy, reason = "" } = errorInfo(code).kind === "permission" ? trustPolicy(identity) : {};
  return { said: `The token says: ${claims.join(", ")}. ${reason}`.trim(), policy };
}

const error = (title: string, message: string): Note => ({ level: "error", title, message });
const warning = (title: string, message: string): Note => ({ level: "warning", title, message });

function ownNotes(record: RunRecord, hasCauses: boolean) {
  const notes = [...findNotes(record)];
  if (record.cancelled && !hasCauses && notes.every(({ level }) => level === "warning"))
    notes.push(error("Cancelled", "The run was cancelled. The outputs say what was done by then."));
  return notes;
}

function* findNotes(record: RunRecord): Generator<Note> {
  const { inputs, problems, plan, refusal, execution, crash, cancelled } = record;
  for (const { input, message } of problems) yield error(`Invalid input${input ? `: ${input}` : ""}`, message);
  if (refusal) yield refusalNote(refusal, record);
  if (crash !== undefined) yield error("The action failed", describeCause({ code: "Internal.Error", message: crash }));

  const absent = execution ? idsWith(execution.outcomes, "absent") : idsDecided(plan, "absent");
  if (absent.length > 0 && inputs?.onAbsent !== "ignore" && !refusal) {
    const level = inputs?.onAbsent === "fail" ? "error" : "warning";
    yield { level, title: "CSRs already absent", message: describeAbsent(absent, record) };
  }

  // A listing that was cancelled did not fail.
  const isOpen = ({ conclusive, failure }: Listing) => !conclusive && (!cancelled || failure);
  const [before, after] = [plan?.listing, execution?.listing];
  const unseen = plan?.rows.filter(({ decision, record: csr }) => decision === "delete" && !csr) ?? [];
  if (before && isOpen(before) && unseen.length > 0) {
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
    yield warning(`Entries of ${input} that match nothing`, `No CSR of the account matches ${entries}.`);
  }
  const unreadable = idsDecided(plan, "time-unreadable");
  if (unreadable.length > 0)
    yield warning("Unreadable creation times", `${formatCsrCount(unreadable.length)} kept: ${formatIds(unreadable)}.`);
  const values = new Set(execution?.unexpectedValues);
  if (values.size > 0) {
    const message = `\`Success\` has values that were not asked for. They are not counted: ${codeSpans(values, 10)}.`;
    yield warning("Unexpected values in the response", message);
  }
}

/** Without a failure, each reading of the list was inconsistent. */
function whyNotListed(failure: ApiFailure | undefined) {
  const missing = failure?.kind === "permission" ? " The permission `ssl:DescribeCSRSet` is missing." : "";
  return `${missing}\n${describeCause(failure ?? { code: "ListChanged", message: "" })}`;
}

function describeAbsent(ids: readonly number[], { plan, execution }: RunRecord) {
  const found = `${formatCsrCount(ids.length)} not in the account: ${formatIds(ids)}.\n`;
  const total = plan?.listing?.total;
  if (total !== undefined && plan?.rows.every(({ decision }) => decision === "absent")) {
    const none = `The account has ${formatCsrCount(total)}, but none of the given ones`;
    return `${found}${none}: the key and \`endpoint\` may belong to another account.`;
  }
  const outcomes = [...(execution?.outcomes.values() ?? [])];
  if (outcomes.some((outcome) => outcome.name === "absent" && outcome.mayHaveBeenDeleted))
    return `${found}A call of this run may have deleted them unconfirmed, or they were gone before.`;
  return `${found}They were most likely gone before, or never there. Check the key, and where the IDs come from.`;
}

function refusalNote(refusal: Refusal, record: RunRecord): Note {
  const note = (title: string, why: string, remedy: string) => error(title, `${why}\nWhat to do: ${remedy}`);
  switch (refusal.kind) {
    case "listing": {
      const { failure } = refusal.listing;
      if (record.cancelled && (!failure || failure.code === "Cancelled"))
        return error("Cancelled", "The run was cancelled before there was a plan. Run the step again.");
      if (failure && isOfLogin(failure.code)) return error("The login failed", describeFailure(failure, record));
      if (failure?.kind === "credentials") return error("The credentials were refused", describeCause(failure));
      const need = `The list of CSRs is needed for ${refusal.neededBy}.`;
      return error("The CSRs could not be listed", `${need}${whyNotListed(failure)}`);
    }
    case "accounts": {
      const { found, allowed } = refusal;
      const owner = codeSpans(found) || "an account that the listing does not name";
      const why = `The CSRs belong to ${owner}, but \`allowed-account-ids\` allows only ${codeSpans(allowed)}.`;
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

export function clockNote(offsetMs: number): Note {
  const off = `${formatDuration(Math.abs(offsetMs))} ${offsetMs > 0 ? "behind" : "ahead of"} the API's`;
  const message = `The runner's clock is ${off}. Requests are signed with the API's time. Set the clock (NTP).`;
  return warning("The runner's clock is wrong", message);
}
