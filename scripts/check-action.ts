/**
 * `npm run check:action`: action.yml, the workflows and the examples of README.md, by GitHub's own parser; and examples name only
 * inputs that there are.
 */
import { readdirSync, readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { join, resolve } from "node:path";
import { parse } from "yaml";

// The parser is made for bundlers: it imports its JSON schemas without the attribute that Node demands.
registerHooks({
  load: (url, context, next) =>
    next(url, url.endsWith(".json") ? { ...context, importAttributes: { type: "json" } } : context),
});
const { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } = await import("@actions/workflow-parser");
const { parseAction } = await import("@actions/workflow-parser/actions/action-parser");

const root = resolve(import.meta.dirname, "..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const trace = new NoOperationTraceWriter();
const problems: string[] = [];

interface Step {
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Workflow {
  readonly jobs: Readonly<Record<string, { readonly steps?: readonly Step[] }>>;
}

const { inputs } = parse(read("action.yml")) as { inputs: Readonly<Record<string, unknown>> };

function checkAction(name: string): void {
  for (const { message } of parseAction({ name, content: read(name) }, trace).context.errors.getErrors()) {
    problems.push(`${name}: ${message}`);
  }
}

function isThisAction({ uses = "" }: Step): boolean {
  return uses === "./" || uses.includes("/delete-tencentcloud-ssl-csrs@");
}

async function checkWorkflow(name: string, content: string): Promise<void> {
  const { context, value } = parseWorkflow({ name, content }, trace);
  if (value) await convertWorkflowTemplate(context, value);
  for (const { message } of context.errors.getErrors()) problems.push(`${name}: ${message}`);
  if (context.errors.count > 0) return;
  const steps = Object.values((parse(content) as Workflow).jobs).flatMap((job) => job.steps ?? []);
  for (const step of steps.filter(isThisAction)) {
    for (const input of Object.keys(step.with ?? {})) {
      if (!(input in inputs)) problems.push(`${name}: \`${input}\` is no input of action.yml`);
    }
  }
}

/** A list of steps, as a workflow that has no others. */
function asWorkflow(example: string): string {
  if (/^jobs:/m.test(example)) return example;
  const steps = example.replace(/^(?=.)/gm, "      ");
  return `on: push\njobs:\n  example:\n    runs-on: ubuntu-latest\n    steps:\n${steps}`;
}

async function checkExamples(name: string): Promise<number> {
  const text = read(name);
  const examples = [...text.matchAll(/^```yaml\n(.*?)^```$/gms)];
  for (const { index, 1: example = "" } of examples) {
    const line = text.slice(0, index).split("\n").length;
    await checkWorkflow(`${name}, example in line ${line}`, asWorkflow(example));
  }
  return examples.length;
}

checkAction("action.yml");
const workflows = readdirSync(join(root, ".github/workflows"));
for (const name of workflows) await checkWorkflow(`.github/workflows/${name}`, read(`.github/workflows/${name}`));
const examples = await checkExamples("README.md");

if (problems.length > 0) {
  console.error(problems.join("\n"));
  process.exitCode = 1;
} else {
  console.log(`action.yml, ${workflows.length} workflows and ${examples} examples are valid.`);
}
