import { includesNumber } from "../http/fault-rules.ts";
import { below, type Random, sample } from "../http/random.ts";
import type { CsrRecord, ListingBehavior } from "../types.ts";
import { Churn } from "./churn.ts";
import type { Inventory, Snapshot } from "./inventory.ts";
import type { PageRequest } from "./parameters.ts";

/** A page of CSRs, as the API sends it. */
export interface Page {
  Total: number;
  Set?: CsrRecord[] | null;
}

function byCreation(a: CsrRecord, b: CsrRecord): number {
  const [timeA, timeB] = [a.CreateTime ?? "", b.CreateTime ?? ""];
  if (timeA === timeB) return b.Id - a.Id;
  return timeA < timeB ? 1 : -1;
}

/** Lists the inventory, with the faults of the options. */
export class Lister {
  readonly #inventory: Inventory;
  readonly #random: Random;
  readonly #behavior: ListingBehavior;
  readonly #churn: Churn;
  #requests = 0;
  #cached: { key: string; ids: readonly number[] } | undefined;

  constructor(inventory: Inventory, random: Random, behavior: ListingBehavior = {}) {
    this.#inventory = inventory;
    this.#random = random;
    this.#behavior = behavior;
    this.#churn = new Churn(inventory, random, behavior);
  }

  /** The page that is asked for. What others do meanwhile happens right after it. */
  page(request: PageRequest): Page {
    this.#requests += 1;
    const snapshot = this.#snapshot();
    const ids = this.#matching(snapshot, request);
    const rows = this.#rows(this.#listed(ids), request).map((id) => snapshot.record(id));
    const page = this.#pageOf(this.#total(ids.length, request), rows);
    this.#churn.next();
    return page;
  }

  #snapshot(): Snapshot {
    const { every, lagMs = Number.POSITIVE_INFINITY } = this.#behavior.staleReplica ?? {};
    const isStale = every !== undefined && this.#requests % every === 0;
    return isStale ? this.#inventory.before(lagMs) : this.#inventory;
  }

  /** The IDs that the filters let through, in the order of the listing. */
  #matching(snapshot: Snapshot, { domain, encryptAlgo }: PageRequest): readonly number[] {
    if (domain === undefined && encryptAlgo === undefined && this.#behavior.order !== "newest") {
      return snapshot.sorted();
    }
    const key = JSON.stringify([snapshot.version, domain, encryptAlgo]);
    if (this.#cached?.key !== key) {
      const records = snapshot.sorted().map((id) => snapshot.record(id));
      const found = records.filter(
        (record) => this.#hasDomain(record, domain) && (encryptAlgo ?? record.EncryptAlgo) === record.EncryptAlgo,
      );
      if (this.#behavior.order === "newest") found.sort(byCreation);
      this.#cached = { key, ids: found.map((record) => record.Id) };
    }
    return this.#cached.ids;
  }

  #hasDomain({ Domain }: CsrRecord, wanted: string | undefined): boolean {
    if (wanted === undefined) return true;
    return this.#behavior.domainMatch === "exact" ? Domain === wanted : (Domain ?? "").includes(wanted);
  }

  #listed(ids: readonly number[]): readonly number[] {
    const { omit } = this.#behavior;
    if (omit === undefined || !includesNumber(omit.requests, this.#requests)) return ids;
    return ids.filter((id) => !omit.ids.includes(id));
  }

  #rows(ids: readonly number[], { limit, offset }: PageRequest): readonly number[] {
    const { order, duplicate } = this.#behavior;
    const size = Math.min(limit, this.#pageSize());
    if (order === "shuffled") return sample(ids, Math.max(0, Math.min(size, ids.length - offset)), this.#random);
    const shift = duplicate === true ? Math.ceil(offset / limit) : 0;
    const rows = ids.slice(offset - shift, offset - shift + size);
    const before = ids[offset - 1];
    return duplicate === "replace" && before !== undefined && rows.length > 0 ? [before, ...rows.slice(1)] : rows;
  }

  #pageSize(): number {
    const { pageSize = Number.POSITIVE_INFINITY } = this.#behavior;
    if (typeof pageSize === "number") return pageSize;
    return pageSize.min + below(pageSize.max - pageSize.min + 1, this.#random);
  }

  #total(real: number, request: PageRequest): number {
    const { total, totalSequence = [], totalOffset = 0, totalLagMs } = this.#behavior;
    const sequence = totalSequence[Math.min(this.#requests, totalSequence.length) - 1];
    const counted =
      totalLagMs === undefined ? real : this.#matching(this.#inventory.before(totalLagMs), request).length;
    return sequence ?? total ?? Math.max(0, counted + totalOffset);
  }

  #pageOf(total: number, rows: CsrRecord[]): Page {
    const { emptySet = "array" } = this.#behavior;
    if (total > 0 || rows.length > 0 || emptySet === "array") return { Total: total, Set: rows };
    return emptySet === "null" ? { Total: total, Set: null } : { Total: total };
  }
}
