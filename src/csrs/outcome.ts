/** What happened to an ID. */
import { messageOf } from "../shared/result.ts";
import { type ApiFailure, apiFailure } from "../tencentcloud/errors.ts";

export type OutcomeName = Outcome["name"];

/** Why an ID was not deleted, or not by a response that says so. */
export type Cause = Pick<ApiFailure, "code" | "message" | "requestId" | "status">;

/** A mistake of this action must not lose what its calls did. */
export const internalError = (error: unknown): ApiFailure =>
  apiFailure("Internal.Error", messageOf(error), { fatal: true });

/**
 * `deleted`: by a response; `absent`, `remaining`: by a listing; `unknown`: by neither; `skipped`: never sent, or refused
 * before it could have any effect.
 */
export type Outcome = { readonly requestId?: string } & (
  | { readonly name: "deleted"; readonly cause?: undefined }
  /** `mayHaveBeenDeleted`: by a call of this run. */
  | { readonly name: "absent"; readonly cause?: Cause; readonly mayHaveBeenDeleted: boolean }
  | { readonly name: "remaining" | "unknown" | "skipped"; readonly cause: Cause }
);

export const idsWith = (outcomes: ReadonlyMap<number, Outcome>, ...names: OutcomeName[]): readonly number[] =>
  [...outcomes].filter(([, { name }]) => names.includes(name)).map(([id]) => id);

export function count(outcomes: ReadonlyMap<number, Outcome>): Readonly<Record<OutcomeName, number>> {
  const counts = { deleted: 0, absent: 0, remaining: 0, unknown: 0, skipped: 0 };
  for (const { name } of outcomes.values()) counts[name] += 1;
  return counts;
}
