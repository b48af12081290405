/**
 * `npm run check:action`: in the workflows and in the examples of the documents, actions are pinned by a commit, and each use of this
 * action names inputs that exist. All else about workflows is for actionlint and zizmor (`npm run check:workflows`).
 */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { examples } from "./examples.ts";

interface Step {
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Workflow {
  readonly jobs: Readonly<Record<string, Step & { readonly steps?: readonly Step[] }>>;
}

const isThisAction = (uses: string): boolean => uses === "./" || uses.includes("/delete-tencentcloud-ssl-csrs@");
const isPinned = (uses: string): boolean => uses.startsWith("./") || /@[0-9a-f]{40}$/.test(uses);

/** What is wrong with the uses of actions in a workflow, and how many of them are uses of this action. */
export function checkUses(workflow: string, inputs: readonly string[]): { problems: readonly string[]; own: number } {
  const { jobs } = parse(workflow) as Workflow;
  const uses = Object.values(jobs).flatMap((job) => [job, ...(job.steps ?? [])]);
  const own = uses.filter((step) => isThisAction(step.uses ?? ""));
  const unpinned = uses.flatMap(({ uses = "./" }) => (isPinned(uses) ? [] : [uses]));
  const unknown = own.flatMap((step) => Object.keys(step.with ?? {})).filter((name) => !inputs.includes(name));
  const problems = [
    ...unpinned.map((use) => `\`${use}\` is not pinned by a full commit SHA`),
    ...unknown.map((input) => `\`${input}\` is not an input of action.yml`),
  ];
  return { problems, own: own.length };
}

if (import.meta.main) {
  const root = resolve(import.meta.dirname, "..");
  const read = (path: string): string => readFileSync(join(root, path), "utf8");
  const inputs = Object.keys((parse(read("action.yml")) as { inputs: object }).inputs);
  const workflows = readdirSync(join(root, ".github/workflows")).map((file) => `.github/workflows/${file}`);
  const results = [
    ...workflows.map((path) => ({ name: path, ...checkUses(read(path), inputs) })),
    ...examples().map(({ name, workflow }) => ({ name, ...checkUses(workflow, inputs) })),
  ];
  const problems = results.flatMap(({ name, problems }) => problems.map((problem) => `${name}: ${problem}`));
  const inExamples = results.slice(workflows.length).reduce((sum, { own }) => sum + own, 0);
  if (workflows.length === 0 || inExamples === 0) problems.push("There are no workflows or no examples to check.");
  for (const problem of problems) console.error(problem);
  console.log(
    `${workflows.length} workflows, ${results.length - workflows.length} examples, ${problems.length} problems`,
  );
  process.exitCode = problems.length > 0 ? 1 : 0;
}
