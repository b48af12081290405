import type { Inventory } from "./inventory.ts";
import type { PageRequest } from "./parameters.ts";
import { type Random, sample } from "./random.ts";
import type { CsrRecord, Listing } from "./types.ts";

/** A page of CSRs, as the API answers it. */
export interface Page {
  Total: number;
  Set: CsrRecord[];
}

/** Lists the inventory, truly or not. */
export class Lister {
  readonly #inventory: Inventory;
  readonly #random: Random;
  readonly #listing: Listing;
  readonly #toCreate: number[];
  readonly #toDelete: number[];
  #answers = 0;

  constructor(inventory: Inventory, random: Random, listing: Listing = {}) {
    this.#inventory = inventory;
    this.#random = random;
    this.#listing = listing;
    this.#toCreate = [...(listing.concurrentCreate ?? [])];
    this.#toDelete = [...(listing.concurrentDelete ?? [])];
  }

  /** The page that is asked for. What others do meanwhile happens right after it. */
  page(request: PageRequest): Page {
    const ids = this.#matching(request);
    const rows = this.#rows(ids, request).map((id) => this.#inventory.record(id));
    const page = { Total: this.#total(ids.length), Set: rows };
    this.#answers += 1;
    this.#inventory.add(this.#toCreate.splice(0, 1));
    this.#inventory.remove(this.#toDelete.splice(0, 1));
    return page;
  }

  #matching(request: PageRequest): readonly number[] {
    const { domain, encryptAlgo } = request;
    const ids = this.#inventory.sorted();
    if (domain === undefined && encryptAlgo === undefined) return ids;
    return ids.filter((id) => {
      const record = this.#inventory.record(id);
      return record.Domain.includes(domain ?? "") && (encryptAlgo ?? record.EncryptAlgo) === record.EncryptAlgo;
    });
  }

  #rows(ids: readonly number[], { limit, offset }: PageRequest): readonly number[] {
    if (this.#listing.order === "shuffled") {
      return sample(ids, Math.max(0, Math.min(limit, ids.length - offset)), this.#random);
    }
    const repeated = this.#listing.duplicate ? Math.ceil(offset / limit) : 0;
    return ids.slice(offset - repeated, offset - repeated + limit);
  }

  #total(real: number): number {
    const { total, totalSequence = [] } = this.#listing;
    return totalSequence[Math.min(this.#answers, totalSequence.length - 1)] ?? total ?? real;
  }
}
