/** Rows of the plan, and the inputs, in words: for summary, log and table. */
import type { Decision, PlanRow } from "../csrs/plan.ts";
import type { Inputs, SelectionRules } from "../inputs/inputs.ts";
import type { RunRecord } from "../shared/run-record.ts";
import type { CsrRecord } from "../tencentcloud/ssl.ts";
import { codeSpan, formatAge, formatIds, formatNumber } from "./text.ts";

const WORDS = `action ageMs allowed allowedAccountIds attempt aud audience calls cancelled cause claims clockOffsetMs
  code comment conclusive crash createTime credentials decision domain domains dryRun duplicates durationMs endpoint
  entry execution failure fatal found from host id identity ids input inputs iss jobWorkflowRef keepNewest kid kind
  level listing login lookUp loopback max maxDeletions mayHaveBeenDeleted mayHaveTakenEffect message ms name neededBy
  olderThan onAbsent origin outcomes ownerUin plan planned problems protection provider record records refusal remarks
  repository requestId requestsPerSecond retry roleArn rows rules secretId secretKey sessionName size source startedAt
  status stoppedBy sts sub target text title token total unexpectedValues unmatched warnings selection key keyless
  none environment auto true false ignore warn fail error warning delete absent excluded protected time-unreadable
  too-young newest deleted remaining unknown skipped accounts too-many protect rate-limit transient clock permission
  configuration unexpected BatchDeleteCSR DescribeCSRSet AssumeRoleWithWebIdentity`;

/** Names of properties and values that are our own words: redaction leaves them as they are, whatever the secrets. */
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
export function describeKeptCounts({ plan, inputs }: RunRecord): string {
  const rows = plan?.rows ?? [];
  const reasons = Map.groupBy(rows, ({ decision }) => describeKept(decision, rulesOf(inputs)));
  const groups = [...reasons].filter(([kept]) => kept !== "");
  groups.sort(([, a], [, b]) => b.length - a.length);
  const counts = groups.map(([kept, { length }]) => `${formatNumber(length)} ${kept}`).join(", ");
  return counts && `keep ${formatNumber(countKept(rows))}: ${counts}`;
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

/** The rules of a selection; none for given IDs. */
export const rulesOf = (inputs: Inputs | undefined): Rules =>
  inputs?.target.kind === "selection" ? inputs.target.rules : {};

/** Rules and guards as given, in Markdown. Lists are joined by commas: a secret with one, pasted here, stays whole. */
export function describeRules(inputs: Inputs): readonly (readonly [input: string, value: string])[] {
  const { target, protection, maxDeletions, allowedAccountIds, lookUp, onAbsent } = inputs;
  const { domains = [], olderThan, remarks = [], keepNewest } = rulesOf(inputs);
  const list = (entries: Iterable<string | number>): string => codeSpan([...entries].join(","), 500);
  const number = (value: number | undefined): string => (value === undefined ? "" : formatNumber(value));
  const { ids = [], duplicates = 0 } = target.kind === "ids" ? target : {};
  const repeated = duplicates > 0 ? ` (${formatNumber(duplicates)} repeated, dropped)` : "";
  const all = {
    "csr-ids": target.kind === "ids" ? `${formatIds(ids) || "none"}${repeated}` : "",
    domains: list(domains),
    "older-than": codeSpan(olderThan?.text ?? ""),
    remarks: list(remarks),
    "keep-newest": number(keepNewest),
    protect: list([...protection.domains, ...protection.ids]),
    "max-deletions": number(maxDeletions),
    "allowed-account-ids": list(allowedAccountIds),
    "look-up": lookUp === "auto" ? "" : lookUp,
    "on-absent": onAbsent === "warn" ? "" : onAbsent,
  };
  return Object.entries(all).filter(([, value]) => value !== "");
}

/** How the run logs in, without anything secret. */
export function describeLogin({ login }: Inputs): string {
  if (login.kind === "keyless") return `keyless, role ${login.roleArn}, identity provider ${login.provider}`;
  if (login.kind === "none") return "none";
  return `API key from the ${login.from}, ${login.credentials.token ? "with" : "without"} session token`;
}
