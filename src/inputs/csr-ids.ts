import { isUtf8 } from "node:buffer";
import { closeSync, constants, fstatSync, openSync, readFileSync, realpathSync } from "node:fs";
import path, { type PlatformPath } from "node:path";
import { failed, type Result, success } from "../shared/result.ts";
import { type List, listInvalid, readList } from "./list.ts";
import { findHint, type Hints, type Parse } from "./scalars.ts";
import { invisibleCharacter, type Show } from "./show.ts";

/** Exactly these: were a zero-width space one of them, `12<U+200B>34` would delete 12 and 34. */
export const ID_SEPARATORS = /[,，、 \t]/;

const HINTS: Hints = [
  [/^0[0-9]*$/, "a CSR ID does not begin with 0"],
  [/^[0-9]+[^\w,]+[0-9]+$/, "ranges are not supported, nor are separators but commas, blanks and new lines"],
  [/^(?=.*[A-Za-z])(?=.*[0-9])[A-Za-z0-9]{8}$/, "looks like the ID of a certificate, not of its CSR"],
  [/^(?=.*[a-z])[\w*.:/-]+[.:][\w*/-]+$/i, "looks like a domain or a URL: select by domain with `domains`"],
];

/** Why `text` is not a positive integer that JavaScript holds exactly. */
export function problemOfId(text: string): string | undefined {
  if (/^[1-9][0-9]*$/.test(text))
    return Number.isSafeInteger(Number(text)) ? undefined : `is larger than ${Number.MAX_SAFE_INTEGER}`;
  const invisible = invisibleCharacter(text);
  if (invisible !== undefined) return `contains the character ${invisible}, which is not a separator`;
  return findHint(HINTS, text) ?? "not a positive whole number in plain digits";
}

/** With duplicates; undefined if the text is blank. */
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
  // The runner masks a secret that is the whole input, but not those of a file, nor a part of one.
  if (wrong * 2 <= count || (source === "input" && count === 1)) return listInvalid(list, show);
  const first = `the first at ${invalid[0]?.place} (${invalid[0]?.reason})`;
  return `does not look like a list of CSR IDs: ${wrong} of ${count} entries are not valid, ${first}. They are not shown, as they may be secret`;
}

export const MAX_FILE_BYTES = 2 * 1024 * 1024;
// No link that is put there after the check is followed, no pipe waited for. Windows has no such flags.
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
const OUTSIDE = "is outside of the workspace, or leads there by a link";

/** Whether `file` is `folder` or lies in it. */
export function isInside(file: string, folder: string, { relative, isAbsolute, sep }: PlatformPath = path): boolean {
  const way = relative(folder, file);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** Of a file in the workspace only: others may have written the path. */
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
    return failed(`cannot be read (${code}): check the path, and the step that writes the file`);
  }
}

function decode(descriptor: number): Result<string, string> {
  const stat = fstatSync(descriptor);
  if (!stat.isFile()) return failed("is not a regular file");
  if (stat.size > MAX_FILE_BYTES) return failed(`is larger than 2 MiB (${stat.size} bytes)`);
  const bytes = readFileSync(descriptor);
  // UTF-16 without a byte order mark is UTF-8 with zeros.
  if (!isUtf8(bytes) || bytes.includes(0)) return failed("is not UTF-8 text");
  return success(bytes.toString());
}
