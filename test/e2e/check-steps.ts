/**
 * Compares the steps of the job `e2e` of ci.yml with what they should have done. `$STEPS` is `toJSON(steps)`; the summaries are those
 * that keep-summary.cjs kept. Every report file is checked against its schema.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { reportFileProblems } from "../support/report-schema.ts";

interface Step {
  readonly outcome: string;
  readonly outputs?: Readonly<Record<string, string>>;
}

type Outputs = Readonly<Record<string, string | RegExp>>;

const REQUEST_IDS = /^\["[0-9a-f-]{36}"(,"[0-9a-f-]{36}")*\]$/;
const REPORT = { "report-path": /\.json$/ };

/** By step: its outcome, its outputs, and what its summary says. */
const EXPECTED: Readonly<Record<string, readonly ["success" | "failure", Outputs, ...RegExp[]]>> = {
  "dry-run": [
    "success",
    { "planned-csr-ids": "[22,33,44]", "deleted-csr-ids": "[]", "request-ids": REQUEST_IDS, ...REPORT },
    /dry run/i,
  ],
  deletion: [
    "success",
    {
      ...{ "planned-csr-ids": "[22,33,44]", "deleted-csr-ids": "[22,33,44]", "absent-csr-ids": "[]" },
      ...{ "not-deleted-csr-ids": "[]", "deleted-count": "3", "not-deleted-count": "0" },
      ...{ "request-ids": REQUEST_IDS, ...REPORT },
    },
    /deleted/i,
  ],
  again: ["success", { "deleted-csr-ids": "[]", "absent-csr-ids": "[22,33,44]", "absent-count": "3" }],
  "from-output": ["success", { "deleted-csr-ids": "[101,102,103]" }],
  "from-file": ["success", { "deleted-csr-ids": "[201,202,203]" }],
  keyless: ["success", { "deleted-csr-ids": "[301,302]", "request-ids": REQUEST_IDS }, /2 deleted/],
  selection: [
    "success",
    // 501 is protected, 503 and 505 are the newest of their domains, 506 is of another domain.
    { "planned-csr-ids": /^\[(502,504|504,502)\]$/, "deleted-csr-ids": "[]" },
    ...[/shop\.example\.com/, /www\.example\.com/, /2024-06-10/],
  ],
  selected: ["success", { "deleted-count": "2", "not-deleted-csr-ids": "[]" }],
  "too-many": ["failure", { "deleted-csr-ids": /^(\[\])?$/, ...REPORT }, /max-deletions/],
  kept: ["failure", { "deleted-csr-ids": "[55]", "not-deleted-csr-ids": "[11]", "not-deleted-count": "1" }, /\b11\b/],
  "wrong-key": ["failure", { "deleted-csr-ids": /^(\[\])?$/ }, /AuthFailure\.SignatureFailure/],
  blank: ["failure", { "planned-csr-ids": "", "request-ids": "[]" }, /csr-ids/],
};

const fits = (actual: string, expected: string | RegExp): boolean =>
  typeof expected === "string" ? actual === expected : expected.test(actual);

/** What the steps did not do as they should. `summaryOf` gives the summary of a step. */
export function stepProblems(steps: Readonly<Record<string, Step>>, summaryOf: (id: string) => string): string[] {
  return Object.entries(EXPECTED).flatMap(([id, [outcome, outputs, ...summary]]) => {
    const step = steps[id];
    if (!step) return [`${id}: the step did not run`];
    const actual = step.outputs ?? {};
    const report = actual["report-path"];
    return [
      ...(step.outcome === outcome ? [] : [`${id}: outcome is ${step.outcome}, not ${outcome}`]),
      ...Object.entries(outputs)
        .filter(([name, value]) => !fits(actual[name] ?? "", value))
        .map(([name, value]) => `${id}: output ${name} is ${JSON.stringify(actual[name])}, not ${value}`),
      ...summary.filter((part) => !part.test(summaryOf(id))).map((part) => `${id}: the summary has no ${part}`),
      ...(report ? reportFileProblems(report).map((problem) => `${id}: the report is invalid: ${problem}`) : []),
    ];
  });
}

if (import.meta.main) {
  const { STEPS = "{}", RUNNER_TEMP = "" } = process.env;
  const fileOf = (id: string): string => join(RUNNER_TEMP, "summaries", `${id}.md`);
  const problems = stepProblems(JSON.parse(STEPS), (id) =>
    existsSync(fileOf(id)) ? readFileSync(fileOf(id), "utf8") : "",
  );
  console.log(JSON.stringify(JSON.parse(STEPS), undefined, 1));
  for (const problem of problems) console.log(`::error::${problem.replaceAll("%", "%25").replaceAll("\n", "%0A")}`);
  console.log(`${Object.keys(EXPECTED).length} steps checked, ${problems.length} problems`);
  process.exitCode = problems.length > 0 ? 1 : 0;
}
