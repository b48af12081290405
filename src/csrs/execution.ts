/** Carries out a plan: deletes, lists what no response confirmed, and settles the outcome of every ID. */
import { messageOf } from "../shared/result.ts";
import { type ApiFailure, apiFailure } from "../tencentcloud/errors.ts";
import { type DeletionObserver, type DeletionResult, type DeletionStatus, deleteCsrs } from "./deletion.ts";
import { type Listing, type ListingObserver, type ListingOptions, listCsrs } from "./listing.ts";
import type { Cause, Outcome } from "./outcome.ts";
import { idsToDelete, type Plan } from "./plan.ts";

/** Before a CSR that is still listed after its deletion was confirmed is looked for once more. */
const PAUSE_MS = 2_000;

export interface Execution {
  /** Every row that is to be deleted or absent, in the order of the plan. */
  readonly outcomes: ReadonlyMap<number, Outcome>;
  /** Read after the deletion; missing if none was needed or possible. */
  readonly listing?: Listing;
  /** Why no further calls were made: they would have failed, too. */
  readonly stoppedBy?: ApiFailure;
  /** The first values of `Success` that are no ID of the plan. */
  readonly unexpectedValues: readonly string[];
}

export interface ExecutionObserver extends DeletionObserver, ListingObserver {
  /** So many IDs are looked up, because no response confirmed them. */
  onLookup(unconfirmed: number): void;
}

interface ExecutionOptions extends ListingOptions {
  readonly observer: ExecutionObserver;
}

/** Deletes what the plan says, and settles the outcome of each ID. Does not reject. */
export async function executePlan(plan: Plan, options: ExecutionOptions): Promise<Execution> {
  const deletion = await deleteCsrs(idsToDelete(plan), options);
  const { stoppedBy, unexpectedValues } = deletion;
  const listing = await listUnconfirmed(deletion, options);
  const contradicted = await recheck(deletion, listing, options);
  const findings = { stoppedBy, listing, cancelled: options.cancel.aborted };
  const outcomes = new Map<number, Outcome>();
  const shared: Shared = { seen: new Map(), gone: new Map(), unseen: new Map() };
  for (const { id, decision, record } of plan.rows) {
    const evidence = listing?.records.has(id) ? "seen" : record ? "gone" : "unseen";
    const status = deletion.statuses.get(id);
    if (status) {
      const outcome = shared[evidence].get(status) ?? outcomeOf(status, evidence, findings);
      shared[evidence].set(status, outcome);
      outcomes.set(id, contradicted.get(id) ?? outcome);
    } else if (decision === "absent") {
      outcomes.set(id, evidence === "seen" ? REAPPEARED : ABSENT);
    }
  }
  return { outcomes, listing, stoppedBy, unexpectedValues };
}

const because = (code: string, requestId?: string): Cause => ({ code, message: "", requestId });
const ABSENT: Outcome = { name: "absent", mayHaveBeenDeleted: false };
const REAPPEARED: Outcome = { name: "remaining", cause: because("ListChanged") };

async function listUnconfirmed(
  { statuses, stoppedBy }: DeletionResult,
  options: ExecutionOptions,
): Promise<Listing | undefined> {
  const open = [...statuses.values()].filter(({ state }) => state !== "confirmed");
  if (open.length === 0 || options.cancel.aborted) return undefined;
  // If the listing would fail as the deletion did, it must be worth it.
  const mayWork = !stoppedBy || stoppedBy.kind === "permission";
  if (!mayWork && open.every(isUntouched)) return undefined;
  try {
    options.observer.onLookup(open.length);
    return await listCsrs(options);
  } catch (error) {
    return { records: new Map(), conclusive: false, failure: apiFailure("Internal.Error", messageOf(error)) };
  }
}

/** Never sent, or refused before anything could happen. A refusal because of the IDs leaves open whether it exists. */
function isUntouched(status: DeletionStatus): boolean {
  if (status.state !== "unconfirmed") return status.state === "unsent";
  return status.failure !== undefined && !status.mayHaveTakenEffect && status.failure.kind !== "ids";
}

/** Outcomes of IDs whose deletion was confirmed, but which the listing still shows; none if a second one does not. */
async function recheck(
  { statuses }: DeletionResult,
  listing: Listing | undefined,
  options: ExecutionOptions,
): Promise<ReadonlyMap<number, Outcome>> {
  const outcomes = new Map<number, Outcome>();
  const listed = [...(listing?.records.keys() ?? [])].filter((id) => statuses.get(id)?.state === "confirmed");
  if (listed.length === 0) return outcomes;
  await options.clock.sleep(PAUSE_MS, options.cancel);
  const { records, conclusive } = await listCsrs({ ...options, wanted: new Set(listed) });
  for (const id of listed) {
    if (conclusive && !records.has(id)) continue;
    const requestId = statuses.get(id)?.requestId;
    const name = records.has(id) ? "remaining" : "unknown";
    outcomes.set(id, { name, requestId, cause: because("StillListed", requestId) });
  }
  return outcomes;
}

/** Of an ID: the listing shows it; or does not, but that of the plan did; or neither does. */
type Evidence = "seen" | "gone" | "unseen";
type Shared = Readonly<Record<Evidence, Map<DeletionStatus, Outcome>>>;
type Findings = Pick<Execution, "stoppedBy" | "listing"> & { readonly cancelled: boolean };

function outcomeOf(status: DeletionStatus, evidence: Evidence, findings: Findings): Outcome {
  if (status.state === "confirmed") return { name: "deleted", requestId: status.requestId };
  const isAbsent = evidence !== "seen" && findings.listing?.conclusive === true;
  if (status.state === "unsent")
    return isAbsent ? ABSENT : { name: "skipped", cause: findings.stoppedBy ?? because("Cancelled") };
  const { requestId, failure, mayHaveTakenEffect } = status;
  const mayHaveBeenDeleted = mayHaveTakenEffect || (evidence === "gone" && !failure);
  if (isAbsent) return { name: "absent", requestId, mayHaveBeenDeleted, cause: failure };
  if (evidence === "seen") return { name: "remaining", requestId, cause: failure ?? because("LeftOut", requestId) };
  const name = isUntouched(status) ? "skipped" : "unknown";
  return { name, requestId, cause: failure ?? whyUnknown(findings, requestId) };
}

function whyUnknown({ listing, cancelled }: Findings, requestId: string | undefined): Cause {
  if (listing?.failure?.code === "Internal.Error") return { ...listing.failure, requestId };
  if (listing?.failure) return because("NotConfirmed", requestId);
  return because(cancelled ? "Cancelled" : "ListChanged", requestId);
}
