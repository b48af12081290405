/**
 * Which of some CSRs exist, by the account's list of CSRs. The list is paged by offset, its order is not documented, and others
 * may change it meanwhile: only a pass that saw as many distinct IDs as the list says it has, with the same total on each page,
 * counts as complete. That an ID is there is proven by seeing it. What no pass can see: that, between two of its pages, one CSR was
 * deleted and another created, so that a third slipped from one page to the other.
 */
import type { Client } from "../tencentcloud/client.ts";
import { type Fault, fault } from "../tencentcloud/fault.ts";
import { type CsrPage, describeCsrSet } from "../tencentcloud/ssl.ts";

const MAX_PASSES = 3;
/** Pages that may be out at once. */
const MAX_IN_FLIGHT = 10;

export interface Listing {
  /** IDs in question that are there. */
  readonly present: ReadonlySet<number>;
  /** The other IDs in question are not there. If false, nothing is known of them. */
  readonly complete: boolean;
  /** Why it is not complete; none if the list kept changing. */
  readonly fault?: Fault;
}

export interface ListingOptions {
  readonly client: Client;
  /** Aborted: no new request starts. */
  readonly cancel: AbortSignal;
}

/** Looks for `ids` in the account's list. Stops as soon as all of them have been seen. */
export async function findCsrs(ids: readonly number[], options: ListingOptions): Promise<Listing> {
  const seen = new Set<number>();
  for (let pass = 1; pass <= MAX_PASSES; pass += 1) {
    const result = await readList(new Set(ids), options);
    if (result.complete) return result;
    for (const id of result.present) seen.add(id);
    if (result.fault || options.cancel.aborted)
      return { present: seen, complete: false, ...(result.fault ? { fault: result.fault } : {}) };
    if (seen.size === ids.length) return { present: seen, complete: true };
  }
  return { present: seen, complete: false };
}

/** One pass over all pages: the first tells how many there are, the others are fetched several at a time. */
async function readList(wanted: ReadonlySet<number>, { client, cancel }: ListingOptions): Promise<Listing> {
  const all = new Set<number>();
  const present = new Set<number>();
  const enough = new AbortController();
  const stop = AbortSignal.any([cancel, enough.signal]);
  const inFlight = new Set<Promise<void>>();
  let total: number | undefined;
  let pageSize = 0;
  let failed: Fault | undefined;

  function take(page: CsrPage): void {
    const before = all.size;
    for (const id of page.ids) {
      all.add(id);
      if (wanted.has(id)) present.add(id);
    }
    total ??= page.total;
    pageSize ||= page.ids.length;
    // The list changed, or shows nothing new, or has shown all that is to be known: more pages would tell no more. A page with
    // nothing new cannot be made up for by others: the whole is then short of the total.
    if (page.total !== total || all.size === before || present.size === wanted.size) enough.abort();
    if (page.total !== total) total = Number.NaN;
  }

  async function fetchPage(offset: number): Promise<void> {
    const turn = await client.turn(stop);
    if (!turn) return;
    try {
      const page = await describeCsrSet(client, offset, turn, stop);
      if (page.ok) take(page);
      else if (!enough.signal.aborted) fail(page.fault);
    } catch (error) {
      fail(fault("Action.Failed", String(error)));
    }
  }

  function fail(why: Fault): void {
    failed ??= why;
    enough.abort();
  }

  await fetchPage(0);
  for (let offset = pageSize; total !== undefined && offset < total && !stop.aborted; offset += pageSize) {
    const fetching: Promise<void> = fetchPage(offset).finally(() => inFlight.delete(fetching));
    inFlight.add(fetching);
    if (inFlight.size >= MAX_IN_FLIGHT) await Promise.race(inFlight);
  }
  await Promise.all(inFlight);

  const complete = !failed && (all.size === total || present.size === wanted.size);
  return { present, complete, ...(failed ? { fault: failed } : {}) };
}
