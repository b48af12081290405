/** Whether README.zh-CN.md still has the structure of README.md: headings, tables, code blocks and links. */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const ORIGINAL = "README.md";
const TRANSLATION = "README.zh-CN.md";

const root = resolve(import.meta.dirname, "..");
const read = (name: string): string => readFileSync(join(root, name), "utf8");

/** The parts of a document that a translation keeps, by kind, in order. */
interface Structure {
  /** Levels of the headings. */
  readonly headings: readonly string[];
  /** Without comments and texts for people. */
  readonly codeBlocks: readonly string[];
  /** Each row: number of cells, and the code spans of the first one. */
  readonly tableRows: readonly string[];
  /** Targets, without anchors: those follow the translated headings. */
  readonly links: readonly string[];
}

const CODE_BLOCK = /^( *)```(\w*)\n(.*?)^\1```$/gms;
const SEPARATOR = /(?<!\\)\|/;

function withoutProse(code: string): string {
  return code
    .replace(/^( *(?:- )?(?:description|name): ).*$/gm, "$1…")
    .replace(/ *(?<=^|\s)#(?= ).*$/gm, "")
    .replace(/<[^>]*>/g, "<…>")
    .replace(/ +$/gm, "");
}

function describeRow(line: string): string {
  const cells = line.trim().split(SEPARATOR).slice(1, -1);
  return `${cells.length} cells, ${(cells[0]?.match(/`[^`]+`/g) ?? []).join(" ")}`;
}

function structureOf(document: string): Structure {
  const text = document.replace(CODE_BLOCK, "");
  const lines = text.split("\n");
  return {
    headings: lines.flatMap((line) => /^#+(?= )/.exec(line)?.[0] ?? []),
    codeBlocks: [...document.matchAll(CODE_BLOCK)].map(
      ([, , language, code = ""]) => `${language}\n${withoutProse(code)}`,
    ),
    tableRows: lines.filter((line) => line.startsWith("|") && !/^[|\s:-]+$/.test(line)).map(describeRow),
    links: [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)]
      .map(([, target = ""]) => target)
      .filter((target) => target !== ORIGINAL && target !== TRANSLATION)
      .sort(),
  };
}

function compare(kind: string, original: readonly string[], translation: readonly string[]): readonly string[] {
  const length = Math.max(original.length, translation.length);
  const at = Array.from({ length }, (_, index) => index).find((index) => original[index] !== translation[index]);
  if (at === undefined) return [];
  const [expected = "(none)", actual = "(none)"] = [original[at], translation[at]];
  return [`${kind} ${at + 1} of ${length}:\n  ${ORIGINAL}: ${expected}\n  ${TRANSLATION}: ${actual}`];
}

const [original, translation] = [structureOf(read(ORIGINAL)), structureOf(read(TRANSLATION))];
const linksToOther = (name: string, other: string): readonly string[] =>
  read(name).split("\n").slice(0, 5).join("\n").includes(`(${other})`)
    ? []
    : [`${name} does not link to ${other} at its top`];

const problems = [
  ...compare("Heading", original.headings, translation.headings),
  ...compare("Code block", original.codeBlocks, translation.codeBlocks),
  ...compare("Table row", original.tableRows, translation.tableRows),
  ...compare("Link", original.links, translation.links),
  ...linksToOther(ORIGINAL, TRANSLATION),
  ...linksToOther(TRANSLATION, ORIGINAL),
];

if (problems.length > 0) {
  console.error(`${TRANSLATION} does not match ${ORIGINAL}.\n${problems.join("\n")}`);
  process.exitCode = 1;
} else {
  const { headings, codeBlocks, tableRows } = original;
  console.log(
    `${TRANSLATION} matches ${ORIGINAL}: ${headings.length} headings, ${codeBlocks.length} code blocks, ${tableRows.length} table rows.`,
  );
}
