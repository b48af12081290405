/** What became of an ID. Every requested ID has exactly one outcome. */
import type { Fault } from "../tencentcloud/fault.ts";

export const OUTCOMES = ["deleted", "absent", "remaining", "unknown", "skipped"] as const;
export type OutcomeName = (typeof OUTCOMES)[number];

/** Why an ID was not deleted. The words are ours, but for `message`, which is the API's or the network's: it may hold anything. */
export type Cause = Pick<Fault, "code" | "message" | "meaning" | "remedy"> & {
  readonly requestId?: string | undefined;
};

/**
 * Shared by all IDs of the same call that fared alike, so that 100,000 IDs cost no 100,000 objects.
 * - `deleted`: an answer listed it in `Success`
 * - `absent`: not confirmed, and a complete list shows that it is not there
 * - `remaining`: not confirmed, and a list shows that it is there
 * - `unknown`: not confirmed, and no list could tell
 * - `skipped`: never sent
 */
export type Outcome =
  | { readonly name: "deleted"; readonly requestId?: string | undefined; readonly cause?: undefined }
  | {
      readonly name: "absent";
      readonly requestId?: string | undefined;
      readonly cause?: Cause | undefined;
      /** It may have been deleted by a call of this run whose answer was lost. */
      readonly lost: boolean;
    }
  | {
      readonly name: "remaining" | "unknown" | "skipped";
      readonly requestId?: string | undefined;
      readonly cause: Cause;
    };

/** Causes that no error code of the API stands for. */
export const CAUSES = {
  leftOut: {
    code: "LeftOut",
    message: "",
    meaning:
      "the API answered without an error, but left this ID out of its list of deleted CSRs, and the CSR is still there",
    remedy: "Look at the CSR in the Tencent Cloud console: it may be in use. Then run the step again.",
  },
  notConfirmed: {
    code: "NotConfirmed",
    message: "",
    meaning:
      "the API left this ID out of its list of deleted CSRs, and whether the CSR is still there could not be found out",
    remedy: "Run the step again. The step needs `ssl:DescribeCSRSet` to tell what is left.",
  },
  listChanged: {
    code: "ListChanged",
    message: "",
    meaning: "the list of CSRs changed, or was not complete, each time that it was read",
    remedy: "Run the step again when no other job or person creates or deletes CSRs.",
  },
  cancelled: {
    code: "Cancelled",
    message: "",
    meaning: "the run was cancelled before this was settled",
    remedy: "Run the step again: that is safe, and picks up what is left.",
  },
} as const satisfies Record<string, Cause>;

/** The IDs of one outcome, in the order of the request. */
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
