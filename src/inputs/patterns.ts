/** Lists of patterns. Text that cannot mean what it looks like is an error: it would match, and so protect, nothing. */
import { failed, success } from "../shared/result.ts";
import { problemOfId } from "./csr-ids.ts";
import { type ListForm, readList } from "./list.ts";
import { findHint, type Hints, type Parse } from "./scalars.ts";
import { nameCharacter, problemOfInvisible } from "./show.ts";

/** CSRs that are never deleted; `domains` are patterns. */
export type Protection = Readonly<{ domains: readonly string[]; ids: ReadonlySet<number> }>;
/** Each is matched against up to 20,000 CSRs. */
const MAX_ENTRIES = 1_000;
const isId = (entry: string) => /^[0-9]+$/.test(entry);

/** At least one entry. "All but these" must be written out: it is more often a mistake. */
const parseList =
  (form: ListForm): Parse<readonly string[]> =>
  (text, show) => {
    const list = readList(text, form, show);
    if (!list.ok) return list;
    const entries = list.value ?? [];
    const count = entries.length;
    if (count === 0) return failed("has no entry");
    if (count > MAX_ENTRIES) return failed(`has ${count} entries: at most ${MAX_ENTRIES} are supported`);
    const patterns = form.freeText ? entries : entries.filter((entry) => !isId(entry));
    const onlyExcludes = patterns.length > 0 && patterns.every((entry) => entry.startsWith("!"));
    return onlyExcludes ? failed("only excludes (`!`): add `*` if everything else is meant") : success(entries);
  };

const DOMAIN_HINTS: Hints = [
  [/ /, "contains a space: use commas or new lines"],
  [/^-/, `begins with ${nameCharacter("-")}: write \`!\` to exclude`],
  [/^$|^\.|\.\.|^\*+\.$/, "is empty, or has a dot where a domain has none"],
];
const DOMAIN_FORM = "only letters, digits and `-_.*?` can be used, and `!` at the beginning";

// NFKC changes full-width and other compatibility forms: no domain has them.
const isDomainCharacter = (character: string) =>
  /[\p{L}\p{M}\p{N}._*?-]/u.test(character) && character.normalize("NFKC") === character.normalize("NFC");

function problemOfDomain(entry: string) {
  const pattern = entry.replace(/^!/, "").replace(/[。．｡]/g, ".");
  const problem = problemOfInvisible(pattern) ?? findHint(DOMAIN_HINTS, pattern);
  if (problem) return problem;
  const wrong = [...pattern].find((character) => !isDomainCharacter(character));
  if (wrong) return `contains ${nameCharacter(wrong)}: ${DOMAIN_FORM}`;
  const isNumber = /^[^\p{L}*?]*$|^\p{N}[\p{N}*?]*$/u.test(pattern) || Number.isFinite(Number(pattern));
  return isNumber ? "looks like a number: CSR IDs are plain digits" : undefined;
}

function problemOfRemark(entry: string) {
  const problem = problemOfInvisible(entry, ": write `?` for it");
  if (problem) return problem;
  if (/^!( |$)/.test(entry)) return "has a blank or nothing after `!`";
  const [first = ""] = entry;
  const looksLikeExclude = first !== "!" && first.normalize("NFKC") === "!";
  return looksLikeExclude ? `begins with ${nameCharacter(first)}: an exclude begins with \`!\`` : undefined;
}

const separators = /[,，、]/;
export const parseDomains = parseList({ separators, problemOf: problemOfDomain });
export const parseRemarks = parseList({ separators: /,/, freeText: true, problemOf: problemOfRemark });

export const parseProtection: Parse<Protection> = (text, show) => {
  const problemOf = (entry: string) => (isId(entry) ? problemOfId(entry) : problemOfDomain(entry));
  const list = parseList({ separators, problemOf })(text, show);
  if (!list.ok) return list;
  const domains = list.value.filter((entry) => !isId(entry));
  return success({ domains, ids: new Set(list.value.filter(isId).map(Number)) });
};

export const parseAccountIds = parseList({
  separators,
  problemOf: (entry) => (/^[1-9][0-9]{0,19}$/.test(entry) ? undefined : "is no account ID, which has digits only"),
});
