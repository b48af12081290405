/** What a run came to: all that the report is made of. */
import type { CleanUp } from "../cleanup/cleanup.ts";
import type { Listing } from "../cleanup/listing.ts";
import type { OnAbsent } from "../inputs/inputs.ts";
import type { CallRecord } from "../tencentcloud/client.ts";

/** What the run was to do, and what became of it. */
export type Work =
  /** Nothing was asked for, because the inputs are wrong, or the action itself failed. */
  | { readonly kind: "failed"; readonly problems: readonly string[]; readonly ids: readonly number[] }
  | {
      readonly kind: "dry run";
      readonly ids: readonly number[] /** None without credentials. */;
      readonly listing?: Listing;
    }
  | ({ readonly kind: "clean-up"; readonly ids: readonly number[] } & CleanUp);

export interface RunResult {
  readonly work: Work;
  readonly onAbsent: OnAbsent;
  /** Every request, in the order in which their answers came. */
  readonly calls: readonly CallRecord[];
  /** What else should be known. */
  readonly notices: readonly Annotation[];
  readonly cancelled: boolean;
  readonly endpoint: string;
  /** UNIX time in milliseconds. */
  readonly startedAt: number;
  readonly durationMs: number;
}

/** What people see at the top of the run's page. */
export interface Annotation {
  readonly level: "error" | "warning";
  readonly title: string;
  /** May have several lines. */
  readonly message: string;
}

/** Requests beyond the first of each call. */
export function retries(calls: readonly CallRecord[]): number {
  return calls.filter(({ retry }) => retry).length;
}
