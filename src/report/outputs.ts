/** The outputs of `action.yml`. Pure. */
import { count, idsWith } from "../cleanup/outcome.ts";
import type { RunResult, Work } from "./result.ts";

/**
 * Characters that all outputs together may have. The runner keeps 1 MB of outputs for a job, counted in UTF-16; a job that passes
 * one on needs its room too. https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idoutputs
 */
const MAX_CHARACTERS = 480_000;

export interface Outputs {
  readonly values: Readonly<Record<string, string>>;
  /** Lists that did not fit. They are empty text, which no consumer can take for an empty list. */
  readonly omitted: readonly string[];
}

const json = (values: readonly unknown[]): string => JSON.stringify(values);

/** The lists, the most telling first: it is the last ones that may not fit. */
function lists({ work, calls }: RunResult): ReadonlyArray<readonly [name: string, value: string]> {
  const done = work.kind === "clean-up" ? work.outcomes : new Map<number, never>();
  return [
    ["not-deleted-csr-ids", json(idsWith(done, "remaining", "unknown", "skipped"))],
    ["absent-csr-ids", json(idsWith(done, "absent"))],
    ["deleted-csr-ids", json(idsWith(done, "deleted"))],
    ["planned-csr-ids", json(work.ids)],
    ["request-ids", json(calls.flatMap(({ requestId }) => (requestId === undefined ? [] : [requestId])))],
  ];
}

function counts(work: Work): ReadonlyArray<readonly [name: string, value: string]> {
  const counted =
    work.kind === "clean-up" ? count(work.outcomes) : { deleted: 0, absent: 0, remaining: 0, unknown: 0, skipped: 0 };
  return [
    ["deleted-count", String(counted.deleted)],
    ["absent-count", String(counted.absent)],
    ["not-deleted-count", String(counted.remaining + counted.unknown + counted.skipped)],
  ];
}

/** All outputs. A list that would break the runner's limit is left out, and named. */
export function outputsOf(result: RunResult, reportPath: string): Outputs {
  const values: Record<string, string> = { ...Object.fromEntries(counts(result.work)), "report-path": reportPath };
  const omitted: string[] = [];
  let room = MAX_CHARACTERS;
  for (const [name, value] of lists(result)) {
    if (value.length <= room) {
      values[name] = value;
      room -= value.length;
    } else {
      values[name] = "";
      omitted.push(name);
    }
  }
  return { values, omitted };
}
