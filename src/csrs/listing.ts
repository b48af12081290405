/**
 * Which CSRs exist, by the account's list: paged by offset, in unknown order, while others change it. A CSR that was
 * seen exists. One that a whole reading does not show does not exist:
 *
 * - As many CSRs were seen as every page states.
 * - Each page begins with the last row of the one before, and the last page holds nothing else (or the only page is not
 *   full): a full page is no end, and a short one may be cut. Pages that join miss no CSR as long as the order stays.
 * - That is assumed if the IDs rise, or fall, all the way. If not, or if CSRs are gone that an earlier reading saw, a
 *   second reading must give the same list; and a third one if pages are smaller than asked for.
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

export type Listing = Readonly<{
  /** All that were seen. */
  records: ReadonlyMap<number, CsrRecord>;
  /** What is not in `records` (if IDs were looked for: which of these) does not exist. */
  conclusive: boolean;
  /** By the last page. */
  total?: number;
  /** None: the list was inconsistent each time, or the run was cancelled. */
  failure?: ApiFailure;
}>;

export type ListingOptions = Readonly<{
  client: ApiClient;
  clock: Clock;
  /** Aborted: no new request starts. */
  cancel: AbortSignal;
  observer: { onPage(progress: { read: number; total: number }): void };
  /** The listing ends as soon as all of these have been seen. */
  wanted?: ReadonlySet<number>;
}>;

/** By offset, in the order in which they came. */
type Pages = ReadonlyMap<number, CsrPage>;

/** Does not reject. */
export async function listCsrs(options: ListingOptions): Promise<Listing> {
  const deadline = options.clock.monotonicNow() + DEADLINE_MS;
  const seen = new Map<number, CsrRecord>();
  const missing = options.wanted && new Set(options.wanted);
  let total: number | undefined;
  let previous: string | undefined;
  let agreeing = 0;
  for (let count = 1; count <= MAX_READINGS && !options.cancel.aborted; count += 1) {
    const { pages, records, failure } = await readList(options, missing, deadline);
    const areGone = [...seen.keys()].some((id) => !records.has(id));
    for (const [id, record] of records) seen.set(id, record);
    total = [...pages.values()].at(-1)?.total ?? total;
    if (missing?.size === 0) return { records: seen, conclusive: true, total };
    if (failure) return { records: seen, conclusive: false, total, failure };
    const list = options.cancel.aborted ? undefined : wholeList(pages);
    const ids = list?.ids.join();
    agreeing = list && ids === previous ? agreeing + 1 : 1;
    if (list && agreeing >= Math.max(list.readingsNeeded, areGone ? 2 : 1)) return { records, conclusive: true, total };
    previous = ids;
  }
  return { records: seen, conclusive: false, total };
}

/** Reads the first page, those that it makes expect, several at a time, then what is still missing. */
async function readList(
  { client, clock, cancel, observer }: ListingOptions,
  missing: Set<number> | undefined,
  deadline: number,
) {
  const pages = new Map<number, CsrPage>();
  const records = new Map<number, CsrRecord>();
  const over = new AbortController();
  const stop = AbortSignal.any([cancel, over.signal]);
  let shortPageSeen = false;
  let failure: ApiFailure | undefined;

  function take(offset: number, page: CsrPage) {
    const before = records.size;
    pages.set(offset, page);
    for (const record of page.records) {
      records.set(record.id, record);
      missing?.delete(record.id);
    }
    const first = pages.get(0) ?? page;
    shortPageSeen ||= page.records.length < first.records.length;
    // More pages would not help.
    const showsNothingNew = records.size === before && before < first.total;
    if (page.total !== first.total || showsNothingNew || missing?.size === 0) over.abort();
    observer.onPage({ read: records.size, total: first.total });
  }

  function giveUp(reason: ApiFailure) {
    // A request that was itself given up says nothing.
    if (stop.aborted) return;
    failure = reason;
    over.abort();
  }

  async function fetch(offset: number) {
    if (clock.monotonicNow() > deadline) return over.abort();
    try {
      const page = await describeCsrSet(client, offset, stop);
      if (page.ok) take(offset, page.value);
      else giveUp(page.failure);
    } catch (error) {
      giveUp(internalError(error));
    }
  }

  await fetch(0);
  const first = pages.get(0);
  if (!first || wholeList(pages)) return { pages, records, failure };
  const step = Math.max(1, first.records.length - 1);
  const mayGoOn = () => !stop.aborted && pages.size <= (2 * first.total) / step + EXTRA_PAGES;
  let ahead = step;
  const readAhead = async () => {
    while (ahead + 1 < first.total && !shortPageSeen && mayGoOn()) {
      ahead += step;
      await fetch(ahead - step);
    }
  };
  await Promise.all(Array.from({ length: MAX_PAGES_IN_FLIGHT }, readAhead));
  while (mayGoOn()) {
    const { next } = chainOf(pages);
    if (next === undefined) break;
    await fetch(next);
  }
  return { pages, records, failure };
}

/** The list, if `pages` hold all of it, and how many readings must agree that it is. */
export function wholeList(pages: Pages) {
  const { chain } = chainOf(pages);
  const all = [...pages.values()];
  const idsOf = ({ records }: CsrPage) => records.map(({ id }) => id);
  const ids = chain.flatMap((page, index) => idsOf(page).slice(Math.min(index, 1)));
  const lastLength = chain.at(-1)?.records.length ?? 0;
  const hasEnd = lastLength === 1 || (all.length === 1 && lastLength < MAX_PAGE_SIZE);
  const joins = chain.slice(1).every(({ records }, index) => records[0]?.id === chain[index]?.records.at(-1)?.id);
  const counts = [new Set(ids).size, new Set(all.flatMap(idsOf)).size, ...all.map(({ total }) => total)];
  if (!hasEnd || !joins || counts.some((count) => count !== ids.length)) return undefined;
  // The page before the last may be short. Of smaller pages, more agree by chance.
  const areFull = chain.slice(0, -2).every(({ records }) => records.length === MAX_PAGE_SIZE);
  if (!areFull) return { ids, readingsNeeded: 3 };
  const rises = (ids[1] ?? 0) > (ids[0] ?? 0);
  const isMonotonic = ids.slice(1).every((id, index) => id > (ids[index] ?? 0) === rises);
  return { ids, readingsNeeded: all.length === 1 || isMonotonic ? 1 : 2 };
}

/** The pages from the first one on, each at the last row of the one before. `next`: where a missing one begins. */
function chainOf(pages: Pages) {
  const chain: CsrPage[] = [];
  let next = 0;
  for (let page = pages.get(0); page; page = pages.get(next)) {
    chain.push(page);
    if (page.records.length <= 1) return { chain };
    next += page.records.length - 1;
  }
  return { chain, next };
}
