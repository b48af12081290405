/** Shows a step: what it asks for, its log, the outputs that matter, and whether it did what was expected. */
import { styleText } from "node:util";
import type { RequestRecord } from "../test/emulator/emulator.ts";
import type { RunResult } from "../test/support/run-action.ts";
import { type LogLine, renderLog } from "./log.ts";
import type { Step } from "./steps.ts";

/** Lists of IDs are longer than a line; the verbose form shows them whole. */
const SHOWN_ITEMS = 6;
const SHOWN_INPUT_CHARACTERS = 60;

export interface PrintOptions {
  /** Everything: all log lines, all outputs, the summary, and the requests that arrived. */
  readonly verbose: boolean;
}

export function print(text = ""): void {
  process.stdout.write(`${text}\n`);
}

const formatNumber = (value: number): string => value.toLocaleString("en-US");

/** `1, 2, 3, … (250 IDs)`: cut between two numbers, never inside one. */
function shortList(text: string): string {
  const items = text.match(/\d+/g) ?? [];
  return items.length <= SHOWN_ITEMS
    ? text.replace(/\s+/g, " ").trim()
    : `${items.slice(0, SHOWN_ITEMS).join(", ")}, … (${formatNumber(items.length)} IDs)`;
}

/** An output or a log line: long lists of IDs are cut, all else stays. */
function shortText(text: string): string {
  return text.replace(/\[?\d+(?:, ?\d+){7,}\]?/g, (list) => {
    const short = shortList(list);
    return list.startsWith("[") ? `[${short}]` : short;
  });
}

function inputText(name: string, value: string): string {
  const short = name === "csr-ids" ? shortList(value) : value;
  return `${name}: ${short.length > SHOWN_INPUT_CHARACTERS ? `${short.slice(0, SHOWN_INPUT_CHARACTERS)}…` : short}`;
}

/** The heading, and one line for what the step asks for. */
export function printStep({ title, note, inputs }: Step, number: number): void {
  print(`\n${styleText(["bold", "inverse"], ` ${number}. ${title} `)} ${note}`);
  print(
    styleText(
      "dim",
      `with ${Object.entries(inputs)
        .map(([name, value]) => inputText(name, value))
        .join(" · ")}`,
    ),
  );
}

const LABELS = {
  text: (text: string) => `  ${text}`,
  group: (text: string) => `  ${styleText("bold", `▼ ${text}`)}`,
  error: (text: string) => `  ${styleText("red", "Error:")} ${text}`,
  warning: (text: string) => `  ${styleText("yellow", "Warning:")} ${text}`,
  notice: (text: string) => `  ${styleText("blue", "Notice:")} ${text}`,
} satisfies Record<LogLine["kind"], (text: string) => string>;

function printLog(stdout: string, { verbose }: PrintOptions): void {
  for (const { kind, text, grouped } of renderLog(stdout)) {
    if (!verbose && (grouped || kind === "group")) continue;
    const shown = verbose ? text : shortText(text);
    print(LABELS[kind](shown.replaceAll("\n", "\n    ")));
  }
}

function requestCounts(requests: readonly RequestRecord[]): string {
  const counts = new Map<string, number>();
  for (const { action } of requests) counts.set(action, (counts.get(action) ?? 0) + 1);
  return [...counts].map(([action, count]) => `${count} × ${action}`).join(", ") || "none";
}

export function printResult(
  step: Step,
  result: RunResult,
  requests: readonly RequestRecord[],
  options: PrintOptions,
): void {
  printLog(result.stdout, options);
  if (result.stderr) print(styleText("red", result.stderr.trimEnd()));
  const { shows } = step;
  const outputs = Object.entries(result.outputs).filter(([name]) => options.verbose || !shows || shows.includes(name));
  for (const [name, value] of outputs) {
    print(`  ${styleText("cyan", name)} = ${options.verbose ? value : shortText(value)}`);
  }
  if (options.verbose) {
    print(`\n${result.summary.trimEnd()}\n`);
    print(`  Requests that arrived: ${requestCounts(requests)}`);
  }
}

/** The exit code, and whether it and the outputs are as expected. */
export function printVerdict(result: RunResult, expected: boolean, differences: readonly string[]): void {
  const ended = result.signal ? `ended by ${result.signal}` : `exit code ${result.exitCode}`;
  const line = `${ended}, ${formatNumber(Math.round(result.durationMs))} ms`;
  if (!expected) return print(`  → ${line}`);
  if (differences.length === 0) return print(`  → ${line}: ${styleText("green", "as expected")}`);
  print(`  → ${line}: ${styleText("red", "not as expected")}`);
  for (const difference of differences) print(`    ${shortText(difference)}`);
}
