/** Carries out a plan: deletes, looks up what no response confirmed, and settles the outcome of every ID. */
import { type CallResult, type DeletionObserver, type DeletionResult, deleteCsrs } from "./deletion.ts";
import { type Listing, type ListingOptions, listCsrs } from "./listing.ts";
import { type Cause, internalError, type Outcome } from "./outcome.ts";
import { idsToDelete, type Plan, type PlanRow } from "./plan.ts";

/** For the list to follow the deletion. */
const PAUSE_MS = 2_000;

export interface Execution extends Omit<DeletionResult, "results"> {
  /** Every row that is to be deleted or absent, in the order of the plan. */
  readonly outcomes: ReadonlyMap<number, Outcome>;
  /** Read after the deletion; missing if none was needed or possible. */
  readonly listing?: Listing;
}

export type ExecutionObserver = DeletionObserver & ListingOptions["observer"] & { onLookup(unconfirmed: number): void };

/** What the listings show of an ID. `gone`: it was listed before; `unclear`: it was, and need not be any more. */
type Evidence = "seen" | "gone" | "unseen" | "unclear";

/** Deletes what the plan says. Does not reject. */
export async function executePlan(
  plan: Plan,
  options: ListingOptions & { readonly observer: ExecutionObserver },
): Promise<Execution> {
  const { results, stoppedBy, unexpectedValues } = await deleteCsrs(idsToDelete(plan), options);
  const open = idsToDelete(plan).flatMap((id) => (results.get(id)?.confirmed ? [] : [results.get(id)]));
  // If the listing would fail as the deletion did, it must be worth it.
  const isWorthIt = !stoppedBy || stoppedBy.kind === "permission" || !open.every(isUntouched);
  const listing = open.length > 0 && isWorthIt && !options.cancel.aborted ? await lookUp() : undefined;
  const stillListed = [...(listing?.records.keys() ?? [])].filter((id) => results.get(id)?.confirmed);
  let second: Listing | undefined;
  if (stillListed.length > 0) {
    await options.clock.sleep(PAUSE_MS, options.cancel);
    second = await listCsrs({ ...options, wanted: new Set(stillListed) });
  }

  async function lookUp(): Promise<Listing> {
    try {
      options.observer.onLookup(open.length);
      return await listCsrs(options);
    } catch (error) {
      return { records: new Map(), conclusive: false, failure: internalError(error) };
    }
  }

  function evidenceOf({ id, record }: PlanRow): Evidence {
    if (second?.records.has(id)) return "seen";
    if (!listing?.records.has(id)) return record ? "gone" : "unseen";
    if (!results.get(id)?.confirmed) return "seen";
    return second?.conclusive ? "gone" : "unclear";
  }

  function whyUnknown(requestId: string | undefined): Cause {
    const { failure } = listing ?? {};
    if (failure)
      return failure.code === "Internal.Error" ? { ...failure, requestId } : because("NotConfirmed", requestId);
    return because(options.cancel.aborted ? "Cancelled" : "ListChanged", requestId);
  }

  function outcomeOf(result: CallResult | undefined, evidence: Evidence): Outcome {
    const isAbsent = evidence !== "seen" && listing?.conclusive === true;
    if (!result) return isAbsent ? ABSENT : { name: "skipped", cause: stoppedBy ?? because("Cancelled") };
    const { confirmed, requestId, failure: cause, mayHaveTakenEffect } = result;
    if (confirmed && (evidence === "seen" || evidence === "unclear")) {
      const name = evidence === "seen" ? "remaining" : "unknown";
      return { name, requestId, cause: because("StillListed", requestId) };
    }
    if (confirmed) return { name: "deleted", requestId };
    const mayHaveBeenDeleted = mayHaveTakenEffect || (evidence === "gone" && !cause);
    if (isAbsent) return { name: "absent", requestId, mayHaveBeenDeleted, cause };
    if (evidence === "seen") return { name: "remaining", requestId, cause: cause ?? because("LeftOut", requestId) };
    return { name: isUntouched(result) ? "skipped" : "unknown", requestId, cause: cause ?? whyUnknown(requestId) };
  }

  const outcomes = new Map<number, Outcome>();
  // IDs of one call with the same evidence share an outcome: 100,000 IDs do not cost 100,000 objects.
  const shared = new Map<CallResult | undefined, Partial<Record<Evidence, Outcome>>>();
  for (const row of plan.rows) {
    const evidence = evidenceOf(row);
    if (row.decision === "absent")
      outcomes.set(row.id, evidence === "seen" ? { name: "remaining", cause: because("ListChanged") } : ABSENT);
    if (row.decision !== "delete") continue;
    const result = results.get(row.id);
    const known = shared.get(result) ?? {};
    known[evidence] ??= outcomeOf(result, evidence);
    shared.set(result, known);
    outcomes.set(row.id, known[evidence]);
  }
  return { outcomes, listing, stoppedBy, unexpectedValues };
}

const because = (code: string, requestId?: string): Cause => ({ code, message: "", requestId });
const ABSENT: Outcome = { name: "absent", mayHaveBeenDeleted: false };

/** Never sent, or refused before anything could happen. A refusal because of the IDs leaves open whether it exists. */
const isUntouched = (result: CallResult | undefined): boolean =>
  !result || (result.failure !== undefined && result.failure.kind !== "ids" && !result.mayHaveTakenEffect);
