/** Reads `csr-ids-file`. Only files under the workspace: the path may come from an expression that others can write to. */
import { readFileSync, realpathSync, statSync } from "node:fs";
import { isAbsolute, relative, resolve, sep } from "node:path";

const MAX_FILE_BYTES = 16 * 1024 * 1024;

const leaves = (path: string): boolean => path === ".." || path.startsWith(`..${sep}`) || isAbsolute(path);

/** The text of the file, or the reason why it cannot be had. */
export function readCsrIdsFile(path: string, workspace: string): { text: string } | { problem: string } {
  const wanted = resolve(workspace, path);
  const outside = {
    problem:
      "is outside of the workspace: give a path under it (GITHUB_WORKSPACE), without `..` or links that leave it",
  };
  if (leaves(relative(resolve(workspace), wanted))) return outside;
  try {
    const real = realpathSync(wanted);
    if (leaves(relative(realpathSync(workspace), real))) return outside;
    return readText(real);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR") {
      return {
        problem: "does not exist: check the path, and that an earlier step of this job wrote or checked out the file",
      };
    }
    if (code === "EACCES" || code === "EPERM") return { problem: "may not be read by the user that runs this step" };
    return { problem: `cannot be read (${code ?? String(error)})` };
  }
}

function readText(path: string): { text: string } | { problem: string } {
  // Before it is opened: opening a pipe waits for a writer.
  const stat = statSync(path);
  if (stat.isDirectory()) return { problem: "is a folder: give the path of a file" };
  if (!stat.isFile()) return { problem: "is no ordinary file" };
  if (stat.size > MAX_FILE_BYTES) {
    return { problem: `is larger than 16 MiB (${stat.size} bytes): split it over several steps` };
  }
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(path)) };
  } catch (error) {
    if (error instanceof TypeError) return { problem: "is not UTF-8 text: save it as UTF-8" };
    throw error;
  }
}
