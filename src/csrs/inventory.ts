/**
 * Which CSRs exist, by the account's list (DescribeCSRSet). That a CSR exists is proven by seeing it. That one does not is proven by a
 * consistent reading of the whole list, which is paged by offset, in an order that is not documented, while others change it:
 *
 * - A list that fits on one page is one response, and consistent if it holds as many CSRs as it says.
 * - Of several pages, each begins with the last row of the page before (they join), and the last one holds nothing but that row: a full
 *   page is no end, and a short one may be cut, whatever `Total` says. If the order stays the same, such pages miss no CSR that exists
 *   all the time: what comes after the last row of a page comes after that row on the next page, too.
 * - The order is taken to stay the same if the IDs rise, or fall, all the way. Otherwise, or if CSRs that an earlier reading saw are
 *   gone, a second reading must give the same CSRs in the same order; and a third one if the pages are smaller than asked for.
 * - Every page must state the same `Total`, and as many CSRs must have been seen.
 *
 * What cannot be noticed: an API that leaves a CSR out of `Total` and of each page that it belongs on; of a single page, that is once.
 */
import type { Clock } from "../shared/clock.ts";
import { messageOf } from "../shared/result.ts";
import type { ApiClient } from "../tencentcloud/api-client.ts";
import { type ApiFailure, apiFailure } from "../tencentcloud/failure.ts";
import { type CsrRecord, describeCsrSet, MAX_PAGE_SIZE } from "../tencentcloud/ssl.ts";

const MAX_READINGS = 4;
const MAX_PAGES_IN_FLIGHT = 10;
/** Pages of a reading beyond twice those that its total makes expect: for a total that lags behind. */
const EXTRA_PAGES = 10;
/** For all readings together. Enough for a million CSRs at the API's limit; an API that never ends is given up. */
const DEADLINE_MS = 30 * 60_000;

export interface LookupResult {
  /** The CSRs that were seen; if some were looked for, only those. */
  readonly records: ReadonlyMap<number, CsrRecord>;
  /** What is not in `records` does not exist. */
  readonly conclusive: boolean;
  /** Why it is not conclusive; missing if the list was inconsistent each time, or the run was cancelled. */
  readonly failure?: ApiFailure;
}

export interface LookupObserver {
  onPage(progress: { readonly read: number; readonly total: number }): void;
}

export interface LookupOptions {
  readonly client: ApiClient;
  readonly clock: Clock;
  /** Aborted: no new request starts. */
  readonly cancel: AbortSignal;
  readonly observer: LookupObserver;
}

/** Looks for `ids`. Stops as soon as all of them have been seen. Does not reject. */
export function findCsrs(ids: readonly number[], options: LookupOptions): Promise<LookupResult> {
  return lookUp(new Set(ids), options);
}

/** Lists all CSRs of the account. Does not reject. */
export function listCsrs(options: LookupOptions): Promise<LookupResult> {
  return lookUp(undefined, options);
}

async function lookUp(wanted: ReadonlySet<number> | undefined, options: LookupOptions): Promise<LookupResult> {
  const deadline = options.clock.monotonicNow() + DEADLINE_MS;
  const seen = new Map<number, CsrRecord>();
  let previous: Reading | undefined;
  /** How many readings in a row agree. */
  let agreeing = 0;
  for (let count = 1; count <= MAX_READINGS; count += 1) {
    const reading = new Reading(wanted, { ...options, deadline });
    await reading.run();
    const lacksSeen = [...seen.keys()].some((id) => !reading.records.has(id));
    for (const [id, record] of reading.records) seen.set(id, record);
    const found = only(wanted, seen);
    if (found.size === wanted?.size) return { records: found, conclusive: true };
    if (reading.failure) return { records: found, conclusive: false, failure: reading.failure };
    if (options.cancel.aborted) break;
    agreeing = reading.agreesWith(previous) ? agreeing + 1 : 1;
    if (reading.isWhole && agreeing >= Math.max(reading.readingsNeeded, lacksSeen ? 2 : 1))
      return { records: only(wanted, reading.records), conclusive: true };
    previous = reading;
  }
  return { records: only(wanted, seen), conclusive: false };
}

const only = (
  wanted: ReadonlySet<number> | undefined,
  records: ReadonlyMap<number, CsrRecord>,
): ReadonlyMap<number, CsrRecord> => (wanted ? new Map([...records].filter(([id]) => wanted.has(id))) : records);

interface Page {
  readonly offset: number;
  readonly total: number;
  readonly records: readonly CsrRecord[];
}

interface ReadingOptions extends LookupOptions {
  /** By the monotonic clock. */
  readonly deadline: number;
}

/** One reading of the list. */
class Reading {
  readonly #options: ReadingOptions;
  readonly #wanted: ReadonlySet<number> | undefined;
  /** By offset. */
  readonly #pages = new Map<number, Page>();
  readonly #records = new Map<number, CsrRecord>();
  readonly #over = new AbortController();
  readonly #stop: AbortSignal;
  #wantedSeen = 0;
  /** By the first page. */
  #total = 0;
  #pageSize = 0;
  #totalChanged = false;
  #shortPageSeen = false;
  #failure: ApiFailure | undefined;

  constructor(wanted: ReadonlySet<number> | undefined, options: ReadingOptions) {
    this.#wanted = wanted;
    this.#options = options;
    this.#stop = AbortSignal.any([options.cancel, this.#over.signal]);
  }

  get records(): ReadonlyMap<number, CsrRecord> {
    return this.#records;
  }

  get failure(): ApiFailure | undefined {
    return this.#failure;
  }

  /** How many readings must agree to prove what does not exist. */
  get readingsNeeded(): number {
    if (this.#isOnePage) return 1;
    // The page before the last one may be short: the last one shows that it was the end.
    const pagesAreFull = this.#chain.slice(0, -2).every(({ records }) => records.length === MAX_PAGE_SIZE);
    // Chance makes short lists agree more easily.
    if (!pagesAreFull) return 3;
    return isMonotonic(this.#sequence) ? 1 : 2;
  }

  /** The reading before this one is whole, too, and gave the same CSRs in the same order. */
  agreesWith(previous: Reading | undefined): boolean {
    if (!previous?.isWhole) return false;
    const before = previous.#sequence;
    const now = this.#sequence;
    return now.length === before.length && now.every((id, index) => id === before[index]);
  }

  async run(): Promise<void> {
    await this.#fetch(0);
    if (this.#isOnePage) return;
    await this.#fetchAhead();
    for (let next = nextOffset(this.#chain); next !== undefined; next = nextOffset(this.#chain)) {
      if (this.#stop.aborted || this.#pages.size > this.#maxPages) return;
      await this.#fetch(next);
    }
  }

  /** Fetches the pages that the first one makes expect, several at a time. */
  async #fetchAhead(): Promise<void> {
    const inFlight = new Set<Promise<void>>();
    const step = Math.max(1, this.#pageSize - 1);
    for (let offset = step; offset + 1 < this.#total && !this.#shortPageSeen; offset += step) {
      if (this.#stop.aborted || this.#pages.size > this.#maxPages) break;
      const fetching: Promise<void> = this.#fetch(offset).finally(() => inFlight.delete(fetching));
      inFlight.add(fetching);
      if (inFlight.size >= MAX_PAGES_IN_FLIGHT) await Promise.race(inFlight);
    }
    await Promise.all(inFlight);
  }

  get #maxPages(): number {
    return (2 * this.#total) / Math.max(1, this.#pageSize - 1) + EXTRA_PAGES;
  }

  async #fetch(offset: number): Promise<void> {
    const { client, clock, deadline } = this.#options;
    if (clock.monotonicNow() > deadline) return this.#over.abort();
    try {
      const permit = await client.acquire(this.#stop);
      if (!permit) return;
      const page = await describeCsrSet(client, { offset }, permit, this.#stop);
      if (page.ok) this.#take({ offset, ...page.value });
      else this.#fail(page.failure);
    } catch (error) {
      this.#fail(apiFailure("Internal.Error", messageOf(error)));
    }
  }

  #fail(failure: ApiFailure): void {
    // A request that was not repeated because the reading was over says nothing.
    if (this.#over.signal.aborted) return;
    this.#failure = failure;
    this.#over.abort();
  }

  #take(page: Page): void {
    if (this.#pages.size === 0) {
      this.#total = page.total;
      this.#pageSize = page.records.length;
    }
    this.#pages.set(page.offset, page);
    const before = this.#records.size;
    for (const record of page.records) this.#add(record);
    this.#totalChanged ||= page.total !== this.#total;
    this.#shortPageSeen ||= page.records.length < this.#pageSize;
    // The list changed, or shows nothing new, or has shown all that was looked for: more pages would not help.
    const isUseless = this.#records.size === before && before < this.#total;
    if (this.#totalChanged || isUseless || this.#wantedSeen === this.#wanted?.size) this.#over.abort();
    this.#options.observer.onPage({ read: this.#records.size, total: this.#total });
  }

  #add(record: CsrRecord): void {
    if (this.#wanted?.has(record.id) && !this.#records.has(record.id)) this.#wantedSeen += 1;
    this.#records.set(record.id, record);
  }

  get #isOnePage(): boolean {
    const rows = this.#pages.get(0)?.records.length;
    return rows === this.#total && rows < MAX_PAGE_SIZE && this.#records.size === rows && this.#pages.size === 1;
  }

  /** The pages from the first one on, each at the last row of the page before. */
  get #chain(): readonly Page[] {
    const chain: Page[] = [];
    for (let page = this.#pages.get(0); page; ) {
      chain.push(page);
      const next = nextOffset(chain);
      page = next === undefined ? undefined : this.#pages.get(next);
    }
    return chain;
  }

  /** The IDs in the order of the list. */
  get #sequence(): readonly number[] {
    return this.#chain.flatMap(({ records }, index) => records.slice(Math.min(index, 1)).map(({ id }) => id));
  }

  /** Read to the end, the pages join, and hold as many CSRs as each of them states. */
  get isWhole(): boolean {
    if (this.#isOnePage) return true;
    if (this.#totalChanged || this.#failure || this.#records.size !== this.#total) return false;
    const chain = this.#chain;
    const join = ({ records }: Page, index: number): boolean =>
      index === 0 || records[0]?.id === chain[index - 1]?.records.at(-1)?.id;
    const sequence = this.#sequence;
    return (
      chain.length > 1 &&
      chain.at(-1)?.records.length === 1 &&
      chain.every(join) &&
      sequence.length === this.#total &&
      new Set(sequence).size === this.#total
    );
  }
}

/** The offset of the last row of the last page, unless this page shows that it is the end. */
function nextOffset(chain: readonly Page[]): number | undefined {
  const last = chain.at(-1);
  return last && last.records.length > 1 ? last.offset + last.records.length - 1 : undefined;
}

/** Strictly rising, or strictly falling. */
function isMonotonic(ids: readonly number[]): boolean {
  const rises = (ids[1] ?? 0) > (ids[0] ?? 0);
  return ids.every((id, index) => index === 0 || id > (ids[index - 1] ?? 0) === rises);
}
