/** Rows of the plan, and the inputs, in words: for summary, log and table. */
import { type Decision, KEPT, type PlanRow } from "../csrs/selection.ts";
import type { Inputs, SelectionRules } from "../inputs/inputs.ts";
import type { RunRecord } from "../shared/run-record.ts";
import { codeSpan, formatAge, formatIds, formatNumber, wholeSpan } from "./text.ts";

/** Values of the record that are our own words: redaction leaves them as they are, whatever the secrets. */
export const OWN_WORDS: ReadonlySet<string> = new Set([
  ...Object.keys(KEPT),
  ...`accounts absent auto AssumeRoleWithWebIdentity BatchDeleteCSR clock configuration credentials delete deleted
  DescribeCSRSet domains environment error fail false ids ignore inputs key keyless listing none permission protect
  rate-limit remaining selection skipped too-many transient true unexpected unknown warn warning`.split(/\s+/),
]);

type Rules = Partial<SelectionRules>;

export const rulesOf = (inputs: Inputs | undefined): Rules =>
  inputs?.target.kind === "selection" ? inputs.target.rules : {};

const isKept = (decision: Decision) => decision !== "delete" && decision !== "absent";

const whyKept = (decision: keyof typeof KEPT, { olderThan }: Rules) =>
  decision === "too-young" ? `${KEPT[decision]} ${codeSpan(olderThan?.text ?? "")}` : KEPT[decision];

/** `delete`, `absent`, or `keep` and why; Markdown. */
export const describeDecision = (decision: Decision, rules: Rules) =>
  isKept(decision) ? `keep: ${whyKept(decision, rules)}` : decision;

export const countKept = (rows: readonly PlanRow[]): number => rows.filter(({ decision }) => isKept(decision)).length;

/** `keep 111: 96 protected, 15 younger than 90d`, in Markdown; empty text if nothing is kept. */
export function describeKept({ plan, inputs }: RunRecord): string {
  const kept = plan?.rows.map(({ decision }) => decision).filter(isKept) ?? [];
  const groups = [...Map.groupBy(kept, (decision) => decision)].sort(([, a], [, b]) => b.length - a.length);
  const rules = rulesOf(inputs);
  const reasons = groups.map(([decision, { length }]) => `${formatNumber(length)} ${whyKept(decision, rules)}`);
  return kept.length > 0 ? `keep ${formatNumber(kept.length)}: ${reasons.join(", ")}` : "";
}

type Facts = Pick<RunRecord, "plan" | "execution" | "inputs">;

export const recordOf = (row: PlanRow, { execution }: Facts) => row.record ?? execution?.listing?.records.get(row.id);

/** The outcome of a row; if there is none, the decision. */
export const stateOf = ({ id, decision }: PlanRow, { execution }: Facts) =>
  execution?.outcomes.get(id)?.name ?? decision;

/** What a table shows of a row, in Markdown: ID, domain, creation time and age, remarks, outcome or decision. */
export function cellsOf(row: PlanRow, facts: Facts): readonly string[] {
  const { domain = "", createTime = "", remarks = "" } = recordOf(row, facts) ?? {};
  const age = row.ageMs === undefined ? "" : ` (${formatAge(row.ageMs)})`;
  const { name, cause } = facts.execution?.outcomes.get(row.id) ?? {};
  const code = cause && name !== "absent" ? `: ${codeSpan(cause.code)}` : "";
  const state = name ? name + code : describeDecision(row.decision, rulesOf(facts.inputs));
  return [String(row.id), codeSpan(domain), codeSpan(createTime) + age, codeSpan(remarks), state];
}

const ORDER = ["remaining", "unknown", "skipped", "absent", "deleted", "delete"];

/** What went wrong comes first, then what is, or was, deleted, then what is kept. */
export function rowsInOrder(facts: Facts): readonly PlanRow[] {
  const { source, rows = [] } = facts.plan ?? {};
  // Of given IDs, protected ones are what went wrong.
  const order = source === "ids" ? ["protected", ...ORDER] : ORDER;
  const groups = Map.groupBy(rows, (row) => order.indexOf(stateOf(row, facts)));
  return [...order.keys(), -1].flatMap((index) => groups.get(index) ?? []);
}

/** Rules and guards by input, in Markdown. Lists are joined by commas: a pasted secret with a comma stays whole. */
export function describeRules(inputs: Inputs) {
  const { target, protection, maxDeletions, allowedAccountIds, lookUp, onAbsent } = inputs;
  const { domains = [], olderThan, remarks = [], keepNewest } = rulesOf(inputs);
  const list = (entries: Iterable<string | number>) => wholeSpan([...entries].join(","), 900);
  let ids = "";
  if (target.kind === "ids") {
    ids = formatIds(target.ids) || "none";
    if (target.duplicates > 0) ids += ` (${formatNumber(target.duplicates)} repeated, dropped)`;
  }
  const all = {
    "csr-ids": ids,
    domains: list(domains),
    "older-than": codeSpan(olderThan?.text ?? ""),
    remarks: list(remarks),
    "keep-newest": String(keepNewest ?? ""),
    protect: list([...protection.domains, ...protection.ids]),
    "max-deletions": String(maxDeletions ?? ""),
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
