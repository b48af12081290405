/**
 * Compares the steps of the job `e2e` of ci.yml with what they should have done. `$STEPS` is `toJSON(steps)`; the
 * summaries are those that keep-summary.cjs kept. Every report file is checked against its schema.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { reportFileProblems } from "../report-schema.ts";
import { EXPECTED, type ExpectedStep } from "./expected-steps.ts";

interface Step {
  readonly outcome: string;
  readonly outputs?: Readonly<Record<string, string>>;
}

const { STEPS = "{}", RUNNER_TEMP = "" } = process.env;
const steps = JSON.parse(STEPS) as Readonly<Record<string, Step>>;

function matches(actual: string, expected: string | RegExp): boolean {
  return typeof expected === "string" ? actual === expected : expected.test(actual);
}

function readSummary(id: string): string {
  try {
    return readFileSync(join(RUNNER_TEMP, "summaries", `${id}.md`), "utf8");
  } catch {
    return "";
  }
}

function* differences(id: string, expected: ExpectedStep): Generator<string> {
  const step = steps[id];
  if (!step) return yield `${id}: the step did not run`;
  if (step.outcome !== expected.outcome) yield `${id}: outcome is ${step.outcome}, not ${expected.outcome}`;
  for (const [name, value] of Object.entries(expected.outputs)) {
    const actual = step.outputs?.[name] ?? "";
    if (!matches(actual, value)) yield `${id}: output ${name} is ${JSON.stringify(actual)}, not ${value}`;
  }
  for (const part of expected.summary ?? []) {
    if (!part.test(readSummary(id))) yield `${id}: the summary has no ${part}:\n${readSummary(id)}`;
  }
}

for (const [id, { outcome, outputs = {} }] of Object.entries(steps)) {
  console.log(`${id}: ${outcome}`);
  for (const [name, value] of Object.entries(outputs)) console.log(`    ${name} = ${value}`);
}

/** Every report is as docs/report.schema.json describes it. */
function invalidReports(): readonly string[] {
  return Object.entries(steps).flatMap(([id, { outputs }]) => {
    const path = outputs?.["report-path"];
    return path ? reportFileProblems(path).map((problem) => `${id}: the report is invalid: ${problem}`) : [];
  });
}

const differing = Object.entries(EXPECTED).flatMap(([id, expected]) => [...differences(id, expected)]);
const problems = [...differing, ...invalidReports()];
for (const problem of problems) console.log(`::error::${problem.replaceAll("%", "%25").replaceAll("\n", "%0A")}`);
console.log(`${Object.keys(EXPECTED).length} steps checked, ${problems.length} problems`);
if (problems.length > 0) process.exitCode = 1;
