/** Shows a step as its author and the page of the run would. */
import { styleText } from "node:util";
import { stringify } from "yaml";
import type { RequestRecord } from "../test/emulator/emulator.ts";
import type { RunResult } from "../test/runner.ts";
import { type LogLine, renderLog } from "./log.ts";
import type { Step } from "./steps.ts";

const SHOWN_LINES = 4;
const SHOWN_ITEMS = 8;
const SHOWN_CHARACTERS = 240;

export function print(text = ""): void {
  process.stdout.write(`${text}\n`);
}

function heading(text: string): void {
  print(`\n${styleText("bold", `── ${text} ${"─".repeat(Math.max(2, 74 - text.length))}`)}`);
}

function indented(text: string): string {
  return text.replace(/^(?=.)/gm, "  ");
}

const number = (value: number): string => value.toLocaleString("en-US");

/** The first lines of a long text, and how many more there are. */
function firstLines(text: string): string {
  const lines = text.trimEnd().split("\n");
  const more = lines.length - SHOWN_LINES;
  return more > 1 ? [...lines.slice(0, SHOWN_LINES), `… and ${number(more)} more lines`].join("\n") : text.trimEnd();
}

const secret = (name: string): string => `\${{ secrets.${name} }}`;

/** Long lists of IDs are cut; sentences and rows of tables are not. */
function shortLine(line: string): string {
  const more = line.length - SHOWN_CHARACTERS;
  return more > 200 ? `${line.slice(0, SHOWN_CHARACTERS)} … and ${number(more)} characters more` : line;
}

/** The step as its author would write it. */
function stepYaml({ inputs }: Step, endpoint: string): string {
  const shown = {
    ...Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, firstLines(value)])),
    "secret-id": secret("TENCENTCLOUD_SECRET_ID"),
    "secret-key": secret("TENCENTCLOUD_SECRET_KEY"),
    endpoint,
  };
  return stringify([{ id: "csrs", uses: "./", with: shown }], { lineWidth: 0 }).trimEnd();
}

export function printStep(step: Step, number: number, endpoint: string): void {
  print(`\n${styleText(["bold", "inverse"], ` ${number}. ${step.title} `)}`);
  if (step.note) print(step.note);
  heading("The step");
  print(stepYaml(step, endpoint));
  for (const [name, text] of Object.entries(step.files)) {
    heading(name);
    print(firstLines(text));
  }
}

const LABELS = {
  text: shortLine,
  group: (text: string) => styleText("bold", `▼ ${text}`),
  error: (text: string) => `${styleText("red", "Error:")} ${text}`,
  warning: (text: string) => `${styleText("yellow", "Warning:")} ${text}`,
  notice: (text: string) => `${styleText("blue", "Notice:")} ${text}`,
} satisfies Record<LogLine["kind"], (text: string) => string>;

/** An output, with a long list cut. */
function shortOutput(value: string): string {
  if (!value.startsWith("[")) return value;
  const items = value.slice(1, -1).split(",");
  if (items.length <= SHOWN_ITEMS) return value;
  return `[${items.slice(0, SHOWN_ITEMS).join(",")}, … ${number(items.length)} in all]`;
}

function requestsInWords(requests: readonly RequestRecord[]): string {
  const counts = new Map<string, number>();
  for (const { action } of requests) counts.set(action, (counts.get(action) ?? 0) + 1);
  return [...counts].map(([action, count]) => `${count} × ${action}`).join(", ") || "none";
}

export function printResult(result: RunResult, requests: readonly RequestRecord[]): void {
  heading("Log");
  for (const { kind, text } of renderLog(result.stdout)) print(LABELS[kind](text.replaceAll("\n", "\n  ")));
  if (result.stderr) print(styleText("red", result.stderr.trimEnd()));
  heading("Outputs");
  for (const [name, value] of Object.entries(result.outputs)) print(`${name}=${shortOutput(value)}`);
  heading("Summary (Markdown)");
  print(result.summary.trimEnd().split("\n").map(shortLine).join("\n"));
  heading("Result");
  const ended = result.signal ? `ended by ${result.signal}` : `exit code ${result.exitCode}`;
  const colour = result.exitCode === 0 ? "green" : "red";
  print(`${styleText(colour, ended)}, ${number(Math.round(result.durationMs))} ms`);
  print(`Requests that arrived: ${requestsInWords(requests)}`);
}

export function printVerdict(surprises: readonly string[]): void {
  if (surprises.length === 0) print(styleText("green", "As expected."));
  else print(styleText("red", `Not as expected:\n${indented(surprises.map((text) => shortLine(text)).join("\n"))}`));
}
