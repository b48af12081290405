/** What happened to an ID. Every planned ID ends in exactly one outcome. */

export const OUTCOMES = ["deleted", "absent", "remaining", "unknown", "skipped"] as const;
export type OutcomeName = (typeof OUTCOMES)[number];

/** Why an ID was not deleted, or not by a response that says so. */
export interface Cause {
  /** A code of the error table. */
  readonly code: string;
  /** Foreign text, redacted; may be empty. */
  readonly message: string;
  readonly requestId?: string;
  /** HTTP status, if there was a response. */
  readonly status?: number;
}

/**
 * IDs of the same call with the same result share one object, so that 100,000 IDs do not cost 100,000 objects.
 * - `deleted`: a response listed it in `Success`
 * - `absent`: not confirmed, and a conclusive listing shows that it does not exist
 * - `remaining`: a listing shows that it exists
 * - `unknown`: not confirmed, and no listing could settle it
 * - `skipped`: never sent, or refused before it could have any effect
 */
export type Outcome =
  | { readonly name: "deleted"; readonly requestId?: string; readonly cause?: undefined }
  | {
      readonly name: "absent";
      readonly requestId?: string;
      readonly cause?: Cause;
      /** By a call of this run whose response was lost, or said nothing of it. */
      readonly mayHaveBeenDeleted: boolean;
    }
  | { readonly name: "remaining" | "unknown" | "skipped"; readonly requestId?: string; readonly cause: Cause };

/** The IDs with one of these outcomes, in order. */
export function idsWith(outcomes: ReadonlyMap<number, Outcome>, ...names: readonly OutcomeName[]): readonly number[] {
  const ids: number[] = [];
  for (const [id, { name }] of outcomes) if (names.includes(name)) ids.push(id);
  return ids;
}

/** How many IDs have each outcome. */
export function count(outcomes: ReadonlyMap<number, Outcome>): Readonly<Record<OutcomeName, number>> {
  const counts = { deleted: 0, absent: 0, remaining: 0, unknown: 0, skipped: 0 };
  for (const { name } of outcomes.values()) counts[name] += 1;
  return counts;
}
