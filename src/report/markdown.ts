/** The result as GitHub's Markdown: one renderer for the job summary and for the comment on a pull request. Pure. */
import { count, idsWith, OUTCOMES, type Outcome, type OutcomeName } from "../csrs/outcome.ts";
import type { Plan, PlanRow } from "../csrs/plan.ts";
import type { Warning } from "../shared/warning.ts";
import { describeOutcomes } from "./causes.ts";
import { describeDecision, describeTime, rowsInOrder } from "./plan-rows.ts";
import { explain, messageOfCause } from "./remedies.ts";
import { lookupOf, planOf, type RunRecord, rowsOf } from "./run-record.ts";
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
import type { Verdict } from "./verdict.ts";

export interface MarkdownOptions {
  /** Bytes that the text may have. */
  readonly limit: number;
  /** Where to find what had to be cut, such as `the report file`. */
  readonly more: string;
  /** Calls and duration, which differ from run to run. */
  readonly cost: boolean;
}

/** Parts of the limit. Each section keeps to its own, so that none drives out another; together less than 1. */
const SHARE = { errors: 0.15, left: 0.22, plan: 0.12, domains: 0.05, folded: 0.08, warnings: 0.1 } as const;
const ROWS_SHOWN = 20;
const DOMAINS_SHOWN = 20;
const IDS_IN_ROW = 50;
/** A longer line of a message is cut, and then a code span may have lost its end. */
const MAX_LINE = 3_000;
/** Left free in each section for the note about what was cut. */
const NOTE_BYTES = 200;

const MEANINGS: Readonly<Record<OutcomeName, string>> = {
  deleted: "the API confirmed the deletion",
  absent: "not in the account: gone before, or deleted by a call whose response was lost",
  remaining: "still there",
  unknown: "not known whether it is still there",
  skipped: "not deleted: refused, or never sent",
};

/** The whole text, within the limit. */
export function renderMarkdown(record: RunRecord, verdict: Verdict, { limit, more, cost }: MarkdownOptions): string {
  const page = new Page(limit, more);
  const { outcome } = record;
  const sign = verdict.failed ? "❌" : verdict.warnings.length > 0 ? "⚠️" : "✅";
  const plan = planOf(outcome);
  const outcomes = outcome.kind === "deletion" ? outcome.execution.outcomes : new Map<number, Outcome>();
  const sections = [
    `## ${sign} ${verdict.result}`,
    page.notes(verdict.errors, SHARE.errors),
    outcomes.size > 0 ? countTable(outcomes) : "",
    leftSection(page, verdict),
    planSection(page, rowsOf(record)),
    ...(plan && outcome.kind !== "deletion" ? plannedLists(page, record, plan) : []),
    page.foldedIds("Deleted", idsWith(outcomes, "deleted")),
    page.foldedIds("Absent", idsWith(outcomes, "absent")),
    page.notes(verdict.warnings, SHARE.warnings),
    cost && record.attempts.length > 0
      ? `${verdict.cost}; endpoint ${codeSpan(record.inputs?.endpoint.host ?? "")}`
      : "",
  ];
  return `${sections.filter((section) => section !== "").join("\n\n")}\n`;
}

/** Cuts sections to their share of the limit, and says so. */
class Page {
  readonly #limit: number;
  readonly #more: string;

  constructor(limit: number, more: string) {
    this.#limit = limit;
    this.#more = more;
  }

  /** The `lines` that fit into the share. */
  cut(lines: Iterable<string>, share: number): readonly string[] {
    const kept: string[] = [];
    let bytes = NOTE_BYTES;
    for (const line of lines) {
      bytes += Buffer.byteLength(line) + 1;
      if (bytes > this.#limit * share) break;
      kept.push(line);
    }
    return kept;
  }

  /** Says what was cut. */
  note(rest: number, noun: string): string {
    return rest > 0 ? `\n\n… and ${formatCount(rest, `more ${noun}`)}: see ${this.#more}.` : "";
  }

  notes(notes: readonly Warning[], share: number): string {
    const lines = notes.flatMap(listItem);
    const kept = this.cut(lines, share);
    return `${kept.join("\n")}${this.note(lines.length - kept.length, "line")}`;
  }

  table(head: readonly [names: string, align: string], rows: Iterable<string>, total: number, share: number): string {
    const kept = this.cut(rows, share);
    return `${[...head, ...kept].join("\n")}${this.note(total - kept.length, "row")}`;
  }

  /** IDs, folded away. */
  foldedIds(title: string, ids: readonly number[]): string {
    if (ids.length === 0) return "";
    const kept = this.cut(map(ids, String), SHARE.folded);
    const text = `${kept.join(", ")}${this.note(ids.length - kept.length, "ID")}`;
    return fold(`${title}: ${formatCsrCount(ids.length)}`, text);
  }
}

/** Lazily: most of a long list is cut. */
function* map<T>(values: Iterable<T>, format: (value: T) => string): Generator<string> {
  for (const value of values) yield format(value);
}

const fold = (title: string, text: string): string => `<details><summary>${title}</summary>\n\n${text}\n\n</details>`;

const tableRow = (cells: readonly string[]): string => `| ${cells.map(escapePipes).join(" | ")} |`;

/** The lines of a list item. A message is Markdown already; a line that is too long is cut, and then shown as plain text. */
function listItem({ title, message }: Warning): readonly string[] {
  const lines = sanitizeLines(message)
    .split("\n")
    .map((line) => (line.length > MAX_LINE ? escapeCell(line, MAX_LINE / 8) : line.trim()));
  return lines.map((line, index) => {
    const start = index === 0 ? `- **${escapeCell(title)}**: ` : "  ";
    return `${start}${line}${index < lines.length - 1 ? "  " : ""}`;
  });
}

function countTable(outcomes: ReadonlyMap<number, Outcome>): string {
  const counts = count(outcomes);
  const rows = OUTCOMES.filter((name) => counts[name] > 0).map((name) =>
    tableRow([name, formatNumber(counts[name]), MEANINGS[name]]),
  );
  return ["| Outcome | CSRs | Meaning |", "|---|--:|---|", ...rows].join("\n");
}

function leftSection(page: Page, { causes }: Verdict): string {
  if (causes.length === 0) return "";
  const rows = map(causes, (group) => {
    const { cause, ids } = group;
    const { meaning, remedy } = explain(cause.code);
    const why = [`**${codeSpan(cause.code, 100)}**: ${meaning}.`, messageOfCause(cause), remedy];
    return tableRow([
      describeOutcomes(group),
      formatIds(ids, IDS_IN_ROW),
      why.filter((part) => part !== "").join(" "),
      codeSpan(cause.requestId ?? "", 100),
    ]);
  });
  return `### What is left, and why\n\n${page.table(LEFT_HEAD, rows, causes.length, SHARE.left)}`;
}

const LEFT_HEAD = ["| Outcome | CSR IDs | Why, and what to do | RequestId |", "|---|---|---|---|"] as const;
const PLAN_HEAD = ["| CSR ID | Domain | Created | Remarks | Decision |", "|--:|---|---|---|---|"] as const;
const DOMAINS_HEAD = ["| Domain | Delete | Keep |", "|---|--:|--:|"] as const;

const planRow = (row: PlanRow): string =>
  tableRow([
    String(row.record.id),
    codeSpan(row.record.domain ?? "", 200),
    describeTime(row),
    codeSpan(row.record.remarks ?? "", 100),
    describeDecision(row),
  ]);

/** The plan, for review: the first rows, counts by domain, and the rest folded away. */
function planSection(page: Page, rows: readonly PlanRow[]): string {
  if (rows.length === 0) return "";
  const sorted = rowsInOrder(rows);
  const table = (part: readonly PlanRow[]): string =>
    page.table(PLAN_HEAD, map(part, planRow), part.length, SHARE.plan);
  const rest = sorted.slice(ROWS_SHOWN);
  const sections = ["### Plan", table(sorted.slice(0, ROWS_SHOWN))];
  if (rest.length > 0) sections.push(domainTable(page, rows), fold(formatCount(rest.length, "more row"), table(rest)));
  return sections.join("\n\n");
}

function domainTable(page: Page, rows: readonly PlanRow[]): string {
  const domains = new Map<string, { deleted: number; kept: number }>();
  for (const { record, decision } of rows) {
    const domain = (record.domain ?? "").toLowerCase();
    const counts = domains.get(domain) ?? { deleted: 0, kept: 0 };
    domains.set(domain, counts);
    counts[decision === "delete" ? "deleted" : "kept"] += 1;
  }
  const sorted = [...domains].sort(([, a], [, b]) => b.deleted - a.deleted || b.kept - a.kept);
  const cells = sorted
    .slice(0, DOMAINS_SHOWN)
    .map(([domain, { deleted, kept }]) => tableRow([codeSpan(domain, 200), formatNumber(deleted), formatNumber(kept)]));
  return page.table(DOMAINS_HEAD, cells, sorted.length, SHARE.domains);
}

/** What a dry run, or a run that failed, would have deleted. */
function plannedLists(page: Page, record: RunRecord, { ids, source }: Plan): readonly string[] {
  const lookup = lookupOf(record);
  if (record.outcome.kind === "internal-error" && !record.inputs?.dryRun) return [page.foldedIds("Unknown", ids)];
  if (record.outcome.kind !== "dry-run") return [page.foldedIds("Planned", ids)];
  if (!lookup || source === "selection") return [page.foldedIds("Would be deleted", ids)];
  const seen = ids.filter((id) => lookup.records.has(id));
  const others = ids.filter((id) => !lookup.records.has(id));
  return [
    page.foldedIds("Would be deleted", seen),
    page.foldedIds(lookup.conclusive ? "Already absent" : "Could not be looked up", others),
  ];
}
