/**
 * Which CSRs exist, by the account's list (DescribeCSRSet). That a CSR exists is proven by seeing it. That one does not is proven by a
 * consistent reading of the whole list, which is paged by offset, in an order that is not documented, while others change it:
 *
 * - A list that fits on one page is one response, and consistent if it holds as many CSRs as it says.
 * - Of several pages, each begins with the last row of the page before (they join), and the last one is short: a full page is no end,
 *   whatever `Total` says. With an order that stays the same, this misses no CSR that exists all the time: what comes after the last
 *   row of a page comes after that row on the next page, too. The order is taken to be the same if the IDs rise or fall all the way.
 * - Otherwise (another order, pages that do not join, page sizes that are not kept) a second reading must give the same CSRs in the
 *   same order.
 * - Every page must state the same `Total`, and as many CSRs must have been seen.
 *
 * What cannot be noticed: an API that leaves a CSR out of its rows and out of `Total`, each time.
 */
import type { Clock } from "../shared/clock.ts";
import { messageOf } from "../shared/result.ts";
import type { ApiClient } from "../tencentcloud/api-client.ts";
import { type ApiFailure, apiFailure } from "../tencentcloud/failure.ts";
import { type CsrRecord, describeCsrSet, MAX_PAGE_SIZE } from "../tencentcloud/ssl.ts";

const MAX_READINGS = 4;
const MAX_PAGES_IN_FLIGHT = 10;
/** Pages beyond those that the total of a reading makes expect: for a total that lags behind. */
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
  for (let count = 1; count <= MAX_READINGS; count += 1) {
    const reading = new Reading(wanted, { ...options, deadline });
    await reading.run();
    for (const [id, record] of reading.records) if (!wanted || wanted.has(id)) seen.set(id, record);
    if (wanted && seen.size === wanted.size) return { records: seen, conclusive: true };
    if (reading.failure) return { records: seen, conclusive: false, failure: reading.failure };
    if (options.cancel.aborted) break;
    if (reading.isConsistent || reading.confirms(previous)) {
      // A listing is the latest reading; a CSR that an earlier one saw may be gone.
      return { records: wanted ? seen : reading.records, conclusive: true };
    }
    previous = reading;
  }
  return { records: seen, conclusive: false };
}

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
  readonly #pages = new Map<number, Page>();
  readonly #records = new Map<number, CsrRecord>();
  readonly #over = new AbortController();
  readonly #stop: AbortSignal;
  #wantedSeen = 0;
  /** By the first page. */
  #total = 0;
  #pageSize = 0;
  #totalChanged = false;
  #endSeen = false;
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

  /** This reading alone proves what does not exist. */
  get isConsistent(): boolean {
    if (!this.#isWhole) return false;
    if (this.#pages.size === 1) return this.#pageSize < MAX_PAGE_SIZE;
    return this.#pageSize === MAX_PAGE_SIZE && this.#pagesJoin && isMonotonic(this.#sequence);
  }

  /** This reading and the one before it, both whole, gave the same CSRs in the same order. */
  confirms(previous: Reading | undefined): boolean {
    if (!previous || !this.#isWhole || !previous.#isWhole) return false;
    const before = previous.#sequence;
    const now = this.#sequence;
    return now.length === before.length && now.every((id, index) => id === before[index]);
  }

  /** The first page tells how many there are; the others are fetched several at a time, up to one that is short. */
  async run(): Promise<void> {
    await this.#fetch(0);
    const inFlight = new Set<Promise<void>>();
    for (let offset = this.#step; !this.#stop.aborted && !this.#isLast(offset); offset += this.#step) {
      const fetching: Promise<void> = this.#fetch(offset).finally(() => inFlight.delete(fetching));
      inFlight.add(fetching);
      // Beyond the total, pages come one after the other: each of them may be the end.
      const mayBeEnd = offset + this.#pageSize >= this.#total;
      if (mayBeEnd) await Promise.all(inFlight);
      else if (inFlight.size >= MAX_PAGES_IN_FLIGHT) await Promise.race(inFlight);
    }
    await Promise.all(inFlight);
  }

  /** From page to page: they share a row, unless they have only one. */
  get #step(): number {
    return Math.max(1, this.#pageSize - 1);
  }

  #isLast(offset: number): boolean {
    return this.#endSeen || offset > this.#total + EXTRA_PAGES * this.#step;
  }

  async #fetch(offset: number): Promise<void> {
    const { client, clock, deadline } = this.#options;
    if (clock.monotonicNow() > deadline) return this.#over.abort();
    const permit = await client.acquire(this.#stop);
    if (!permit) return;
    try {
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
    if (page.records.length < this.#pageSize || page.records.length === 0) this.#endSeen = true;
    if (this.#pages.size === 1 && this.#pageSize < MAX_PAGE_SIZE && this.#records.size === this.#total)
      this.#endSeen = true;
    this.#totalChanged ||= page.total !== this.#total;
    // The list changed, or shows nothing new, or has shown all that was looked for: more pages would not help.
    const isUseless = this.#records.size === before && !this.#endSeen;
    if (this.#totalChanged || isUseless || this.#wantedSeen === this.#wanted?.size) this.#over.abort();
    this.#options.observer.onPage({ read: this.#records.size, total: this.#total });
  }

  #add(record: CsrRecord): void {
    if (this.#wanted?.has(record.id) && !this.#records.has(record.id)) this.#wantedSeen += 1;
    this.#records.set(record.id, record);
  }

  /** Read to the end, with one total, and as many CSRs as it states. */
  get #isWhole(): boolean {
    return this.#endSeen && !this.#totalChanged && !this.#failure && this.#records.size === this.#total;
  }

  get #inOrder(): readonly Page[] {
    return [...this.#pages.values()].sort((a, b) => a.offset - b.offset);
  }

  get #pagesJoin(): boolean {
    return this.#inOrder.every(({ records }, index, pages) => {
      const previous = pages[index - 1];
      return previous === undefined || records[0]?.id === previous.records[this.#step]?.id;
    });
  }

  /** The IDs in the order of the list. */
  get #sequence(): readonly number[] {
    return [...new Set(this.#inOrder.flatMap(({ records }) => records.map(({ id }) => id)))];
  }
}

/** Strictly rising, or strictly falling. */
function isMonotonic(ids: readonly number[]): boolean {
  const rises = (ids[1] ?? 0) > (ids[0] ?? 0);
  return ids.every((id, index) => index === 0 || id > (ids[index - 1] ?? 0) === rises);
}
