/** From what the calls said to what is true: IDs that were asked for and not confirmed are looked for in the account's list. */
import type { Deletion, Trace } from "./deletion.ts";
import type { Listing } from "./listing.ts";
import { CAUSES, type Cause, type Outcome } from "./outcome.ts";

/** The run stopped since the API refused one ID after the other; whether that is about all IDs, the list may tell. */
const stoppedForIds = ({ stoppedBy }: Deletion): boolean => stoppedBy?.kind === "ids";

/** The IDs that only a list can tell about. */
export function inQuestion(deletion: Deletion): readonly number[] {
  const ids: number[] = [];
  for (const [id, { state }] of deletion.traces) {
    if (state === "unconfirmed" || (state === "unsent" && stoppedForIds(deletion))) ids.push(id);
  }
  return ids;
}

/**
 * IDs that are there and were never sent, since others were refused one after the other; none if those are there, too: then these
 * would be refused as well. If they are gone, as in a re-run, the refusals say nothing about these.
 */
export function stillToSend(deletion: Deletion, listing: Listing | undefined): readonly number[] {
  if (!stoppedForIds(deletion) || !listing?.complete) return [];
  const unsent: number[] = [];
  let gone = false;
  for (const [id, { state }] of deletion.traces) {
    if (state === "unsent" && listing.present.has(id)) unsent.push(id);
    if (state === "unconfirmed" && !listing.present.has(id)) gone = true;
  }
  return gone ? unsent : [];
}

/** A list would fail for the same reason as the deletion did. Not so if the API, or what stands before it, answers: it may list. */
export function listingIsPointless({ stoppedBy }: Deletion): boolean {
  if (!stoppedBy || stoppedBy.kind === "permission" || stoppedBy.kind === "ids") return false;
  return stoppedBy.kind !== "transient" || stoppedBy.status === undefined;
}

function whyUnknown(listing: Listing | undefined, cancelled: boolean): Cause {
  if (cancelled && !listing?.fault) return CAUSES.cancelled;
  return listing && !listing.fault ? CAUSES.listChanged : CAUSES.notConfirmed;
}

/** What is known once all calls are made. */
interface Known {
  readonly deletion: Deletion;
  readonly listing: Listing | undefined;
  readonly cancelled: boolean;
}

/** The outcome of IDs with this trace that are, or are not, seen in the list. */
function outcomeOf(trace: Trace, seen: boolean, { deletion, listing, cancelled }: Known): Outcome {
  if (trace.state === "unsent") {
    if (stoppedForIds(deletion) && listing?.complete && !seen) return { name: "absent", lost: false };
    return { name: "skipped", cause: deletion.stoppedBy ?? CAUSES.cancelled };
  }
  const { requestId } = trace;
  if (trace.state === "confirmed") return { name: "deleted", requestId };
  const { fault, lost } = trace;
  if (seen) return { name: "remaining", requestId, cause: fault ?? { ...CAUSES.leftOut, requestId } };
  if (listing?.complete) return { name: "absent", requestId, lost, cause: fault };
  return { name: "unknown", requestId, cause: fault ?? { ...whyUnknown(listing, cancelled), requestId } };
}

/**
 * The outcome of every ID, in the order of the request. IDs that fared alike share one object.
 * @param listing what the account's list says of the IDs in question; none if it was not asked
 */
export function settle(
  deletion: Deletion,
  listing: Listing | undefined,
  cancelled: boolean,
): ReadonlyMap<number, Outcome> {
  const outcomes = new Map<number, Outcome>();
  const known = { seen: new Map<Trace, Outcome>(), unseen: new Map<Trace, Outcome>() };
  for (const [id, trace] of deletion.traces) {
    const seen = listing?.present.has(id) ?? false;
    const alike = seen ? known.seen : known.unseen;
    const outcome = alike.get(trace) ?? outcomeOf(trace, seen, { deletion, listing, cancelled });
    alike.set(trace, outcome);
    outcomes.set(id, outcome);
  }
  return outcomes;
}
