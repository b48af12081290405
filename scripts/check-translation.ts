/** Whether README.zh-CN.md still has the structure, the code and the figures of README.md. Texts for people may differ. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";

const CODE_BLOCK = /^( *)```(\w*)\n(.*?)^\1```$/gms;

const withoutProse = (code: string): string =>
  code
    .replace(/^( *(?:- )?(?:description|name): ).*$/gm, "$1…")
    .replace(/ *(?<=^|\s)#(?= ).*$/gm, "")
    .replace(/<[^>]*>/g, "<…>")
    .replace(/ +$/gm, "");

/** Of each cell the code and the figures, in any order. */
const describeRow = (line: string): string =>
  line
    .trim()
    .replace(/(\d+) ?万/g, (_, count) => (Number(count) * 10_000).toLocaleString("en-US"))
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => [...new Set(cell.match(/`[^`]+`|\d[\d.,]*(?<![.,])/g))].map(withoutProse).sort().join(" "))
    .join(" | ");

/** The parts of a document that a translation keeps, by kind, in order. */
function structureOf(document: string): Readonly<Record<string, readonly string[]>> {
  const text = document.replace(CODE_BLOCK, "");
  const lines = text.split("\n");
  return {
    heading: lines.flatMap((line) => /^#+(?= )/.exec(line)?.[0] ?? []),
    "code block": [...document.matchAll(CODE_BLOCK)].map(
      ([, , language, code = ""]) => `${language}\n${withoutProse(code)}`,
    ),
    "table row": lines.filter((line) => line.startsWith("|") && !/^[|\s:-]+$/.test(line)).map(describeRow),
    // Without anchors, which follow the translated headings.
    link: [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)]
      .flatMap(([, target = ""]) => (/README(\.zh-CN)?\.md$/.test(target) ? [] : [target]))
      .sort(),
  };
}

/** The first difference of each kind. */
export function translationProblems(original: string, translation: string): readonly string[] {
  const theirs = structureOf(translation);
  return Object.entries(structureOf(original)).flatMap(([kind, parts]) => {
    if (parts.length === 0) return [`The original has no ${kind}.`];
    const others = theirs[kind] ?? [];
    const length = Math.max(parts.length, others.length);
    const at = Array.from({ length }, (_, index) => index).find((index) => parts[index] !== others[index]);
    if (at === undefined) return [];
    return [`${kind} ${at + 1} of ${length}:\n  original:    ${parts[at]}\n  translation: ${others[at]}`];
  });
}

if (import.meta.main) {
  const read = (name: string): string => readFileSync(resolve(import.meta.dirname, "..", name), "utf8");
  const problems = translationProblems(read("README.md"), read("README.zh-CN.md"));
  for (const problem of problems) console.error(`README.zh-CN.md does not match README.md: ${problem}`);
  if (problems.length === 0) console.log("README.zh-CN.md matches README.md.");
  process.exitCode = problems.length > 0 ? 1 : 0;
}
