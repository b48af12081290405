/** Lists of patterns. Text that cannot mean what it looks like is an error: it would match, and so protect, nothing. */
import { failed, success } from "../shared/result.ts";
import { problemOfId } from "./csr-ids.ts";
import { type ListForm, listInvalid, readList } from "./list.ts";
import { findHint, type Hints, type Parse } from "./scalars.ts";
import { invisibleCharacter, nameCharacter } from "./show.ts";

/** CSRs that are never deleted; `domains` are patterns. */
export type Protection = Readonly<{ domains: readonly string[]; ids: ReadonlySet<number> }>;
/** Each is matched against up to 20,000 CSRs. */
const MAX_ENTRIES = 1_000;
const isId = (entry: string): boolean => /^[0-9]+$/.test(entry);

/** At least one entry, or `unset`. "All but these" must be written out: it is more often a mistake. */
const parseList =
  <Value>(unset: string, form: ListForm, convert: (valid: readonly string[]) => Value): Parse<Value> =>
  (text, show) => {
    if (text === unset) return success(convert([]));
    const list = readList(text, form);
    if (!list.ok) return list;
    const { valid, invalid, count } = list.value;
    if (count === 0) return failed("has no entry");
    if (count > MAX_ENTRIES) return failed(`has ${count} entries: at most ${MAX_ENTRIES} are supported`);
    if (invalid.length > 0) return failed(listInvalid(list.value, show));
    const onlyExcludes = !valid.every(isId) && valid.every((entry) => entry.startsWith("!") || isId(entry));
    return onlyExcludes ? failed("only excludes (`!`): add `*` if everything else is meant") : success(convert(valid));
  };

const DOMAIN_HINTS: Hints = [
  [/ /, "contains a space: use commas or new lines"],
  [/^-/, `begins with ${nameCharacter("-")}: write \`!\` to exclude`],
  [/^$|^\.|\.\.|^\*+\.$/, "is empty, or has a dot where a domain has none"],
];
const DOMAIN_FORM = "only letters, digits and `-_.*?` can be used, and `!` at the beginning";

// NFKC changes full-width and other compatibility forms: no domain has them.
const isDomainCharacter = (character: string): boolean =>
  /[\p{L}\p{M}\p{N}._*?-]/u.test(character) && character.normalize("NFKC") === character.normalize("NFC");

function problemOfDomain(entry: string): string | undefined {
  const pattern = entry.replace(/^!/, "").replace(/[。．｡]/g, ".");
  const invisible = invisibleCharacter(pattern);
  if (invisible !== undefined) return `contains the character ${invisible}`;
  const hint = findHint(DOMAIN_HINTS, pattern);
  if (hint !== undefined) return hint;
  const wrong = [...pattern].find((character) => !isDomainCharacter(character));
  if (wrong !== undefined) return `contains ${nameCharacter(wrong)}: ${DOMAIN_FORM}`;
  const isNumber = /^[^\p{L}*?]*$|^\p{N}[\p{N}*?]*$/u.test(pattern) || Number.isFinite(Number(pattern));
  return isNumber ? "looks like a number: CSR IDs are plain digits" : undefined;
}

function problemOfRemark(entry: string): string | undefined {
  const [first = ""] = entry;
  const invisible = invisibleCharacter(entry);
  if (invisible !== undefined) return `contains the character ${invisible}: write \`?\` for it`;
  if (/^!( |$)/.test(entry)) return "has a blank or nothing after `!`";
  const looksLikeExclude = first !== "!" && first.normalize("NFKC") === "!";
  return looksLikeExclude ? `begins with ${nameCharacter(first)}: an exclude begins with \`!\`` : undefined;
}

const separators = /[,，、]/;
export const parseDomains = parseList("", { separators, problemOf: problemOfDomain }, (list) => list);
/** No patterns for `*`: any remarks, or none. */
export const parseRemarks = parseList(
  "*",
  { separators: /,/, freeText: true, problemOf: problemOfRemark },
  (list) => list,
);

const problemOfProtected = (entry: string): string | undefined =>
  isId(entry) ? problemOfId(entry) : problemOfDomain(entry);
export const parseProtection = parseList("none", { separators, problemOf: problemOfProtected }, (list): Protection => {
  return { domains: list.filter((entry) => !isId(entry)), ids: new Set(list.filter(isId).map(Number)) };
});

const problemOfAccount = (entry: string): string | undefined =>
  /^[1-9][0-9]{0,19}$/.test(entry) ? undefined : "is no account ID, which has digits only";
export const parseAccountIds = parseList("none", { separators, problemOf: problemOfAccount }, (list) => new Set(list));
