/** What is said about a run: notes for annotations and summary, and causes for the table of what is left. */
import { trustPolicy } from "../credentials/identity.ts";
import type { Listing } from "../csrs/listing.ts";
import { type Cause, idsWith, type Outcome, type OutcomeName } from "../csrs/outcome.ts";
import type { Decision, Plan, Refusal } from "../csrs/plan.ts";
import type { Note } from "../shared/note.ts";
import type { RunRecord } from "../shared/run-record.ts";
import { type ApiFailure, errorInfo } from "../tencentcloud/errors.ts";
import { codeSpan, codeSpans, formatCsrCount, formatDuration, formatIds, formatNumber, sanitizeLine } from "./text.ts";

const error = (title: string, message: string): Note => ({ level: "error", title, message });
const warning = (title: string, message: string): Note => ({ level: "warning", title, message });

/** CSRs that were not deleted for the same reason. */
export interface CauseGroup {
  readonly cause: Cause;
  readonly counts: ReadonlyMap<OutcomeName, number>;
  readonly ids: readonly number[];
}

/** What was not deleted, a group for each code, the largest first. */
export function groupByCause(outcomes: Iterable<readonly [id: number, outcome: Outcome]>): readonly CauseGroup[] {
  const groups = new Map<string, { cause: Cause; counts: Map<OutcomeName, number>; ids: number[] }>();
  for (const [id, outcome] of outcomes) {
    if (outcome.name === "deleted" || outcome.name === "absent") continue;
    const { cause, name } = outcome;
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
  const phrase = (name: OutcomeName): string =>
    name === "remaining" ? "still there" : name === "unknown" ? "in an unknown state" : skipped;
  return [...counts].map(([name, count]) => `${formatCsrCount(count)} ${phrase(name)}`).join(", ");
}

const lettersOf = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "");

/** A cause in a few sentences of Markdown: code, meaning, message if it says more, remedy, RequestId. */
export function describeCause({ code, message, requestId }: Cause): string {
  const { meaning, remedy } = errorInfo(code);
  const saysMore = !["", lettersOf(meaning)].includes(lettersOf(message));
  const label = /^(Network|Tls|Http|Response|Internal|Clock|Oidc)\./.test(code) ? "Details" : "The API's message";
  const parts = [
    `${codeSpan(code, 100)}: ${meaning}.`,
    saysMore ? `${label}: ${codeSpan(message.replace(/[.\s]+$/, ""))}.` : "",
    `What to do: ${remedy}`,
    requestId ? `RequestId: ${codeSpan(requestId, 100)}.` : "",
  ];
  return parts.filter((part) => part !== "").join(" ");
}

/** The error of one cause, for all IDs that it kept from being deleted. */
export function causeNote(group: CauseGroup, record: RunRecord): Note {
  const { code } = group.cause;
  const title = isLoginFailure(code) ? "The login failed" : "CSRs not deleted";
  const ids = `${describeOutcomes(group)} (${formatIds(group.ids)}).`;
  const login = isLoginFailure(code) ? `\n${loginOf(record)?.text ?? ""}` : "";
  return error(`${title}: ${sanitizeLine(code, 100)}`, `${ids}\n${describeCause(group.cause)}${login}`.trim());
}

const isLoginFailure = (code: string): boolean => /^(Sts|Oidc)\b/.test(code);

/** The claims of a token that STS refused, in Markdown; and a trust policy that accepts it, if the role refused it. */
export function loginOf(record: RunRecord): { readonly text: string; readonly policy?: string } | undefined {
  const { identity, refusal, execution } = record;
  const { code = "" } = (refusal?.kind === "listing" ? refusal.listing.failure : execution?.stoppedBy) ?? {};
  if (!identity?.claims || !code.startsWith("Sts.")) return undefined;
  const { iss, sub, aud, kid, jobWorkflowRef } = identity.claims;
  const named = Object.entries({ iss, sub, aud, kid, job_workflow_ref: jobWorkflowRef });
  const shown = named.flatMap(([name, claim]) => (claim ? [`\`${name}\` ${codeSpan(claim)}`] : []));
  // A token that the identity provider refuses is not helped by a trust policy.
  const { policy, reason = "" } = errorInfo(code).kind === "permission" ? trustPolicy(identity) : {};
  return { text: [`The token says: ${shown.join(", ")}.`, reason].join("\n").trim(), policy };
}

/** All notes but those of causes: errors first, and what is said twice only once. */
export function notesOf(record: RunRecord, hasCauses: boolean): readonly Note[] {
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
  const unseen = plan?.rows.filter((row) => row.decision === "delete" && !row.record).length ?? 0;
  if (before && isOpen(before) && unseen > 0) {
    const lack = `There is no record of the domains and creation times of ${formatCsrCount(unseen)}.`;
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
  for (const input of ["protect", "domains", "remarks"]) {
    const entries = plan?.unmatched.filter((each) => each.input === input).map(({ entry }) => entry) ?? [];
    const effect = input === "protect" ? "protect" : "exclude";
    const title = `Entries of ${input} that match nothing`;
    if (entries.length > 0)
      yield warning(title, `No CSR of the account matches ${codeSpans(entries)}, which should ${effect} some.`);
  }
  const unreadable = idsDecided(plan, "time-unreadable");
  if (unreadable.length > 0) {
    const kept = `${formatCsrCount(unreadable.length)} kept, because the creation time could not be read`;
    yield warning("Unreadable creation times", `${kept}: ${formatIds(unreadable)}.`);
  }
  const values = new Set(execution?.unexpectedValues);
  if (values.size > 0) {
    const what = "The API listed values in `Success` that were not asked for, or are not CSR IDs. They are not counted";
    yield warning("Unexpected values in the response", `${what}: ${codeSpans(values, 10)}.`);
  }
}

/** The IDs of the rows with this decision. */
export const idsDecided = (plan: Plan | undefined, wanted: Decision): readonly number[] =>
  plan?.rows.flatMap(({ id, decision }) => (decision === wanted ? [id] : [])) ?? [];

/** Without a failure, each reading of the list was inconsistent. */
function whyNotListed(failure: ApiFailure | undefined): string {
  const missing = failure?.kind === "permission" ? " The permission `ssl:DescribeCSRSet` is missing." : "";
  return `${missing}\n${describeCause(failure ?? { code: "ListChanged", message: "" })}`;
}

/** Which CSRs are absent, and what may be wrong. */
function describeAbsent(ids: readonly number[], { plan, execution }: RunRecord): string {
  const found = `${formatCsrCount(ids.length)} not in the account: ${formatIds(ids)}.`;
  const total = plan?.listing?.total;
  if (total !== undefined && plan?.rows.every(({ decision }) => decision === "absent")) {
    const none = `The account has ${formatCsrCount(total)}, but none of the given ones`;
    return `${found}\n${none}: the key and \`endpoint\` may belong to another account.`;
  }
  const outcomes = ids.map((id) => execution?.outcomes.get(id));
  return outcomes.some((outcome) => outcome?.name === "absent" && outcome.mayHaveBeenDeleted)
    ? `${found}\nA call of this run may have deleted them although its response did not say so, or they were gone before.`
    : `${found}\nThey were most likely gone before, or never in this account. Check where the IDs come from, and the key.`;
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
      const remedy = "Check the key and `endpoint`, or change `allowed-account-ids`.";
      return note("The account is not allowed", why, remedy);
    }
    case "absent": {
      const remedy = "Remove them from the list, or leave `on-absent: fail` out.";
      return note("Given CSRs are not in the account", describeAbsent(refusal.ids, record), remedy);
    }
    case "protected": {
      const { ids } = refusal;
      const why = `\`protect\` protects ${formatCsrCount(ids.length)} of the list: ${formatIds(ids)}.`;
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
  if (failure && isLoginFailure(failure.code))
    return error("The login failed", `${describeCause(failure)}\n${loginOf(record)?.text ?? ""}`.trim());
  if (failure?.kind === "credentials") return error("The credentials were refused", describeCause(failure));
  const need = `The list of CSRs is needed for ${neededBy}.`;
  return error("The CSRs could not be listed", `${need}${whyNotListed(failure)}`);
}

/** That the runner's clock is wrong, and requests are signed with another time. */
export function clockNote(offsetMs: number): Note {
  const off = `${formatDuration(Math.abs(offsetMs))} ${offsetMs > 0 ? "behind" : "ahead of"} the API's`;
  const message = `The runner's clock is ${off}. Requests are signed with the API's time. Set the runner's clock (NTP).`;
  return warning("The runner's clock is wrong", message);
}
