/** The clean-up as a whole: delete, then find out about what was not confirmed. A dry run only finds out. */
import type { Client } from "../tencentcloud/client.ts";
import type { Fault } from "../tencentcloud/fault.ts";
import { type DeletionEvents, deleteCsrs } from "./deletion.ts";
import { findCsrs, type Listing } from "./listing.ts";
import type { Outcome } from "./outcome.ts";
import { inQuestion, listingIsPointless, settle } from "./reconciliation.ts";

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
  const deletion = await deleteCsrs(ids, options);
  const open = inQuestion(deletion);
  const ask = open.length > 0 && !options.cancel.aborted && !listingIsPointless(deletion);
  if (ask) options.events.onListing(open.length);
  const listing = ask ? await findCsrs(open, options) : undefined;
  return {
    outcomes: settle(deletion, listing),
    ...(listing ? { listing } : {}),
    ...(deletion.stoppedBy ? { stoppedBy: deletion.stoppedBy } : {}),
  };
}
