/** Outcomes grouped by cause: for the annotations, and for what the summary says is left. Pure. */
import type { Cause, Outcome, OutcomeName } from "../csrs/outcome.ts";
import { formatCsrCount } from "./text.ts";

export interface CauseGroup {
  /** The first of its code. */
  readonly cause: Cause;
  /** How many IDs have which outcome. */
  readonly counts: ReadonlyMap<OutcomeName, number>;
  readonly ids: readonly number[];
}

/** What was not deleted, a group for each code, the largest first. */
export function groupByCause(outcomes: Iterable<readonly [id: number, outcome: Outcome]>): readonly CauseGroup[] {
  const groups = new Map<string, { cause: Cause; counts: Map<OutcomeName, number>; ids: number[] }>();
  for (const [id, outcome] of outcomes) {
    if (outcome.name === "deleted" || outcome.name === "absent") continue;
    const { cause, name } = outcome;
    const group = groups.get(cause.code) ?? { cause, counts: new Map<OutcomeName, number>(), ids: [] };
    groups.set(cause.code, group);
    group.counts.set(name, (group.counts.get(name) ?? 0) + 1);
    group.ids.push(id);
  }
  return [...groups.values()].sort((a, b) => b.ids.length - a.ids.length);
}

function phrase(name: OutcomeName, { requestId, status }: Cause): string {
  if (name === "remaining") return "still there";
  if (name === "unknown") return "in an unknown state";
  return requestId !== undefined || status !== undefined ? "not deleted: refused" : "never sent";
}

/** `3 CSRs still there, 2 CSRs never sent`. */
export function describeOutcomes({ cause, counts }: CauseGroup): string {
  return [...counts].map(([name, count]) => `${formatCsrCount(count)} ${phrase(name, cause)}`).join(", ");
}
