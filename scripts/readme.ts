/**
 * `npm run readme`: the parts of the documents that come from action.yml, the table of errors, the examples of the selection and
 * package.json. `--check` only compares.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { ERROR_TABLE } from "../src/tencentcloud/errors.ts";
import { SELECTION_TABLE } from "../test/csrs/selection-table.ts";
import { documents } from "./examples.ts";

const root = resolve(import.meta.dirname, "..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");

interface ActionFile {
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly default?: string }>>;
  readonly outputs: Readonly<Record<string, { readonly description: string }>>;
}

const cell = (text: string): string => text.trim().replace(/\s+/g, " ").replaceAll("|", "\\|");
const code = (text: string): string => `\`${text}\``;
const capitalize = (text: string): string => text.replace(/^[a-z]/, (letter) => letter.toUpperCase());
/** The README shows the first sentence of a description; all of it is in action.yml. */
const firstSentence = (text: string): string => /^.*?[.!?](?=\s|$)/s.exec(text.trim())?.[0] ?? text;

function table(head: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
  if (rows.length === 0) throw new Error(`The table "${head.join(", ")}" has no rows.`);
  const lines = [head, head.map(() => "-"), ...rows].map((cells) => `| ${cells.map(cell).join(" | ")} |`);
  return lines.join("\n").replaceAll("|  |", "| |");
}

function retried({ kind, attempts, fatal }: (typeof ERROR_TABLE)[number]): string {
  if (attempts === Number.POSITIVE_INFINITY) return "yes, more slowly, for up to 2 minutes";
  const most = `up to ${attempts} requests in all`;
  if (kind === "clock") return `with the API's time, ${most}`;
  if (kind === "credentials" && attempts > 1)
    return `with new credentials of a keyless login, ${most}; else the run stops`;
  if (kind === "configuration" && attempts > 1)
    return `yes, ${most}, if another call has succeeded; else the run stops`;
  if (attempts > 1) return `yes, ${most}`;
  if (kind === "ids") return "no; the batch is split (bisection)";
  return fatal ? "no; the run stops" : "no";
}

/** The action's own codes begin with the name of a part of it, or stand for what it concludes. */
const OWN =
  /^(Network|Tls|Http|Response|Clock|Oidc|Internal)\.|^(LeftOut|StillListed|NotConfirmed|ListChanged|Cancelled)$/;

const partOf = (name: string): "own" | "sts" | "api" =>
  OWN.test(name) ? "own" : /^Sts(\.|$)/.test(name) ? "sts" : "api";

const errorTable = (part: ReturnType<typeof partOf>): string =>
  table(
    ["Code", "Meaning", "What to do", "Retried"],
    ERROR_TABLE.map((row) => ({ name: row.code, ...row }))
      .filter(({ name }) => partOf(name) === part)
      .map((row) => [code(row.name), capitalize(row.meaning), row.remedy, retried(row)]),
  );

const { inputs, outputs } = parse(read("action.yml")) as ActionFile;
const inputRows = Object.entries(inputs).map(([name, { default: value, description }]) => [
  code(name),
  value === undefined ? "" : code(value),
  firstSentence(description),
]);
const outputRows = Object.entries(outputs).map(([name, { description }]) => [code(name), firstSentence(description)]);
/** What most workflows need. The README shows the other inputs apart. */
const MAIN = ["csr-ids", "domains", "keep-newest", "dry-run", "secret-id", "secret-key"].map(code);
const inputTable = (main: boolean): string =>
  table(
    ["Input", "Default", "Meaning"],
    inputRows.filter(([name = ""]) => MAIN.includes(name) === main),
  );

const PARTS = {
  inputs: () => inputTable(true),
  "more-inputs": () => inputTable(false),
  outputs: () => table(["Output", "Value"], outputRows),
  "api-errors": () => errorTable("api"),
  "sts-errors": () => errorTable("sts"),
  "own-errors": () => errorTable("own"),
  selection: () => table(SELECTION_TABLE.head, SELECTION_TABLE.rows),
};

/** A generated part of a document, with its marks. */
const PART = /(<!-- ([\w-]+):start -->\n).*?(\n<!-- \2:end -->)/gs;

/** A document with its generated parts anew. */
export function generate(text: string, parts: Readonly<Record<string, () => string>>, version: string): string {
  return text
    .replace(PART, (_, start, name, end) => {
      const part = parts[name];
      if (!part) throw new Error(`There is no generated part "${name}".`);
      return `${start}\n${part()}\n${end}`;
    })
    .replace(/(uses: \S+\/delete-tencentcloud-ssl-csrs@.* # v)\d+\.\d+\.\d+/g, `$1${version}`);
}

if (import.meta.main) {
  const { version } = JSON.parse(read("package.json")) as { version: string };
  const all = documents().map((document) => ({ document, text: read(document) }));
  // A mark that is lost takes its part out of the comparison.
  const found = all.flatMap(({ text }) => [...text.matchAll(PART)].map(([, , name]) => name));
  const missing = Object.keys(PARTS).filter((name) => !found.includes(name));
  if (missing.length > 0) throw new Error(`No document has the marks of these parts: ${missing.join(", ")}.`);
  for (const { document, text } of all) {
    const generated = generate(text, PARTS, version);
    if (generated === text) continue;
    const lines = text.split("\n");
    const at = generated.split("\n").findIndex((line, index) => line !== lines[index]);
    console.log(`${document} is out of date from line ${at + 1} on.`);
    if (process.argv.includes("--check")) process.exitCode = 1;
    else writeFileSync(join(root, document), generated);
  }
  if (process.exitCode) console.error("Run `npm run readme`, and commit it.");
}
