/** What happened to an ID. */
import { messageOf } from "../shared/result.ts";
import { type ApiFailure, apiFailure } from "../tencentcloud/errors.ts";

export type OutcomeName = Outcome["name"];

/** Why an ID was not deleted, or not by a response that says so. */
export type Cause = Pick<ApiFailure, "code" | "message" | "requestId" | "status">;

/** A mistake of this action must not lose what its calls did. */
export const internalError = (error: unknown) => apiFailure("Internal.Error", messageOf(error), { fatal: true });

/**
 * `deleted`: by a response; `absent`, `remaining`: by a listing; `unknown`: by neither; `skipped`: never sent, or
 * refused before it could have any effect.
 */
export type Outcome = Readonly<
  { requestId?: string } & (
    | { name: "deleted"; cause?: undefined }
    /** `mayHaveBeenDeleted`: by a call of this run. */
    | { name: "absent"; cause?: Cause; mayHaveBeenDeleted: boolean }
    | { name: "remaining" | "unknown" | "skipped"; cause: Cause }
  )
>;

export function idsWith(outcomes: ReadonlyMap<number, Outcome>, ...names: OutcomeName[]) {
  const ids: number[] = [];
  // A copy of the entries of 100,000 IDs would double the young generation of the heap.
  for (const [id, { name }] of outcomes) if (names.includes(name)) ids.push(id);
  return ids;
}

export function count(outcomes: ReadonlyMap<number, Outcome>) {
  const counts = { deleted: 0, absent: 0, remaining: 0, unknown: 0, skipped: 0 };
  for (const { name } of outcomes.values()) counts[name] += 1;
  return counts;
}
