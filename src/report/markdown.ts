/** The result in Markdown, for the job summary and for the comment on a pull request. */
import type { PlanRow } from "../csrs/selection.ts";
import type { Note } from "../shared/note.ts";
import type { RunRecord } from "../shared/run-record.ts";
import { idLists } from "./outputs.ts";
import {
  codeSpan,
  codeSpans,
  escapePipes,
  formatCount,
  formatCsrCount,
  formatNumber,
  plainText,
  sanitizeLines,
} from "./text.ts";
import { describeCost, loginOf, type Verdict } from "./verdict.ts";
import { cellsOf, describeKept, describeRules, recordOf, rowsInOrder, stateOf } from "./words.ts";

interface MarkdownOptions {
  readonly limit: number; // Bytes.
  /** Where to find what had to be cut; empty: nowhere. */
  readonly more: string;
  readonly intro?: string;
}

/** Bytes of each list in a comment, so that none drives out another; a summary has room for 15 times as much. */
const CAP = 7_000;
/** Rows of a table that are not folded away. */
const SHOWN = 20;

/** Formats what fits, and says how many do not. */
type Cut = <T>(list: readonly T[], format: (item: T) => string, noun: string, separator?: string) => string;

export function renderMarkdown(record: RunRecord, verdict: Verdict, { limit, more, intro = "" }: MarkdownOptions) {
  const isComment = limit <= 65_536;
  const see = more && `: see ${more}`;
  const cut: Cut = (list, format, noun, separator = "\n") => {
    const kept: string[] = [];
    let room = isComment ? CAP : 15 * CAP;
    for (const item of list) {
      const text = format(item);
      room -= Buffer.byteLength(text) + separator.length;
      if (room < 0) break;
      kept.push(text);
    }
    const rest = list.length - kept.length;
    return `${kept.join(separator)}${rest > 0 ? `\n\n… and ${formatCount(rest, `more ${noun}`)}${see}.` : ""}`;
  };
  const notes = (level: Note["level"]) =>
    cut(verdict.notes.filter((note) => note.level === level).flatMap(listItem), String, "line");
  const ids = (title: string, list: readonly number[] = []) =>
    list.length > 0 ? fold(`${title}: ${formatCsrCount(list.length)}`, cut(list, String, "ID", ", ")) : "";

  const { planned, deleted, absent, notDeleted } = idLists(record);
  const { policy } = loginOf(record);
  const sections = [
    `## ${verdict.sign} ${verdict.result}`,
    intro,
    notes("error"),
    settings(record),
    leftSection(verdict, cut),
    policy ? `This trust policy of the role accepts the token:\n\n\`\`\`json\n${plainText(policy)}\n\`\`\`` : "",
    ...rowSections(record, cut),
    ids("Would be deleted", record.inputs?.dryRun ? planned : []),
    ids("Not deleted", notDeleted),
    ids("Deleted", deleted),
    ids("Absent", absent),
    notes("warning"),
    isComment || record.calls.length === 0 ? "" : describeCost(record),
  ].filter((section) => section !== "");
  // The caps leave room; this holds whatever a section says.
  let page = "";
  for (const section of sections)
    page += `${Buffer.byteLength(page + section) < limit - 1_000 ? section : `… and more${see}.`}\n\n`;
  return page.slice(0, -1);
}

const fold = (title: string, text: string) => `<details><summary>${title}</summary>\n\n${text}\n\n</details>`;

const tableRow = (cells: readonly string[]) => `| ${cells.map(escapePipes).join(" | ")} |`;

const table = (head: readonly string[], align: string, rows: string) => `${tableRow(head)}\n${align}\n${rows}`;

const listItem = ({ title, message }: Note) =>
  `- **${title}**: ${sanitizeLines(message).replace(/\n */g, "  \n  ")}`.split("\n");

function settings(record: RunRecord) {
  const { inputs, plan, execution, identity } = record;
  if (!inputs) return "";
  const { total, records } = plan?.listing ?? execution?.listing ?? {};
  const seen = [...(records?.values() ?? [])];
  const owners = new Set(seen.flatMap(({ ownerUin }) => ownerUin ?? []));
  const rules = describeRules(inputs).map(([name, value]) => `\`${name}\` ${value}`);
  const api = [codeSpan(inputs.endpoint.host)];
  if (owners.size > 0) api.push(`account ${codeSpans(owners, 5)}`);
  if (identity) api.push(`role ${codeSpan(identity.roleArn)}`, `session ${codeSpan(identity.sessionName)}`);
  const part = seen.length < (total ?? 0) ? `${formatNumber(seen.length)} of ` : "";
  const listed = total === undefined ? "" : `${part}${formatCsrCount(total)} of the account`;
  const csrs = [listed, describeKept(record)].filter((text) => text !== "").join("; ");
  return `- Rules: ${rules.join("; ")}\n- API: ${api.join("; ")}${csrs && `\n- Listed: ${csrs}`}`;
}

function leftSection({ causes }: Verdict, cut: Cut) {
  if (causes.length === 0) return "";
  const rows = cut(causes, ({ outcomes, ids, why }) => tableRow([outcomes, ids, why]), "row");
  return `### What is left, and why\n\n${table(["Outcome", "CSR IDs", "Why, and what to do"], "|---|---|---|", rows)}`;
}

/** The plan, for review, or what became of it: the first rows, the rest folded away, and counts by domain. */
function rowSections(record: RunRecord, cut: Cut) {
  const rows = rowsInOrder(record);
  // Without a listing there is nothing to see but IDs.
  if (!rows.some((row) => row.decision === "absent" || recordOf(row, record))) return [];
  const head = ["CSR ID", "Domain", "Created (age, at least)", "Remarks", record.execution ? "Outcome" : "Decision"];
  const tableOf = (part: readonly PlanRow[]) => {
    const lines = cut(part, (row) => tableRow(cellsOf(row, record)), "row");
    return table(head, "|--:|---|---|---|---|", lines);
  };
  const first = [`### ${record.execution ? "CSRs" : "Plan"}`, tableOf(rows.slice(0, SHOWN))];
  const rest = rows.slice(SHOWN);
  if (rest.length === 0) return first;
  return [...first, fold(formatCount(rest.length, "more row"), tableOf(rest)), domainSection(record, rows)];
}

/** How many CSRs of each domain are deleted, or to be deleted, and how many are not. */
function domainSection(record: RunRecord, rows: readonly PlanRow[]) {
  const domains = new Map<string, [deleted: number, others: number]>();
  for (const row of rows) {
    const domain = recordOf(row, record)?.domain?.toLowerCase();
    if (domain === undefined) continue;
    const counts = domains.get(domain) ?? [0, 0];
    domains.set(domain, counts);
    counts[["deleted", "delete"].includes(stateOf(row, record)) ? 0 : 1] += 1;
  }
  const sorted = [...domains].sort(([, a], [, b]) => b[0] - a[0] || b[1] - a[1]);
  const shown = sorted.slice(0, SHOWN);
  const lines = shown.map(([domain, counts]) => tableRow([codeSpan(domain), ...counts.map(formatNumber)]));
  const more = sorted.length - lines.length;
  const head = record.execution ? ["Domain", "Deleted", "Not deleted"] : ["Domain", "Delete", "Keep"];
  const rest = more > 0 ? `\n\n… and ${formatCount(more, "more domain")}.` : "";
  return `### By domain\n\n${table(head, "|---|--:|--:|", lines.join("\n"))}${rest}`;
}
