/** The result as GitHub's Markdown: one renderer for the job summary and for the comment on a pull request. */
import { count, OUTCOMES, type OutcomeName } from "../csrs/outcome.ts";
import type { PlanRow } from "../csrs/plan.ts";
import type { Note } from "../shared/note.ts";
import type { RunRecord } from "../shared/run-record.ts";
import type { CsrRecord } from "../tencentcloud/ssl.ts";
import { type CauseGroup, describeCause, describeOutcomes, loginOf } from "./notes.ts";
import { idLists } from "./outputs.ts";
import { describeKeptCounts, describeRow, describeTime, recordOf, rowsInOrder } from "./rows.ts";
import { describeRules, rulesOf } from "./settings.ts";
import {
  codeSpan,
  escapeCell,
  escapePipes,
  formatCount,
  formatCsrCount,
  formatIds,
  formatNumber,
  sanitizeLines,
} from "./text.ts";
import { describeCost, type Verdict } from "./verdict.ts";

export interface MarkdownOptions {
  /** Bytes that the text may have. */
  readonly limit: number;
  /** Where to find what had to be cut, such as `the report file`; empty: nowhere. */
  readonly more: string;
  /** Calls and duration, which differ from run to run. */
  readonly cost: boolean;
  /** Markdown below the heading. */
  readonly intro?: string;
}

/** Bytes of each section in a comment, so that none drives out another; a summary has room for 15 times as much. */
const CAPS = { errors: 9_000, left: 12_000, rows: 9_000, ids: 4_000, warnings: 6_000 } as const;
const COMMENT_BYTES = 65_536;
const ROWS_SHOWN = 20;
const DOMAINS_SHOWN = 20;
const IDS_IN_ROW = 50;
/** A longer line of a message is cut, and then a code span may have lost its end. */
const MAX_LINE = 3_000;

const MEANINGS: Readonly<Record<OutcomeName, string>> = {
  deleted: "the API confirmed the deletion",
  absent: "not in the account: gone before, or deleted by a call whose response was lost",
  remaining: "still there",
  unknown: "not known whether it is still there",
  skipped: "not deleted: refused, or never sent",
};

/** The whole text, within the limit. */
export function renderMarkdown(record: RunRecord, verdict: Verdict, options: MarkdownOptions): string {
  const { limit, more, cost, intro = "" } = options;
  const scale = limit > COMMENT_BYTES ? 15 : 1;
  const see = more && `: see ${more}`;
  const cut: Cut = (list, format, cap, noun, separator = "\n") => {
    const kept: string[] = [];
    let room = cap * scale;
    for (const item of list) {
      const text = format(item);
      room -= Buffer.byteLength(text) + separator.length;
      if (room < 0) break;
      kept.push(text);
    }
    const rest = list.length - kept.length;
    return `${kept.join(separator)}${rest > 0 ? `\n\n… and ${formatCount(rest, `more ${noun}`)}${see}.` : ""}`;
  };
  const notes = (level: Note["level"], cap: number): string =>
    cut(verdict.notes.filter((note) => note.level === level).flatMap(listItem), String, cap, "line");
  const ids = (title: string, list: readonly number[] = []): string =>
    list.length > 0 ? fold(`${title}: ${formatCsrCount(list.length)}`, cut(list, String, CAPS.ids, "ID", ", ")) : "";

  const lists = idLists(record);
  const { text = "", policy } = loginOf(record) ?? {};
  const sections = [
    `## ${verdict.sign} ${verdict.result}`,
    intro,
    notes("error", CAPS.errors),
    // Before there is an execution, a note has the text.
    record.execution ? text : "",
    policy ? `This trust policy of the role accepts the token:\n\n${fence(policy)}` : "",
    settings(record).join("\n"),
    countTable(record),
    leftSection(verdict, cut),
    ...rowSections(record, cut),
    ids(record.inputs?.dryRun ? "Would be deleted" : "Planned", record.execution ? [] : lists.planned),
    ids("Deleted", lists.deleted),
    ids("Absent", lists.absent),
    notes("warning", CAPS.warnings),
    cost ? `${describeCost(record)}; endpoint ${codeSpan(record.inputs?.endpoint.host ?? "none")}` : "",
  ].filter((section) => section !== "");
  // The caps leave room; this holds whatever else a section says.
  let room = limit - 200;
  const fitting = sections.filter((section) => {
    const bytes = Buffer.byteLength(section) + 2;
    const fits = bytes <= room;
    if (fits) room -= bytes;
    return fits;
  });
  if (fitting.length < sections.length) fitting.push(`… and more${see}.`);
  return `${fitting.join("\n\n")}\n`;
}

/** Formats those of `list` that fit, and says how many do not. */
type Cut = <T>(
  list: readonly T[],
  format: (item: T) => string,
  cap: number,
  noun: string,
  separator?: string,
) => string;

const fence = (json: string): string => `\`\`\`json\n${sanitizeLines(json).replaceAll("`", "")}\n\`\`\``;

const fold = (title: string, text: string): string => `<details><summary>${title}</summary>\n\n${text}\n\n</details>`;

const tableRow = (cells: readonly string[]): string => `| ${cells.map(escapePipes).join(" | ")} |`;

const table = (head: readonly string[], align: string, rows: string): string => `${tableRow(head)}\n${align}\n${rows}`;

/** The lines of a list item. A message is Markdown already; a line that is too long is cut, and then shown as plain text. */
function listItem({ title, message }: Note): readonly string[] {
  const lines = sanitizeLines(message)
    .split("\n")
    .map((line) => (line.length > MAX_LINE ? escapeCell(line, MAX_LINE / 8) : line.trim()));
  return lines.map((line, index) => {
    const start = index === 0 ? `- **${escapeCell(title)}**: ` : "  ";
    return `${start}${line}${index < lines.length - 1 ? "  " : ""}`;
  });
}

/** The rules and guards as given, the account, and what the listing showed. */
function settings({ inputs, plan, execution, identity }: RunRecord): readonly string[] {
  const { total, records = new Map<number, CsrRecord>() } = plan?.listing ?? execution?.listing ?? {};
  const owners = new Set([...records.values()].flatMap(({ ownerUin }) => ownerUin ?? []));
  const account = [...owners].map((owner) => `account ${codeSpan(owner)}`);
  if (identity) account.push(`role ${codeSpan(identity.roleArn)}`, `session ${codeSpan(identity.sessionName)}`);
  const part = records.size < (total ?? 0) ? `${formatNumber(records.size)} of ` : "";
  const listed = total === undefined ? [] : [`${part}${formatCsrCount(total)} of the account`];
  const kept = describeKeptCounts(plan?.rows ?? [], rulesOf(inputs));
  const lines = {
    Rules: inputs ? describeRules(inputs).map(([name, value]) => `\`${name}\` ${value}`) : [],
    "Run as": account,
    Listed: kept === "" ? listed : [...listed, kept],
  };
  return Object.entries(lines).flatMap(([title, parts]) => (parts.length > 0 ? `- ${title}: ${parts.join("; ")}` : []));
}

function countTable({ execution }: RunRecord): string {
  if (!execution?.outcomes.size) return "";
  const counts = count(execution.outcomes);
  const names = OUTCOMES.filter((name) => counts[name] > 0);
  const rows = names.map((name) => tableRow([name, formatNumber(counts[name]), MEANINGS[name]]));
  return table(["Outcome", "CSRs", "Meaning"], "|---|--:|---|", rows.join("\n"));
}

function leftSection({ causes }: Verdict, cut: Cut): string {
  if (causes.length === 0) return "";
  const row = (group: CauseGroup): string =>
    tableRow([describeOutcomes(group), formatIds(group.ids, IDS_IN_ROW), describeCause(group.cause)]);
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
  const last = record.execution ? "Outcome" : "Decision";
  const head = ["CSR ID", "Domain", "Created (age: at least)", "Remarks", last];
  const tableOf = (part: readonly PlanRow[]): string =>
    table(head, "|--:|---|---|---|---|", cut(part, format, CAPS.rows, "row"));
  const first = [`### ${record.execution ? "CSRs" : "Plan"}`, tableOf(rows.slice(0, ROWS_SHOWN))];
  const rest = rows.slice(ROWS_SHOWN);
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
    .slice(0, DOMAINS_SHOWN)
    .map(([domain, counts]) => tableRow([codeSpan(domain, 100), ...counts.map(formatNumber)]));
  const more = sorted.length - lines.length;
  const head = record.execution ? ["Domain", "Deleted", "Not deleted"] : ["Domain", "Delete", "Keep"];
  const rest = more > 0 ? `\n\n… and ${formatCount(more, "more domain")}.` : "";
  return `### By domain\n\n${table(head, "|---|--:|--:|", lines.join("\n"))}${rest}`;
}
