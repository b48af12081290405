import { below, type Random } from "../http/random.ts";
import type { ListingBehavior } from "../types.ts";
import type { Inventory } from "./inventory.ts";
import { createTimeOf } from "./records.ts";

/** What others do to the inventory while it is listed. */
export class Churn {
  readonly #inventory: Inventory;
  readonly #random: Random;
  readonly #toCreate: number[];
  readonly #toDelete: number[];
  readonly #pairs: number;
  readonly #pool: number[];

  constructor(inventory: Inventory, random: Random, behavior: ListingBehavior) {
    this.#inventory = inventory;
    this.#random = random;
    this.#toCreate = [...(behavior.concurrentCreate ?? [])];
    this.#toDelete = [...(behavior.concurrentDelete ?? [])];
    this.#pairs = behavior.churn?.pairs ?? 0;
    this.#pool = [...(behavior.churn?.pool ?? [])].filter((id) => inventory.ids.has(id));
  }

  /** What happens between two requests. */
  next(): void {
    this.#inventory.add(this.#toCreate.splice(0, 1));
    this.#inventory.remove(this.#toDelete.splice(0, 1));
    for (let pair = 0; pair < this.#pairs; pair += 1) this.#replaceOne();
  }

  #replaceOne(): void {
    const [id] = this.#pool.splice(below(this.#pool.length, this.#random), 1);
    if (id === undefined) return;
    const newId = (this.#inventory.sorted().at(-1) ?? 0) + 1;
    this.#inventory.remove([id]);
    this.#inventory.add([{ Id: newId, CreateTime: createTimeOf(Date.now()) }]);
    this.#pool.push(newId);
  }
}
