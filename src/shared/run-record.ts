/** What happened in a run: all that outputs, summary, comment, annotations, report file and exit code are made of. */
import type { LoginIdentity } from "../credentials/identity.ts";
import type { Execution } from "../csrs/execution.ts";
import type { Plan, Refusal } from "../csrs/plan.ts";
import type { Inputs, Problem } from "../inputs/inputs.ts";
import type { AttemptRecord } from "../tencentcloud/api-client.ts";

/** A part is missing if the run did not get that far. With a plan and nothing after it, the deletion is about to begin. */
export interface RunRecord {
  /** Missing if there are problems. */
  readonly inputs?: Inputs;
  /** What is wrong with the inputs. */
  readonly problems: readonly Problem[];
  readonly plan?: Plan;
  /** Why the plan was not carried out: nothing was deleted. */
  readonly refusal?: Refusal;
  readonly execution?: Execution;
  /** Message of a mistake of this action. If the deletion had begun, the state of the planned CSRs is unknown. */
  readonly crash?: string;
  /** Every request to SSL and STS, in order of time. */
  readonly calls: readonly AttemptRecord[];
  /** Of a keyless login. */
  readonly identity?: LoginIdentity;
  /** What was added to the runner's clock; missing if it was never corrected. */
  readonly clockOffsetMs?: number;
  readonly cancelled: boolean;
  /** UNIX time in ms. */
  readonly startedAt: number;
  readonly durationMs: number;
}
