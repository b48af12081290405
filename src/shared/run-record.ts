/** What happened in a run: outputs, summary, comment, annotations, report file and exit code are made of it. */
import type { LoginIdentity } from "../credentials/identity.ts";
import type { Execution } from "../csrs/execution.ts";
import type { Plan, Refusal } from "../csrs/plan.ts";
import type { Inputs, Problem } from "../inputs/inputs.ts";
import type { AttemptRecord } from "../tencentcloud/api-client.ts";

/** A part is missing if the run did not get that far. With a plan and nothing after it, the deletion comes next. */
export interface Recording {
  inputs?: Inputs;
  problems: readonly Problem[];
  plan?: Plan;
  /** Why the plan was not carried out: nothing was deleted. */
  refusal?: Refusal;
  execution?: Execution;
  /** A mistake of this action. If the deletion had begun, the state of the planned CSRs is unknown. */
  crash?: string;
  /** Every request to SSL and STS, at the end in order of time. */
  calls: AttemptRecord[];
  /** Of a keyless login, once there was an OIDC token. */
  identity?: LoginIdentity;
  /** Added to the runner's clock, if that was wrong. */
  clockOffsetMs?: number;
  cancelled: boolean;
  startedAt: number;
  durationMs: number;
}

export type RunRecord = Readonly<Recording>;
