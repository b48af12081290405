/** What happened in a run: all that outputs, summary, comment, annotations, report file and exit code are made of. */
import type { LoginIdentity } from "../credentials/identity.ts";
import type { Execution } from "../csrs/execution.ts";
import type { Plan, Refusal } from "../csrs/plan.ts";
import type { Inputs, Problem } from "../inputs/inputs.ts";
import type { AttemptRecord } from "../tencentcloud/api-client.ts";

/** A part is missing if the run did not get that far. With a plan and nothing after it, the deletion is about to begin. */
export interface RunRecord {
  readonly inputs?: Inputs;
  readonly problems: readonly Problem[];
  readonly plan?: Plan;
  /** Why the plan was not carried out: nothing was deleted. */
  readonly refusal?: Refusal;
  readonly execution?: Execution;
  /** A mistake of this action. If the deletion had begun, the state of the planned CSRs is unknown. */
  readonly crash?: string;
  /** Every request to SSL and STS, in order of time. */
  readonly calls: readonly AttemptRecord[];
  readonly identity?: LoginIdentity;
  /** Added to the runner's clock, if that was wrong. */
  readonly clockOffsetMs?: number;
  readonly cancelled: boolean;
  readonly startedAt: number;
  readonly durationMs: number;
}
