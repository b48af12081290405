/** The result as GitHub's Markdown: one renderer for the job summary and for the comment on a pull request. */
import type { PlanRow } from "../csrs/plan.ts";
import type { Note } from "../shared/note.ts";
import type { RunRecord } from "../shared/run-record.ts";
import type { CsrRecord } from "../tencentcloud/ssl.ts";
import { idLists } from "./outputs.ts";
import {
  codeSpan,
  codeSpans,
  escapeCell,
  escapePipes,
  formatCount,
  formatCsrCount,
  formatIds,
  formatNumber,
  sanitizeLines,
} from "./text.ts";
import { type CauseGroup, describeCause, describeCost, describeOutcomes, loginOf, type Verdict } from "./verdict.ts";
import { describeKeptCounts, describeRow, describeRules, describeTime, recordOf, rowsInOrder } from "./words.ts";

interface MarkdownOptions {
  readonly limit: number; // Bytes.
  /** Where to find what had to be cut; empty: nowhere. */
  readonly more: string;
  /** Whether calls and duration are shown. */
  readonly cost: boolean;
  readonly intro?: string;
}

/** Bytes of each section in a comment, so that none drives out another; a summary has room for 15 times as much. */
const CAPS = { errors: 9_000, left: 12_000, rows: 9_000, ids: 4_000, warnings: 6_000 } as const;
/** Rows of a table that are not folded away. */
const SHOWN = 20;

export function renderMarkdown(record: RunRecord, verdict: Verdict, options: MarkdownOptions): string {
  const { limit, more, cost, intro = "" } = options;
  const scale = limit > 65_536 ? 15 : 1;
  const see = more && `: see ${more}`;
  const cut: Cut = (list, format, cap, noun, sep = "\n") => {
    const kept: string[] = [];
    let room = cap * scale;
    for (const item of list) {
      const text = format(item);
      room -= Buffer.byteLength(text) + sep.length;
      if (room < 0) break;
      kept.push(text);
    }
    const rest = list.length - kept.length;
    return `${kept.join(sep)}${rest > 0 ? `\n\n… and ${formatCount(rest, `more ${noun}`)}${see}.` : ""}`;
  };
  const notes = (level: Note["level"], cap: number): string =>
    cut(verdict.notes.filter((note) => note.level === level).flatMap(listItem), String, cap, "line");
  const ids = (title: string, list: readonly number[] = []): string =>
    list.length > 0 ? fold(`${title}: ${formatCsrCount(list.length)}`, cut(list, String, CAPS.ids, "ID", ", ")) : "";

  const lists = idLists(record);
  const { said, policy } = loginOf(record);
  const sections = [
    `## ${verdict.sign} ${verdict.result}`,
    intro,
    notes("error", CAPS.errors),
    // Before there is an execution, a note has the text.
    record.execution ? said : "",
    policy ? `This trust policy of the role accepts the token:\n\n${fence(policy)}` : "",
    settings(record).join("\n"),
    leftSection(verdict, cut),
    ...rowSections(record, cut),
    ids(record.inputs?.dryRun ? "Would be deleted" : "Planned", record.execution ? [] : lists.planned),
    ids("Not deleted", record.execution && lists.notDeleted),
    ids("Deleted", lists.deleted),
    ids("Absent", lists.absent),
    notes("warning", CAPS.warnings),
    cost && record.calls.length > 0 ? describeCost(record) : "",
  ].filter((section) => section !== "");
  // The caps leave room; this holds whatever a section says.
  let page = "";
  for (const section of sections)
    page += `${Buffer.byteLength(page + section) < limit - 1_000 ? section : `… and more${see}.`}\n\n`;
  return page.slice(0, -1);
}

/** Formats what fits, and says how many do not. */
type Cut = <T>(list: readonly T[], format: (item: T) => string, cap: number, noun: string, sep?: string) => string;

const fence = (json: string): string => `\`\`\`json\n${sanitizeLines(json).replaceAll("`", "")}\n\`\`\``;

const fold = (title: string, text: string): string => `<details><summary>${title}</summary>\n\n${text}\n\n</details>`;

const tableRow = (cells: readonly string[]): string => `| ${cells.map(escapePipes).join(" | ")} |`;

const table = (head: readonly string[], align: string, rows: string): string => `${tableRow(head)}\n${align}\n${rows}`;

const listItem = ({ title, message }: Note): readonly string[] =>
  `- **${escapeCell(title)}**: ${sanitizeLines(message).replace(/\n */g, "  \n  ")}`.split("\n");

function settings(record: RunRecord): readonly string[] {
  const { inputs, plan, execution, identity } = record;
  const { total, records = new Map<number, CsrRecord>() } = plan?.listing ?? execution?.listing ?? {};
  const owners = new Set([...records.values()].flatMap(({ ownerUin }) => ownerUin ?? []));
  const api = inputs ? [codeSpan(inputs.endpoint.host)] : [];
  if (owners.size > 0) api.push(`account ${codeSpans(owners, 5)}`);
  if (identity) api.push(`role ${codeSpan(identity.roleArn)}`, `session ${codeSpan(identity.sessionName)}`);
  const part = records.size < (total ?? 0) ? `${formatNumber(records.size)} of ` : "";
  const listed = total === undefined ? [] : [`${part}${formatCsrCount(total)} of the account`];
  const kept = describeKeptCounts(record);
  const lines = {
    Rules: inputs ? describeRules(inputs).map(([name, value]) => `\`${name}\` ${value}`) : [],
    API: api,
    Listed: kept === "" ? listed : [...listed, kept],
  };
  return Object.entries(lines).flatMap(([title, parts]) => (parts.length > 0 ? `- ${title}: ${parts.join("; ")}` : []));
}

function leftSection({ causes }: Verdict, cut: Cut): string {
  if (causes.length === 0) return "";
  const row = (group: CauseGroup): string =>
    tableRow([describeOutcomes(group), formatIds(group.ids), describeCause(group.cause)]);
  const rows = cut(causes, row, CAPS.left, "row");
  return `### What is left, and why\n\n${table(["Outcome", "CSR IDs", "Why, and what to do"], "|---|---|---|", rows)}`;
}

/** The plan, for review, or what became of it: the first rows, the rest folded away, and counts by domain. */
function rowSections(record: RunRecord, cut: Cut): readonly string[] {
  const rows = rowsInOrder(record);
  // Without a listing there is nothing to see but IDs.
  if (!rows.some((row) => row.decision === "absent" || recordOf(row, record))) return [];
  const format = (row: PlanRow): string => {
    const { domain = "", remarks = "" } = recordOf(row, record) ?? {};
    const time = describeTime(recordOf(row, record), row.ageMs);
    return tableRow([String(row.id), codeSpan(domain, 200), time, codeSpan(remarks, 100), describeRow(row, record)]);
  };
  const head = ["CSR ID", "Domain", "Created (age, at least)", "Remarks", record.execution ? "Outcome" : "Decision"];
  const tableOf = (part: readonly PlanRow[]): string =>
    table(head, "|--:|---|---|---|---|", cut(part, format, CAPS.rows, "row"));
  const first = [`### ${record.execution ? "CSRs" : "Plan"}`, tableOf(rows.slice(0, SHOWN))];
  const rest = rows.slice(SHOWN);
  if (rest.length === 0) return first;
  return [...first, fold(formatCount(rest.length, "more row"), tableOf(rest)), domainSection(record, rows)];
}

/** How many CSRs of each domain are deleted, or to be deleted, and how many are not. */
function domainSection(record: RunRecord, rows: readonly PlanRow[]): string {
  const domains = new Map<string, [deleted: number, others: number]>();
  for (const row of rows) {
    const domain = recordOf(row, record)?.domain?.toLowerCase();
    if (domain === undefined) continue;
    const counts = domains.get(domain) ?? [0, 0];
    domains.set(domain, counts);
    const outcome = record.execution?.outcomes.get(row.id)?.name ?? row.decision;
    counts[outcome === "deleted" || outcome === "delete" ? 0 : 1] += 1;
  }
  const sorted = [...domains].sort(([, a], [, b]) => b[0] - a[0] || b[1] - a[1]);
  const lines = sorted
    .slice(0, SHOWN)
    .map(([domain, counts]) => tableRow([codeSpan(domain, 100), ...counts.map(formatNumber)]));
  const more = sorted.length - lines.length;
  const head = record.execution ? ["Domain", "Deleted", "Not deleted"] : ["Domain", "Delete", "Keep"];
  const rest = more > 0 ? `\n\n… and ${formatCount(more, "more domain")}.` : "";
  return `### By domain\n\n${table(head, "|---|--:|--:|", lines.join("\n"))}${rest}`;
}
