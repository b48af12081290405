import { failed, type Result, success } from "../shared/result.ts";
import { type List, listInvalid, readList } from "./list.ts";
import type { Parse } from "./scalars.ts";
import { invisibleCharacter, type Show } from "./show.ts";

const ACCEPTED_SEPARATORS = "commas, spaces, tabs or new lines";

/** Exactly these. With any other, such as a zero-width space, `12<U+200B>34` would delete 12 and 34. */
export const ID_SEPARATORS = /[,，、 \t]/;

/** What people write instead of an ID, and what to tell them. The first match counts. */
const HINTS: ReadonlyArray<readonly [RegExp, string]> = [
  [/^0+$/, "0 is not a valid CSR ID"],
  [/^0[0-9]+$/, "a CSR ID does not begin with 0"],
  [/[０-９]/, "has full-width digits: write 0 to 9"],
  [/^[0-9]+(-|–|—|~|～|\.\.\.?)[0-9]+$/, "ranges are not supported: list every ID"],
  [/[;；]/, `\`;\` is not a separator: use ${ACCEPTED_SEPARATORS}`],
  [/^[a-z][a-z0-9+.-]*:\/\//i, "is a URL: give the ID only"],
  [/^[{}]|[{}]$/, 'is JSON of another form: give the ID only, such as 733 of {"Id":733}'],
  [/^\[|\]$/, "brackets belong around a whole JSON array, such as [11, 22]"],
  [/^#/, "comments are supported in `csr-ids-file` only, from a `#` to the end of the line"],
  [/^(\/\/|--|<!--)/, "comments begin with `#`, and are supported in `csr-ids-file` only"],
  [/^["'`“”‘’]|["'`“”‘’]$/, "remove the quotes"],
  [/^([-*+•·–]|[0-9]+[.)])$/, "remove the bullets or numbering: give the IDs only"],
  [/^[•·][0-9]+$/, "remove the bullets: give the IDs only"],
  [/^(?=.*[A-Za-z])(?=.*[0-9])[A-Za-z0-9]{8}$/, "looks like a certificate ID: a CSR ID is a number, and another thing"],
  [/^[-+]?[0-9.]+(e[-+]?[0-9]+)?$/i, "not a positive whole number in plain digits"],
  [/^(?=.*[a-z]).+\.[a-z0-9*-]+$/i, "looks like a name: CSRs are selected by domain with `domains`"],
];

/** An ID is a positive integer that JavaScript holds exactly. */
export function parseId(text: string): Result<number, string> {
  if (/^[1-9][0-9]*$/.test(text)) {
    const id = Number(text);
    return Number.isSafeInteger(id) ? success(id) : failed(`is larger than ${Number.MAX_SAFE_INTEGER}`);
  }
  const invisible = invisibleCharacter(text);
  if (invisible !== undefined) return failed(`contains the character ${invisible}, which is not a separator`);
  return failed(HINTS.find(([pattern]) => pattern.test(text))?.[1] ?? "not a positive whole number");
}

/** IDs with duplicates, in order; undefined if the text is blank. */
export const parseIds =
  (source: "input" | "file"): Parse<readonly number[] | undefined> =>
  (text, show) => {
    const list = readList(text, { separators: ID_SEPARATORS, comments: source === "file", parse: parseId });
    if (!list.ok) return list;
    const { values, invalid, isJson } = list.value;
    if (invalid.length > 0) return failed(describeInvalid(list.value, source, show));
    return success(values.length > 0 || isJson ? values : undefined);
  };

function describeInvalid(list: List<number>, source: "input" | "file", show: Show): string {
  const { invalid, count } = list;
  const wrong = count - list.values.length;
  // An input of one entry is shown whole, so that the runner's masks work. A file may hold secrets that the runner does not know.
  if (wrong * 2 > count && (source === "file" || count > 1)) {
    const entries = count === 1 ? "its only entry is" : `${wrong} of its ${count} entries are`;
    return `does not look like a list of CSR IDs: ${entries} not valid, the first at ${invalid[0]?.place} (${invalid[0]?.reason}). Its content is not shown, because it may be secret. Check that this is the right ${source}`;
  }
  const entries = wrong === 1 ? "1 entry that is not a valid CSR ID" : `${wrong} entries that are not valid CSR IDs`;
  return `has ${entries} (a positive whole number, such as 12345; separated by ${ACCEPTED_SEPARATORS}):\n${listInvalid(list, show)}`;
}
