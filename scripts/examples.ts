/** The YAML examples of the documents, each as a complete workflow. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");

export interface Example {
  /** Where it begins: path of the document, and line. */
  readonly name: string;
  readonly workflow: string;
}

/** All Markdown documents, relative to the root. */
export function documents(): readonly string[] {
  const args = ["ls-files", "-co", "--exclude-standard", "--deduplicate", "*.md", ":!test", ":!bench/RESULTS.md"];
  return execFileSync("git", args, { cwd: root, encoding: "utf8" }).split("\n").filter(Boolean);
}

/** Adds to an excerpt (a list of steps, or jobs alone) what a workflow needs. */
function complete(example: string): string {
  if (/^on:/m.test(example)) return example;
  const head = "name: Example\non:\n  workflow_dispatch:\npermissions: {}\n";
  if (/^jobs:/m.test(example)) return head + example;
  const steps = example.replace(/^(?=.)/gm, " ".repeat(6));
  return `${head}jobs:\n  example:\n    runs-on: ubuntu-latest\n    steps:\n${steps}`;
}

/** The examples of a document. A made-up SHA takes the place of `<full commit SHA>`, which readers replace. */
export function examplesOf(document: string, text: string): readonly Example[] {
  return [...text.matchAll(/^( *)```yaml\n(.*?)^\1```$/gms)].map(({ index, 1: spaces = "", 2: code = "" }) => ({
    name: `${document}, line ${text.slice(0, index).split("\n").length + 1}`,
    workflow: complete(code.replaceAll(new RegExp(`^${spaces}`, "gm"), "")).replaceAll(
      "<full commit SHA>",
      "0123456789abcdef0123456789abcdef01234567",
    ),
  }));
}

export const examples = (): readonly Example[] =>
  documents().flatMap((document) => examplesOf(document, readFileSync(join(root, document), "utf8")));
