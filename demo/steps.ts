/** The steps of the demo, and what is expected of each. */
import { readFileSync } from "node:fs";
import { basename } from "node:path";

export interface Step {
  readonly title: string;
  /** What a reader should look at. */
  readonly note: string;
  readonly inputs: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, string>>;
  /** None for a step of the reader's own. */
  readonly expected?: { readonly exitCode: number; readonly outputs: Readonly<Record<string, string>> };
}

/** In the documentation's example the API leaves 11 out of its answer and says nothing about it; here it stays, too. */
export const KEPT_ID = 11;

const range = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

/** What exists before the first step. */
export const EXISTING: readonly number[] = [KEPT_ID, 22, 33, ...range(1001, 1300)];

const ROTATED = range(1001, 1250);

/** IDs as people paste them: some by commas, some by blanks, ten in a line. */
function mixed(ids: readonly number[]): string {
  const lines: string[] = [];
  for (let at = 0; at < ids.length; at += 10)
    lines.push(ids.slice(at, at + 10).join([", ", " ", ","][(at / 10) % 3] ?? " "));
  return lines.join("\n");
}

function commented(ids: readonly number[]): string {
  const lines = ids.map((id, index) => (index % 50 === 0 ? `${id}  # the first of another certificate` : String(id)));
  return ["# CSRs of the certificates that were replaced", ...lines, ""].join("\n");
}

const rotation: Pick<Step, "inputs" | "files"> = {
  inputs: { "csr-ids": mixed(ROTATED.slice(0, 100)), "csr-ids-file": "rotation/old-csrs.txt" },
  files: { "rotation/old-csrs.txt": commented(ROTATED.slice(100)) },
};

export const STEPS: readonly Step[] = [
  {
    title: "Dry run",
    note: "250 IDs, partly typed and partly from a file. They are checked and looked up; nothing is deleted.",
    inputs: { ...rotation.inputs, "dry-run": "true" },
    files: rotation.files,
    expected: {
      exitCode: 0,
      outputs: { "planned-csr-ids": JSON.stringify(ROTATED), "deleted-csr-ids": "[]", "not-deleted-csr-ids": "[]" },
    },
  },
  {
    title: "Deletion",
    note: "The same IDs, in three calls of at most 100.",
    ...rotation,
    expected: {
      exitCode: 0,
      outputs: { "deleted-csr-ids": JSON.stringify(ROTATED), "not-deleted-csr-ids": "[]", "not-deleted-count": "0" },
    },
  },
  {
    title: "A step that fails",
    note: `The API answers "success", but leaves ${KEPT_ID} out of it. The step says so, and fails.`,
    inputs: { "csr-ids": "11,22,33" },
    files: {},
    expected: {
      exitCode: 1,
      outputs: { "deleted-csr-ids": "[22,33]", "absent-csr-ids": "[]", "not-deleted-csr-ids": "[11]" },
    },
  },
  {
    title: "A re-run",
    note: "The deletion once more, as when a later step of the job failed: its CSRs are gone, so it is green.",
    ...rotation,
    expected: {
      exitCode: 0,
      outputs: { "deleted-csr-ids": "[]", "absent-csr-ids": JSON.stringify(ROTATED), "not-deleted-csr-ids": "[]" },
    },
  },
];

/**
 * A step with the reader's own inputs.
 * @throws {Error} if the file cannot be read
 */
export function ownStep(inputs: Readonly<Record<string, string>>): Step {
  const title = "Your step";
  const path = inputs["csr-ids-file"];
  if (path === undefined) return { title, note: "", inputs, files: {} };
  const name = basename(path);
  return {
    title,
    note: "",
    inputs: { ...inputs, "csr-ids-file": name },
    files: { [name]: readFileSync(path, "utf8") },
  };
}

/** What is not as expected, in words. */
export function surprises({ expected }: Step, exitCode: number | null, outputs: Record<string, string>): string[] {
  if (!expected) return [];
  const found: string[] = [];
  if (exitCode !== expected.exitCode) found.push(`exit code ${exitCode} instead of ${expected.exitCode}`);
  for (const [name, value] of Object.entries(expected.outputs)) {
    if (outputs[name] !== value) found.push(`${name} is ${outputs[name]} instead of ${value}`);
  }
  return found;
}
