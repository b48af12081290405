/** Patterns match the whole text, without case: `*` is any text, `?` one character; a leading `!` excludes. */
import { domainToASCII, domainToUnicode } from "node:url";

type Kind = "domains" | "remarks";

/** Whether a text matches as a whole. What stands between two `*` is looked for once: nothing backtracks. */
export function compileGlob(glob: string) {
  const source = glob.replace(/[\\^$.+()[\]{}|]/g, "\\$&").replaceAll("?", ".");
  const steps = `^${source}$`.split("*").map((part) => new RegExp(part, "gsu"));
  return (text: string) => {
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
const fold = (text: string) => text.normalize("NFC").toLowerCase().normalize("NFC").replaceAll("ς", "σ");
export const isExclude = (pattern: string) => pattern.startsWith("!");

/** The ways to write a text. */
const formsOf = (kind: Kind, text: string) => (kind === "domains" ? formsOfDomain(text) : [fold(text)]);

/** Whether any pattern matches any way to write a text; excludes, too. */
function compilePatterns(kind: Kind, patterns: readonly string[]) {
  const globs = patterns.map((pattern) => pattern.replace(/^!/, ""));
  const tests = globs.flatMap(kind === "domains" ? globsOfDomain : fold).map(compileGlob);
  return (forms: readonly string[]) => forms.some((form) => tests.some((test) => test(form)));
}

export function createMatcher(kind: Kind, patterns: readonly string[]) {
  const matchesExclude = compilePatterns(kind, patterns.filter(isExclude));
  const includes = patterns.filter((pattern) => !isExclude(pattern));
  const matchesInclude = compilePatterns(kind, includes);
  return (text: string): "included" | "excluded" | "none" => {
    const forms = formsOf(kind, text);
    if (!matchesInclude(forms)) return "none";
    return matchesExclude(forms) ? "excluded" : "included";
  };
}

/** The patterns, excludes too, that match none of `texts`. */
export function unmatchedPatterns(kind: Kind, patterns: readonly string[], texts: Iterable<string>) {
  const forms = [...new Set(texts)].flatMap((text) => formsOf(kind, text));
  return patterns.filter((pattern) => !compilePatterns(kind, [pattern])(forms));
}

/** With ASCII dots, and without the last one. */
const trimDomain = (text: string) =>
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

function formsOfDomain(domain: string) {
  const ascii = normalizeDomain(domain);
  const unicode = /^[a-z0-9.*_-]*$/.test(ascii) ? fold(domainToUnicode(ascii)) : "";
  return [...new Set([fold(trimDomain(domain)), ascii, unicode || ascii])];
}

const labelsToUnicode = (text: string) =>
  text.replace(/(?<![^.])xn--[a-z0-9-]+(?![^.])/g, (label) => domainToUnicode(label) || label);

/** One with wildcards is no domain: only its labels can be converted. */
function globsOfDomain(glob: string) {
  const text = fold(trimDomain(glob));
  return [text, /[*?]/.test(glob) ? labelsToUnicode(text) : normalizeDomain(glob)];
}
