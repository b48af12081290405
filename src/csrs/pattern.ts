/**
 * Patterns of domains and remarks: `*` stands for any run of characters, `?` for one, a leading `!` excludes; all else is literal.
 * A pattern is matched against the whole text, without case.
 */
import { domainToASCII, domainToUnicode } from "node:url";

export type Match = "included" | "excluded" | "none";

interface Pattern {
  readonly excludes: boolean;
  readonly glob: string;
}

const parse = (text: string): Pattern => {
  const excludes = text.startsWith("!");
  return { excludes, glob: (excludes ? text.slice(1) : text).normalize("NFC").toLowerCase() };
};

/** Whether `glob` matches the whole of `text`. Takes at most as many steps as the product of their lengths. */
export function matchesGlob(glob: string, text: string): boolean {
  const pattern = [...glob];
  const characters = [...text];
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
  return pattern.slice(at).every((character) => character === "*");
}

/** A matcher of texts that may be written in several ways: any of the ways may match, and an exclude wins over all includes. */
function createMatcher(patterns: readonly string[], formsOf: (text: string) => readonly string[]) {
  const parsed = patterns.map(parse);
  const matches = (forms: readonly string[], excludes: boolean): boolean =>
    parsed.some((pattern) => pattern.excludes === excludes && forms.some((form) => matchesGlob(pattern.glob, form)));
  return (text: string): Match => {
    const forms = formsOf(text);
    if (!matches(forms, false)) return "none";
    return matches(forms, true) ? "excluded" : "included";
  };
}

/** A domain as it is compared with another: in lower case, in ASCII (`xn--…`), without a trailing dot. */
export function normalizeDomain(domain: string): string {
  const lower = domain.trim().normalize("NFC").toLowerCase().replace(/\.$/, "");
  return /^[\x20-\x7e]*$/.test(lower) ? lower : domainToASCII(lower) || lower;
}

function formsOfDomain(domain: string): readonly string[] {
  const ascii = normalizeDomain(domain);
  return ascii.includes("xn--") ? [ascii, domainToUnicode(ascii) || ascii] : [ascii];
}

/** An internationalised domain matches in both of its forms; a trailing dot does not count, neither here nor in the patterns. */
export const createDomainMatcher = (patterns: readonly string[]): ((domain: string) => Match) =>
  createMatcher(
    patterns.map((pattern) => pattern.replace(/(?<=.)\.$/, "")),
    formsOfDomain,
  );

export const createRemarksMatcher = (patterns: readonly string[]): ((remarks: string) => Match) =>
  createMatcher(patterns, (remarks) => [remarks.normalize("NFC").toLowerCase()]);
