/** Rows of the plan, and the inputs, in words: for summary, log and table. */
import type { Decision, PlanRow } from "../csrs/plan.ts";
import type { Inputs, SelectionRules } from "../inputs/inputs.ts";
import type { RunRecord } from "../shared/run-record.ts";
import type { CsrRecord } from "../tencentcloud/ssl.ts";
import { codeSpan, formatAge, formatIds, formatNumber, wholeSpan } from "./text.ts";

const WORDS = `accounts absent auto AssumeRoleWithWebIdentity BatchDeleteCSR clock configuration credentials delete deleted
  DescribeCSRSet domains environment error excluded fail false ids ignore inputs key keyless listing newest none permission
  protect protected rate-limit remaining remarks selection skipped time-unreadable too-many too-young transient true
  unexpected unknown warn warning`;

/** Values of the record that are our own words: redaction leaves them as they are, whatever the secrets. */
export const OWN_WORDS: ReadonlySet<string> = new Set(WORDS.split(/\s+/));

type Rules = Partial<SelectionRules>;

const KEPT: Readonly<Record<Exclude<Decision, "delete" | "absent">, string>> = {
  "too-young": "younger than",
  newest: "among the newest of the domain",
  excluded: "excluded by `domains`",
  protected: "protected",
  remarks: "other `remarks`",
  "time-unreadable": "creation time unreadable",
};

/** `delete`, `absent`, or `keep` and why; Markdown. */
export function describeDecision(decision: Decision, { olderThan }: Rules): string {
  if (decision === "delete" || decision === "absent") return decision;
  return `keep: ${KEPT[decision]}${decision === "too-young" ? ` ${codeSpan(olderThan?.text ?? "")}` : ""}`;
}

export const countKept = (rows: readonly PlanRow[]): number => rows.filter(({ decision }) => decision in KEPT).length;

/** `keep 111: 96 protected, 15 younger than 90d`, in Markdown; empty text if nothing is kept. */
export function describeKeptCounts({ plan, inputs }: RunRecord): string {
  const kept = plan?.rows.filter(({ decision }) => decision in KEPT) ?? [];
  if (kept.length === 0) return "";
  const groups = [...Map.groupBy(kept, ({ decision }) => decision)].sort(([, a], [, b]) => b.length - a.length);
  const reason = (decision: Decision): string => describeDecision(decision, rulesOf(inputs)).replace("keep: ", "");
  const counts = groups.map(([decision, { length }]) => `${formatNumber(length)} ${reason(decision)}`);
  return `keep ${formatNumber(kept.length)}: ${counts.join(", ")}`;
}

/** What happened to a row: its outcome after a deletion, else the decision. */
export function describeRow({ id, decision }: PlanRow, { execution, inputs }: RunRecord): string {
  const { name, cause } = execution?.outcomes.get(id) ?? {};
  if (!name) return describeDecision(decision, rulesOf(inputs));
  return cause && name !== "absent" ? `${name}: ${codeSpan(cause.code, 100)}` : name;
}

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

export const rulesOf = (inputs: Inputs | undefined): Rules =>
  inputs?.target.kind === "selection" ? inputs.target.rules : {};

/** Rules and guards as given, in Markdown. Lists are joined by commas: a secret with one, pasted here, stays whole. */
export function describeRules(inputs: Inputs): readonly (readonly [input: string, value: string])[] {
  const { target, protection, maxDeletions, allowedAccountIds, lookUp, onAbsent } = inputs;
  const { domains = [], olderThan, remarks = [], keepNewest } = rulesOf(inputs);
  const list = (entries: Iterable<string | number>): string => wholeSpan([...entries].join(","), 900, "list");
  const { ids = [], duplicates = 0 } = target.kind === "ids" ? target : {};
  const repeated = duplicates > 0 ? ` (${formatNumber(duplicates)} repeated, dropped)` : "";
  const all = {
    "csr-ids": target.kind === "ids" ? `${formatIds(ids) || "none"}${repeated}` : "",
    domains: list(domains),
    "older-than": codeSpan(olderThan?.text ?? ""),
    remarks: list(remarks),
    "keep-newest": keepNewest === undefined ? "" : formatNumber(keepNewest),
    protect: list([...protection.domains, ...protection.ids]),
    "max-deletions": maxDeletions === undefined ? "" : formatNumber(maxDeletions),
    "allowed-account-ids": list(allowedAccountIds),
    "look-up": lookUp === "auto" ? "" : lookUp,
    "on-absent": onAbsent === "warn" ? "" : onAbsent,
  };
  return Object.entries(all).filter(([, value]) => value !== "");
}

export function describeLogin({ login }: Inputs): string {
  if (login.kind === "keyless") return `keyless, role ${login.roleArn}, identity provider ${login.provider}`;
  if (login.kind === "none") return "none";
  return `API key from the ${login.from}, ${login.credentials.token ? "with" : "without"} session token`;
}
