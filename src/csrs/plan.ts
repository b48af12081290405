/** The plan: which CSRs are to be deleted. Made before anything is deleted, from given IDs or from a selection. */
import type { Clock } from "../shared/clock.ts";
import { failed, type Result, success } from "../shared/result.ts";
import type { ApiClient } from "../tencentcloud/api-client.ts";
import { minimumAge, parseCreateTime } from "./create-time.ts";
import { type Protection, protectedIds } from "./guards.ts";
import { findCsrs, type LookupObserver, type LookupResult, listCsrs } from "./inventory.ts";
import { type PlanRow, type SelectionRules, select } from "./selection.ts";

export type { KeptReason, PlanRow } from "./selection.ts";

export interface Plan {
  readonly source: "ids" | "selection";
  /** The IDs to delete, unique and in order. */
  readonly ids: readonly number[];
  /** What a listing said: in a selection of every CSR that matches `domains`, else of the given IDs that exist. */
  readonly rows: readonly PlanRow[];
  /** The listing behind it; `undefined` if none was read. */
  readonly lookup: LookupResult | undefined;
}

/** Why there is no plan that may be carried out. */
export type PlanFailure =
  /** The CSRs could not be listed, and without that there is no plan. */
  | { readonly kind: "lookup-failed"; readonly lookup: LookupResult }
  /** Given IDs are protected. */
  | { readonly kind: "protected"; readonly ids: readonly number[]; readonly plan: Plan }
  /** More deletions than `max-deletions`. */
  | { readonly kind: "too-many"; readonly planned: number; readonly max: number; readonly plan: Plan };

export interface PlanRequest {
  readonly target:
    | { readonly kind: "ids"; readonly ids: readonly number[] }
    | { readonly kind: "selection"; readonly rules: SelectionRules };
  readonly protection: Protection;
  /** `undefined`: no limit. */
  readonly maxDeletions: number | undefined;
  /** Given IDs are looked up in a dry run; else only if that is needed to know which are protected. */
  readonly dryRun: boolean;
}

export interface PlanOptions {
  /** Missing if there are no credentials: then nothing is looked up. */
  readonly client: ApiClient | undefined;
  readonly clock: Clock;
  readonly cancel: AbortSignal;
  readonly observer: LookupObserver;
}

/** Makes the plan, with the lookup that it needs. Does not reject for anything that the API or the network does. */
export async function makePlan(request: PlanRequest, options: PlanOptions): Promise<Result<Plan, PlanFailure>> {
  const { target, protection, maxDeletions, dryRun } = request;
  const { client, clock } = options;
  const lookUp = async (): Promise<LookupResult | undefined> => {
    if (!client) return undefined;
    if (target.kind === "selection") return listCsrs({ ...options, client });
    const isNeeded = target.ids.length > 0 && (dryRun || protection.domains.length > 0);
    return isNeeded ? findCsrs(target.ids, { ...options, client }) : undefined;
  };
  const lookup = await lookUp();
  // By the API's clock, if the runner's was corrected: one that is ahead would make every CSR look older.
  const now = clock.now() + (client?.clockOffsetMs ?? 0);
  const needsLookup = target.kind === "selection" || (protection.domains.length > 0 && target.ids.length > 0);
  if (needsLookup && !lookup?.conclusive)
    return failed({ kind: "lookup-failed", lookup: lookup ?? { records: new Map(), conclusive: false } });

  const plan =
    target.kind === "selection"
      ? planSelection(lookup, target.rules, protection, now)
      : planIds(target.ids, lookup, now);
  const refused = target.kind === "ids" ? protectedIds(plan.ids, protection, lookup?.records ?? new Map()) : [];
  if (refused.length > 0)
    return failed({ kind: "protected", ids: refused, plan: markProtected(plan, new Set(refused)) });
  if (maxDeletions !== undefined && plan.ids.length > maxDeletions)
    return failed({ kind: "too-many", planned: plan.ids.length, max: maxDeletions, plan });
  return success(plan);
}

function planSelection(
  lookup: LookupResult | undefined,
  rules: SelectionRules,
  protection: Protection,
  now: number,
): Plan {
  const rows = select(lookup?.records.values() ?? [], rules, protection, now);
  const ids = rows.filter(({ decision }) => decision === "delete").map(({ record }) => record.id);
  return { source: "selection", ids, rows, lookup };
}

/** The plan of given IDs: exactly these. */
export function planIds(ids: readonly number[], lookup: LookupResult | undefined, now: number): Plan {
  const rows = ids.flatMap((id): readonly PlanRow[] => {
    const record = lookup?.records.get(id);
    if (!record) return [];
    const createTime = parseCreateTime(record.createTime);
    return [{ record, decision: "delete", ageMs: createTime === undefined ? undefined : minimumAge(createTime, now) }];
  });
  return { source: "ids", ids, rows, lookup };
}

function markProtected(plan: Plan, ids: ReadonlySet<number>): Plan {
  const rows = plan.rows.map((row): PlanRow => (ids.has(row.record.id) ? { ...row, decision: "protected" } : row));
  return { ...plan, rows };
}
