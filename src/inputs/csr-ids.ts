import { closeSync, constants, fstatSync, openSync, readFileSync, realpathSync } from "node:fs";
import path, { type PlatformPath } from "node:path";
import { failed, type Result, success } from "../shared/result.ts";
import { type List, listInvalid, readList } from "./list.ts";
import { findHint, type Hints, type Parse } from "./scalars.ts";
import { invisibleCharacter, type Show } from "./show.ts";

const ACCEPTED_SEPARATORS = "commas, spaces, tabs or new lines";
/** Exactly these. With any other, such as a zero-width space, `12<U+200B>34` would delete 12 and 34. */
export const ID_SEPARATORS = /[,，、 \t]/;

const HINTS: Hints = [
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
  [/^([-*+•·–]|[0-9]+[.)]|[•·][0-9]+)$/, "remove the bullets or numbering: give the IDs only"],
  [/^(?=.*[A-Za-z])(?=.*[0-9])[A-Za-z0-9]{8}$/, "looks like a certificate ID: a CSR ID is a number, and another thing"],
  [/^[-+]?[0-9.]+(e[-+]?[0-9]+)?$/i, "not a positive whole number in plain digits"],
  [/^(?=.*[a-z]).+\.[a-z0-9*-]+$/i, "looks like a name: CSRs are selected by domain with `domains`"],
];

/** Why `text` is no ID: a positive integer that JavaScript holds exactly. */
export function problemOfId(text: string): string | undefined {
  if (/^[1-9][0-9]*$/.test(text))
    return Number.isSafeInteger(Number(text)) ? undefined : `is larger than ${Number.MAX_SAFE_INTEGER}`;
  const invisible = invisibleCharacter(text);
  if (invisible !== undefined) return `contains the character ${invisible}, which is not a separator`;
  return findHint(HINTS, text) ?? "not a positive whole number";
}

/** IDs with duplicates, in order; undefined if the text is blank. */
export const parseIds =
  (source: "input" | "file"): Parse<readonly number[] | undefined> =>
  (text, show) => {
    const list = readList(text, { separators: ID_SEPARATORS, comments: source === "file", problemOf: problemOfId });
    if (!list.ok) return list;
    const { valid, invalid, isJson } = list.value;
    if (invalid.length > 0) return failed(describeInvalid(list.value, source, show));
    return success(valid.length > 0 || isJson ? valid.map(Number) : undefined);
  };

function describeInvalid(list: List, source: "input" | "file", show: Show): string {
  const { valid, invalid, count } = list;
  const wrong = count - valid.length;
  // An input of one entry is shown whole, so that the runner's masks work. A file may hold secrets that the runner does not know.
  if (wrong * 2 > count && (source === "file" || count > 1)) {
    const entries = count === 1 ? "its only entry is" : `${wrong} of its ${count} entries are`;
    return `does not look like a list of CSR IDs: ${entries} not valid, the first at ${invalid[0]?.place} (${invalid[0]?.reason}). Its content is not shown, because it may be secret. Check that this is the right ${source}`;
  }
  const entries = wrong === 1 ? "1 entry that is not a valid CSR ID" : `${wrong} entries that are not valid CSR IDs`;
  return `has ${entries} (a positive whole number, such as 12345; separated by ${ACCEPTED_SEPARATORS}):\n${listInvalid(list, show)}`;
}

/** About 250,000 IDs: more than 4 minutes of calls at the API's limit. Parsing stays below 200 MB and a second. */
export const MAX_FILE_BYTES = 2 * 1024 * 1024;
// Neither a link that is put there after the check is followed, nor is a pipe waited for. Windows has no such flags.
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
const OUTSIDE = "is outside of the workspace: give a path in it, without `..` or links that leave it";
/** Windows PowerShell's `>` writes it. */
const UTF16 = "is UTF-16 text or binary: save it as UTF-8 (in Windows PowerShell: `Out-File -Encoding utf8`)";
const ERRORS: Hints = [
  [/^ENO[ET]/, "does not exist: check the path, and that an earlier step of this job wrote or checked out the file"],
  [/^E(ACCES|PERM)$/, "may not be read by the user that runs this step"],
  [/^ERR_ENCODING_/, "is not UTF-8 text: save it as UTF-8"],
];

/** Whether `file` is `folder` or lies in it; both absolute. */
export function isInside(file: string, folder: string, { relative, isAbsolute, sep }: PlatformPath = path): boolean {
  const way = relative(folder, file);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** The text of a file in the workspace: the path may come from an expression that others can write to. */
export function readText(file: string, workspace: string): Result<string, string> {
  const wanted = path.resolve(workspace, file);
  if (!isInside(wanted, path.resolve(workspace))) return failed(OUTSIDE);
  try {
    const real = realpathSync(wanted);
    if (!isInside(real, realpathSync(workspace))) return failed(OUTSIDE);
    const descriptor = openSync(real, OPEN_FLAGS);
    try {
      // A folder on the way may have become a link since.
      return realpathSync(real) === real ? decode(descriptor) : failed(OUTSIDE);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    const { code = "unknown error" } = error as NodeJS.ErrnoException;
    return failed(findHint(ERRORS, code) ?? `cannot be read (${code})`);
  }
}

function decode(descriptor: number): Result<string, string> {
  const stat = fstatSync(descriptor);
  if (stat.isDirectory()) return failed("is a folder: give the path of a file");
  if (!stat.isFile()) return failed("is not a regular file");
  if (stat.size > MAX_FILE_BYTES)
    return failed(`is larger than 2 MiB (${stat.size} bytes): split it over several steps`);
  const bytes = readFileSync(descriptor);
  const isUtf16 = /^(\xff\xfe|\xfe\xff)/.test(bytes.toString("latin1", 0, 2)) || bytes.includes(0);
  return isUtf16 ? failed(UTF16) : success(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
}
