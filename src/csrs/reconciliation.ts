/** From what the responses said to what is true: IDs that no response confirmed are looked up in the account's list. */
import type { DeletionResult, DeletionStatus } from "./deletion.ts";
import type { LookupResult } from "./inventory.ts";
import { CAUSES, type Cause, type Outcome } from "./outcome.ts";

/** The run stopped because the API refused one ID after the other. A lookup may show whether that concerns all IDs. */
const stoppedForIds = ({ stoppedBy }: DeletionResult): boolean => stoppedBy?.kind === "ids";

/** The IDs whose outcome only a lookup can determine. */
export function unconfirmedIds({ statuses }: DeletionResult): readonly number[] {
  const ids: number[] = [];
  for (const [id, { state }] of statuses) if (state !== "confirmed") ids.push(id);
  return ids;
}

/** A lookup would fail for the same reason as the deletion did. Not so if the API responds, and may permit the listing. */
export function shouldSkipLookup({ stoppedBy }: DeletionResult): boolean {
  if (!stoppedBy) return false;
  if (stoppedBy.kind === "transient") return stoppedBy.status === undefined;
  return !["permission", "ids", "unexpected"].includes(stoppedBy.kind);
}

/**
 * IDs that exist and were never sent, because others were refused one after the other. Worth sending only if some of those are gone,
 * as in a re-run: then their refusals say nothing about these.
 */
export function idsToResend(deletion: DeletionResult, lookup: LookupResult | undefined): readonly number[] {
  if (!stoppedForIds(deletion) || !lookup?.conclusive) return [];
  const unsent: number[] = [];
  let someAreGone = false;
  for (const [id, { state }] of deletion.statuses) {
    if (state === "unsent" && lookup.records.has(id)) unsent.push(id);
    if (state === "unconfirmed" && !lookup.records.has(id)) someAreGone = true;
  }
  return someAreGone ? unsent : [];
}

/** What is known once all calls are made. */
export interface Findings {
  readonly deletion: DeletionResult;
  /** Of all IDs that no response confirmed; missing if there was none. */
  readonly lookup: LookupResult | undefined;
  readonly cancelled: boolean;
}

/** The outcome of every ID, in order. IDs with the same status and finding share one object. */
export function reconcile(findings: Findings): ReadonlyMap<number, Outcome> {
  const { deletion, lookup } = findings;
  const outcomes = new Map<number, Outcome>();
  const shared = { seen: new Map<DeletionStatus, Outcome>(), unseen: new Map<DeletionStatus, Outcome>() };
  for (const [id, status] of deletion.statuses) {
    const seen = lookup?.records.has(id) ?? false;
    const known = seen ? shared.seen : shared.unseen;
    const outcome = known.get(status) ?? outcomeOf(status, seen, findings);
    known.set(status, outcome);
    outcomes.set(id, outcome);
  }
  return outcomes;
}

function outcomeOf(status: DeletionStatus, seen: boolean, findings: Findings): Outcome {
  if (status.state === "confirmed") return { name: "deleted", requestId: status.requestId };
  const isAbsent = !seen && findings.lookup?.conclusive === true;
  if (status.state === "unsent") {
    if (isAbsent) return { name: "absent", mayHaveBeenDeleted: false };
    return { name: "skipped", cause: findings.deletion.stoppedBy ?? CAUSES.cancelled };
  }
  const { requestId, failure, mayHaveTakenEffect } = status;
  if (isAbsent) return { name: "absent", requestId, mayHaveBeenDeleted: mayHaveTakenEffect, cause: failure };
  if (seen) return { name: "remaining", requestId, cause: failure ?? { ...CAUSES.leftOut, requestId } };
  if (failure && !mayHaveTakenEffect && failure.kind !== "ids") return { name: "skipped", requestId, cause: failure };
  return { name: "unknown", requestId, cause: failure ?? { ...whyUnknown(findings), requestId } };
}

function whyUnknown({ lookup, cancelled }: Findings): Cause {
  if (cancelled && !lookup?.failure) return CAUSES.cancelled;
  if (lookup?.failure?.code === "Internal.Error") return lookup.failure;
  return lookup && !lookup.failure ? CAUSES.listChanged : CAUSES.notConfirmed;
}
