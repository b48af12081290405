/** Sends the deletion of every ID, and keeps what the responses said. */
import { messageOf, type Result } from "../shared/result.ts";
import type { ApiClient } from "../tencentcloud/api-client.ts";
import { type ApiFailure, apiFailure } from "../tencentcloud/failure.ts";
import type { Permit } from "../tencentcloud/rate-limiter.ts";
import { type BatchDeletion, batchDeleteCsr, MAX_IDS_PER_CALL } from "../tencentcloud/ssl.ts";
import { type Batch, BatchQueue, toBatches } from "./batches.ts";
import { bisect, RejectionBreaker } from "./bisection.ts";

/** A guard against an API that hangs; at 10 requests per second it allows for responses of 5 seconds. */
const MAX_CALLS_IN_FLIGHT = 50;
/** Values of `Success` that are no ID of the plan; a broken API may send millions. */
const MAX_UNEXPECTED_VALUES = 10;

/** What is known of an ID once all calls are made. Shared by IDs of the same call with the same result. */
export type DeletionStatus =
  | { readonly state: "confirmed"; readonly requestId: string | undefined }
  | {
      readonly state: "unconfirmed";
      readonly requestId: string | undefined;
      /** Of the last request. None: the call succeeded, but its response left the ID out. */
      readonly failure?: ApiFailure;
      /** It may have been deleted by a request whose response was lost. */
      readonly mayHaveTakenEffect: boolean;
    }
  | { readonly state: "unsent" };

export interface DeletionResult {
  /** Every ID, in order. */
  readonly statuses: ReadonlyMap<number, DeletionStatus>;
  /** The failure that made further calls pointless. */
  readonly stoppedBy?: ApiFailure;
  /** The first values of `Success` that are no ID of the plan. */
  readonly unexpectedValues: readonly unknown[];
}

/** Called as the deletion proceeds, for the log. */
export interface DeletionObserver {
  onBatch(progress: {
    readonly asked: number;
    readonly deletion: BatchDeletion;
    readonly done: number;
    readonly total: number;
  }): void;
  /** A batch was refused, and its parts are tried. */
  onBisection(size: number, failure: ApiFailure): void;
  /** IDs of a call could not be deleted, or are not known to be. */
  onFailure(size: number, failure: ApiFailure): void;
}

export interface DeletionOptions {
  readonly client: ApiClient;
  readonly observer: DeletionObserver;
  /** Aborted: no new request starts. */
  readonly cancel: AbortSignal;
}

/** Deletes `ids`, at most 100 in a call, several calls at a time. Does not reject for anything that the API or the network does. */
export function deleteCsrs(ids: readonly number[], options: DeletionOptions): Promise<DeletionResult> {
  return new Deletion(ids, options).run();
}

const UNSENT: DeletionStatus = { state: "unsent" };

class Deletion {
  readonly #options: DeletionOptions;
  readonly #total: number;
  readonly #statuses: Map<number, DeletionStatus>;
  readonly #queue: BatchQueue;
  readonly #breaker = new RejectionBreaker();
  readonly #inFlight = new Set<Promise<void>>();
  readonly #pointless = new AbortController();
  /** Cancelled, or pointless. */
  readonly #stop: AbortSignal;
  readonly #unexpectedValues: unknown[] = [];
  #stoppedBy: ApiFailure | undefined;
  #done = 0;

  constructor(ids: readonly number[], options: DeletionOptions) {
    this.#options = options;
    this.#total = ids.length;
    this.#statuses = new Map(ids.map((id) => [id, UNSENT]));
    this.#queue = new BatchQueue(toBatches(ids, MAX_IDS_PER_CALL));
    this.#stop = AbortSignal.any([options.cancel, this.#pointless.signal]);
  }

  async run(): Promise<DeletionResult> {
    await this.#sendAll().catch((error: unknown) => this.#stopBecause(internalError(error)));
    await Promise.all(this.#inFlight);
    this.#settleWaiting();
    return {
      statuses: this.#statuses,
      ...(this.#stoppedBy ? { stoppedBy: this.#stoppedBy } : {}),
      unexpectedValues: this.#unexpectedValues,
    };
  }

  async #sendAll(): Promise<void> {
    while (this.#queue.size + this.#inFlight.size > 0) {
      const hasRoom = this.#queue.size > 0 && this.#inFlight.size < MAX_CALLS_IN_FLIGHT;
      const permit = hasRoom ? await this.#options.client.acquire(this.#stop) : undefined;
      const batch = permit && this.#queue.next();
      if (permit && batch) this.#start(batch, permit);
      else if (this.#inFlight.size > 0) await Promise.race(this.#inFlight);
      else break;
    }
  }

  #start(batch: Batch, permit: Permit): void {
    const sending: Promise<void> = this.#send(batch, permit)
      // What is known of the IDs was noted before the observer was called.
      .catch((error: unknown) => this.#stopBecause(internalError(error)))
      .finally(() => this.#inFlight.delete(sending));
    this.#inFlight.add(sending);
  }

  async #send(batch: Batch, permit: Permit): Promise<void> {
    const result = await this.#call(batch, permit);
    if (result.ok) this.#onResponse(batch, result.value);
    else this.#onFailure(batch, result.failure);
  }

  async #call({ ids }: Batch, permit: Permit): Promise<Result<BatchDeletion, ApiFailure>> {
    try {
      return await batchDeleteCsr(this.#options.client, ids, permit, this.#stop);
    } catch (error) {
      permit.release();
      return { ok: false, failure: internalError(error) };
    }
  }

  #onResponse(batch: Batch, deletion: BatchDeletion): void {
    const { requestId, deleted, unexpected } = deletion;
    const confirmed = new Set(deleted);
    const mayHaveTakenEffect = deletion.mayHaveTakenEffect || parentMayHaveTakenEffect(batch);
    this.#settle(deleted, { state: "confirmed", requestId });
    this.#settle(
      batch.ids.filter((id) => !confirmed.has(id)),
      { state: "unconfirmed", requestId, mayHaveTakenEffect },
    );
    if (confirmed.size > 0) this.#breaker.onDeleted(batch);
    const room = MAX_UNEXPECTED_VALUES - this.#unexpectedValues.length;
    this.#unexpectedValues.push(...unexpected.slice(0, room));
    this.#options.observer.onBatch({ asked: batch.ids.length, deletion, done: this.#done, total: this.#total });
  }

  #onFailure(batch: Batch, last: ApiFailure): void {
    const { observer } = this.#options;
    const failure = { ...last, mayHaveTakenEffect: last.mayHaveTakenEffect || parentMayHaveTakenEffect(batch) };
    const bisection = bisect(batch, failure);
    this.#settle(bisection?.refused ?? batch.ids, refusedBy(failure));
    if (bisection) {
      this.#queue.add(...bisection.next);
      if (this.#breaker.onRefused(batch)) this.#stopBecause(failure);
    } else if (failure.fatal) {
      this.#stopBecause(failure);
    }
    if (bisection && bisection.next.length > 0) observer.onBisection(batch.ids.length, failure);
    else observer.onFailure(batch.ids.length, failure);
  }

  /** After a stop: what waits of a batch that was refused as a whole has been sent once; the rest was not. */
  #settleWaiting(): void {
    for (const { ids, parentFailure } of this.#queue.drain()) {
      if (parentFailure) this.#settle(ids, refusedBy(parentFailure));
    }
  }

  #settle(ids: readonly number[], status: DeletionStatus): void {
    for (const id of ids) this.#statuses.set(id, status);
    this.#done += ids.length;
  }

  #stopBecause(failure: ApiFailure): void {
    if (this.#stop.aborted) return;
    this.#stoppedBy = failure;
    this.#pointless.abort();
  }
}

const refusedBy = (failure: ApiFailure): DeletionStatus => ({
  state: "unconfirmed",
  requestId: failure.requestId,
  failure,
  mayHaveTakenEffect: failure.mayHaveTakenEffect,
});

/** The larger batch that this one was split from may have been carried out; its failure is handed on at each split. */
const parentMayHaveTakenEffect = ({ parentFailure }: Batch): boolean => parentFailure?.mayHaveTakenEffect ?? false;

/** A mistake of this action must not lose what the other calls did. */
const internalError = (error: unknown): ApiFailure =>
  apiFailure("Internal.Error", messageOf(error), { mayHaveTakenEffect: true, fatal: true });
