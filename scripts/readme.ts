/**
 * `npm run readme`: the parts of the documents that come from action.yml, the error catalog, the examples of the selection and
 * package.json. `--check` only compares.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { markdownTable } from "markdown-table";
import { parse } from "yaml";
import { CAUSES } from "../src/csrs/outcome.ts";
import { explain } from "../src/report/remedies.ts";
import { ERROR_CATALOG, type ErrorEntry } from "../src/tencentcloud/error-catalog.ts";
import { SELECTION_TABLE } from "../test/csrs/selection-table.ts";
import { documents } from "./examples.ts";

const root = resolve(import.meta.dirname, "..");

interface ActionFile {
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly default?: string }>>;
  readonly outputs: Readonly<Record<string, { readonly description: string }>>;
}

const cell = (text: string): string => text.trim().replace(/\s+/g, " ").replaceAll("|", "\\|");
const code = (text: string): string => `\`${text}\``;
const capitalize = (text: string): string => text.replace(/^[a-z]/, (letter) => letter.toUpperCase());

function table(head: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
  return markdownTable(
    [head, ...rows].map((cells) => cells.map(cell)),
    { alignDelimiters: false },
  );
}

/** The README shows the first sentence of a description; all of it is in action.yml. */
const firstSentence = (text: string): string => /^.*?[.!?](?=\s|$)/s.exec(text.trim())?.[0] ?? text;

const inputTable = ({ inputs }: ActionFile): string =>
  table(
    ["Input", "Default", "Meaning"],
    Object.entries(inputs).map(([name, input]) => [
      code(name),
      input.default === undefined ? "" : code(input.default),
      firstSentence(input.description),
    ]),
  );

const outputTable = ({ outputs }: ActionFile): string =>
  table(
    ["Output", "Value"],
    Object.entries(outputs).map(([name, { description }]) => [code(name), firstSentence(description)]),
  );

function retried(name: string, { kind, retryable }: ErrorEntry): string {
  if (name === "Network.Aborted") return "no";
  if (name === "AuthFailure.SignatureExpire") return "once, with the API's time";
  if (kind === "rate-limit") return "yes, more slowly, for up to 2 minutes";
  if (/^(Oidc|Sts)\./.test(name)) return retryable ? "yes, up to 5 attempts" : "no; the run stops";
  if (kind === "permission") return "no; CSRs that the message names are set aside, else the run stops";
  if (kind === "ids") return "no; the batch is split (bisection)";
  if (kind === "unexpected") return "no";
  if (kind === "configuration" && retryable)
    return "yes, up to 5 attempts, if another call has succeeded; else the run stops";
  return retryable ? "yes, up to 5 attempts" : "no; the run stops";
}

/** Own codes come from parts of this action that say so by their first word. */
const isOwn = (name: string): boolean => /^(Network|Tls|Http|Response|Clock|Oidc|Internal)\./.test(name);

type ErrorRow = readonly [code: string, meaning: string, remedy: string, retried: string];

const catalogRows: readonly ErrorRow[] = ERROR_CATALOG.flatMap((entry) =>
  entry.codes.map((name): ErrorRow => {
    const { meaning, remedy } = explain(name);
    return [name, meaning, remedy, retried(name, entry)];
  }),
);

/** What the action concludes itself, such as `LeftOut`. */
const conclusionRows: readonly ErrorRow[] = Object.values(CAUSES).map(({ code: name }) => {
  const { meaning, remedy } = explain(name);
  return [name, meaning, remedy, "no"];
});

const errorTable = (rows: readonly ErrorRow[]): string =>
  table(
    ["Code", "Meaning", "What to do", "Retried"],
    rows.map(([name, meaning, remedy, again]) => [code(name), capitalize(meaning), remedy, again]),
  );

function selectionTable(): string {
  return table(SELECTION_TABLE.head, SELECTION_TABLE.rows);
}

function between(document: string, text: string, name: string, content: string): string {
  const [start, end] = [`<!-- ${name}:start -->`, `<!-- ${name}:end -->`];
  const [before, rest, ...more] = text.split(start);
  const [, after, ...others] = rest?.split(end) ?? [];
  if (before === undefined || after === undefined || more.length + others.length > 0) {
    throw new Error(`${document} must contain ${start} and ${end} once each, in this order.`);
  }
  return `${before}${start}\n\n${content}\n\n${end}${after}`;
}

const action = parse(readFileSync(join(root, "action.yml"), "utf8")) as ActionFile;
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };

/** Generated parts: by document, their names and contents. */
const PARTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "README.md": { inputs: inputTable(action), outputs: outputTable(action) },
  "docs/errors.md": {
    "api-errors": errorTable(catalogRows.filter(([name]) => !isOwn(name))),
    "own-errors": errorTable([...catalogRows.filter(([name]) => isOwn(name)), ...conclusionRows]),
  },
  "docs/selection.md": { selection: selectionTable() },
};

function generate(document: string, text: string): string {
  const parts = Object.entries(PARTS[document] ?? {});
  const filled = parts.reduce((rest, [name, content]) => between(document, rest, name, content), text);
  return filled.replace(/(uses: \S+\/delete-tencentcloud-ssl-csrs@.* # v)\d+\.\d+\.\d+/g, `$1${version}`);
}

/** The first lines that differ. */
function firstDifference(document: string, actual: string, expected: string): string {
  const [have, want] = [actual.split("\n"), expected.split("\n")];
  const at = want.findIndex((line, index) => line !== have[index]);
  const line = at < 0 ? want.length : at;
  return `${document}, line ${line + 1}:\n- ${have[line] ?? "(end)"}\n+ ${want[line] ?? "(end)"}`;
}

const outdated = documents()
  .map((document) => ({ document, text: readFileSync(join(root, document), "utf8") }))
  .map(({ document, text }) => ({ document, text, generated: generate(document, text) }))
  .filter(({ text, generated }) => text !== generated);

if (process.argv.includes("--check")) {
  for (const { document, text, generated } of outdated) {
    console.error(`${document} is out of date: run \`npm run readme\` and commit it.`);
    console.error(firstDifference(document, text, generated));
    process.exitCode = 1;
  }
} else {
  for (const { document, generated } of outdated) {
    writeFileSync(join(root, document), generated);
    console.log(`${document}: updated`);
  }
}
