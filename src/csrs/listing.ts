/**
 * Which CSRs exist, by the account's list (DescribeCSRSet). Seeing a CSR proves that it exists. That it does not is
 * proven by a consistent reading of the whole list, which is paged by offset, in unknown order, while others change it:
 *
 * - A list that fits on one page is one response, and consistent if it holds as many CSRs as it says.
 * - Of several pages, each begins with the last row of the page before (they join), and the last one holds only that
 *   row: a full page is no end, and a short one may be cut, whatever `Total` says. If the order stays the same, such
 *   pages miss no CSR that exists all the time: what comes after a page's last row comes after it on the next page too.
 * - The order is taken to stay the same if the IDs rise, or fall, all the way. Otherwise, or if CSRs are gone that an
 *   earlier reading saw, a second reading must give the same CSRs in the same order; and a third one if the pages are
 *   smaller than asked for.
 * - Every page must state the same `Total`, and as many CSRs must have been seen.
 *
 * What cannot be noticed: an API that leaves a CSR out of `Total` and of each page that it belongs on.
 */
import type { Clock } from "../shared/clock.ts";
import { messageOf } from "../shared/result.ts";
import type { ApiClient } from "../tencentcloud/api-client.ts";
import { type ApiFailure, apiFailure } from "../tencentcloud/errors.ts";
import { type CsrPage, type CsrRecord, describeCsrSet, MAX_PAGE_SIZE } from "../tencentcloud/ssl.ts";

const MAX_READINGS = 4;
const MAX_PAGES_IN_FLIGHT = 10;
/** Pages of a reading beyond twice those that its total makes expect: for a total that lags behind. */
const EXTRA_PAGES = 10;
/** For all readings together. Enough for a million CSRs at the API's limit; an API that never ends is given up. */
const DEADLINE_MS = 30 * 60_000;

export interface Listing {
  /** Every CSR that was seen. */
  readonly records: ReadonlyMap<number, CsrRecord>;
  /** What is not in `records` does not exist; of a listing that looked for some IDs, that holds for these. */
  readonly conclusive: boolean;
  /** CSRs in the account, by the last page. */
  readonly total?: number;
  /** Why it is not conclusive; missing if the list was inconsistent each time, or the run was cancelled. */
  readonly failure?: ApiFailure;
}

export interface ListingObserver {
  onPage(progress: { readonly read: number; readonly total: number }): void;
}

export interface ListingOptions {
  readonly client: ApiClient;
  readonly clock: Clock;
  /** Aborted: no new request starts. */
  readonly cancel: AbortSignal;
  readonly observer: ListingObserver;
  /** IDs to look for: the listing ends as soon as all of them have been seen. */
  readonly wanted?: ReadonlySet<number>;
}

interface Page extends Pick<CsrPage, "total" | "records"> {
  readonly offset: number;
}

/** Pages of one reading by offset, in the order in which they came. */
type Pages = ReadonlyMap<number, Page>;

/** Lists the CSRs of the account, or looks for some of them. Does not reject. */
export async function listCsrs(options: ListingOptions): Promise<Listing> {
  const deadline = options.clock.monotonicNow() + DEADLINE_MS;
  const seen = new Map<number, CsrRecord>();
  const missing = new Set(options.wanted);
  let total: number | undefined;
  let previous: WholeList | undefined;
  /** How many readings in a row agree. */
  let agreeing = 0;
  for (let count = 1; count <= MAX_READINGS && !options.cancel.aborted; count += 1) {
    const { pages, failure } = await readList(options, missing, deadline);
    const rows = [...pages.values()].flatMap(({ records }) => records);
    const records = new Map(rows.map((record) => [record.id, record]));
    const goneSince = [...seen.keys()].some((id) => !records.has(id));
    for (const [id, record] of records) seen.set(id, record);
    total = [...pages.values()].at(-1)?.total ?? total;
    if (options.wanted && missing.size === 0) return { records: seen, conclusive: true, total };
    if (failure) return { records: seen, conclusive: false, total, failure };
    const list = options.cancel.aborted ? undefined : wholeList(pages);
    agreeing = list && list.ids.join() === previous?.ids.join() ? agreeing + 1 : 1;
    if (list && agreeing >= Math.max(list.readingsNeeded, goneSince ? 2 : 1))
      return { records, conclusive: true, total };
    previous = list;
  }
  return { records: seen, conclusive: false, total };
}

/** Reads the list once: the first page, those that it makes expect, several at a time, then what is still missing. */
async function readList(
  { client, clock, cancel, observer, wanted }: ListingOptions,
  missing: Set<number>,
  deadline: number,
): Promise<{ readonly pages: Pages; readonly failure?: ApiFailure }> {
  const pages = new Map<number, Page>();
  const seen = new Set<number>();
  const over = new AbortController();
  const stop = AbortSignal.any([cancel, over.signal]);
  let shortPageSeen = false;
  let failure: ApiFailure | undefined;

  function take(page: Page): void {
    const before = seen.size;
    pages.set(page.offset, page);
    for (const { id } of page.records) {
      seen.add(id);
      missing.delete(id);
    }
    const first = pages.get(0) ?? page;
    shortPageSeen ||= page.records.length < first.records.length;
    // The list changed, or shows nothing new, or has shown all that was looked for: more pages would not help.
    const showsNothingNew = seen.size === before && before < first.total;
    if (page.total !== first.total || showsNothingNew || (wanted && missing.size === 0)) over.abort();
    observer.onPage({ read: seen.size, total: first.total });
  }

  function fail(reason: ApiFailure): void {
    // A request that was not repeated because the reading was over, or the run cancelled, says nothing.
    if (stop.aborted) return;
    failure = reason;
    over.abort();
  }

  async function fetch(offset: number): Promise<void> {
    if (clock.monotonicNow() > deadline) return over.abort();
    try {
      const permit = await client.acquire(stop);
      if (stop.aborted || !permit) return permit?.release();
      const page = await describeCsrSet(client, { offset }, permit, stop);
      if (page.ok) take({ offset, ...page.value });
      else fail(page.failure);
    } catch (error) {
      fail(apiFailure("Internal.Error", messageOf(error)));
    }
  }

  await fetch(0);
  if (isOnePage(pages)) return { pages, failure };
  const { total = 0, records: { length: pageSize } = [] } = pages.get(0) ?? {};
  const step = Math.max(1, pageSize - 1);
  const mayGoOn = (): boolean => !stop.aborted && pages.size <= (2 * total) / step + EXTRA_PAGES;
  const inFlight = new Set<Promise<void>>();
  for (let offset = step; offset + 1 < total && !shortPageSeen && mayGoOn(); offset += step) {
    const fetching: Promise<void> = fetch(offset).finally(() => inFlight.delete(fetching));
    inFlight.add(fetching);
    if (inFlight.size >= MAX_PAGES_IN_FLIGHT) await Promise.race(inFlight);
  }
  await Promise.all(inFlight);
  while (mayGoOn()) {
    const last = chainOf(pages).at(-1);
    const next = last && nextOffset(last);
    if (next === undefined) break;
    await fetch(next);
  }
  return { pages, failure };
}

interface WholeList {
  /** In the order of the list. */
  readonly ids: readonly number[];
  /** How many readings must agree to prove what does not exist. */
  readonly readingsNeeded: number;
}

/** The list, if `pages` hold it from its beginning to its end, join, and hold as many CSRs as each of them states. */
export function wholeList(pages: Pages): WholeList | undefined {
  const chain = chainOf(pages);
  const all = [...pages.values()];
  const ids = chain.flatMap(({ records }, index) => records.slice(Math.min(index, 1)).map(({ id }) => id));
  if (isOnePage(pages)) return { ids, readingsNeeded: 1 };
  const total = chain[0]?.total;
  const joins = ({ records }: Page, at: number) => at === 0 || records[0]?.id === chain[at - 1]?.records.at(-1)?.id;
  const isWhole =
    chain.at(-1)?.records.length === 1 &&
    chain.every(joins) &&
    all.every((page) => page.total === total) &&
    ids.length === total &&
    new Set(ids).size === total &&
    new Set(all.flatMap(({ records }) => records.map(({ id }) => id))).size === total;
  if (!isWhole) return undefined;
  // The page before the last one may be short: the last one shows that it was the end.
  const areFull = chain.slice(0, -2).every(({ records }) => records.length === MAX_PAGE_SIZE);
  // Chance makes short lists agree more easily.
  return { ids, readingsNeeded: !areFull ? 3 : isMonotonic(ids) ? 1 : 2 };
}

function isOnePage(pages: Pages): boolean {
  const { total, records = [] } = pages.get(0) ?? {};
  const rows = new Set(records.map(({ id }) => id)).size;
  return pages.size === 1 && rows === records.length && rows === total && rows < MAX_PAGE_SIZE;
}

/** The pages from the first one on, each at the last row of the page before. */
function chainOf(pages: Pages): readonly Page[] {
  const chain: Page[] = [];
  for (let page = pages.get(0); page; page = pages.get(nextOffset(page) ?? -1)) chain.push(page);
  return chain;
}

/** The offset of the last row of a page, unless the page shows that it is the end. */
const nextOffset = ({ offset, records }: Page): number | undefined =>
  records.length > 1 ? offset + records.length - 1 : undefined;

/** Strictly rising, or strictly falling. */
function isMonotonic(ids: readonly number[]): boolean {
  const rises = (ids[1] ?? 0) > (ids[0] ?? 0);
  return ids.every((id, index) => index === 0 || id > (ids[index - 1] ?? 0) === rises);
}
