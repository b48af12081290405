/** Shows a step: what it asks for, its log, what came of it, and whether that was expected. */
import { stripVTControlCharacters, styleText } from "node:util";
import type { RequestRecord } from "../test/emulator/emulator.ts";
import type { RunResult } from "../test/support/run-action.ts";
import { type LogLine, renderLog } from "./log.ts";
import type { Step, StepResult } from "./steps.ts";

/** Lists of IDs are longer than a line; the verbose form shows them whole. */
const SHOWN_ITEMS = 6;
const WIDTH = 118;

export interface PrintOptions {
  /** Everything: all log lines, all outputs, the summary, and the requests that arrived. */
  readonly verbose: boolean;
}

/** A run of a step, with what it left outside. */
interface ShownResult extends RunResult, Pick<StepResult, "comment"> {
  /** Where the report is kept, relative to the repository. */
  readonly reportPath: string | undefined;
  /** What arrived at the emulator of the API. */
  readonly requests: readonly RequestRecord[];
}

export function print(text = ""): void {
  process.stdout.write(`${text}\n`);
}

const formatNumber = (value: number): string => value.toLocaleString("en-US");

/** A list of IDs, which the log may have cut itself. */
const LONG_LIST = /(\[?)(\d+(?:[,\s]+\d+){7,})(?: … and ([\d,]+) more)?\]?/g;

/** `1, 2, 3, … (250 IDs)` for long lists of IDs: cut between two numbers, never inside one. All else stays. */
function shortText(text: string): string {
  return text.replace(LONG_LIST, (_, bracket: string, list: string, more = "0") => {
    const ids = list.match(/\d+/g) ?? [];
    const count = ids.length + Number(more.replaceAll(",", ""));
    const short = `${ids.slice(0, SHOWN_ITEMS).join(", ")}, … (${formatNumber(count)} IDs)`;
    return bracket ? `[${short}]` : short;
  });
}

/** Prints a text with this indent; lines that are too long are broken between words. */
function printWrapped(text: string, indent = "  ", format = (line: string): string => line): void {
  let line = "";
  let lineIndent = indent;
  for (const word of text.split(" ")) {
    if (line !== "" && stripVTControlCharacters(`${lineIndent}${line} ${word}`).length > WIDTH) {
      print(format(lineIndent + line));
      line = word;
      lineIndent = `${indent}  `;
    } else line += line === "" ? word : ` ${word}`;
  }
  print(format(lineIndent + line));
}

/** The heading, and one line for what the step asks for. */
export function printStep({ title, note, inputs }: Step, number: number): void {
  print(`\n${styleText(["bold", "inverse"], ` ${number}. ${title} `)} ${note}`.trimEnd());
  const texts = Object.entries(inputs).map(([name, value]) => `${name}: ${shortText(value).replace(/\s+/g, " ")}`);
  printWrapped(texts.join(" · "), "  ", (line) => styleText("dim", line));
}

const LABELS = {
  text: (text: string) => text,
  group: (text: string) => styleText("bold", `▼ ${text}`),
  error: (text: string) => `${styleText("red", "Error:")} ${text}`,
  warning: (text: string) => `${styleText("yellow", "Warning:")} ${text}`,
  notice: (text: string) => `${styleText("blue", "Notice:")} ${text}`,
} satisfies Record<LogLine["kind"], (text: string) => string>;

/** Every step of the demo has this warning, and the demo's first line says the same. */
const KNOWN_WARNING = /^Loopback endpoint: /;

function printLog(stdout: string, { verbose }: PrintOptions): void {
  for (const { kind, text, grouped } of renderLog(stdout)) {
    if (verbose) print(`  ${LABELS[kind](text.replaceAll("\n", "\n    "))}`);
    else if (!grouped && kind !== "group" && !KNOWN_WARNING.test(text) && text.trim() !== "") {
      const [first = "", ...more] = shortText(text.trim()).split("\n");
      printWrapped(LABELS[kind](first));
      for (const line of more) printWrapped(line, "    ");
    }
  }
}

/** The rows of the table of CSRs in a summary, as cells. */
function tableOf(markdown: string): readonly (readonly string[])[] {
  const lines = markdown.split("\n");
  const from = lines.findIndex((line) => /^\| CSR ID \| Domain/.test(line));
  if (from < 0) return [];
  const length = lines.slice(from).findIndex((line) => !line.startsWith("|"));
  return lines
    .slice(from, length < 0 ? undefined : from + length)
    .filter((line) => !/^\|[-:|]+$/.test(line))
    .map((line) =>
      line
        .slice(1, -1)
        .replaceAll("`", "")
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim()),
    );
}

/** The CSRs of the summary, in columns. */
function printCsrs({ summary, report, reportPath }: ShownResult, most: number): void {
  const rows = tableOf(summary).slice(0, most + 1);
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  for (const [index, row] of rows.entries()) {
    const line = row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("   ")
      .trimEnd();
    print(`  ${index === 0 ? styleText("underline", line) : line}`);
  }
  const { csrs = [] } = (report ?? {}) as { readonly csrs?: readonly unknown[] };
  const more = rows.length === 0 ? 0 : csrs.length - rows.length + 1;
  if (more > 0) print(`  … and ${formatNumber(more)} more: ${reportPath?.replace("report.json", "csrs.csv")}`);
}

function printComment(comment: string, most: number): void {
  const lines = comment.split("\n").filter((line) => line !== "");
  for (const line of lines.slice(0, most)) print(`  ${styleText("dim", "│")} ${line}`);
  if (lines.length > most) print(`  ${styleText("dim", "│")} …`);
}

/** What the report file has on each CSR. */
function printReport({ report, reportPath }: ShownResult): void {
  const { csrs = [] } = (report ?? {}) as { readonly csrs?: readonly object[] };
  print(`  ${reportPath} has an entry for each CSR:`);
  for (const entry of csrs) printWrapped(JSON.stringify(entry), "    ");
}

function requestCounts(requests: readonly RequestRecord[]): string {
  const counts = new Map<string, number>();
  for (const { action } of requests) counts.set(action, (counts.get(action) ?? 0) + 1);
  return [...counts].map(([action, count]) => `${count} × ${action}`).join(", ") || "none";
}

export function printResult(step: Step, result: ShownResult, options: PrintOptions): void {
  const { shows, rows = 0, commentLines = 0, showsReport = false } = step;
  const { stdout, stderr, summary, comment, reportPath } = result;
  const { verbose } = options;
  printLog(stdout, options);
  if (stderr) print(styleText("red", stderr.trimEnd()));
  if (verbose) print(`\n${summary.trimEnd()}\n`);
  else if (rows > 0) printCsrs(result, rows);
  if (commentLines > 0) printComment(comment, verbose ? Number.POSITIVE_INFINITY : commentLines);
  if (showsReport) printReport(result);
  const shown = (name: string, value = ""): string =>
    `${styleText("cyan", name)} = ${verbose ? value : shortText(value) || "(empty)"}`;
  if (verbose) for (const [name, value] of Object.entries(result.outputs)) print(`  ${shown(name, value)}`);
  else printWrapped(shows.map((name) => shown(name, result.outputs[name])).join(" · "));
  if (verbose) print(`  Requests that arrived: ${requestCounts(result.requests)}`);
  if (reportPath && (verbose || !step.expected)) print(`  The report is kept: ${reportPath}`);
}

/** The exit code, and whether all was as expected. */
export function printVerdict(result: RunResult, expected: boolean, differences: readonly string[]): void {
  const ended = result.signal ? `ended by ${result.signal}` : `exit code ${result.exitCode}`;
  const line = `${ended}, ${formatNumber(Math.round(result.durationMs))} ms`;
  if (!expected) print(`  → ${line}`);
  else if (differences.length === 0) print(`  → ${line}: ${styleText("green", "as expected")}`);
  else print(`  → ${line}: ${styleText("red", "not as expected")}`);
  for (const difference of differences) print(`    ${shortText(difference)}`);
}
