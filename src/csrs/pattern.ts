/**
 * Patterns of domains and remarks: `*` stands for any run of characters, `?` for one, a leading `!` excludes; all else is literal.
 * A pattern is matched against the whole text, without case.
 */
import { domainToASCII, domainToUnicode } from "node:url";

export type Match = "included" | "excluded" | "none";
type Test = (text: string) => boolean;

/** Whether a text as a whole matches `glob`. Takes at most as many steps as the product of their lengths. */
export function compileGlob(glob: string): Test {
  if (glob.includes("?")) return (text) => matchesGlob(glob, text);
  const [start = "", ...parts] = glob.split("*");
  const end = parts.pop();
  if (end === undefined) return (text) => text === glob;
  return (text) => {
    if (!text.startsWith(start) || !text.endsWith(end)) return false;
    let at = start.length;
    for (const part of parts) {
      const found = text.indexOf(part, at);
      if (found < 0) return false;
      at = found + part.length;
    }
    return at + end.length <= text.length;
  };
}

/** Character by character, for patterns with `?`. */
function matchesGlob(glob: string, text: string): boolean {
  const [pattern, characters] = [[...glob], [...text]];
  let at = 0;
  /** Where to go on if the latest `*` has to take one character more. */
  let retry: { readonly pattern: number; text: number } | undefined;
  for (let index = 0; index < characters.length; ) {
    if (pattern[at] === "*") {
      retry = { pattern: at + 1, text: index };
      at += 1;
    } else if (pattern[at] === "?" || pattern[at] === characters[index]) {
      at += 1;
      index += 1;
    } else if (retry) {
      retry.text += 1;
      at = retry.pattern;
      index = retry.text;
    } else {
      return false;
    }
  }
  while (pattern[at] === "*") at += 1;
  return at === pattern.length;
}

/** Without case; a sigma at the end of a word is a sigma. */
const fold = (text: string): string => text.normalize("NFC").toLowerCase().normalize("NFC").replaceAll("ς", "σ");

/** Whether any of the globs matches; of those without wildcards, however many, in one step. */
function compileAll(globs: readonly string[]): Test {
  const literals = new Set(globs.filter((glob) => !/[*?]/.test(glob)));
  const tests = globs.filter((glob) => !literals.has(glob)).map(compileGlob);
  return (text) => literals.has(text) || tests.some((test) => test(text));
}

/** The ways to write the same thing: any of them may match. */
type FormsOf = (text: string) => readonly string[];
function createMatcher(patterns: readonly string[], formsOf: FormsOf, globsOf: FormsOf): (text: string) => Match {
  const isExclude = (pattern: string): boolean => pattern.startsWith("!");
  const includes = compileAll(patterns.filter((pattern) => !isExclude(pattern)).flatMap(globsOf));
  const excludes = compileAll(patterns.filter(isExclude).flatMap((pattern) => globsOf(pattern.slice(1))));
  return (text) => {
    const forms = formsOf(text);
    if (!forms.some(includes)) return "none";
    return forms.some(excludes) ? "excluded" : "included";
  };
}

/** With ideographic dots as dots, and without the last one. */
const trimDomain = (text: string): string =>
  text
    .trim()
    .replace(/[。．｡]/g, ".")
    .replace(/(?<=.)\.$/, "");

/** A domain as it is compared with another: in lower case, in ASCII (`xn--…`), without a trailing dot. */
export function normalizeDomain(domain: string): string {
  const text = trimDomain(domain).normalize("NFC");
  // `domainToASCII` would cut the text at some of these, and decode others.
  const isPlain = /^[\x20-\x7e]*$|[\p{Cc} "#%/:<>?@[\\\]^`{|}]/u.test(text);
  return (isPlain ? "" : trimDomain(domainToASCII(text))) || fold(text);
}

/** As written, in ASCII, and in Unicode. */
function formsOfDomain(domain: string): readonly string[] {
  const ascii = normalizeDomain(domain);
  const unicode = /^[a-z0-9.*_-]*$/.test(ascii) ? fold(domainToUnicode(ascii)) : "";
  return [...new Set([fold(trimDomain(domain)), ascii, unicode || ascii])];
}

const globsOfDomain: FormsOf = (glob) =>
  /[*?]/.test(glob) ? [fold(trimDomain(glob))] : [fold(trimDomain(glob)), normalizeDomain(glob)];
const formsOfRemarks: FormsOf = (text) => [fold(text)];
export const createDomainMatcher = (patterns: readonly string[]): ((domain: string) => Match) =>
  createMatcher(patterns, formsOfDomain, globsOfDomain);
export const createRemarksMatcher = (patterns: readonly string[]): ((remarks: string) => Match) =>
  createMatcher(patterns, formsOfRemarks, formsOfRemarks);

/** The patterns, excludes too, that match none of `domains`. */
export function unmatchedPatterns(patterns: readonly string[], domains: Iterable<string>): readonly string[] {
  const forms = [...new Set([...domains].flatMap(formsOfDomain))];
  return patterns.filter((pattern) => !forms.some(compileAll(globsOfDomain(pattern.replace(/^!/, "")))));
}
