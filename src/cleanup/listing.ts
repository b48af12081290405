/**
 * Which of some CSRs exist, by the account's list of CSRs. That an ID is there is proven by seeing it. The list is paged by offset,
 * its order is not documented, and others may change it meanwhile; so a pass proves that an ID is not there only if
 * - it saw as many distinct IDs as the list says it has, with the same total on each page, and
 * - each page begins with the last ID of the page before. If not, one CSR may have been deleted and another created between two
 *   pages, so that a third slipped from one page to the other; or the order is not the same each time. Then a second pass that sees
 *   as many IDs must agree.
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

/** One reading of the list. */
interface Pass extends Listing {
  /** As many IDs as there should be, but the pages do not join. */
  readonly loose: boolean;
}

/** Looks for `ids` in the account's list. Stops as soon as all of them have been seen. */
export async function findCsrs(ids: readonly number[], options: ListingOptions): Promise<Listing> {
  const seen = new Set<number>();
  let loosePasses = 0;
  for (let pass = 1; pass <= MAX_PASSES; pass += 1) {
    const { loose, ...result } = await readList(new Set(ids), options);
    if (result.complete) return result;
    for (const id of result.present) seen.add(id);
    if (result.fault || options.cancel.aborted)
      return { present: seen, complete: false, ...(result.fault ? { fault: result.fault } : {}) };
    if (loose) loosePasses += 1;
    if (seen.size === ids.length || loosePasses === 2) return { present: seen, complete: true };
  }
  return { present: seen, complete: false };
}

/** One pass over all pages: the first tells how many there are, the others are fetched several at a time. */
async function readList(wanted: ReadonlySet<number>, { client, cancel }: ListingOptions): Promise<Pass> {
  const all = new Set<number>();
  const present = new Set<number>();
  const enough = new AbortController();
  const stop = AbortSignal.any([cancel, enough.signal]);
  const inFlight = new Set<Promise<void>>();
  /** By offset. */
  const pages = new Map<number, readonly number[]>();
  let total: number | undefined;
  /** IDs that a page shares with the one before; pages of one ID cannot. */
  let shared = 0;
  /** From one page to the next. */
  let step = 0;
  let failed: Fault | undefined;

  function take(page: CsrPage, offset: number): void {
    const before = all.size;
    pages.set(offset, page.ids);
    for (const id of page.ids) {
      all.add(id);
      if (wanted.has(id)) present.add(id);
    }
    if (total === undefined) {
      total = page.total;
      shared = page.ids.length > 1 ? 1 : 0;
      step = page.ids.length - shared;
    }
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
      if (page.ok) take(page, offset);
      else if (!enough.signal.aborted) fail(page.fault);
    } catch (error) {
      fail(fault("Action.Failed", String(error)));
    }
  }

  function fail(why: Fault): void {
    failed ??= why;
    enough.abort();
  }

  /** Each page begins with the last ID of the page before. */
  function pagesJoin(): boolean {
    if (shared === 0) return true;
    return [...pages].every(([offset, ids]) => {
      const previous = pages.get(offset - step);
      return previous === undefined || ids[0] === previous[step];
    });
  }

  await fetchPage(0);
  for (let offset = step; total !== undefined && offset + shared < total && !stop.aborted; offset += step) {
    const fetching: Promise<void> = fetchPage(offset).finally(() => inFlight.delete(fetching));
    inFlight.add(fetching);
    if (inFlight.size >= MAX_IN_FLIGHT) await Promise.race(inFlight);
  }
  await Promise.all(inFlight);

  const whole = !failed && all.size === total;
  const complete = !failed && (present.size === wanted.size || (whole && pagesJoin()));
  return { present, complete, loose: whole && !complete, ...(failed ? { fault: failed } : {}) };
}
