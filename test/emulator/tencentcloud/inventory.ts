import type { CsrRecord, CsrSeed } from "../types.ts";
import { recordOf } from "./records.ts";

/** The CSRs of an account at one time. */
export interface Snapshot {
  /** The IDs in ascending order. */
  sorted(): readonly number[];
  /** The record of an ID that is there. */
  record(id: number): CsrRecord;
  /** Two snapshots of the same version hold the same rows. */
  readonly version: number;
}

interface Change {
  at: number;
  id: number;
  added: boolean;
}

/** The CSRs of the account. Records are built when they are asked for, so that a large account costs little. */
export class Inventory implements Snapshot {
  readonly #ids = new Set<number>();
  readonly #records = new Map<number, CsrRecord>();
  readonly #changes: Change[] = [];
  #sorted: number[] = [];
  #added = false;
  #removed = false;

  constructor(csrs: Iterable<CsrSeed> = []) {
    for (const csr of csrs) this.#put(csr);
  }

  /** The IDs that are there now. */
  get ids(): ReadonlySet<number> {
    return this.#ids;
  }

  get version(): number {
    return this.#changes.length;
  }

  sorted(): readonly number[] {
    if (this.#added) this.#sorted = [...this.#ids].sort((a, b) => a - b);
    else if (this.#removed) this.#sorted = this.#sorted.filter((id) => this.#ids.has(id));
    this.#added = false;
    this.#removed = false;
    return this.#sorted;
  }

  record(id: number): CsrRecord {
    const record = this.#records.get(id) ?? recordOf(id);
    this.#records.set(id, record);
    return record;
  }

  /** Creates CSRs; those that are there stay as they are. */
  add(csrs: Iterable<CsrSeed>): void {
    for (const csr of csrs) {
      const id = typeof csr === "number" ? csr : csr.Id;
      if (this.#ids.has(id)) continue;
      this.#put(csr);
      this.#changes.push({ at: performance.now(), id, added: true });
    }
  }

  /** Removes CSRs, and returns those that were there. */
  remove(ids: Iterable<number>): number[] {
    const removed = [...ids].filter((id) => this.#ids.delete(id));
    for (const id of removed) this.#changes.push({ at: performance.now(), id, added: false });
    this.#removed ||= removed.length > 0;
    return removed;
  }

  /** The CSRs as they were so long ago; `Infinity`: as they were at the start. */
  before(ms: number): Snapshot {
    const since = performance.now() - ms;
    const version = this.#changes.findLastIndex(({ at }) => at <= since) + 1;
    if (version === this.version) return this;
    const ids = new Set(this.#ids);
    for (const { id, added } of this.#changes.slice(version).reverse()) {
      if (added) ids.delete(id);
      else ids.add(id);
    }
    const sorted = [...ids].sort((a, b) => a - b);
    return { version, sorted: () => sorted, record: (id) => this.record(id) };
  }

  #put(csr: CsrSeed): void {
    const id = typeof csr === "number" ? csr : csr.Id;
    this.#ids.add(id);
    if (typeof csr === "number") this.#records.delete(id);
    else this.#records.set(id, { ...recordOf(id), ...csr });
    this.#added = true;
  }
}
