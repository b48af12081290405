/** How a row of the plan is put into words: for the summary, the log and the CSV file. Pure. */
import type { KeptReason, PlanRow } from "../csrs/plan.ts";
import { codeSpan, formatAge } from "./text.ts";

const KEPT: Readonly<Record<KeptReason, string>> = {
  "too-young": "keep: younger than `older-than`",
  newest: "keep: among the newest of its domain",
  excluded: "keep: excluded by a pattern",
  protected: "keep: protected",
  remarks: "keep: `remarks` do not match",
  "time-unreadable": "keep: creation time unreadable",
};

/** `delete`, or `keep` and why; Markdown. */
export const describeDecision = ({ decision }: PlanRow): string => (decision === "delete" ? "delete" : KEPT[decision]);

/** The creation time as the API writes it, and the age; Markdown. */
export function describeTime({ record, ageMs }: PlanRow): string {
  const age = ageMs === undefined ? "" : ` (${formatAge(ageMs)})`;
  return `${codeSpan(record.createTime ?? "", 40)}${age}`.trim();
}

/** What is to be deleted first, then what is kept. */
export function rowsInOrder(rows: readonly PlanRow[]): readonly PlanRow[] {
  return [
    ...rows.filter(({ decision }) => decision === "delete"),
    ...rows.filter(({ decision }) => decision !== "delete"),
  ];
}
