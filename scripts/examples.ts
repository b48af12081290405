/**
 * The YAML examples of the documents, each as a complete workflow.
 * `node scripts/examples.ts <folder>` writes them to files, so that actionlint and zizmor can check them.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
/** Stands for `<full commit SHA>`, which readers replace. */
const PLACEHOLDER_SHA = "0123456789abcdef0123456789abcdef01234567";

export interface Example {
  /** Path of the document, relative to the root. */
  readonly document: string;
  /** Line of the document where the example begins. */
  readonly line: number;
  readonly workflow: string;
}

/** All Markdown documents for users, relative to the root. */
export function documents(): readonly string[] {
  const inRoot = readdirSync(root).filter((name) => name.endsWith(".md"));
  const inDocs = readdirSync(join(root, "docs")).filter((name) => name.endsWith(".md"));
  return [...inRoot, ...inDocs.map((name) => `docs/${name}`)];
}

/** For zizmor: what the examples leave out on purpose. */
const ZIZMOR_CONFIG = `rules:
  # Examples are short: a job's ID says what it does.
  anonymous-definition:
    disable: true
  # Examples are short: the complete workflows in docs/recipes.md have a concurrency group.
  concurrency-limits:
    disable: true
  # The quick start uses secrets of the repository; the README recommends keyless login and an environment.
  secrets-outside-env:
    disable: true
  # A proxy is mostly needed on a self-hosted runner.
  self-hosted-runner:
    disable: true
`;

const indent = (text: string, spaces: number): string => text.replace(/^(?=.)/gm, " ".repeat(spaces));

/** Adds to an excerpt (a list of steps, or jobs alone) what a workflow needs. */
function complete(example: string): string {
  if (/^on:/m.test(example)) return example;
  const head = "name: Example\non:\n  workflow_dispatch:\npermissions: {}\n";
  if (/^jobs:/m.test(example)) return head + example;
  return `${head}jobs:\n  example:\n    runs-on: ubuntu-latest\n    steps:\n${indent(example, 6)}`;
}

function examplesOf(document: string): readonly Example[] {
  const text = readFileSync(join(root, document), "utf8");
  return [...text.matchAll(/^( *)```yaml\n(.*?)^\1```$/gms)].map(({ index, 1: spaces = "", 2: code = "" }) => ({
    document,
    line: text.slice(0, index).split("\n").length + 1,
    workflow: complete(code.replaceAll(new RegExp(`^${spaces}`, "gm"), "")).replaceAll(
      "<full commit SHA>",
      PLACEHOLDER_SHA,
    ),
  }));
}

export function examples(): readonly Example[] {
  return documents().flatMap(examplesOf);
}

if (import.meta.main) {
  const [folder] = process.argv.slice(2);
  if (folder === undefined) throw new Error("Usage: node scripts/examples.ts <folder>");
  const workflows = join(folder, ".github/workflows");
  mkdirSync(workflows, { recursive: true });
  writeFileSync(join(folder, ".github/zizmor.yml"), ZIZMOR_CONFIG);
  for (const { document, line, workflow } of examples()) {
    writeFileSync(join(workflows, `${document.replaceAll(/\W+/g, "-")}-line-${line}.yml`), workflow);
  }
}
