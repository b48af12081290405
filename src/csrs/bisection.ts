/** What to do about a batch that the API refused as a whole because of some of its IDs. */
import type { ApiFailure } from "../tencentcloud/failure.ts";
import type { Batch } from "./batches.ts";

/** Single IDs of one origin that may be refused, with none of that origin deleted, before the cause is taken to be another. */
const MAX_REFUSED_SINGLES = 10;

export interface Bisection {
  /** IDs for which the failure is final. */
  readonly refused: readonly number[];
  /** Batches to try next. */
  readonly next: readonly Batch[];
}

/**
 * The CSRs that a permission error of CAM names, as in `qcs::ssl::uin/100000000001:csr/123`.
 * Form of the resource: https://www.tencentcloud.com/zh/document/product/598/57153
 */
export function namedCsrs(message: string): ReadonlySet<number> {
  return new Set([...message.matchAll(/:csr\/([1-9][0-9]*)(?![0-9])/g)].map(([, id]) => Number(id)));
}

function halve({ ids, origin }: Batch, parentFailure: ApiFailure): readonly Batch[] {
  const middle = Math.ceil(ids.length / 2);
  return [ids.slice(0, middle), ids.slice(middle)].map((half) => ({ ids: half, origin, parentFailure }));
}

/** How to go on after `batch` failed with `failure`; `undefined` if the failure is not about its IDs. */
export function bisect(batch: Batch, failure: ApiFailure): Bisection | undefined {
  if (failure.kind === "ids")
    return batch.ids.length === 1 ? { refused: batch.ids, next: [] } : { refused: [], next: halve(batch, failure) };
  return failure.kind === "permission" ? setNamedAside(batch, failure) : undefined;
}

function setNamedAside(batch: Batch, failure: ApiFailure): Bisection | undefined {
  const named = namedCsrs(failure.message);
  const refused = batch.ids.filter((id) => named.has(id));
  if (refused.length === 0) return undefined;
  const rest = batch.ids.filter((id) => !named.has(id));
  if (rest.length === 0) return { refused, next: [] };
  const trimmed: Batch = { ids: rest, origin: batch.origin, parentFailure: failure, trimmed: true };
  // An API that names one CSR at a time would cost a call for each; bisection finds the others sooner.
  return { refused, next: batch.trimmed && rest.length > 1 ? halve(trimmed, failure) : [trimmed] };
}

/** Circuit breaker: one single ID after another of an origin is refused, and none was deleted, so it is not about the IDs. */
export class RejectionBreaker {
  readonly #refusedSingles = new Map<number, number>();
  readonly #cleared = new Set<number>();

  onDeleted({ origin }: Batch): void {
    this.#cleared.add(origin);
  }

  /** True when it is time to stop. */
  onRefused({ origin, ids }: Batch): boolean {
    if (ids.length > 1 || this.#cleared.has(origin)) return false;
    const refused = (this.#refusedSingles.get(origin) ?? 0) + 1;
    this.#refusedSingles.set(origin, refused);
    return refused >= MAX_REFUSED_SINGLES;
  }
}
