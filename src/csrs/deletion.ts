/** Sends the deletion of every ID, and keeps what the responses said. */
import { failed } from "../shared/result.ts";
import type { ApiClient } from "../tencentcloud/api-client.ts";
import type { ApiFailure } from "../tencentcloud/errors.ts";
import type { Permit } from "../tencentcloud/rate-limiter.ts";
import { type BatchDeletion, batchDeleteCsr, MAX_IDS_PER_CALL } from "../tencentcloud/ssl.ts";
import { internalError } from "./outcome.ts";

/** If the API hangs. At 10 requests per second, responses may take 5 seconds. */
const MAX_BATCHES_IN_FLIGHT = 50;
const MAX_UNEXPECTED = 10;
/** Of a batch of which nothing was deleted: then it is not the IDs, and the run stops. */
const MAX_REFUSED_SINGLES = 10;

/** What the last call for an ID came to; IDs of one call with the same result share it. */
export type CallResult = Readonly<{
  confirmed: boolean;
  requestId?: string;
  failure?: ApiFailure;
  /** A request of this run may have deleted the ID. */
  mayHaveTakenEffect: boolean;
}>;

export type DeletionResult = Readonly<{
  /** Of the IDs that were sent. */
  results: ReadonlyMap<number, CallResult>;
  /** Why no further calls were made: they would have failed, too. */
  stoppedBy?: ApiFailure;
  /** The first values of `Success` that are no ID of the plan. */
  unexpectedValues: readonly string[];
}>;

export interface DeletionObserver {
  onBatch(progress: { asked: number; deletion: BatchDeletion; done: number; total: number }): void;
  /** `isSplit`: the halves are sent next. */
  onFailure(size: number, failure: ApiFailure, isSplit: boolean): void;
}

/** IDs of one call, and of its halves if it is refused. */
interface Batch {
  readonly ids: readonly number[];
  refusedSingles: number;
}

/** No call starts after a cancel. */
export async function deleteCsrs(
  ids: readonly number[],
  { client, observer, cancel }: { client: ApiClient; observer: DeletionObserver; cancel: AbortSignal },
): Promise<DeletionResult> {
  const results = new Map<number, CallResult>();
  const unexpectedValues: string[] = [];
  const end = new AbortController();
  const stop = AbortSignal.any([cancel, end.signal]);
  let done = 0;
  let bisecting = Promise.resolve();

  function stopBecause(failure: ApiFailure) {
    if (!cancel.aborted) end.abort(failure);
  }

  function note(some: readonly number[], result: CallResult) {
    for (const id of some) results.set(id, result);
  }

  /** Notes what a call came to, then tells the observer, which may throw. True: its halves are to be sent. */
  async function send(asked: readonly number[], batch: Batch, permit: Permit) {
    const result = await batchDeleteCsr(client, asked, permit, stop).catch((error) => {
      permit.release();
      return failed(internalError(error));
    });
    const failure = result.ok ? undefined : result.failure;
    // Never sent: what was said of the larger batch holds.
    if (failure?.code === "Cancelled" && stop.aborted) return false;
    const { requestId, ...last } = result.ok ? result.value : result.failure;
    // The last call, or a larger one before it.
    const mayHaveTakenEffect = last.mayHaveTakenEffect || asked.some((id) => results.get(id)?.mayHaveTakenEffect);
    note(asked, { confirmed: false, requestId, failure, mayHaveTakenEffect });
    if (result.ok) {
      const { deleted, unexpected } = result.value;
      note(deleted, { confirmed: true, requestId, mayHaveTakenEffect: true });
      unexpectedValues.push(...unexpected.slice(0, MAX_UNEXPECTED - unexpectedValues.length));
    }
    const isRefused = failure?.kind === "ids";
    const isSplit = isRefused && asked.length > 1 && !stop.aborted;
    if (!isSplit) done += asked.length;
    if (isRefused && !isSplit) batch.refusedSingles += 1;
    const noneDeleted = !batch.ids.some((id) => results.get(id)?.confirmed);
    const isHopeless = noneDeleted && batch.refusedSingles >= MAX_REFUSED_SINGLES;
    if (failure && (failure.fatal || isHopeless)) stopBecause(failure);
    try {
      if (result.ok) observer.onBatch({ asked: asked.length, deletion: result.value, done, total: ids.length });
      else observer.onFailure(asked.length, result.failure, isSplit);
    } catch (error) {
      stopBecause(internalError(error));
    }
    return isSplit;
  }

  async function bisect(refused: readonly number[], batch: Batch) {
    const middle = Math.ceil(refused.length / 2);
    const sending = [refused.slice(0, middle), refused.slice(middle)].map(async (half) => {
      const permit = await client.acquire(stop);
      if (permit && (await send(half, batch, permit))) await bisect(half, batch);
    });
    await Promise.all(sending);
  }

  async function deleteBatch(batch: Batch, permit: Permit) {
    if (!(await send(batch.ids, batch, permit))) return;
    // One batch at a time: what concerns all of them shows at the first.
    bisecting = bisecting.then(() => bisect(batch.ids, batch));
    await bisecting;
  }

  const inFlight = new Set<Promise<void>>();
  for (let start = 0; start < ids.length; start += MAX_IDS_PER_CALL) {
    if (inFlight.size >= MAX_BATCHES_IN_FLIGHT) await Promise.race(inFlight);
    const permit = await client.acquire(stop);
    if (!permit) break;
    const batch = { ids: ids.slice(start, start + MAX_IDS_PER_CALL), refusedSingles: 0 };
    const deleting = deleteBatch(batch, permit).finally(() => inFlight.delete(deleting));
    inFlight.add(deleting);
  }
  await Promise.all(inFlight);
  return { results, stoppedBy: end.signal.reason, unexpectedValues };
}
