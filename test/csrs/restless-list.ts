/**
 * A list of CSRs that misbehaves in every way that paging by offset allows: for readings by the hundred thousand, without a clock
 * and without signatures.
 */
import { type Listing, listCsrs } from "../../src/csrs/listing.ts";
import { success } from "../../src/shared/result.ts";
import type { ApiClient, ApiRequest } from "../../src/tencentcloud/api-client.ts";
import { seededRandom } from "../support/virtual-clock.ts";

/** Chances are those of one page, from 0 to 1. */
export interface RestlessOptions {
  readonly seed: number;
  readonly size: number;
  /** The API's own limit of rows on a page, if it is smaller than the one asked for. */
  readonly pageSize: number;
  /** `random`: another order for each page. */
  readonly order: "rising" | "falling" | "shuffled" | "random";
  /** One CSR is deleted and another one created. */
  readonly swap: number;
  /** One CSR is deleted, or created. */
  readonly change: number;
  /** How many changes the replicas that respond lag behind, one of them chosen for each page. */
  readonly replicaLags: readonly number[];
  /** How many changes `Total` lags behind the rows. */
  readonly totalLag: number;
  /** Added to `Total`: on all pages, or on some. */
  readonly totalError: number;
  readonly totalErrorOn: "all" | "some";
  /** A row comes twice. */
  readonly duplicate: number;
  /** A row is missing. */
  readonly leftOut: number;
  /** The page ends before it is full. */
  readonly cut: number;
}

export interface Observation {
  readonly lookup: Listing;
  /** CSRs that existed from the first page to the last, and that a conclusive result misses. */
  readonly missed: readonly number[];
  /** Those of `missed` that the API left out of every page that they belonged on, or of the only page, and of its total. */
  readonly hidden: readonly number[];
}

/** Reads a restless list to the end. */
export async function observe(options: RestlessOptions): Promise<Observation> {
  // Signals are collected only between tasks.
  await new Promise(setImmediate);
  const list = new RestlessList(options);
  const client = { acquire: async () => PERMIT, call: (request: ApiRequest) => list.call(request) };
  const lookup = await listCsrs({
    client: client as unknown as ApiClient,
    clock: { now: () => 0, monotonicNow: () => 0, sleep: async () => undefined },
    cancel: new AbortController().signal,
    observer: { onPage() {} },
  });
  const missed = lookup.conclusive ? list.permanent().filter((id) => !lookup.records.has(id)) : [];
  return { lookup, missed, hidden: missed.filter((id) => list.wasHidden(id)) };
}

const PERMIT = { started() {}, release() {} };

class RestlessList {
  readonly #options: RestlessOptions;
  readonly #random: () => number;
  /** The IDs after each change, rising. */
  readonly #versions: number[][];
  /** Of the latest reading: IDs that were on a page before it was spoilt, and after. */
  readonly #due = new Set<number>();
  readonly #served = new Set<number>();
  #nextId: number;
  #pages = 0;

  constructor(options: RestlessOptions) {
    this.#options = options;
    this.#random = seededRandom(options.seed);
    this.#versions = [Array.from({ length: options.size }, (_, index) => 3 * index + 1)];
    this.#nextId = 3 * options.size + 1;
    for (let count = 0; count < 3; count += 1) this.#change();
  }

  async call({ parameters }: ApiRequest) {
    // Pages that are fetched together arrive in any order.
    for (let wait = this.#below(3); wait > 0; wait -= 1) await undefined;
    this.#change();
    const offset = Number(parameters.Offset);
    if (offset === 0) this.#startReading();
    this.#pages += 1;
    const { replicaLags, pageSize } = this.#options;
    const lag = replicaLags[this.#below(replicaLags.length)] ?? 0;
    const page = this.#inOrder(this.#version(lag)).slice(offset, offset + Math.min(pageSize, Number(parameters.Limit)));
    const rows = this.#spoil(page);
    for (const id of page) this.#due.add(id);
    for (const id of rows) this.#served.add(id);
    const response = { Total: this.#total(lag), Set: rows.map((Id) => ({ Id })) };
    return success({ response, requestId: undefined, mayHaveTakenEffect: false });
  }

  /** In each version that a page was served from. */
  permanent(): readonly number[] {
    const [first = [], ...others] = this.#versions.map((ids) => new Set(ids));
    return [...first].filter((id) => others.every((ids) => ids.has(id)));
  }

  wasHidden(id: number): boolean {
    return !this.#served.has(id) && (this.#due.has(id) || this.#pages === 1);
  }

  #startReading(): void {
    this.#pages = 0;
    this.#due.clear();
    this.#served.clear();
  }

  #below = (limit: number): number => Math.floor(this.#random() * limit);

  #version(lag: number): readonly number[] {
    return this.#versions[Math.max(0, this.#versions.length - 1 - lag)] ?? [];
  }

  #change(): void {
    const { swap, change } = this.#options;
    const ids = [...(this.#versions.at(-1) ?? [])];
    const isSwap = this.#random() < swap;
    const isChange = this.#random() < change;
    const creates = isSwap || (isChange && this.#random() < 0.5);
    if (isSwap || (isChange && !creates)) ids.splice(this.#below(ids.length), 1);
    // New IDs are the largest, or in between.
    if (creates) ids.push(this.#random() < 0.7 ? this.#nextId++ : 3 * this.#below(this.#options.size + 1) + 2);
    if (isSwap || isChange) this.#versions.push([...new Set(ids)].sort((a, b) => a - b));
  }

  #inOrder(ids: readonly number[]): readonly number[] {
    switch (this.#options.order) {
      case "rising":
        return ids;
      case "falling":
        return ids.toReversed();
      case "shuffled":
        return ids.toSorted((a, b) => scramble(a) - scramble(b));
      case "random": {
        const keys = new Map(ids.map((id) => [id, this.#random()]));
        return ids.toSorted((a, b) => (keys.get(a) ?? 0) - (keys.get(b) ?? 0));
      }
    }
  }

  #spoil(page: readonly number[]): readonly number[] {
    const { duplicate, leftOut, cut } = this.#options;
    const rows = [...page];
    if (this.#random() < leftOut) rows.splice(this.#below(rows.length), 1);
    if (this.#random() < cut) rows.splice(Math.max(1, rows.length - 1 - this.#below(3)));
    if (rows.length > 0 && this.#random() < duplicate) {
      const at = this.#below(rows.length);
      // In the place of the row after it, or before it.
      rows.splice(at, this.#below(2), rows[at] ?? 0);
      rows.splice(this.#options.pageSize);
    }
    return rows;
  }

  #total(lag: number): number {
    const { totalLag, totalError, totalErrorOn } = this.#options;
    const error = totalErrorOn === "all" || this.#random() < 0.5 ? totalError : 0;
    return Math.max(0, this.#version(lag + totalLag).length + error);
  }
}

/** A stable order that has nothing to do with the IDs. */
const scramble = (id: number): number => (Math.imul(id, 2_654_435_761) >>> 0) % 1_000_003;
