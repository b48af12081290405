/** The record of a run: all that outputs, summary, comment, annotations, report file and exit code are made of. */
import type { LoginIdentity } from "../credentials/identity.ts";
import type { Execution } from "../csrs/execute.ts";
import type { LookupResult } from "../csrs/inventory.ts";
import { type Plan, type PlanFailure, type PlanRow, planIds } from "../csrs/plan.ts";
import type { Inputs } from "../inputs/inputs.ts";
import type { Warning } from "../shared/warning.ts";
import type { AttemptRecord } from "../tencentcloud/api-client.ts";

/** What the run came to. */
export type RunOutcome =
  /** @property problems Markdown with code spans; may have several lines */
  | { readonly kind: "invalid-inputs"; readonly problems: readonly string[] }
  /** There is no plan, or a guard refused it. Nothing was deleted. */
  | { readonly kind: "no-plan"; readonly failure: PlanFailure }
  | { readonly kind: "dry-run"; readonly plan: Plan }
  | { readonly kind: "deletion"; readonly plan: Plan; readonly execution: Execution }
  /** A mistake of the action. With a plan, the state of its IDs is unknown. */
  | { readonly kind: "internal-error"; readonly message: string; readonly plan: Plan | undefined };

export interface RunRecord {
  readonly outcome: RunOutcome;
  /** `undefined` if they are wrong. */
  readonly inputs: Inputs | undefined;
  /** Every request, in the order of the responses. */
  readonly attempts: readonly AttemptRecord[];
  /** What was added to the runner's clock, in ms; `undefined` if it was never corrected. */
  readonly clockOffsetMs: number | undefined;
  readonly warnings: readonly Warning[];
  readonly cancelled: boolean;
  /** UNIX time in ms. */
  readonly startedAt: number;
  readonly durationMs: number;
  /** Of a keyless login. */
  readonly identity: LoginIdentity | undefined;
}

/** The state of a run that is about to make its first deletion. */
export interface PendingRecord extends Omit<RunRecord, "outcome"> {
  readonly outcome: { readonly kind: "pending"; readonly plan: Plan };
}

type AnyOutcome = (RunRecord | PendingRecord)["outcome"];

/** The plan behind `outcome`, also one that a guard refused. */
export function planOf(outcome: AnyOutcome): Plan | undefined {
  if (outcome.kind === "invalid-inputs") return undefined;
  if (outcome.kind !== "no-plan") return outcome.plan;
  return outcome.failure.kind === "lookup-failed" ? undefined : outcome.failure.plan;
}

/** The lookup that explains the outcome: the last one. */
export function lookupOf({ outcome }: RunRecord | PendingRecord): LookupResult | undefined {
  if (outcome.kind === "no-plan" && outcome.failure.kind === "lookup-failed") return outcome.failure.lookup;
  return (outcome.kind === "deletion" ? outcome.execution.lookup : undefined) ?? planOf(outcome)?.lookup;
}

/** What a listing said: of the plan, or, if it was read after the deletion only, of the CSRs that are still there. */
export function rowsOf({ outcome, startedAt }: RunRecord | PendingRecord): readonly PlanRow[] {
  const plan = planOf(outcome);
  if (outcome.kind !== "deletion" || plan?.lookup) return plan?.rows ?? [];
  return planIds(outcome.plan.ids, outcome.execution.lookup, startedAt).rows;
}
