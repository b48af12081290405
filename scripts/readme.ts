/** `npm run readme`: the parts of README.md that come from action.yml, the table of errors and package.json. `--check` only compares. */
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { errorTable } from "../src/tencentcloud/error-table.ts";

const root = resolve(import.meta.dirname, "..");
const readmePath = join(root, "README.md");

interface Described {
  readonly description: string;
  readonly default?: string;
}

interface ActionFile {
  readonly inputs: Readonly<Record<string, Described>>;
  readonly outputs: Readonly<Record<string, Described>>;
}

const cell = (text: string): string => text.trim().replace(/\s+/g, " ").replaceAll("|", "\\|");
const code = (text: string): string => `\`${text}\``;
const sentence = (text: string): string => text.replace(/^[a-z]/, (letter) => letter.toUpperCase());

function table(head: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
  const lines = [head, head.map(() => "---"), ...rows];
  return lines.map((cells) => `| ${cells.map(cell).join(" | ")} |`).join("\n");
}

function inputTable({ inputs }: ActionFile): string {
  const rows = Object.entries(inputs).map(([name, { default: value, description }]) => [
    code(name),
    value === undefined ? "" : code(value),
    description,
  ]);
  return table(["Input", "Default", "Meaning"], rows);
}

function outputTable({ outputs }: ActionFile): string {
  return table(
    ["Output", "Value"],
    Object.entries(outputs).map(([name, { description }]) => [code(name), description]),
  );
}

type ErrorKind = (typeof errorTable)[number]["kind"];

const RETRIED: Readonly<Record<ErrorKind, string>> = {
  "rate-limit": "yes, at half the pace, for up to 2 minutes",
  transient: "yes, up to 5 attempts",
  clock: "once, with the API's time",
  credentials: "no; the run stops",
  permission: "no; CSRs that it names are set aside, else the run stops",
  configuration: "no; the run stops",
  ids: "no; the batch is split",
  unexpected: "no",
};

function errors(): string {
  const rows = errorTable.map(({ code: name, kind, meaning, remedy }) => [
    code(name),
    sentence(meaning),
    remedy,
    RETRIED[kind],
  ]);
  return table(["Code", "Meaning", "What to do", "Retried?"], rows);
}

function between(text: string, name: string, content: string): string {
  const [start, end] = [`<!-- ${name}:start -->`, `<!-- ${name}:end -->`];
  const [before, rest, ...more] = text.split(start);
  const [, after, ...others] = rest?.split(end) ?? [];
  if (before === undefined || after === undefined || more.length + others.length > 0) {
    throw new Error(`README.md must hold ${start} and ${end} once each, in this order.`);
  }
  return `${before}${start}\n\n${content}\n\n${end}${after}`;
}

function generated(readme: string): string {
  const action = parse(readFileSync(join(root, "action.yml"), "utf8")) as ActionFile;
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
  let text = between(readme, "inputs", inputTable(action));
  text = between(text, "outputs", outputTable(action));
  text = between(text, "errors", errors());
  return text.replace(/(uses: \S+\/delete-tencentcloud-ssl-csrs@.* # v)\d+\.\d+\.\d+/g, `$1${version}`);
}

/** The first lines that differ: enough to see what it is about. */
function firstDifference(is: string, shouldBe: string): string {
  const [have, want] = [is.split("\n"), shouldBe.split("\n")];
  const at = want.findIndex((line, index) => line !== have[index]);
  const line = at < 0 ? want.length : at;
  return `README.md, line ${line + 1}:\n- ${have[line] ?? "(end)"}\n+ ${want[line] ?? "(end)"}`;
}

const readme = readFileSync(readmePath, "utf8");
const wanted = generated(readme);
if (readme !== wanted) {
  if (process.argv.includes("--check")) {
    console.error(
      `README.md is out of date: run \`npm run readme\` and commit it.\n${firstDifference(readme, wanted)}`,
    );
    process.exitCode = 1;
  } else {
    writeFileSync(readmePath, wanted);
    console.log("README.md is up to date again.");
  }
}
