/** What to do about a batch that the API refused as a whole. */
import type { Fault } from "../tencentcloud/fault.ts";
import { type Group, halves } from "./batches.ts";

/** Single IDs of one batch that may be refused, with none of that batch deleted, before the fault is taken to be another. */
const MAX_REFUSED_SINGLES = 10;

/** IDs that the refusal settles, and groups to try next. */
export interface Split {
  readonly refused: readonly number[];
  readonly next: readonly Group[];
}

/**
 * The CSRs that a CAM refusal names, as in `qcs::ssl::uin/100000000001:csr/123`.
 * Form of the resource: https://www.tencentcloud.com/zh/document/product/598/57153
 */
export function namedCsrs(message: string): ReadonlySet<number> {
  return new Set([...message.matchAll(/:csr\/([1-9][0-9]*)(?![0-9])/g)].map(([, id]) => Number(id)));
}

/** How to go on after `fault` refused `group`; `undefined` if its IDs are not what it is about. */
export function split(group: Group, fault: Fault): Split | undefined {
  if (fault.kind === "ids") {
    return group.ids.length === 1 ? { refused: group.ids, next: [] } : { refused: [], next: halves(group, fault) };
  }
  if (fault.kind !== "permission") return undefined;
  const named = namedCsrs(fault.message);
  const refused = group.ids.filter((id) => named.has(id));
  if (refused.length === 0) return undefined;
  const rest: Group = {
    ids: group.ids.filter((id) => !named.has(id)),
    family: group.family,
    refusal: fault,
    trimmed: true,
  };
  if (rest.ids.length === 0) return { refused, next: [] };
  // An API that names one CSR at a time would cost a call for each; halves find the good ones sooner.
  return { refused, next: group.trimmed && rest.ids.length > 1 ? halves(rest, fault) : [rest] };
}

/** Sees when refusals are not about the IDs: one single ID after another of a batch fails, and none of it was deleted. */
export class Suspicion {
  readonly #refusedSingles = new Map<number, number>();
  readonly #cleared = new Set<number>();

  deleted({ family }: Group): void {
    this.#cleared.add(family);
  }

  /** True when it is time to stop. */
  refused({ family, ids }: Group): boolean {
    if (ids.length > 1 || this.#cleared.has(family)) return false;
    const refused = (this.#refusedSingles.get(family) ?? 0) + 1;
    this.#refusedSingles.set(family, refused);
    return refused >= MAX_REFUSED_SINGLES;
  }
}
