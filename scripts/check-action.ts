/**
 * `npm run check:action`: action.yml, the workflows and the YAML examples of the documents, by GitHub's own parser. Every use of this
 * action names only inputs that exist, and examples follow the rules that they recommend.
 */
import { readdirSync, readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { examples } from "./examples.ts";

// The parser is made for bundlers: it imports its JSON schemas without the attribute that Node demands.
registerHooks({
  load: (url, context, next) =>
    next(url, url.endsWith(".json") ? { ...context, importAttributes: { type: "json" } } : context),
});
const { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } = await import("@actions/workflow-parser");
const { parseAction } = await import("@actions/workflow-parser/actions/action-parser");

interface Step {
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Workflow {
  readonly permissions?: unknown;
  readonly jobs: Readonly<Record<string, { readonly permissions?: unknown; readonly steps?: readonly Step[] }>>;
}

const root = resolve(import.meta.dirname, "..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const trace = new NoOperationTraceWriter();
const { inputs } = parse(read("action.yml")) as { inputs: Readonly<Record<string, unknown>> };

function actionProblems(): readonly string[] {
  const { context } = parseAction({ name: "action.yml", content: read("action.yml") }, trace);
  return context.errors.getErrors().map(({ message }) => message);
}

/** What GitHub's parser says about a workflow. */
async function syntaxProblems(name: string, content: string): Promise<readonly string[]> {
  const { context, value } = parseWorkflow({ name, content }, trace);
  if (value) await convertWorkflowTemplate(context, value);
  return context.errors.getErrors().map(({ message }) => message);
}

const isThisAction = (uses: string): boolean => uses === "./" || uses.includes("/delete-tencentcloud-ssl-csrs@");
const isPinned = (uses: string): boolean => uses.startsWith("./") || /@[0-9a-f]{40}$/.test(uses);

function unknownInputs(steps: readonly Step[]): readonly string[] {
  return steps
    .filter(({ uses = "" }) => isThisAction(uses))
    .flatMap((step) => Object.keys(step.with ?? {}))
    .filter((input) => !(input in inputs))
    .map((input) => `\`${input}\` is not an input of action.yml`);
}

function practiceProblems(workflow: Workflow, steps: readonly Step[]): readonly string[] {
  const problems = steps
    .filter(({ uses }) => uses !== undefined && !isPinned(uses))
    .map(({ uses }) => `\`${uses}\` is not pinned by a full commit SHA`);
  const jobs = Object.values(workflow.jobs);
  if (workflow.permissions === undefined && jobs.some((job) => job.permissions === undefined)) {
    problems.push("there is no `permissions` block");
  }
  const checkouts = steps.filter(({ uses = "" }) => uses.startsWith("actions/checkout@"));
  if (checkouts.some((step) => step.with?.["persist-credentials"] !== false)) {
    problems.push("`actions/checkout` lacks `persist-credentials: false`");
  }
  return problems;
}

async function workflowProblems(name: string, content: string): Promise<readonly string[]> {
  const syntax = await syntaxProblems(name, content);
  if (syntax.length > 0) return syntax;
  const workflow = parse(content) as Workflow;
  const steps = Object.values(workflow.jobs).flatMap((job) => job.steps ?? []);
  return [...unknownInputs(steps), ...practiceProblems(workflow, steps)];
}

const workflows = readdirSync(join(root, ".github/workflows")).map((file) => `.github/workflows/${file}`);
const checked = [
  ...workflows.map((path) => ({ name: path, content: read(path) })),
  ...examples().map(({ document, line, workflow }) => ({ name: `${document}, line ${line}`, content: workflow })),
];

const problems = actionProblems().map((problem) => `action.yml: ${problem}`);
for (const { name, content } of checked) {
  problems.push(...(await workflowProblems(name, content)).map((problem) => `${name}: ${problem}`));
}

if (problems.length > 0) {
  console.error(problems.join("\n"));
  process.exitCode = 1;
} else {
  console.log(`action.yml, ${workflows.length} workflows and ${checked.length - workflows.length} examples are valid.`);
}
