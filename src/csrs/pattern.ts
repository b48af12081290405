/** Patterns are matched against the whole text, without case: `*` is any characters, `?` one; a leading `!` excludes. */
import { domainToASCII, domainToUnicode } from "node:url";

/** The ways to write a text: any of them may match. */
type FormsOf = (text: string) => readonly string[];
type Matcher = (text: string) => "included" | "excluded" | "none";

/** Whether a text matches as a whole. What stands between two `*` is looked for once: nothing backtracks. */
export function compileGlob(glob: string): (text: string) => boolean {
  const source = glob.replace(/[\\^$.+()[\]{}|]/g, "\\$&").replaceAll("?", ".");
  const steps = `^${source}$`.split("*").map((part) => new RegExp(part, "gsu"));
  return (text) => {
    let at = 0;
    return steps.every((step) => {
      step.lastIndex = at;
      const isFound = step.test(text);
      at = step.lastIndex;
      return isFound;
    });
  };
}

/** In lower case; a sigma at the end of a word is a sigma. */
const fold = (text: string): string => text.normalize("NFC").toLowerCase().normalize("NFC").replaceAll("ς", "σ");
export const isExclude = (pattern: string): boolean => pattern.startsWith("!");

function compileAll(globs: readonly string[]): (forms: readonly string[]) => boolean {
  const tests = globs.map(compileGlob);
  return (forms) => forms.some((form) => tests.some((test) => test(form)));
}

function createMatcher(patterns: readonly string[], formsOf: FormsOf, globsOf = formsOf): Matcher {
  const includes = compileAll(patterns.filter((pattern) => !isExclude(pattern)).flatMap(globsOf));
  const excludes = compileAll(patterns.filter(isExclude).flatMap((pattern) => globsOf(pattern.slice(1))));
  return (text) => {
    const forms = formsOf(text);
    if (!includes(forms)) return "none";
    return excludes(forms) ? "excluded" : "included";
  };
}

/** With ASCII dots, and without the last one. */
const trimDomain = (text: string): string =>
  text
    .trim()
    .replace(/[。．｡]/g, ".")
    .replace(/(?<=.)\.$/, "");

/** In lower case, in ASCII (`xn--…`), without a trailing dot: the same for all ways to write a domain. */
export function normalizeDomain(domain: string): string {
  const text = trimDomain(domain).normalize("NFC");
  // `domainToASCII` cuts the text at some of these, and decodes others.
  const isPlain = /^[\x20-\x7e]*$|[\p{Cc} "#%/:<>?@[\\\]^`{|}]/u.test(text);
  return (isPlain ? "" : trimDomain(domainToASCII(text))) || fold(text);
}

function formsOfDomain(domain: string): readonly string[] {
  const ascii = normalizeDomain(domain);
  const unicode = /^[a-z0-9.*_-]*$/.test(ascii) ? fold(domainToUnicode(ascii)) : "";
  return [...new Set([fold(trimDomain(domain)), ascii, unicode || ascii])];
}

const labelsToUnicode = (text: string): string =>
  text.replace(/(?<![^.])xn--[a-z0-9-]+(?![^.])/g, (label) => domainToUnicode(label) || label);

/** One with wildcards is no domain: only its labels can be converted. */
const globsOfDomain: FormsOf = (glob) => {
  const text = fold(trimDomain(glob));
  return [text, /[*?]/.test(glob) ? labelsToUnicode(text) : normalizeDomain(glob)];
};
const formsOfRemarks: FormsOf = (text) => [fold(text)];

export const createDomainMatcher = (patterns: readonly string[]): Matcher =>
  createMatcher(patterns, formsOfDomain, globsOfDomain);
export const createRemarksMatcher = (patterns: readonly string[]): Matcher => createMatcher(patterns, formsOfRemarks);

/** The patterns, excludes too, that match none of `texts`. */
export function unmatchedPatterns(
  kind: "domains" | "remarks",
  patterns: readonly string[],
  texts: Iterable<string>,
): readonly string[] {
  const [formsOf, globsOf] = kind === "domains" ? [formsOfDomain, globsOfDomain] : [formsOfRemarks, formsOfRemarks];
  const forms = [...new Set([...texts].flatMap(formsOf))];
  return patterns.filter((pattern) => !compileAll(globsOf(pattern.replace(/^!/, "")))(forms));
}
