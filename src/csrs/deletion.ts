/** Sends the deletion of every ID, and keeps what the responses said. */
import { failed } from "../shared/result.ts";
import type { ApiClient } from "../tencentcloud/api-client.ts";
import type { ApiFailure } from "../tencentcloud/errors.ts";
import type { Permit } from "../tencentcloud/rate-limiter.ts";
import { type BatchDeletion, batchDeleteCsr, MAX_IDS_PER_CALL } from "../tencentcloud/ssl.ts";
import { internalError } from "./outcome.ts";

/** If the API hangs. At 10 requests per second, responses may take 5 seconds. */
const MAX_BATCHES_IN_FLIGHT = 50;
const MAX_UNEXPECTED_VALUES = 10;
/** Of a batch of which nothing was deleted: then it is not the IDs, and the run stops. */
const MAX_REFUSED_SINGLES = 10;

/** What the last call for an ID came to; IDs of one call with the same result share it. */
export interface CallResult {
  readonly confirmed: boolean;
  readonly requestId?: string;
  readonly failure?: ApiFailure;
  /** A request of this run may have deleted the ID. */
  readonly mayHaveTakenEffect: boolean;
}

export interface DeletionResult {
  /** Of the IDs that were sent. */
  readonly results: ReadonlyMap<number, CallResult>;
  /** Why no further calls were made: they would have failed, too. */
  readonly stoppedBy?: ApiFailure;
  /** The first values of `Success` that are no ID of the plan. */
  readonly unexpectedValues: readonly string[];
}

/** For the log. */
export interface DeletionObserver {
  onBatch(progress: { asked: number; deletion: BatchDeletion; done: number; total: number }): void;
  /** A call was refused; its halves are tried. */
  onBisection(size: number, failure: ApiFailure): void;
  onFailure(size: number, failure: ApiFailure): void;
}

interface Batch {
  readonly ids: readonly number[];
  /** Of the refused calls that these IDs were part of. */
  readonly mayHaveTakenEffect: boolean;
  /** The batch of up to 100 that these IDs come from. */
  readonly origin: { anyDeleted: boolean; refusedSingles: number };
}

/** Deletes `ids`, if it can. No call starts after a cancel. Does not reject. */
export async function deleteCsrs(
  ids: readonly number[],
  { client, observer, cancel }: { client: ApiClient; observer: DeletionObserver; cancel: AbortSignal },
): Promise<DeletionResult> {
  const results = new Map<number, CallResult>();
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

  function note(some: readonly number[], result: CallResult): void {
    for (const id of some) results.set(id, result);
  }

  function onResponse({ ids: asked, origin, ...batch }: Batch, deletion: BatchDeletion): void {
    const { requestId, deleted, unexpected } = deletion;
    const mayHaveTakenEffect = deletion.mayHaveTakenEffect || batch.mayHaveTakenEffect;
    note(asked, { confirmed: false, requestId, mayHaveTakenEffect });
    note(deleted, { confirmed: true, requestId, mayHaveTakenEffect: true });
    origin.anyDeleted ||= deleted.length > 0;
    unexpectedValues.push(...unexpected.slice(0, MAX_UNEXPECTED_VALUES - unexpectedValues.length));
    done += asked.length;
    observer.onBatch({ asked: asked.length, deletion, done, total: ids.length });
  }

  function onFailure({ ids: asked, origin, ...batch }: Batch, last: ApiFailure): readonly Batch[] {
    // Never sent: what was said of the larger batch holds.
    if (stop.aborted && last.code === "Cancelled") return [];
    const mayHaveTakenEffect = last.mayHaveTakenEffect || batch.mayHaveTakenEffect;
    const failure = { ...last, mayHaveTakenEffect };
    note(asked, { confirmed: false, requestId: last.requestId, failure, mayHaveTakenEffect });
    if (last.kind === "ids" && asked.length > 1 && !stop.aborted) {
      observer.onBisection(asked.length, failure);
      const middle = Math.ceil(asked.length / 2);
      return [asked.slice(0, middle), asked.slice(middle)].map((half) => ({ ids: half, mayHaveTakenEffect, origin }));
    }
    done += asked.length;
    if (last.kind === "ids") origin.refusedSingles += 1;
    if (last.fatal || (origin.refusedSingles >= MAX_REFUSED_SINGLES && !origin.anyDeleted)) stopBecause(failure);
    observer.onFailure(asked.length, failure);
    return [];
  }

  /** Notes what a call came to, then tells the observer, which may throw. Returns the halves that are to be tried. */
  async function send(batch: Batch, permit: Permit): Promise<readonly Batch[]> {
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
    return [];
  }

  async function acquire(): Promise<Permit | undefined> {
    const permit = await client.acquire(stop).catch((error: unknown) => stopBecause(internalError(error)));
    if (!stop.aborted) return permit;
    permit?.release();
    return undefined;
  }

  async function sendHalves(halves: readonly Batch[]): Promise<void> {
    const sending = halves.map(async (half) => {
      const permit = await acquire();
      if (permit) await sendHalves(await send(half, permit));
    });
    await Promise.all(sending);
  }

  async function deleteBatch(some: readonly number[], permit: Permit): Promise<void> {
    const origin = { anyDeleted: false, refusedSingles: 0 };
    const halves = await send({ ids: some, mayHaveTakenEffect: false, origin }, permit);
    if (halves.length === 0) return;
    // One batch at a time: what concerns all of them shows at the first.
    bisecting = bisecting.then(() => sendHalves(halves));
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
  return { results, stoppedBy, unexpectedValues };
}
