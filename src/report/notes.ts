/** What is said about a run besides its counts: a note is a reason to fail, or a warning. Pure. */
import type { LookupResult } from "../csrs/inventory.ts";
import { idsWith } from "../csrs/outcome.ts";
import type { PlanFailure } from "../csrs/plan.ts";
import type { Warning } from "../shared/warning.ts";
import { type CauseGroup, describeOutcomes } from "./causes.ts";
import { describeCause, describeIdentity } from "./remedies.ts";
import { lookupOf, type RunRecord, rowsOf } from "./run-record.ts";
import { codeSpan, formatCsrCount, formatDuration, formatIds, formatNumber, sanitizeLine } from "./text.ts";

const MAX_IDS = 20;
const MAX_VALUES = 10;

export const CANCELLED: Warning = {
  title: "Cancelled",
  message: "The run was cancelled. The outputs say what was done by then.",
};

/** The error of one cause, for all IDs that it kept from being deleted. */
export function causeNote(group: CauseGroup): Warning {
  return {
    title: `CSRs not deleted: ${sanitizeLine(group.cause.code, 100)}`,
    message: `${describeOutcomes(group)} (${formatIds(group.ids, MAX_IDS)}).\n${describeCause(group.cause)}`,
  };
}

/** Why nothing was deleted. */
export function failureNotes(record: RunRecord): readonly Warning[] {
  const { outcome } = record;
  const title = "Nothing was deleted";
  switch (outcome.kind) {
    case "invalid-inputs":
      return outcome.problems.map((message) => ({ title, message }));
    case "no-plan":
      return [{ title, message: describePlanFailure(outcome.failure, record) }];
    case "internal-error":
      return [
        {
          title: outcome.plan ? "The action failed" : title,
          message: describeCause({ code: "Internal.Error", message: outcome.message }),
        },
      ];
    default:
      return [];
  }
}

function describePlanFailure(failure: PlanFailure, { inputs, cancelled }: RunRecord): string {
  switch (failure.kind) {
    case "lookup-failed": {
      const purpose = inputs?.target.kind === "ids" ? " The listing is needed because `protect` has domains." : "";
      return `The CSRs could not be listed, so there is no plan.${purpose}\n${describeLookup(failure.lookup, cancelled)}`;
    }
    case "protected":
      return `${formatCsrCount(failure.ids.length)} of the list ${failure.ids.length === 1 ? "is" : "are"} protected by \`protect\`: ${formatIds(failure.ids, MAX_IDS)}.\nRemove them from the list, or from \`protect\`.`;
    case "too-many":
      return `The plan would delete ${formatCsrCount(failure.planned)}, more than \`max-deletions\` (${formatNumber(failure.max)}) allows.\nLook at the plan; if it is right, set \`max-deletions: ${failure.planned}\` or more.`;
  }
}

/** What the job's identity says about a login that was refused. */
export function identityNotes(record: RunRecord): readonly Warning[] {
  const { outcome, identity } = record;
  const stoppedBy = outcome.kind === "deletion" ? outcome.execution.stoppedBy : undefined;
  const message = describeIdentity((stoppedBy ?? lookupOf(record)?.failure)?.code ?? "", identity);
  return message === "" ? [] : [{ title: "The login was refused", message }];
}

/** Why a lookup was not conclusive. */
function describeLookup({ failure }: LookupResult, cancelled: boolean): string {
  return describeCause(failure ?? { code: cancelled ? "Cancelled" : "ListChanged", message: "" });
}

/** That the CSRs could not be listed. */
export function lookupNotes(record: RunRecord): readonly Warning[] {
  const lookup = lookupOf(record);
  // A cancelled lookup did not fail.
  if (!lookup || lookup.conclusive || record.outcome.kind === "no-plan" || (record.cancelled && !lookup.failure))
    return [];
  const message = `So it is not known which of the CSRs exist.\n${describeLookup(lookup, record.cancelled)}`;
  return [{ title: "The CSRs could not be listed", message }];
}

/** CSRs that do not exist. */
export function absentNotes({ outcome, inputs }: RunRecord): readonly Warning[] {
  if (outcome.kind !== "deletion" || inputs?.onAbsent === "ignore") return [];
  const { outcomes } = outcome.execution;
  const ids = idsWith(outcomes, "absent");
  if (ids.length === 0) return [];
  const why = [...outcomes.values()].some((found) => found.name === "absent" && found.mayHaveBeenDeleted)
    ? "A call of this run may have deleted them although its response did not say so, or they were gone before."
    : "They were most likely gone before, or never in this account.";
  const remedy = "If they should exist, check where the IDs come from, and that the key belongs to the right account.";
  const message = `${formatCsrCount(ids.length)} not in the account: ${formatIds(ids, MAX_IDS)}.\n${why} ${remedy}`;
  return [{ title: "CSRs already absent", message }];
}

/** That the client corrected the runner's clock. */
export function clockNotes({ clockOffsetMs }: RunRecord): readonly Warning[] {
  if (clockOffsetMs === undefined) return [];
  return [{ title: "The runner's clock is wrong", message: describeClock(clockOffsetMs) }];
}

export function describeClock(offsetMs: number): string {
  return `The runner's clock is ${formatDuration(Math.abs(offsetMs))} ${offsetMs > 0 ? "behind" : "ahead of"} the API's. Requests are signed with the API's time. Set the runner's clock (NTP).`;
}

/** Values of `Success` that were not asked for. */
export function valueNotes({ outcome }: RunRecord): readonly Warning[] {
  const values = outcome.kind === "deletion" ? outcome.execution.unexpectedValues : [];
  if (values.length === 0) return [];
  const shown = [...new Set(values.map((value) => JSON.stringify(value) ?? "undefined"))].slice(0, MAX_VALUES);
  const message = `The API listed values in \`Success\` that were not asked for, or are not CSR IDs: ${codeSpan(shown.join(", "))}. They are not counted.`;
  return [{ title: "Unexpected values in the response", message }];
}

/** CSRs that are kept because their age is unknown. */
export function timeNotes(record: RunRecord): readonly Warning[] {
  const ids = rowsOf(record)
    .filter(({ decision }) => decision === "time-unreadable")
    .map((row) => row.record.id);
  if (ids.length === 0) return [];
  const message = `${formatCsrCount(ids.length)} kept, because the creation time could not be read: ${formatIds(ids, MAX_IDS)}.`;
  return [{ title: "Unreadable creation times", message }];
}
