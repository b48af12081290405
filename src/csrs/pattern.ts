/**
 * Patterns of domains and remarks: `*` stands for any run of characters, `?` for one, a leading `!` excludes; all else is literal.
 * A pattern is matched against the whole text, without case.
 */
import { domainToASCII, domainToUnicode } from "node:url";

export type Match = "included" | "excluded" | "none";

type Test = (text: string) => boolean;

/** Code points; a text without surrogates has them by index already. */
const toCharacters = (text: string): ArrayLike<string> => (/[\ud800-\udfff]/.test(text) ? [...text] : text);

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
  const pattern = toCharacters(glob);
  const characters = toCharacters(text);
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

const canonical = (text: string): string => text.normalize("NFC").toLowerCase();

/** Whether any of the globs matches; of those without wildcards, however many, in one step. */
function compileAll(globs: readonly string[]): Test {
  const literals = new Set(globs.filter((glob) => !/[*?]/.test(glob)));
  const tests = globs.filter((glob) => !literals.has(glob)).map(compileGlob);
  return (text) => literals.has(text) || tests.some((test) => test(text));
}

/** A matcher of texts that may be written in several ways: any of the ways may match, and an exclude wins over all includes. */
function createMatcher(patterns: readonly string[], formsOf: (text: string) => readonly string[]) {
  const globs = patterns.map(canonical);
  const includes = compileAll(globs.filter((glob) => !glob.startsWith("!")));
  const excludes = compileAll(globs.filter((glob) => glob.startsWith("!")).map((glob) => glob.slice(1)));
  return (text: string): Match => {
    const forms = formsOf(text);
    if (!forms.some(includes)) return "none";
    return forms.some(excludes) ? "excluded" : "included";
  };
}

/** A domain as it is compared with another: in lower case, in ASCII (`xn--…`), without a trailing dot. */
export function normalizeDomain(domain: string): string {
  const lower = canonical(domain.trim()).replace(/\.$/, "");
  return /^[\x20-\x7e]*$/.test(lower) ? lower : domainToASCII(lower) || lower;
}

function formsOfDomain(domain: string): readonly string[] {
  const ascii = normalizeDomain(domain);
  return ascii.includes("xn--") ? [ascii, domainToUnicode(ascii) || ascii] : [ascii];
}

/** An internationalised domain matches in both of its forms; a trailing dot does not count, neither here nor in the patterns. */
export const createDomainMatcher = (patterns: readonly string[]): ((domain: string) => Match) =>
  createMatcher(
    patterns.map((pattern) => pattern.replace(/[。．｡]/g, ".").replace(/(?<=.)\.$/, "")),
    formsOfDomain,
  );

export const createRemarksMatcher = (patterns: readonly string[]): ((remarks: string) => Match) =>
  createMatcher(patterns, (remarks) => [canonical(remarks)]);
