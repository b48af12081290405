/** The outputs of `action.yml`. */
import { idsWith } from "../csrs/outcome.ts";
import { idsDecided } from "../csrs/plan.ts";
import type { RunRecord } from "../shared/run-record.ts";

/** The runner keeps 1 MB of outputs for a job, counted in UTF-16; a job that passes one on needs room for that, too. */
const MAX_CHARACTERS = 480_000;

/** What looks like a RequestId. Anything else could hold a masked value, and the runner would drop the output. */
const REQUEST_ID = /^[0-9A-Za-z-]{1,64}$/;

/** The IDs by what became of them. A list is missing if it is not known. */
export function idLists({ plan, execution, refusal, inputs }: Partial<RunRecord>) {
  if (!plan) return {};
  const absent = plan.listing?.conclusive || plan.rows.length === 0 ? idsDecided(plan, "absent") : undefined;
  if (refusal) return { absent };
  const planned = idsDecided(plan, "delete");
  // After a mistake of the action, what is not known to be deleted counts as not deleted.
  if (!execution) return { planned, deleted: [], absent, notDeleted: inputs?.dryRun ? [] : planned };
  const { outcomes } = execution;
  return {
    planned,
    deleted: idsWith(outcomes, "deleted"),
    absent: idsWith(outcomes, "absent"),
    notDeleted: idsWith(outcomes, "remaining", "unknown", "skipped"),
  };
}

/** All outputs, and the names of lists that did not fit. What is not known, or does not fit, is empty text. */
export function outputsOf(record: Partial<RunRecord>, reportPath: string) {
  const ids = idLists(record);
  const count = (list: readonly unknown[] | undefined) => String(list?.length ?? "");
  const requestIds = record.calls?.flatMap(({ requestId = "" }) => (REQUEST_ID.test(requestId) ? [requestId] : []));
  // The most important first: the last ones may not fit.
  const lists = {
    "not-deleted-csr-ids": ids.notDeleted,
    "absent-csr-ids": ids.absent,
    "deleted-csr-ids": ids.deleted,
    "planned-csr-ids": ids.planned,
    "request-ids": requestIds,
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
    const json = list ? JSON.stringify(list) : "";
    const value = json.length <= room ? json : "";
    room -= value.length;
    values[name] = value;
    if (value !== json) omitted.push(name);
  }
  return { values, omitted };
}
