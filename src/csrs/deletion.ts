/** Sends the deletion of every ID, and keeps what the responses said. */
import { failed, messageOf } from "../shared/result.ts";
import type { ApiClient } from "../tencentcloud/api-client.ts";
import { type ApiFailure, apiFailure } from "../tencentcloud/errors.ts";
import type { Permit } from "../tencentcloud/rate-limiter.ts";
import { type BatchDeletion, batchDeleteCsr, MAX_IDS_PER_CALL } from "../tencentcloud/ssl.ts";

/** A guard against an API that hangs; at 10 requests per second it allows for responses of 5 seconds. */
const MAX_BATCHES_IN_FLIGHT = 50;
/** Values of `Success` that are no ID of the plan; a broken API may send millions. */
const MAX_UNEXPECTED_VALUES = 10;
/** Single IDs of one batch that may be refused, with none of it deleted, until the run stops: it is not the IDs. */
const MAX_REFUSED_SINGLES = 10;

/** What is known of an ID once all calls are made. Shared by IDs of the same call with the same result. */
export type DeletionStatus =
  | { readonly state: "confirmed"; readonly requestId?: string }
  | {
      readonly state: "unconfirmed";
      readonly requestId?: string;
      /** Of the last request. None: the call succeeded, but its response left the ID out. */
      readonly failure?: ApiFailure;
      /** A request of this run may have deleted it. */
      readonly mayHaveTakenEffect: boolean;
    }
  | { readonly state: "unsent"; readonly requestId?: undefined };

export interface DeletionResult {
  /** Every ID, in order. */
  readonly statuses: ReadonlyMap<number, DeletionStatus>;
  /** Why no further calls were made: they would have failed, too. */
  readonly stoppedBy?: ApiFailure;
  /** The first values of `Success` that are no ID of the plan. */
  readonly unexpectedValues: readonly string[];
}

/** Called as the deletion proceeds, for the log. */
export interface DeletionObserver {
  onBatch(progress: { asked: number; deletion: BatchDeletion; done: number; total: number }): void;
  /** A batch was refused, and its halves are tried. */
  onBisection(size: number, failure: ApiFailure): void;
  /** IDs of a call could not be deleted, or are not known to be. */
  onFailure(size: number, failure: ApiFailure): void;
}

const UNSENT: DeletionStatus = { state: "unsent" };

/** IDs of one call. */
interface Batch {
  readonly ids: readonly number[];
  /** Why the batch that these IDs are half of was refused. */
  readonly refusal?: ApiFailure;
  /** Of the batch of up to 100 that these IDs come from. */
  readonly origin: { anyDeleted: boolean; refusedSingles: number };
}

/** Deletes `ids`, at most 100 in a call, several calls at a time. No call starts after a cancel. Does not reject. */
export async function deleteCsrs(
  ids: readonly number[],
  { client, observer, cancel }: { client: ApiClient; observer: DeletionObserver; cancel: AbortSignal },
): Promise<DeletionResult> {
  const statuses = new Map<number, DeletionStatus>(ids.map((id) => [id, UNSENT]));
  const unexpectedValues: string[] = [];
  const end = new AbortController();
  const stop = AbortSignal.any([cancel, end.signal]);
  let stoppedBy: ApiFailure | undefined;
  let done = 0;
  let bisecting: Promise<void> = Promise.resolve();

  function stopBecause(failure: ApiFailure): undefined {
    if (stop.aborted) return;
    stoppedBy = failure;
    end.abort();
  }

  function settle(some: readonly number[], status: DeletionStatus): void {
    for (const id of some) statuses.set(id, status);
  }

  function onResponse({ ids: asked, refusal, origin }: Batch, deletion: BatchDeletion): void {
    const { requestId, deleted, unexpected } = deletion;
    const mayHaveTakenEffect = deletion.mayHaveTakenEffect || refusal?.mayHaveTakenEffect === true;
    settle(asked, { state: "unconfirmed", requestId, mayHaveTakenEffect });
    settle(deleted, { state: "confirmed", requestId });
    origin.anyDeleted ||= deleted.length > 0;
    unexpectedValues.push(...unexpected.slice(0, MAX_UNEXPECTED_VALUES - unexpectedValues.length));
    done += asked.length;
    observer.onBatch({ asked: asked.length, deletion, done, total: ids.length });
  }

  /** Returns the failure if halves of the batch are to be tried. */
  function onFailure({ ids: asked, refusal, origin }: Batch, last: ApiFailure): ApiFailure | undefined {
    // Never sent: what was said of the larger batch holds.
    if (stop.aborted && last.code === "Cancelled") return undefined;
    const isSingle = asked.length === 1;
    const mayHaveTakenEffect = last.mayHaveTakenEffect || refusal?.mayHaveTakenEffect === true;
    const failure = { ...last, mayHaveTakenEffect };
    settle(asked, { state: "unconfirmed", requestId: last.requestId, failure, mayHaveTakenEffect });
    if (last.kind === "ids" && !isSingle && !stop.aborted) {
      observer.onBisection(asked.length, failure);
      return failure;
    }
    done += asked.length;
    if (last.kind === "ids") origin.refusedSingles += 1;
    if (last.fatal || (origin.refusedSingles >= MAX_REFUSED_SINGLES && !origin.anyDeleted)) stopBecause(failure);
    observer.onFailure(asked.length, failure);
    return undefined;
  }

  /** One call, and what follows from it. What a response says is noted before an observer, which may throw, is told. */
  async function send(batch: Batch, permit: Permit): Promise<ApiFailure | undefined> {
    const result = await batchDeleteCsr(client, batch.ids, permit, stop).catch((error: unknown) => {
      permit.release();
      return failed(internalError(error));
    });
    try {
      if (!result.ok) return onFailure(batch, result.failure);
      onResponse(batch, result.value);
    } catch (error) {
      stopBecause(internalError(error));
    }
    return undefined;
  }

  async function acquire(): Promise<Permit | undefined> {
    const permit = await client.acquire(stop).catch((error: unknown) => stopBecause(internalError(error)));
    if (!stop.aborted) return permit;
    permit?.release();
    return undefined;
  }

  async function bisect({ ids: refused, origin }: Batch, refusal: ApiFailure): Promise<void> {
    const middle = Math.ceil(refused.length / 2);
    const tryHalf = async (half: readonly number[]): Promise<void> => {
      const batch = { ids: half, refusal, origin };
      const permit = await acquire();
      const failure = permit && (await send(batch, permit));
      if (failure) await bisect(batch, failure);
    };
    await Promise.all([tryHalf(refused.slice(0, middle)), tryHalf(refused.slice(middle))]);
  }

  async function deleteBatch(some: readonly number[], permit: Permit): Promise<void> {
    const batch = { ids: some, origin: { anyDeleted: false, refusedSingles: 0 } };
    const refusal = await send(batch, permit);
    if (!refusal) return;
    // One batch at a time, so that a failure that concerns all of them is recognised at the first.
    bisecting = bisecting.then(() => bisect(batch, refusal));
    await bisecting;
  }

  const inFlight = new Set<Promise<void>>();
  for (let start = 0; start < ids.length; start += MAX_IDS_PER_CALL) {
    if (inFlight.size >= MAX_BATCHES_IN_FLIGHT) await Promise.race(inFlight);
    const permit = await acquire();
    if (!permit) break;
    const deleting = deleteBatch(ids.slice(start, start + MAX_IDS_PER_CALL), permit);
    inFlight.add(deleting);
    void deleting.then(() => inFlight.delete(deleting));
  }
  await Promise.all(inFlight);
  return { statuses, stoppedBy, unexpectedValues };
}

/** A mistake of this action must not lose what the other calls did. */
const internalError = (error: unknown): ApiFailure =>
  apiFailure("Internal.Error", messageOf(error), { mayHaveTakenEffect: true, fatal: true });
