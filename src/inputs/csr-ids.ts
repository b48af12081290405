import { isUtf8 } from "node:buffer";
import { closeSync, constants, fstatSync, openSync, readFileSync, realpathSync } from "node:fs";
import path, { type PlatformPath } from "node:path";
import { failed, type Result, success } from "../shared/result.ts";
import { readList } from "./list.ts";
import { findHint, type Hints, type Parse } from "./scalars.ts";
import { problemOfInvisible } from "./show.ts";

/** Exactly these: were a zero-width space one of them, `12<U+200B>34` would delete 12 and 34. */
const SEPARATORS = /[,，、 \t]/;

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
  const problem = problemOfInvisible(text, ", which is not a separator") ?? findHint(HINTS, text);
  return problem ?? "not a positive whole number in plain digits";
}

/** With duplicates; undefined if the text is blank. */
export const parseIds =
  (source: "input" | "file"): Parse<readonly number[] | undefined> =>
  (text, show) => {
    const form = { separators: SEPARATORS, isFile: source === "file", problemOf: problemOfId };
    const list = readList(text, form, show);
    return list.ok ? success(list.value?.map(Number)) : list;
  };

export const parseIdsFile: Parse<readonly number[] | undefined> = (file, show, workspace) => {
  const text = readText(file, workspace || ".");
  return text.ok ? parseIds("file")(text.value, show) : failed(`(${show(file)}) ${text.failure}`);
};

export const MAX_FILE_BYTES = 2 * 1024 * 1024;
// No link that is put there after the check is followed, no pipe waited for. Windows has no such flags.
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
const OUTSIDE = "is outside of the workspace, or leads there by a link";

/** Whether `file` is `folder` or lies in it. */
export function isInside(file: string, folder: string, { relative, isAbsolute, sep }: PlatformPath = path) {
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

function decode(descriptor: number) {
  const stat = fstatSync(descriptor);
  if (!stat.isFile()) return failed("is not a regular file");
  if (stat.size > MAX_FILE_BYTES) return failed(`is larger than 2 MiB (${stat.size} bytes)`);
  const bytes = readFileSync(descriptor);
  // UTF-16 without a byte order mark is UTF-8 with zeros.
  if (!isUtf8(bytes) || bytes.includes(0)) return failed("is not UTF-8 text");
  return success(bytes.toString());
}
