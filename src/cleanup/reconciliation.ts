/** From what the calls said to what is true: IDs that were asked for and not confirmed are looked for in the account's list. */
import type { Fault } from "../tencentcloud/fault.ts";
import type { Deletion, Trace } from "./deletion.ts";
import type { Listing } from "./listing.ts";
import { CAUSES, type Cause, type Outcome } from "./outcome.ts";

/** The IDs that only a list can tell about. */
export function inQuestion({ traces }: Deletion): readonly number[] {
  const ids: number[] = [];
  for (const [id, { state }] of traces) if (state === "unconfirmed") ids.push(id);
  return ids;
}

/** A list would fail for the same reason as the deletion did. Not so if the API, or what stands before it, answers: it may list. */
export function listingIsPointless({ stoppedBy }: Deletion): boolean {
  if (!stoppedBy || stoppedBy.kind === "permission" || stoppedBy.kind === "ids") return false;
  return stoppedBy.kind !== "transient" || stoppedBy.status === undefined;
}

function unconfirmed(
  id: number,
  trace: Extract<Trace, { state: "unconfirmed" }>,
  listing: Listing | undefined,
): Outcome {
  const { requestId, fault, lost } = trace;
  if (listing?.present.has(id))
    return { name: "remaining", requestId, cause: fault ?? { ...CAUSES.leftOut, requestId } };
  if (listing?.complete) return { name: "absent", requestId, lost, cause: fault };
  return { name: "unknown", requestId, cause: fault ?? { ...whyUnknown(listing), requestId } };
}

function whyUnknown(listing: Listing | undefined): Cause {
  return listing && !listing.fault ? CAUSES.listChanged : CAUSES.notConfirmed;
}

/**
 * The outcome of every ID, in the order of the request.
 * @param listing what the account's list says of the IDs in question; none if it was not asked
 * @param cancelled why IDs were not sent, if it was not for a fault
 */
export function settle(deletion: Deletion, listing: Listing | undefined): ReadonlyMap<number, Outcome> {
  const unsent: Outcome = { name: "skipped", cause: skippedBy(deletion.stoppedBy) };
  const memo = new Map<Trace, Map<string, Outcome>>();
  const outcomes = new Map<number, Outcome>();
  for (const [id, trace] of deletion.traces) outcomes.set(id, shared(memo, trace, outcomeOf(id, trace)));
  return outcomes;

  function outcomeOf(id: number, trace: Trace): Outcome {
    if (trace.state === "confirmed") return { name: "deleted", requestId: trace.requestId };
    return trace.state === "unsent" ? unsent : unconfirmed(id, trace, listing);
  }
}

function skippedBy(stoppedBy: Fault | undefined): Cause {
  return stoppedBy ?? CAUSES.cancelled;
}

/** One object for all IDs of a call that fared alike. */
function shared(memo: Map<Trace, Map<string, Outcome>>, trace: Trace, outcome: Outcome): Outcome {
  const known = memo.get(trace) ?? new Map<string, Outcome>();
  memo.set(trace, known);
  const same = known.get(outcome.name) ?? outcome;
  known.set(outcome.name, same);
  return same;
}
