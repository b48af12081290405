/** Lists of patterns. Text that cannot mean what it looks like is an error: it would match, and so protect, nothing. */
import { failed, success } from "../shared/result.ts";
import { problemOfId } from "./csr-ids.ts";
import { type ListForm, listInvalid, readList } from "./list.ts";
import { findHint, type Hints, type Parse } from "./scalars.ts";
import { invisibleCharacter, nameCharacter } from "./show.ts";

/** CSRs that are never deleted; `domains` are patterns. */
export type Protection = { readonly domains: readonly string[]; readonly ids: ReadonlySet<number> };
/** Each pattern is matched against each of up to some 20,000 CSRs. */
const MAX_ENTRIES = 1_000;
const isId = (entry: string): boolean => /^[0-9]+$/.test(entry);

/** At least one entry; the text `unset` stands for none. "All but these" must be written out: it is more often a mistake. */
const parseList =
  <Value>(unset: string, form: ListForm, convert: (valid: readonly string[]) => Value): Parse<Value> =>
  (text, show) => {
    if (text === unset) return success(convert([]));
    const list = readList(text, form);
    if (!list.ok) return list;
    const { valid, invalid, count } = list.value;
    if (count === 0) return failed("has no entry");
    if (count > MAX_ENTRIES) return failed(`has ${count} entries: at most ${MAX_ENTRIES} are supported`);
    if (invalid.length > 0) return failed(`has entries that are not valid:\n${listInvalid(list.value, show)}`);
    const onlyExcludes = !valid.every(isId) && valid.every((entry) => entry.startsWith("!") || isId(entry));
    return onlyExcludes ? failed("only excludes (`!`): add `*` if everything else is meant") : success(convert(valid));
  };

const DOMAIN_HINTS: Hints = [
  [/^$/, "is empty"],
  [/ /, "contains a space: separate patterns with commas or new lines"],
  [/^-/, `begins with ${nameCharacter("-")}: remove it, or write \`!\` to exclude`],
  [/^\.|\.\.|^\*+\.$/, "has a dot where a domain has none"],
];
const NUMBER = "looks like a number, not like a domain; CSR IDs are plain digits, in `csr-ids` or `protect`";
const DOMAIN_FORM = "a pattern has only letters, digits, `-`, `_`, `.`, `*`, `?`, and `!` at its beginning";

// NFKC changes full-width and other compatibility forms: no domain has them.
const isDomainCharacter = (character: string): boolean =>
  /[\p{L}\p{M}\p{N}._*?-]/u.test(character) && character.normalize("NFKC") === character.normalize("NFC");

function problemOfDomain(entry: string): string | undefined {
  const pattern = entry.replace(/^!/, "").replace(/[。．｡]/g, ".");
  const invisible = invisibleCharacter(pattern);
  if (invisible !== undefined) return `contains the character ${invisible}`;
  const wrong = [...pattern].find((character) => !isDomainCharacter(character));
  const problem = wrong === undefined ? undefined : `contains ${nameCharacter(wrong)}: ${DOMAIN_FORM}`;
  const isNumber = /^[^\p{L}*?]*$|^\p{N}[\p{N}*?]*$/u.test(pattern) || Number.isFinite(Number(pattern));
  return findHint(DOMAIN_HINTS, pattern) ?? problem ?? (isNumber ? NUMBER : undefined);
}

function problemOfRemark(entry: string): string | undefined {
  const [first = ""] = entry;
  const invisible = invisibleCharacter(entry);
  if (invisible !== undefined) return `contains the character ${invisible}: write \`?\` for it`;
  if (/^!( |$)/.test(entry)) return entry === "!" ? "is empty" : "has a blank after `!`: remove it";
  const looksLikeExclude = first !== "!" && first.normalize("NFKC") === "!";
  return looksLikeExclude ? `begins with ${nameCharacter(first)}: an exclude begins with \`!\`` : undefined;
}

const separators = /[,，、]/;
const asPatterns = (list: readonly string[]): readonly string[] => list;
export const parseDomains = parseList("", { separators, problemOf: problemOfDomain }, asPatterns);
/** No patterns for `*`: any remark, and none. */
export const parseRemarks = parseList("*", { separators: /,/, freeText: true, problemOf: problemOfRemark }, asPatterns);

const problemOfProtected = (entry: string): string | undefined =>
  isId(entry) ? problemOfId(entry) : problemOfDomain(entry);
export const parseProtection = parseList("none", { separators, problemOf: problemOfProtected }, (list): Protection => {
  return { domains: list.filter((entry) => !isId(entry)), ids: new Set(list.filter(isId).map(Number)) };
});

const problemOfAccount = (entry: string): string | undefined =>
  /^[1-9][0-9]{0,19}$/.test(entry) ? undefined : "is no account ID, which has digits only";
const asSet = (list: readonly string[]): ReadonlySet<string> => new Set(list);
export const parseAccountIds = parseList("none", { separators, problemOf: problemOfAccount }, asSet);
