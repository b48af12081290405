/** The steps of the demo, and what is expected of each. */
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { type CsrSeed, DEMO_PROVIDER, DEMO_ROLE_ARN } from "../test/emulator/emulator.ts";
import { csr, dailyCsrs } from "./world.ts";

type Texts = Readonly<Record<string, string>>;

export interface Step {
  readonly title: string;
  /** What a reader should look at. */
  readonly note: string;
  /** May refer to outputs of earlier steps, as a workflow does: `${{ steps.plan.outputs.planned-csr-ids }}`. */
  readonly inputs: Texts;
  /** Files of the workspace: text by relative path. */
  readonly files?: Texts;
  /** The name by which later steps refer to this one. */
  readonly id?: string;
  /** The step runs for a pull request. */
  readonly onPullRequest?: boolean;
  /** Outputs to show. */
  readonly shows: readonly string[];
  /** Rows of the table of CSRs to show. */
  readonly rows?: number;
  /** Lines of the comment on the pull request to show. */
  readonly commentLines?: number;
  /** Whether to show the IDs of the report file. */
  readonly showsReport?: boolean;
  /** None for a step of the reader's own. */
  readonly expected?: Expected;
}

interface Expected {
  readonly exitCode: number;
  readonly outputs: Texts;
  /** A text of the comment on the pull request. */
  readonly comment?: string;
  /** The role that the report names. */
  readonly roleArn?: string;
}

/** The result of a step. */
export interface StepResult {
  readonly exitCode: number | null;
  readonly outputs: Texts;
  /** The last comment on the pull request. */
  readonly comment: string;
  /** The role and the session of a keyless login. */
  readonly identity: { readonly roleArn: string; readonly sessionName: string } | undefined;
}

/** In the example of the API reference, 11 is left out of the response without an error; here it is kept, too. */
export const KEPT_ID = 11;

const range = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

/** What exists before the first step. */
export const EXISTING: readonly CsrSeed[] = [
  ...dailyCsrs([KEPT_ID, 22, 33, ...range(1001, 1300)]),
  csr(2001, "api.example.org", 380),
  csr(2002, "api.example.org", 300),
  csr(2011, "pay.example.org", 500, "bank"),
  csr(2012, "pay.example.org", 350, "bank"),
  csr(2021, "shop.example.org", 400, "first attempt"),
  csr(2022, "shop.example.org", 200),
  csr(2023, "shop.example.org", 95, "rotated yearly"),
  csr(2024, "shop.example.org", 3),
];

const ROTATED = range(1001, 1250);
const KEYLESS = [1261, 1262, 1263];
const SELECTED = [2001, 2021, 2022, 2023];
const REVIEWED = [1281, 1282];

const list = (ids: readonly number[]): string => JSON.stringify(ids);

const outputOf = (step: string, output: string): string => `\${{ steps.${step}.outputs.${output} }}`;

/** IDs as people paste them: some by commas, some by blanks, ten in a line. */
function mixed(ids: readonly number[]): string {
  const lines: string[] = [];
  for (let at = 0; at < ids.length; at += 10)
    lines.push(ids.slice(at, at + 10).join([", ", " ", ","][(at / 10) % 3] ?? " "));
  return lines.join("\n");
}

function commented(ids: readonly number[]): string {
  const lines = ids.map((id, index) => (index % 50 === 0 ? `${id}  # the first of another certificate` : String(id)));
  return ["# CSRs of the certificates that were replaced", ...lines, ""].join("\n");
}

const rotation = {
  inputs: { "csr-ids": mixed(ROTATED.slice(0, 100)), "csr-ids-file": "rotation/old-csrs.txt" },
  files: { "rotation/old-csrs.txt": commented(ROTATED.slice(100)) },
} as const;

const review = {
  inputs: { "csr-ids-file": "certificates/old-csrs.txt" },
  files: {
    "certificates/old-csrs.txt": `# shop.example.com, replaced in March\n${REVIEWED.join("  # the second attempt\n")}\n`,
  },
} as const;

export const STEPS: readonly Step[] = [
  {
    title: "Dry run",
    note: "250 IDs, some typed and some from a file. They are looked up; nothing is deleted.",
    inputs: { ...rotation.inputs, "dry-run": "true" },
    files: rotation.files,
    rows: 3,
    shows: ["planned-csr-ids", "deleted-csr-ids"],
    expected: {
      exitCode: 0,
      outputs: { "planned-csr-ids": list(ROTATED), "deleted-csr-ids": "[]", "not-deleted-csr-ids": "[]" },
    },
  },
  {
    title: "Deletion",
    note: "The same IDs, in three calls of at most 100. The report keeps which domains they were of.",
    ...rotation,
    rows: 3,
    shows: ["deleted-csr-ids", "not-deleted-csr-ids"],
    expected: {
      exitCode: 0,
      outputs: { "deleted-csr-ids": list(ROTATED), "not-deleted-csr-ids": "[]", "not-deleted-count": "0" },
    },
  },
  {
    title: "A step that fails",
    note: `The API reports success, but did not delete ${KEPT_ID}. The step notices, and fails.`,
    inputs: { "csr-ids": "11, 22, 33" },
    shows: ["deleted-csr-ids", "not-deleted-csr-ids"],
    showsReport: true,
    expected: {
      exitCode: 1,
      outputs: { "deleted-csr-ids": "[22,33]", "absent-csr-ids": "[]", "not-deleted-csr-ids": "[11]" },
    },
  },
  {
    title: "A re-run",
    note: "Step 2 again, as when a later step of its job failed. Its CSRs are gone: they are not sent, and it passes.",
    ...rotation,
    shows: ["deleted-csr-ids", "absent-csr-ids"],
    expected: {
      exitCode: 0,
      outputs: { "deleted-csr-ids": "[]", "absent-csr-ids": list(ROTATED), "not-deleted-csr-ids": "[]" },
    },
  },
  {
    title: "Keyless login",
    note: "No stored key: GitHub's OIDC token is exchanged for temporary credentials of a role.",
    inputs: { "csr-ids": KEYLESS.join(", "), "role-arn": DEMO_ROLE_ARN, "oidc-provider": DEMO_PROVIDER },
    shows: ["deleted-csr-ids"],
    expected: { exitCode: 0, outputs: { "deleted-csr-ids": list(KEYLESS) }, roleArn: DEMO_ROLE_ARN },
  },
  {
    title: "Selection: the plan",
    note: "CSRs are selected by domain and age, the newest of each domain is kept. First as a dry run.",
    id: "plan",
    inputs: {
      domains: "*.example.org",
      "older-than": "90d",
      "keep-newest": "1",
      protect: "pay.example.org",
      "dry-run": "true",
    },
    rows: 8,
    shows: ["planned-csr-ids"],
    expected: { exitCode: 0, outputs: { "planned-csr-ids": list(SELECTED), "deleted-csr-ids": "[]" } },
  },
  {
    title: "Selection: the deletion",
    note: "A later job, after an approval, deletes exactly the IDs of this plan.",
    inputs: {
      "csr-ids": outputOf("plan", "planned-csr-ids"),
      protect: "pay.example.org",
      "max-deletions": "50",
      "allowed-account-ids": "100000000001",
    },
    rows: 4,
    shows: ["deleted-csr-ids", "not-deleted-csr-ids"],
    expected: { exitCode: 0, outputs: { "deleted-csr-ids": list(SELECTED), "not-deleted-csr-ids": "[]" } },
  },
  {
    title: "Pull request: the plan",
    note: "A pull request adds two IDs to a file. A dry run comments what its merge would delete.",
    ...review,
    inputs: { ...review.inputs, "dry-run": "true", "comment-on-pull-request": "true" },
    onPullRequest: true,
    commentLines: 11,
    shows: ["planned-csr-ids"],
    expected: {
      exitCode: 0,
      outputs: { "planned-csr-ids": list(REVIEWED), "deleted-csr-ids": "[]" },
      comment: `| ${REVIEWED[0]} |`,
    },
  },
  {
    title: "Pull request: the merge",
    note: "The run for the push to the main branch deletes exactly these.",
    ...review,
    shows: ["deleted-csr-ids", "not-deleted-csr-ids"],
    expected: { exitCode: 0, outputs: { "deleted-csr-ids": list(REVIEWED), "not-deleted-csr-ids": "[]" } },
  },
];

/**
 * A step with the reader's own inputs.
 * @throws {Error} if the file cannot be read
 */
export function ownStep(inputs: Texts): Step {
  const path = inputs["csr-ids-file"];
  const name = path === undefined ? "" : basename(path);
  return {
    title: "Your step",
    note: "",
    inputs: path === undefined ? inputs : { ...inputs, "csr-ids-file": name },
    files: path === undefined ? {} : { [name]: readFileSync(path, "utf8") },
    shows: ["planned-csr-ids", "deleted-csr-ids", "absent-csr-ids", "not-deleted-csr-ids"],
    rows: 12,
  };
}

const EXPRESSION = /\$\{\{ steps\.([\w-]+)\.outputs\.([\w-]+) \}\}/g;

/** The inputs with the outputs of earlier steps in place of expressions. */
export function evaluate(inputs: Texts, outputs: ReadonlyMap<string, Texts>): Record<string, string> {
  const value = (text: string): string =>
    text.replace(EXPRESSION, (_, step: string, name: string) => outputs.get(step)?.[name] ?? "");
  return Object.fromEntries(Object.entries(inputs).map(([name, text]) => [name, value(text)]));
}

/** What is not as expected, in words. */
export function differences({ expected }: Step, { exitCode, outputs, comment, identity }: StepResult): string[] {
  if (!expected) return [];
  const found: string[] = [];
  if (exitCode !== expected.exitCode) found.push(`exit code ${exitCode} instead of ${expected.exitCode}`);
  for (const [name, value] of Object.entries(expected.outputs)) {
    if (outputs[name] !== value) found.push(`${name} is ${outputs[name] ?? "missing"} instead of ${value}`);
  }
  if (expected.comment && !comment.includes(expected.comment)) found.push(`no comment with "${expected.comment}"`);
  if (identity?.roleArn !== expected.roleArn) found.push(`role ${identity?.roleArn} instead of ${expected.roleArn}`);
  return found;
}
