/** Lists of patterns. Text that cannot mean what it looks like is an error: it would match, and so protect, nothing. */
import { failed, type Result, success } from "../shared/result.ts";
import { parseId } from "./csr-ids.ts";
import { type ListForm, listInvalid, readList } from "./list.ts";
import type { Parse } from "./scalars.ts";
import { invisibleCharacter, nameCharacter } from "./show.ts";

/** CSRs that are never deleted. */
export interface Protection {
  /** Patterns. */
  readonly domains: readonly string[];
  readonly ids: ReadonlySet<number>;
}

/** Each pattern is matched against each of up to some 20,000 CSRs. */
const MAX_ENTRIES = 1_000;
const DOMAIN_SEPARATORS = /[,，、]/;

/** At least one entry; an `unset` text stands for none. "All but these" must be written out: it is more often a mistake. */
function parseList<Value>(unset: string | undefined, form: ListForm<readonly Value[]>): Parse<readonly Value[]> {
  return (text, show) => {
    if (text === unset) return success([]);
    const list = readList(text, form);
    if (!list.ok) return list;
    const { values, invalid, count } = list.value;
    if (count === 0) return failed("has no entry");
    if (count > MAX_ENTRIES) return failed(`has ${count} entries: at most ${MAX_ENTRIES} are supported`);
    if (invalid.length > 0) return failed(`has entries that are not valid:\n${listInvalid(list.value, show)}`);
    const patterns = values.flat().filter((value) => typeof value === "string");
    const onlyExcludes = patterns.length > 0 && patterns.every((pattern) => pattern.startsWith("!"));
    return onlyExcludes ? failed("only excludes (`!`): add `*` if everything else is meant") : success(values.flat());
  };
}

const checked = (entry: string, problem: string | undefined): Result<readonly string[], string> =>
  problem === undefined ? success([entry]) : failed(problem);

// NFKC changes full-width and other compatibility forms: no domain has them.
const isDomainCharacter = (character: string): boolean =>
  /[\p{L}\p{M}\p{N}._*?-]/u.test(character) && character.normalize("NFKC") === character.normalize("NFC");

function problemOfDomain(entry: string): string | undefined {
  const pattern = entry.replace(/^!/, "").replace(/[。．｡]/g, ".");
  if (pattern === "") return "is empty";
  const invisible = invisibleCharacter(pattern);
  if (invisible !== undefined) return `contains the character ${invisible}`;
  if (pattern.includes(" ")) return "contains a space: separate patterns with commas or new lines";
  const wrong = [...pattern].find((character) => !isDomainCharacter(character));
  if (wrong !== undefined)
    return `contains ${nameCharacter(wrong)}: a pattern has only letters, digits, \`-\`, \`_\`, \`.\`, \`*\`, \`?\`, and \`!\` at its beginning`;
  if (pattern.startsWith("-")) return `begins with ${nameCharacter("-")}: remove it, or write \`!\` to exclude`;
  if (/^\.|\.\.|^\*+\.$/.test(pattern)) return "has a dot where a domain has none";
  if (!/[\p{L}*?]/u.test(pattern) || /^\p{N}[\p{N}*?]*$/u.test(pattern) || Number.isFinite(Number(pattern)))
    return "looks like a number, not like a domain; CSR IDs are plain digits, in `csr-ids` or `protect`";
  return undefined;
}

function problemOfRemark(entry: string): string | undefined {
  const [first = ""] = entry;
  const invisible = invisibleCharacter(entry);
  if (invisible !== undefined) return `contains the character ${invisible}: write \`?\` for it`;
  if (entry === "!") return "is empty";
  if (entry.startsWith("! ")) return "has a blank after `!`: remove it";
  const looksLikeExclude = first !== "!" && first.normalize("NFKC") === "!";
  return looksLikeExclude ? `begins with ${nameCharacter(first)}: an exclude begins with \`!\`` : undefined;
}

const parseDomain = (entry: string): Result<readonly string[], string> => checked(entry, problemOfDomain(entry));

/** IDs may be separated by spaces here, as everywhere else. */
function parseProtected(entry: string): Result<readonly (string | number)[], string> {
  if (!/^[0-9 \t]+$/.test(entry)) return parseDomain(entry);
  const ids = entry.split(/[ \t]+/).map(parseId);
  return ids.find((id) => !id.ok) ?? success(ids.flatMap((id) => (id.ok ? [id.value] : [])));
}

const parseProtectedList = parseList("none", { separators: DOMAIN_SEPARATORS, parse: parseProtected });
const parseAccountList = parseList("none", {
  separators: DOMAIN_SEPARATORS,
  parse: (entry) => {
    const ids = entry.split(/[ \t]+/);
    const areIds = ids.every((id) => /^[1-9][0-9]{0,19}$/.test(id));
    return areIds ? success(ids) : failed("is no account ID, which has digits only");
  },
});

export const parseDomains = parseList(undefined, { separators: DOMAIN_SEPARATORS, parse: parseDomain });

/** No patterns for `*`: any remark, and none. A remark may hold brackets, and all separators but a comma. */
export const parseRemarks = parseList("*", {
  separators: /,/,
  noJson: true,
  parse: (entry) => checked(entry, problemOfRemark(entry)),
});

export const parseProtection: Parse<Protection> = (text, show) => {
  const list = parseProtectedList(text, show);
  if (!list.ok) return list;
  const domains = list.value.filter((entry) => typeof entry === "string");
  return success({ domains, ids: new Set(list.value.filter((entry) => typeof entry === "number")) });
};

export const parseAccountIds: Parse<ReadonlySet<string>> = (text, show) => {
  const list = parseAccountList(text, show);
  return list.ok ? success(new Set(list.value)) : list;
};
