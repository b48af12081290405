/** The outputs of `action.yml`. Pure. */
import { idsWith } from "../csrs/outcome.ts";
import type { RunRecord } from "./run-record.ts";

/**
 * Characters that all outputs together may have. The runner keeps 1 MB of outputs for a job, counted in UTF-16; a job that passes
 * one on needs room for that too. https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idoutputs
 */
const MAX_CHARACTERS = 480_000;

/** What looks like a RequestId. Anything else could hold a masked value, and the runner would drop the output. */
const REQUEST_ID = /^[0-9A-Za-z-]{1,64}$/;

export interface Outputs {
  readonly values: Readonly<Record<string, string>>;
  /** Lists that did not fit. They are empty text, which no later step can take for an empty list. */
  readonly omitted: readonly string[];
}

interface IdLists {
  readonly planned: readonly number[];
  readonly deleted: readonly number[];
  readonly absent: readonly number[];
  readonly notDeleted: readonly number[];
}

/** `undefined` where nothing is known: without valid inputs, or without a plan. */
function idLists({ outcome, inputs }: RunRecord): IdLists | undefined {
  if (outcome.kind === "invalid-inputs" || outcome.kind === "no-plan" || !outcome.plan) return undefined;
  const planned = outcome.plan.ids;
  const none = { planned, deleted: [], absent: [], notDeleted: [] };
  if (outcome.kind === "dry-run" || inputs?.dryRun) return none;
  if (outcome.kind === "internal-error") return { ...none, notDeleted: planned };
  const { outcomes } = outcome.execution;
  return {
    planned,
    deleted: idsWith(outcomes, "deleted"),
    absent: idsWith(outcomes, "absent"),
    notDeleted: idsWith(outcomes, "remaining", "unknown", "skipped"),
  };
}

/** All outputs. Unknown lists and counts are empty text, never `[]` or 0. */
export function outputsOf(record: RunRecord, reportPath: string): Outputs {
  const ids = idLists(record);
  const json = (list: readonly unknown[] | undefined): string => (list ? JSON.stringify(list) : "");
  const count = (list: readonly unknown[] | undefined): string => String(list?.length ?? "");
  const requestIds = record.attempts.flatMap(({ requestId = "" }) => (REQUEST_ID.test(requestId) ? [requestId] : []));
  // The most important first: the last ones may not fit.
  const lists = {
    "not-deleted-csr-ids": json(ids?.notDeleted),
    "absent-csr-ids": json(ids?.absent),
    "deleted-csr-ids": json(ids?.deleted),
    "planned-csr-ids": json(ids?.planned),
    "request-ids": json(requestIds),
  };
  const values: Record<string, string> = {
    "deleted-count": count(ids?.deleted),
    "absent-count": count(ids?.absent),
    "not-deleted-count": count(ids?.notDeleted),
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
