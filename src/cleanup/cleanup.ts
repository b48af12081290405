/** The clean-up as a whole: delete, then find out about what was not confirmed. A dry run only finds out. */
import type { Client } from "../tencentcloud/client.ts";
import type { Fault } from "../tencentcloud/fault.ts";
import { type Deletion, type DeletionEvents, deleteCsrs } from "./deletion.ts";
import { findCsrs, type Listing } from "./listing.ts";
import type { Outcome } from "./outcome.ts";
import { inQuestion, listingIsPointless, settle, stillToSend } from "./reconciliation.ts";

/** What was done. The report is made from this, and from nothing else. */
export interface CleanUp {
  /** Every requested ID with its outcome, in the order of the request. */
  readonly outcomes: ReadonlyMap<number, Outcome>;
  /** What the account's list said of the unconfirmed IDs; none if it was not needed or could not be asked. */
  readonly listing?: Listing;
  /** The fault that made further calls pointless. */
  readonly stoppedBy?: Fault;
}

export interface CleanUpOptions {
  readonly client: Client;
  readonly cancel: AbortSignal;
  readonly events: DeletionEvents & { onListing(inQuestion: number): void };
}

/** Deletes `ids` and says what became of each. */
export async function cleanUp(ids: readonly number[], options: CleanUpOptions): Promise<CleanUp> {
  let deletion = await deleteCsrs(ids, options);
  let listing = await look(deletion, options);
  const rest = stillToSend(deletion, listing);
  if (rest.length > 0 && !options.cancel.aborted) {
    const second = await deleteCsrs(rest, options);
    deletion = { ...second, traces: new Map([...deletion.traces, ...second.traces]) };
    // What the first list says of the others still holds, unless the second round has questions of its own.
    if (inQuestion(second).length > 0) listing = await look(deletion, options);
  }
  return {
    outcomes: settle(deletion, listing, options.cancel.aborted),
    ...(listing ? { listing } : {}),
    ...(deletion.stoppedBy ? { stoppedBy: deletion.stoppedBy } : {}),
  };
}

async function look(deletion: Deletion, options: CleanUpOptions): Promise<Listing | undefined> {
  const open = inQuestion(deletion);
  if (open.length === 0 || options.cancel.aborted || listingIsPointless(deletion)) return undefined;
  options.events.onListing(open.length);
  return findCsrs(open, options);
}
