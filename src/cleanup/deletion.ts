/** Asks for the deletion of every ID, and keeps what the answers said. */
import type { Client, Failure } from "../tencentcloud/client.ts";
import { type Fault, fault } from "../tencentcloud/fault.ts";
import type { Turn } from "../tencentcloud/pace.ts";
import { batchDeleteCsr, type DeletedCsrs, MAX_IDS_PER_CALL } from "../tencentcloud/ssl.ts";
import { type Group, GroupQueue, inBatches } from "./batches.ts";
import { Suspicion, split } from "./splitting.ts";

/** Calls that may be out at once. A guard against an API that hangs; at 10 requests a second it allows for answers of 5 seconds. */
const MAX_IN_FLIGHT = 50;

/** What is known of an ID once all calls are made. Shared by IDs that fared alike. */
export type Trace =
  | { readonly state: "confirmed"; readonly requestId: string | undefined }
  | {
      readonly state: "unconfirmed";
      readonly requestId: string | undefined;
      /** The refusal, or the fault of the last request. None: the answer was fine, but left the ID out. */
      readonly fault?: Fault;
      /** It may have been deleted unseen. */
      readonly lost: boolean;
    }
  | { readonly state: "unsent" };

export interface Deletion {
  /** Every requested ID, in the order of the request. */
  readonly traces: ReadonlyMap<number, Trace>;
  /** Why further calls were pointless. */
  readonly stoppedBy?: Fault;
}

/** What the deletion tells while it works. */
export interface DeletionEvents {
  onAnswer(progress: {
    readonly asked: number;
    readonly answer: DeletedCsrs;
    readonly done: number;
    readonly total: number;
  }): void;
  onSplit(size: number, fault: Fault): void;
  /** IDs of a call could not be deleted, or are not known to be. */
  onFailure(size: number, fault: Fault): void;
}

export interface DeletionOptions {
  readonly client: Client;
  readonly events: DeletionEvents;
  /** Aborted: no new request starts. */
  readonly cancel: AbortSignal;
}

/** Deletes `ids`, at most 100 a call, several calls at a time. Does not reject for anything that the API or the network does. */
export async function deleteCsrs(
  ids: readonly number[],
  { client, events, cancel }: DeletionOptions,
): Promise<Deletion> {
  const traces = new Map<number, Trace>();
  for (const id of ids) traces.set(id, UNSENT);
  const queue = new GroupQueue(inBatches(ids, MAX_IDS_PER_CALL));
  const suspicion = new Suspicion();
  const inFlight = new Set<Promise<void>>();
  const pointless = new AbortController();
  const stop = AbortSignal.any([cancel, pointless.signal]);
  let stoppedBy: Fault | undefined;
  let settled = 0;

  function settle(group: readonly number[], trace: Trace): void {
    for (const id of group) traces.set(id, trace);
    settled += group.length;
  }

  function stopBecause(why: Fault): void {
    if (stop.aborted) return;
    stoppedBy = why;
    pointless.abort();
  }

  function onAnswer(group: Group, answer: DeletedCsrs): void {
    const { requestId } = answer;
    const lost = answer.lost || wasLost(group);
    const confirmed = new Set(answer.deleted);
    settle([...confirmed], { state: "confirmed", requestId });
    settle(
      group.ids.filter((id) => !confirmed.has(id)),
      { state: "unconfirmed", requestId, lost },
    );
    if (confirmed.size > 0) suspicion.deleted(group);
    events.onAnswer({ asked: group.ids.length, answer, done: settled, total: ids.length });
  }

  function onFailure(group: Group, { fault: last, hopeless }: Failure): void {
    const why: Fault = { ...last, lost: last.lost || wasLost(group) };
    const trace: Trace = { state: "unconfirmed", requestId: why.requestId, fault: why, lost: why.lost };
    const cut = split(group, why);
    if (!cut) {
      settle(group.ids, trace);
      events.onFailure(group.ids.length, why);
      if (hopeless) stopBecause(why);
      return;
    }
    settle(cut.refused, trace);
    queue.add(...cut.next);
    if (cut.next.length > 0) events.onSplit(group.ids.length, why);
    else events.onFailure(group.ids.length, why);
    if (suspicion.refused(group)) stopBecause(why);
  }

  async function ask(group: Group, turn: Turn): Promise<void> {
    const result = await batchDeleteCsr(client, group.ids, turn, stop).catch(mistake);
    if (result.ok) onAnswer(group, result);
    else onFailure(group, result);
  }

  while (queue.size + inFlight.size > 0) {
    const turn = queue.size > 0 && inFlight.size < MAX_IN_FLIGHT ? await client.turn(stop) : undefined;
    const group = turn && queue.next();
    if (turn && group) {
      const asking: Promise<void> = ask(group, turn)
        // What is known of the IDs was noted before it was told.
        .catch((error: unknown) => stopBecause(mistake(error).fault))
        .finally(() => inFlight.delete(asking));
      inFlight.add(asking);
    } else if (inFlight.size > 0) {
      await Promise.race(inFlight);
    } else {
      break;
    }
  }

  // Stopped: what waits in a group that was refused as a whole was asked for; the rest was not.
  for (const { ids: left, refusal } of queue.drain()) {
    if (refusal)
      settle(left, { state: "unconfirmed", requestId: refusal.requestId, fault: refusal, lost: refusal.lost });
  }
  return { traces, ...(stoppedBy ? { stoppedBy } : {}) };
}

/** A mistake of this action must not lose what the other calls did. */
const mistake = (error: unknown): Failure => ({
  ok: false,
  fault: fault("Action.Failed", String(error), { lost: true }),
  hopeless: true,
});

/** An answer about a larger group that this one was cut from was lost; the fault is handed on from cut to cut. */
const wasLost = ({ refusal }: Group): boolean => refusal?.lost ?? false;

const UNSENT: Trace = { state: "unsent" };
