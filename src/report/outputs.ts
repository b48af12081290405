/** The outputs of `action.yml`. */
import { idsWith } from "../csrs/outcome.ts";
import { idsToDelete } from "../csrs/plan.ts";
import type { RunRecord } from "../shared/run-record.ts";
import { kindOf } from "./verdict.ts";

/**
 * Characters that all outputs together may have. The runner keeps 1 MB of outputs for a job, counted in UTF-16; a job that passes
 * one on needs room for that too. https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idoutputs
 */
const MAX_CHARACTERS = 480_000;

/** What looks like a RequestId. Anything else could hold a masked value, and the runner would drop the output. */
const REQUEST_ID = /^[0-9A-Za-z-]{1,64}$/;

type IdLists = Partial<Record<"planned" | "deleted" | "absent" | "notDeleted", readonly number[]>>;

/** The IDs by what became of them. A list is missing if it is not known. */
export function idLists(record: RunRecord): IdLists {
  const { plan, execution, inputs } = record;
  const kind = kindOf(record);
  if (!plan || kind === "invalid-inputs") return {};
  const notListed = plan.rows.filter(({ decision }) => decision === "absent").map(({ id }) => id);
  const absent = plan.listing?.conclusive || plan.rows.length === 0 ? notListed : undefined;
  if (kind === "refused") return { absent };
  const planned = idsToDelete(plan);
  if (inputs?.dryRun) return { planned, deleted: [], absent, notDeleted: [] };
  // After a mistake of the action, what is not known to be deleted counts as not deleted.
  if (!execution) return { planned, deleted: [], absent, notDeleted: planned };
  const { outcomes } = execution;
  return {
    planned,
    deleted: idsWith(outcomes, "deleted"),
    absent: idsWith(outcomes, "absent"),
    notDeleted: idsWith(outcomes, "remaining", "unknown", "skipped"),
  };
}

/** All outputs, and the names of lists that did not fit. Lists and counts that are not known, or do not fit, are empty text, never `[]` or 0. */
export function outputsOf(record: RunRecord, reportPath: string) {
  const ids = idLists(record);
  const json = (list: readonly unknown[] | undefined): string => (list ? JSON.stringify(list) : "");
  const count = (list: readonly unknown[] | undefined): string => String(list?.length ?? "");
  const requestIds = record.calls.flatMap(({ requestId = "" }) => (REQUEST_ID.test(requestId) ? [requestId] : []));
  // The most important first: the last ones may not fit.
  const lists = {
    "not-deleted-csr-ids": json(ids.notDeleted),
    "absent-csr-ids": json(ids.absent),
    "deleted-csr-ids": json(ids.deleted),
    "planned-csr-ids": json(ids.planned),
    "request-ids": json(requestIds),
  };
  const values: Record<string, string> = {
    "deleted-count": count(ids.deleted),
    "absent-count": count(ids.absent),
    "not-deleted-count": count(ids.notDeleted),
    "report-path": reportPath,
  };
  const omitted: string[] = [];
  let room = MAX_CHARACTERS;
  for (const [name, list] of Object.entries(lists)) {
    const fits = list.length <= room;
    values[name] = fits ? list : "";
    if (fits) room -= list.length;
    else omitted.push(name);
  }
  return { values, omitted };
}
