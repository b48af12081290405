/**
 * Which CSRs exist, by the account's list, which is paged by offset, in unknown order, while others change it. A CSR that was
 * seen exists. One that no page of a whole reading shows does not:
 *
 * - As many CSRs were seen as every page states.
 * - Each page begins with the last row of the one before, and the last page holds nothing else (or the only page is not full):
 *   a full page is no end, and a short one may be cut. While the order stays the same, pages that join miss no CSR that
 *   exists all the time.
 * - The order is taken to stay the same if the IDs rise, or fall, all the way. If not, or if CSRs are gone that an earlier
 *   reading saw, a second reading must give the same list; and a third one if pages are smaller than asked for.
 *
 * An API that leaves a CSR out of `Total` and of each page that it belongs on cannot be noticed.
 */
import type { Clock } from "../shared/clock.ts";
import type { ApiClient } from "../tencentcloud/api-client.ts";
import type { ApiFailure } from "../tencentcloud/errors.ts";
import { type CsrPage, type CsrRecord, describeCsrSet, MAX_PAGE_SIZE } from "../tencentcloud/ssl.ts";
import { internalError } from "./outcome.ts";

const MAX_READINGS = 4;
const MAX_PAGES_IN_FLIGHT = 10;
/** Beyond twice those that the total makes expect, which may lag behind. */
const EXTRA_PAGES = 10;
/** If the list never ends. Enough for a million CSRs at the API's limit. */
const DEADLINE_MS = 30 * 60_000;

export interface Listing {
  /** All that were seen. */
  readonly records: ReadonlyMap<number, CsrRecord>;
  /** What is not in `records` (if IDs were looked for: which of these) does not exist. */
  readonly conclusive: boolean;
  /** By the last page. */
  readonly total?: number;
  /** None: the list was inconsistent each time, or the run was cancelled. */
  readonly failure?: ApiFailure;
}

export interface ListingOptions {
  readonly client: ApiClient;
  readonly clock: Clock;
  /** Aborted: no new request starts. */
  readonly cancel: AbortSignal;
  readonly observer: { onPage(progress: { read: number; total: number }): void };
  /** The listing ends as soon as all of these have been seen. */
  readonly wanted?: ReadonlySet<number>;
}

/** By offset, in the order in which they came. */
type Pages = ReadonlyMap<number, CsrPage>;

/** Lists the CSRs of the account. Does not reject. */
export async function listCsrs(options: ListingOptions): Promise<Listing> {
  const deadline = options.clock.monotonicNow() + DEADLINE_MS;
  const seen = new Map<number, CsrRecord>();
  const missing = options.wanted && new Set(options.wanted);
  let total: number | undefined;
  let previous: readonly number[] | undefined;
  let agreeing = 0;
  for (let count = 1; count <= MAX_READINGS && !options.cancel.aborted; count += 1) {
    const { pages, failure } = await readList(options, missing, deadline);
    const all = [...pages.values()];
    const records = new Map(all.flatMap((page) => page.records.map((record) => [record.id, record])));
    const areGone = [...seen.keys()].some((id) => !records.has(id));
    for (const [id, record] of records) seen.set(id, record);
    total = all.at(-1)?.total ?? total;
    if (missing?.size === 0) return { records: seen, conclusive: true, total };
    if (failure) return { records: seen, conclusive: false, total, failure };
    const list = options.cancel.aborted ? undefined : wholeList(pages);
    agreeing = list && list.ids.join() === previous?.join() ? agreeing + 1 : 1;
    if (list && agreeing >= Math.max(list.readingsNeeded, areGone ? 2 : 1)) return { records, conclusive: true, total };
    previous = list?.ids;
  }
  return { records: seen, conclusive: false, total };
}

/** Reads the first page, those that it makes expect, several at a time, then what is still missing. */
async function readList(
  { client, clock, cancel, observer }: ListingOptions,
  missing: Set<number> | undefined,
  deadline: number,
): Promise<{ pages: Pages; failure?: ApiFailure }> {
  const pages = new Map<number, CsrPage>();
  const seen = new Set<number>();
  const over = new AbortController();
  const stop = AbortSignal.any([cancel, over.signal]);
  let shortPageSeen = false;
  let failure: ApiFailure | undefined;

  function take(offset: number, page: CsrPage): void {
    const before = seen.size;
    pages.set(offset, page);
    for (const { id } of page.records) {
      seen.add(id);
      missing?.delete(id);
    }
    const first = pages.get(0) ?? page;
    shortPageSeen ||= page.records.length < first.records.length;
    // More pages would not help.
    const showsNothingNew = seen.size === before && before < first.total;
    if (page.total !== first.total || showsNothingNew || missing?.size === 0) over.abort();
    observer.onPage({ read: seen.size, total: first.total });
  }

  async function fetch(offset: number): Promise<void> {
    if (clock.monotonicNow() > deadline) return over.abort();
    let reason: ApiFailure;
    try {
      const permit = await client.acquire(stop);
      if (stop.aborted || !permit) return permit?.release();
      const page = await describeCsrSet(client, { offset }, permit, stop);
      if (page.ok) return take(offset, page.value);
      reason = page.failure;
    } catch (error) {
      reason = internalError(error);
    }
    // A request that was given up says nothing.
    if (stop.aborted) return;
    failure = reason;
    over.abort();
  }

  await fetch(0);
  const first = pages.get(0);
  if (!first || wholeList(pages)) return { pages, failure };
  const step = Math.max(1, first.records.length - 1);
  const mayGoOn = (): boolean => !stop.aborted && pages.size <= (2 * first.total) / step + EXTRA_PAGES;
  const inFlight = new Set<Promise<void>>();
  for (let offset = step; offset + 1 < first.total && !shortPageSeen && mayGoOn(); offset += step) {
    const fetching: Promise<void> = fetch(offset).finally(() => inFlight.delete(fetching));
    inFlight.add(fetching);
    if (inFlight.size >= MAX_PAGES_IN_FLIGHT) await Promise.race(inFlight);
  }
  await Promise.all(inFlight);
  while (mayGoOn()) {
    const { next } = chainOf(pages);
    if (next === undefined) break;
    await fetch(next);
  }
  return { pages, failure };
}

/** The list, if `pages` hold all of it, and how many readings must agree that it is. */
export function wholeList(pages: Pages): { ids: readonly number[]; readingsNeeded: number } | undefined {
  const { chain } = chainOf(pages);
  const all = [...pages.values()];
  const total = chain[0]?.total;
  const lastLength = chain.at(-1)?.records.length ?? 0;
  const idsOf = ({ records }: CsrPage) => records.map(({ id }) => id);
  const ids = chain.flatMap((page, index) => idsOf(page).slice(Math.min(index, 1)));
  const isWhole =
    (lastLength === 1 || (all.length === 1 && lastLength < MAX_PAGE_SIZE)) &&
    chain.every((page, index) => index === 0 || idsOf(page)[0] === chain[index - 1]?.records.at(-1)?.id) &&
    all.every((page) => page.total === total) &&
    ids.length === total &&
    new Set(ids).size === total &&
    new Set(all.flatMap(idsOf)).size === total;
  if (!isWhole) return undefined;
  // The page before the last may be short.
  const areFull = chain.slice(0, -2).every(({ records }) => records.length === MAX_PAGE_SIZE);
  // Of smaller pages, more agree by chance.
  return { ids, readingsNeeded: !areFull ? 3 : all.length === 1 || isMonotonic(ids) ? 1 : 2 };
}

/** The pages from the first one on, each at the last row of the one before; and where the next one, which is missing, begins. */
function chainOf(pages: Pages): { chain: readonly CsrPage[]; next?: number } {
  const chain: CsrPage[] = [];
  let next = 0;
  for (let page = pages.get(0); page; page = pages.get(next)) {
    chain.push(page);
    if (page.records.length <= 1) return { chain };
    next += page.records.length - 1;
  }
  return { chain, next };
}

function isMonotonic(ids: readonly number[]): boolean {
  const rises = (ids[1] ?? 0) > (ids[0] ?? 0);
  return ids.every((id, index) => index === 0 || id > (ids[index - 1] ?? 0) === rises);
}
