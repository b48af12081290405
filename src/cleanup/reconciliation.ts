/** From what the calls said to what is true: IDs that were asked for and not confirmed are looked for in the account's list. */
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

function whyUnknown(listing: Listing | undefined): Cause {
  return listing && !listing.fault ? CAUSES.listChanged : CAUSES.notConfirmed;
}

/** The outcome of IDs with this trace that are, or are not, seen in the list. */
function outcomeOf(trace: Trace, seen: boolean, { stoppedBy }: Deletion, listing: Listing | undefined): Outcome {
  if (trace.state === "unsent") return { name: "skipped", cause: stoppedBy ?? CAUSES.cancelled };
  const { requestId } = trace;
  if (trace.state === "confirmed") return { name: "deleted", requestId };
  const { fault, lost } = trace;
  if (seen) return { name: "remaining", requestId, cause: fault ?? { ...CAUSES.leftOut, requestId } };
  if (listing?.complete) return { name: "absent", requestId, lost, cause: fault };
  return { name: "unknown", requestId, cause: fault ?? { ...whyUnknown(listing), requestId } };
}

/**
 * The outcome of every ID, in the order of the request. IDs that fared alike share one object.
 * @param listing what the account's list says of the IDs in question; none if it was not asked
 */
export function settle(deletion: Deletion, listing: Listing | undefined): ReadonlyMap<number, Outcome> {
  const outcomes = new Map<number, Outcome>();
  const known = { seen: new Map<Trace, Outcome>(), unseen: new Map<Trace, Outcome>() };
  for (const [id, trace] of deletion.traces) {
    const seen = listing?.present.has(id) ?? false;
    const alike = seen ? known.seen : known.unseen;
    const outcome = alike.get(trace) ?? outcomeOf(trace, seen, deletion, listing);
    alike.set(trace, outcome);
    outcomes.set(id, outcome);
  }
  return outcomes;
}
