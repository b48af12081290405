import { closeSync, constants, fstatSync, openSync, readFileSync, realpathSync } from "node:fs";
import path, { type PlatformPath } from "node:path";
import { failed, type Result, success } from "../shared/result.ts";
import { parseIds } from "./csr-ids.ts";
import { findHint, type Hints, type Parse } from "./scalars.ts";

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

/** The IDs of a file, which must lie in the workspace: the path may come from an expression that others can write to. */
export const parseIdsFile =
  (workspace: string): Parse<readonly number[] | undefined> =>
  (file, show) => {
    const text = readText(file, workspace);
    return text.ok ? parseIds("file")(text.value, show) : failed(`(${show(file)}) ${text.failure}`);
  };

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
