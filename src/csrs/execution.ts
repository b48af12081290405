/** Carries out a plan: deletes, looks up what no response confirmed, and settles the outcome of every ID. */
import { type CallResult, type DeletionObserver, type DeletionResult, deleteCsrs } from "./deletion.ts";
import { type Listing, type ListingOptions, listCsrs } from "./listing.ts";
import { type Cause, internalError, type Outcome } from "./outcome.ts";
import { idsDecided, type Plan } from "./plan.ts";
import type { PlanRow } from "./selection.ts";

/** For the list to follow the deletion. */
const PAUSE_MS = 2_000;

export interface Execution extends Omit<DeletionResult, "results"> {
  /** Every row that is to be deleted or absent, in the order of the plan. */
  readonly outcomes: ReadonlyMap<number, Outcome>;
  /** Read after the deletion; missing if none was needed or possible. */
  readonly listing?: Listing;
}

export type ExecutionObserver = DeletionObserver & ListingOptions["observer"] & { onLookup(unconfirmed: number): void };

/** What is known of a CSR. `gone`: the plan's listing showed it; `unseen`: none did. */
type Evidence = "listed" | "unclear" | "gone" | "unseen";

/** Does not reject. */
export async function executePlan(
  plan: Plan,
  options: ListingOptions & { observer: ExecutionObserver },
): Promise<Execution> {
  const { cancel } = options;
  const planned = idsDecided(plan, "delete");
  const { results, stoppedBy, unexpectedValues } = await deleteCsrs(planned, options);
  const open = planned.map((id) => results.get(id)).filter((result) => !result?.confirmed);
  // If the listing would fail as the deletion did, it must be worth it.
  const isWorthIt = !stoppedBy || stoppedBy.kind === "permission" || !open.every(isUntouched);
  const listing = open.length > 0 && isWorthIt && !cancel.aborted ? await lookUp() : undefined;
  const stillListed = [...(listing?.records.keys() ?? [])].filter((id) => results.get(id)?.confirmed);
  let second: Listing | undefined;
  if (stillListed.length > 0) {
    await options.clock.sleep(PAUSE_MS, cancel);
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

  function evidenceOf({ id, record }: PlanRow) {
    const isListed = listing?.records.has(id);
    const isConfirmed = results.get(id)?.confirmed;
    if (second?.records.has(id) || (isListed && !isConfirmed)) return "listed";
    const isClear = isConfirmed ? !isListed || second?.conclusive : listing?.conclusive;
    if (!isClear) return "unclear";
    return record ? "gone" : "unseen";
  }

  function outcomeOf(result: CallResult | undefined, evidence: Evidence): Outcome {
    const isGone = evidence === "gone" || evidence === "unseen";
    if (!result) return isGone ? ABSENT : { name: "skipped", cause: stoppedBy ?? because("Cancelled") };
    const { confirmed, requestId, failure, mayHaveTakenEffect } = result;
    if (!isGone) {
      const unclear = isUntouched(result) ? "skipped" : "unknown";
      const cause = failure ?? whyLeft(result, evidence);
      return { name: evidence === "listed" ? "remaining" : unclear, requestId, cause };
    }
    if (confirmed) return { name: "deleted", requestId };
    const mayHaveBeenDeleted = mayHaveTakenEffect || (evidence === "gone" && !failure);
    return { name: "absent", requestId, mayHaveBeenDeleted, cause: failure };
  }

  /** Of a CSR that no call refused. */
  function whyLeft({ confirmed, requestId }: CallResult, evidence: Evidence): Cause {
    if (confirmed) return because("StillListed", requestId);
    if (evidence === "listed") return because("LeftOut", requestId);
    if (listing?.failure?.code === "Internal.Error") return { ...listing.failure, requestId };
    if (listing?.failure) return because("NotConfirmed", requestId);
    return because(cancel.aborted ? "Cancelled" : "ListChanged", requestId);
  }

  const outcomes = new Map<number, Outcome>();
  // IDs of one call with the same evidence share an outcome: 100,000 IDs do not cost 100,000 objects.
  const shared = new Map<CallResult | undefined, Partial<Record<Evidence, Outcome>>>();
  for (const row of plan.rows) {
    const evidence = evidenceOf(row);
    if (row.decision === "absent")
      outcomes.set(row.id, evidence === "listed" ? { name: "remaining", cause: because("ListChanged") } : ABSENT);
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
const isUntouched = (result: CallResult | undefined) =>
  !result || (result.failure !== undefined && result.failure.kind !== "ids" && !result.mayHaveTakenEffect);
