/** How a row of the plan is put into words: for summary, log and table. */
import type { Decision, PlanRow } from "../csrs/plan.ts";
import type { SelectionRules } from "../inputs/inputs.ts";
import type { RunRecord } from "../shared/run-record.ts";
import type { CsrRecord } from "../tencentcloud/ssl.ts";
import { rulesOf } from "./settings.ts";
import { codeSpan, formatAge, formatNumber } from "./text.ts";

type Rules = Partial<SelectionRules>;

const KEPT: Readonly<Record<Exclude<Decision, "delete" | "absent">, string>> = {
  "too-young": "younger than",
  newest: "among the newest of the domain",
  excluded: "excluded by `domains`",
  protected: "protected",
  remarks: "other `remarks`",
  "time-unreadable": "creation time unreadable",
};

/** Why a CSR is kept, in Markdown; empty text if it is not. */
function describeKept(decision: Decision, { olderThan }: Rules): string {
  if (decision === "delete" || decision === "absent") return "";
  return decision === "too-young" ? `${KEPT[decision]} ${codeSpan(olderThan?.text ?? "")}` : KEPT[decision];
}

/** `delete`, `absent`, or `keep` and why; Markdown. */
export function describeDecision(decision: Decision, rules: Rules): string {
  const kept = describeKept(decision, rules);
  return kept === "" ? decision : `keep: ${kept}`;
}

export const countKept = (rows: readonly PlanRow[]): number => rows.filter(({ decision }) => decision in KEPT).length;

/** `keep 111: 96 protected, 15 younger than 90d`, in Markdown; empty text if nothing is kept. */
export function describeKeptCounts(rows: readonly PlanRow[], rules: Rules): string {
  const counts = new Map<string, number>();
  for (const { decision } of rows) {
    const kept = describeKept(decision, rules);
    if (kept !== "") counts.set(kept, (counts.get(kept) ?? 0) + 1);
  }
  const sorted = [...counts].sort(([, a], [, b]) => b - a).map(([kept, count]) => `${formatNumber(count)} ${kept}`);
  return sorted.length === 0 ? "" : `keep ${formatNumber(countKept(rows))}: ${sorted.join(", ")}`;
}

/** What happened to a row: its outcome after a deletion, else the decision. */
export function describeRow({ id, decision }: PlanRow, { execution, inputs }: RunRecord): string {
  const { name, cause } = execution?.outcomes.get(id) ?? {};
  if (!name) return describeDecision(decision, rulesOf(inputs));
  return cause && name !== "absent" ? `${name}: ${codeSpan(cause.code, 100)}` : name;
}

/** What the last listing says of a row. */
export const recordOf = (row: PlanRow, { execution }: RunRecord): CsrRecord | undefined =>
  row.record ?? execution?.listing?.records.get(row.id);

/** The creation time as the API writes it, and the age; Markdown. */
export function describeTime(csr: CsrRecord | undefined, ageMs: number | undefined): string {
  const age = ageMs === undefined ? "" : ` (${formatAge(ageMs)})`;
  return `${codeSpan(csr?.createTime ?? "", 40)}${age}`.trim();
}

const ORDER = ["remaining", "unknown", "skipped", "absent", "deleted", "delete"];

/** What went wrong comes first, then what is, or was, deleted, then what is kept. */
export function rowsInOrder({ plan, execution }: Pick<RunRecord, "plan" | "execution">): readonly PlanRow[] {
  // Of given IDs, protected ones are what went wrong.
  const order = plan?.source === "ids" ? ["protected", ...ORDER] : ORDER;
  const groups: PlanRow[][] = [...order, ""].map(() => []);
  for (const row of plan?.rows ?? [])
    groups.at(order.indexOf(execution?.outcomes.get(row.id)?.name ?? row.decision))?.push(row);
  return groups.flat();
}
