/** What to delete: CSRs by ID, or those that a selection finds. */
import type { SelectionRules } from "../csrs/selection.ts";
import { type ParsedIds, parseCsrIds, unique } from "./csr-ids.ts";
import { readCsrIdsFile } from "./csr-ids-file.ts";
import type { InputReader } from "./input-reader.ts";
import { describeInvalidIds } from "./invalid-list.ts";
import type { InputName } from "./known-inputs.ts";
import { parseDomains, parseRemarks } from "./patterns.ts";
import { parseAge, parseCount } from "./scalars.ts";

export type Target =
  /** `ids` are unique, in the order given; empty for an explicit `[]`. `duplicates` counts those that were dropped. */
  | { readonly kind: "ids"; readonly ids: readonly number[]; readonly duplicates: number }
  | { readonly kind: "selection"; readonly rules: SelectionRules };

const NARROWING = ["older-than", "remarks", "keep-newest"] as const satisfies readonly InputName[];

export function readTarget(reader: InputReader, workspace: string): Target {
  const isSelection = reader.isGiven("domains");
  const rules = readRules(reader, isSelection);
  const givesIds = reader.isGiven("csr-ids") || reader.isGiven("csr-ids-file");
  if (!isSelection) return readIds(reader, workspace);
  if (givesIds)
    reader.report("`domains` must not be given with `csr-ids` or `csr-ids-file`: give either a selection or IDs.");
  return { kind: "selection", rules };
}

function readRules(reader: InputReader, isSelection: boolean): SelectionRules {
  const narrowing = NARROWING.filter((name) => reader.isGiven(name)).map((name) => `\`${name}\``);
  if (!isSelection && narrowing.length > 0)
    reader.report(`${narrowing.join(", ")} can only narrow a selection: give \`domains\`, too.`);
  return {
    domains: isSelection ? reader.read("domains", parseDomains, []) : [],
    olderThanMs: reader.read("older-than", parseAge, undefined),
    remarks: reader.read("remarks", parseRemarks, []),
    keepNewest: reader.read("keep-newest", parseCount("none"), undefined),
  };
}

function readIds(reader: InputReader, workspace: string): Target {
  const parts = [
    parseIds(reader, "csr-ids", reader.text("csr-ids")),
    parseIds(reader, "csr-ids-file", readFile(reader, workspace)),
  ];
  if (parts.every((part) => part?.kind === "blank")) reportBlank(reader);
  const given = parts.flatMap((part) => (part?.kind === "ids" ? part.ids : []));
  const ids = unique(given);
  return { kind: "ids", ids, duplicates: given.length - ids.length };
}

/** The text of the file; undefined if it cannot be read. */
function readFile(reader: InputReader, workspace: string): string | undefined {
  const file = reader.text("csr-ids-file");
  if (file === "") return "";
  const text = readCsrIdsFile(file, workspace);
  if (text.ok) return text.value;
  const shown = reader.show(file);
  reader.report(`\`csr-ids-file\`: the file ${shown.startsWith("`") ? shown : `(${shown})`} ${text.failure}.`);
  return undefined;
}

function parseIds(
  reader: InputReader,
  name: "csr-ids" | "csr-ids-file",
  text: string | undefined,
): ParsedIds | undefined {
  if (text === undefined) return undefined;
  const source = name === "csr-ids" ? "input" : "file";
  const parsed = parseCsrIds(text, { comments: source === "file" });
  if (parsed.kind === "broken-json") {
    reader.reject(name, `begins with \`[\` but is not a valid JSON array (${parsed.place})`);
  } else if (parsed.kind === "ids" && parsed.invalidCount > 0) {
    const count = parsed.ids.length + parsed.invalidCount;
    reader.reject(name, describeInvalidIds({ ...parsed, count, source }, reader.show));
  }
  return parsed;
}

const OR_NOTHING = "Write `[]` if there is really nothing to delete.";

function reportBlank(reader: InputReader): void {
  reader.report(
    reader.text("csr-ids-file") === ""
      ? `\`csr-ids\` is blank, and so are \`csr-ids-file\` and \`domains\`. If an expression came out blank, check the id of the earlier step and the name of its output. ${OR_NOTHING}`
      : `\`csr-ids\` is blank, and the file of \`csr-ids-file\` has no ID in it: check the step that writes it. ${OR_NOTHING}`,
  );
}
