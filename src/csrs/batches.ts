/** Which IDs go into which call, and which call comes next. */
import type { ApiFailure } from "../tencentcloud/failure.ts";

/** IDs of one call. */
export interface Batch {
  readonly ids: readonly number[];
  /** Index of the first-level batch that these IDs come from. */
  readonly origin: number;
  /** Why the API refused the larger batch that this one was split from; missing for a first-level batch. */
  readonly parentFailure?: ApiFailure | undefined;
  /** What is left of a batch after CSRs that the API named were set aside. */
  readonly trimmed?: boolean;
}

/** `ids` in batches of at most `size`, in order. */
export function toBatches(ids: readonly number[], size: number): readonly Batch[] {
  return Array.from({ length: Math.ceil(ids.length / size) }, (_, origin) => ({
    ids: ids.slice(origin * size, (origin + 1) * size),
    origin,
  }));
}

/**
 * The batches that wait. Those of the lowest origin come first, so that a failure that concerns all calls is recognised while the
 * first origin is worked on; batches of one origin come in the order in which they were added.
 */
export class BatchQueue {
  readonly #byOrigin: Batch[][] = [];
  #lowest = 0;
  #size = 0;

  constructor(batches: readonly Batch[]) {
    this.add(...batches);
  }

  get size(): number {
    return this.#size;
  }

  add(...batches: readonly Batch[]): void {
    for (const batch of batches) {
      const waiting = this.#byOrigin[batch.origin] ?? [];
      this.#byOrigin[batch.origin] = waiting;
      waiting.push(batch);
      this.#lowest = Math.min(this.#lowest, batch.origin);
      this.#size += 1;
    }
  }

  next(): Batch | undefined {
    for (; this.#lowest < this.#byOrigin.length; this.#lowest += 1) {
      const batch = this.#byOrigin[this.#lowest]?.shift();
      if (batch) {
        this.#size -= 1;
        return batch;
      }
    }
    return undefined;
  }

  /** Takes everything that waits. */
  drain(): readonly Batch[] {
    const rest: Batch[] = [];
    for (let batch = this.next(); batch; batch = this.next()) rest.push(batch);
    return rest;
  }
}
