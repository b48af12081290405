import { recordOf } from "./records.ts";
import type { CsrRecord } from "./types.ts";

/** The CSRs of the account. Records are built when they are asked for, so that a large account costs little. */
export class Inventory {
  readonly #ids = new Set<number>();
  readonly #given = new Map<number, CsrRecord>();
  #sorted: number[] = [];
  #added = false;
  #removed = false;

  constructor(csrs: Iterable<number | CsrRecord> = []) {
    for (const csr of csrs) this.#put(csr);
  }

  /** The IDs that are there now. */
  get ids(): ReadonlySet<number> {
    return this.#ids;
  }

  /** The IDs in ascending order. */
  sorted(): readonly number[] {
    if (this.#added) this.#sorted = [...this.#ids].sort((a, b) => a - b);
    else if (this.#removed) this.#sorted = this.#sorted.filter((id) => this.#ids.has(id));
    this.#added = false;
    this.#removed = false;
    return this.#sorted;
  }

  /** The record of an ID that is there. */
  record(id: number): CsrRecord {
    return this.#given.get(id) ?? recordOf(id);
  }

  /** Creates CSRs; those that are there stay as they are. */
  add(ids: Iterable<number>): void {
    for (const id of ids) if (!this.#ids.has(id)) this.#put(id);
  }

  /** Removes CSRs, and returns those that were there. */
  remove(ids: Iterable<number>): number[] {
    const removed = [...ids].filter((id) => this.#ids.delete(id));
    for (const id of removed) this.#given.delete(id);
    this.#removed ||= removed.length > 0;
    return removed;
  }

  #put(csr: number | CsrRecord): void {
    const id = typeof csr === "number" ? csr : csr.Id;
    this.#ids.add(id);
    if (typeof csr !== "number") this.#given.set(id, csr);
    this.#added = true;
  }
}
