/** Carries out a plan: delete, look up what no response confirmed, and settle the outcome of every ID. */
import type { Clock } from "../shared/clock.ts";
import type { ApiClient } from "../tencentcloud/api-client.ts";
import type { ApiFailure } from "../tencentcloud/failure.ts";
import { type DeletionObserver, type DeletionResult, deleteCsrs } from "./deletion.ts";
import { findCsrs, type LookupObserver, type LookupResult } from "./inventory.ts";
import type { Outcome } from "./outcome.ts";
import { type Findings, idsToResend, reconcile, shouldSkipLookup, unconfirmedIds } from "./reconciliation.ts";

export interface Execution {
  /** Every planned ID, in order. */
  readonly outcomes: ReadonlyMap<number, Outcome>;
  /** The lookup of unconfirmed IDs; missing if none was needed or possible. */
  readonly lookup?: LookupResult;
  /** The failure that made further calls pointless. */
  readonly stoppedBy?: ApiFailure;
  /** Values of `Success` that are no ID of the plan. */
  readonly unexpectedValues: readonly unknown[];
}

export interface ExecutionObserver extends DeletionObserver, LookupObserver {
  /** So many IDs are looked up, because no response confirmed them. */
  onLookup(unconfirmed: number): void;
}

export interface ExecutionOptions {
  readonly client: ApiClient;
  readonly clock: Clock;
  readonly cancel: AbortSignal;
  readonly observer: ExecutionObserver;
}

/** Deletes `ids` and settles the outcome of each. Does not reject for anything that the API or the network does. */
export async function executePlan(ids: readonly number[], options: ExecutionOptions): Promise<Execution> {
  const first = await runRound(ids, options);
  const rest = options.cancel.aborted ? [] : idsToResend(first.deletion, first.lookup);
  if (rest.length === 0) return executionOf([first]);
  return executionOf([first, await runRound(rest, options)]);
}

/** IDs that were sent, looked up where needed, and settled. */
interface Round extends Findings {
  readonly outcomes: ReadonlyMap<number, Outcome>;
}

async function runRound(ids: readonly number[], options: ExecutionOptions): Promise<Round> {
  const deletion = await deleteCsrs(ids, options);
  const lookup = await lookUpUnconfirmed(deletion, options);
  const findings = { deletion, lookup, cancelled: options.cancel.aborted };
  return { ...findings, outcomes: reconcile(findings) };
}

async function lookUpUnconfirmed(
  deletion: DeletionResult,
  options: ExecutionOptions,
): Promise<LookupResult | undefined> {
  const ids = unconfirmedIds(deletion);
  if (ids.length === 0 || options.cancel.aborted || shouldSkipLookup(deletion)) return undefined;
  options.observer.onLookup(ids.length);
  return findCsrs(ids, options);
}

/** What a later round says of an ID holds. */
function executionOf(rounds: readonly [Round, ...Round[]]): Execution {
  const lookup = rounds.findLast((round) => round.lookup)?.lookup;
  const stoppedBy = rounds.at(-1)?.deletion.stoppedBy;
  return {
    outcomes: rounds.length === 1 ? rounds[0].outcomes : new Map(rounds.flatMap(({ outcomes }) => [...outcomes])),
    ...(lookup ? { lookup } : {}),
    ...(stoppedBy ? { stoppedBy } : {}),
    unexpectedValues: rounds.flatMap(({ deletion }) => deletion.unexpectedValues),
  };
}
