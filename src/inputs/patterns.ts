/** Patterns of domains and remarks, and the list of what is protected. How a pattern matches is no matter here. */
import type { Protection } from "../csrs/guards.ts";
import { failed, success } from "../shared/result.ts";
import { type InvalidToken, parseId } from "./csr-ids.ts";
import { listInvalid } from "./invalid-list.ts";
import type { Parse } from "./scalars.ts";
import { invisibleCharacter, type Show } from "./show.ts";

/** Each pattern is matched against each of up to some 20,000 CSRs. */
const MAX_PATTERNS = 1_000;

interface Entry {
  readonly line: number;
  readonly text: string;
}

const split = (text: string, separators: RegExp): readonly Entry[] =>
  text
    .split(/\r\n|\r|\n/)
    .flatMap((line, index) => line.split(separators).map((entry) => ({ line: index + 1, text: entry.trim() })))
    .filter(({ text: entry }) => entry !== "");

// A domain has none of these, and a pattern that can match nothing would protect nothing. A remark may have all but a comma.
const splitDomains = (text: string): readonly Entry[] => split(text, /[,，、]/);
const splitRemarks = (text: string): readonly Entry[] => split(text, /,/);

function problemOf(pattern: string): string | undefined {
  if (/^!?$/.test(pattern)) return "is empty";
  return /\p{Cc}|\p{Zl}|\p{Zp}/u.test(pattern)
    ? `contains the control character ${invisibleCharacter(pattern)}`
    : undefined;
}

function problemOfDomain(pattern: string): string | undefined {
  const invisible = invisibleCharacter(pattern);
  if (invisible !== undefined) return `contains the character ${invisible}`;
  if (pattern.includes(" ")) return "contains a space: separate patterns with commas or new lines";
  return problemOf(pattern);
}

/** A predicate about a list, if something is wrong with it. */
function problemOfList(
  entries: readonly Entry[],
  problemOfEntry: (text: string) => string | undefined,
  show: Show,
): string | undefined {
  if (entries.length > MAX_PATTERNS) return `has ${entries.length} entries: at most ${MAX_PATTERNS} are supported`;
  const invalid = entries.flatMap(({ line, text }): readonly InvalidToken[] => {
    const reason = problemOfEntry(text);
    return reason === undefined ? [] : [{ place: `line ${line}`, token: text, reason }];
  });
  if (invalid.length > 0)
    return `has entries that are not valid:\n${listInvalid(invalid.slice(0, 20), invalid.length, show)}`;
  if (entries.length === 0) return "has no entry";
  return undefined;
}

/** "All but these" must be written out: a list that only excludes is more often a mistake. */
const onlyExcludes = (patterns: readonly string[]): boolean =>
  patterns.length > 0 && patterns.every((pattern) => pattern.startsWith("!"));
const ONLY_EXCLUDES = "only excludes (`!`): add `*` if everything else is meant";

const parsePatterns =
  (splitList: (text: string) => readonly Entry[], problemOfEntry: (text: string) => string | undefined) =>
  (text: string, show: Show) => {
    const entries = splitList(text);
    const problem = problemOfList(entries, problemOfEntry, show);
    if (problem !== undefined) return failed(problem);
    const patterns = entries.map((entry) => entry.text);
    return onlyExcludes(patterns) ? failed(ONLY_EXCLUDES) : success(patterns);
  };

export const parseDomains: Parse<readonly string[]> = parsePatterns(splitDomains, problemOfDomain);

/** No patterns for `*`: any remark, and none. */
export const parseRemarks: Parse<readonly string[]> = (text, show) =>
  text === "*" ? success([]) : parsePatterns(splitRemarks, problemOf)(text, show);

const isNumber = (text: string): boolean => /^[0-9]+$/.test(text);

/** Domain patterns and CSR IDs; nothing for `none`. */
export const parseProtection: Parse<Protection> = (text, show) => {
  if (text === "none") return success({ domains: [], ids: new Set() });
  const entries = splitDomains(text).flatMap(({ line, text: entry }) =>
    // IDs may be separated by spaces here, as everywhere else.
    /^[0-9]+( +[0-9]+)*$/.test(entry) ? entry.split(/ +/).map((id) => ({ line, text: id })) : [{ line, text: entry }],
  );
  const problemOfEntry = (entry: string): string | undefined => {
    if (!isNumber(entry)) return problemOfDomain(entry);
    const id = parseId(entry);
    return id.ok ? undefined : id.failure;
  };
  const problem = problemOfList(entries, problemOfEntry, show);
  if (problem !== undefined) return failed(problem);
  const all = entries.map((entry) => entry.text);
  const domains = all.filter((entry) => !isNumber(entry));
  if (onlyExcludes(domains)) return failed(ONLY_EXCLUDES);
  return success({ domains, ids: new Set(all.filter(isNumber).map(Number)) });
};
