/** Reads `csr-ids-file`. Only files in the workspace: the path may come from an expression that others can write to. */
import { closeSync, constants, fstatSync, openSync, readSync, realpathSync } from "node:fs";
import path, { type PlatformPath } from "node:path";
import { failed, type Result, success } from "../shared/result.ts";

/** About 250,000 IDs: more than 4 minutes of calls at the API's limit. Parsing stays below 200 MB and a second. */
export const MAX_FILE_BYTES = 2 * 1024 * 1024;

// Neither a link that is put there after the check is followed, nor is a pipe waited for. Windows has no such flags.
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

const OUTSIDE = "is outside of the workspace: give a path in it, without `..` or links that leave it";

/** Whether `file` is `folder` or lies in it; both absolute. */
export function isInside(file: string, folder: string, { relative, isAbsolute, sep }: PlatformPath = path): boolean {
  const way = relative(folder, file);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** The text of the file, or what is wrong with it. */
export function readCsrIdsFile(file: string, workspace: string): Result<string, string> {
  const wanted = path.resolve(workspace, file);
  if (!isInside(wanted, path.resolve(workspace))) return failed(OUTSIDE);
  try {
    const real = realpathSync(wanted);
    if (!isInside(real, realpathSync(workspace))) return failed(OUTSIDE);
    const descriptor = openSync(real, OPEN_FLAGS);
    try {
      // A folder on the way may have become a link since.
      return realpathSync(real) === real ? readText(descriptor) : failed(OUTSIDE);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    return failed(explain(error));
  }
}

function readText(descriptor: number): Result<string, string> {
  const stat = fstatSync(descriptor);
  if (stat.isDirectory()) return failed("is a folder: give the path of a file");
  if (!stat.isFile()) return failed("is not a regular file");
  if (stat.size > MAX_FILE_BYTES)
    return failed(`is larger than ${MAX_FILE_BYTES / 1024 ** 2} MiB (${stat.size} bytes): split it over several steps`);
  return decode(readAtMost(descriptor, stat.size));
}

function readAtMost(descriptor: number, size: number): Buffer {
  const bytes = Buffer.alloc(size);
  let length = 0;
  for (let count = -1; count !== 0 && length < size; length += count) {
    count = readSync(descriptor, bytes, length, size - length, null);
  }
  return bytes.subarray(0, length);
}

function decode(bytes: Buffer): Result<string, string> {
  // Windows PowerShell's `>` writes UTF-16.
  const utf16 =
    (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff) || bytes.includes(0);
  if (utf16)
    return failed("is UTF-16 text or binary: save it as UTF-8 (in Windows PowerShell: `Out-File -Encoding utf8`)");
  try {
    return success(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return failed("is not UTF-8 text: save it as UTF-8");
  }
}

function explain(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ENOENT" || code === "ENOTDIR")
    return "does not exist: check the path, and that an earlier step of this job wrote or checked out the file";
  if (code === "EACCES" || code === "EPERM") return "may not be read by the user that runs this step";
  if (code === "EISDIR") return "is a folder: give the path of a file";
  return `cannot be read (${code ?? "unknown error"})`;
}
