/** What to delete: CSRs by ID, or those that a selection finds; and which inputs go together. */
import { parseIds } from "./csr-ids.ts";
import { readCsrIdsFile } from "./csr-ids-file.ts";
import { type InputName, problemWith, type Reading } from "./reader.ts";
import type { Age } from "./scalars.ts";
import type { Show } from "./show.ts";

export interface SelectionRules {
  /** Patterns; at least one that does not exclude. */
  readonly domains: readonly string[];
  readonly olderThan?: Age;
  /** Patterns; none stands for any remarks. */
  readonly remarks: readonly string[];
  /** How many of each domain are kept, counted over all CSRs of the domain. */
  readonly keepNewest?: number;
}

export type Target =
  /** `ids` are unique, in the order given; empty for an explicit `[]`. `duplicates` counts those that were dropped. */
  | { readonly kind: "ids"; readonly ids: readonly number[]; readonly duplicates: number }
  | { readonly kind: "selection"; readonly rules: SelectionRules };

export function readTarget({ values, given, problems }: Reading, workspace: string, show: Show): Target {
  const report = (input: InputName, message: string): void => void problems.push({ input, message });
  const narrowing = (["older-than", "remarks", "keep-newest"] as const).filter((name) => given.has(name));
  const { domains = [], remarks, "older-than": olderThan, "keep-newest": keepNewest } = values;
  if (given.has("domains")) {
    if (given.has("csr-ids") || given.has("csr-ids-file"))
      report(
        "domains",
        "`domains` must not be given with `csr-ids` or `csr-ids-file`: give either a selection or IDs.",
      );
    else if (!given.has("older-than") && !given.has("keep-newest")) report("domains", WHICH_ARE_OLD);
    return { kind: "selection", rules: { domains, olderThan, remarks, keepNewest } };
  }
  if (narrowing.length > 0) {
    const names = narrowing.map((name) => `\`${name}\``).join(", ");
    report(narrowing[0] ?? "domains", `${names} can only narrow a selection: give \`domains\`, too.`);
  }
  const fromFile = given.has("csr-ids-file")
    ? readFile(values["csr-ids-file"] ?? "", workspace, show, problems)
    : undefined;
  const isWrong = problems.some(({ input }) => input === "csr-ids" || input === "csr-ids-file");
  if (!values["csr-ids"] && !fromFile && !isWrong) report("csr-ids", given.has("csr-ids-file") ? BLANK_FILE : BLANK);
  const all = [...(values["csr-ids"] ?? []), ...(fromFile ?? [])];
  const ids = [...new Set(all)];
  return { kind: "ids", ids, duplicates: all.length - ids.length };
}

const WHICH_ARE_OLD =
  "`domains` alone selects the CSR of the certificate in use, too: say which ones are old by `older-than` (`90d`), or by `keep-newest: 1`. If every CSR of these domains is meant, write `keep-newest: 0`.";
const OR_NOTHING = "Write `[]` if there is really nothing to delete.";
const BLANK = `\`csr-ids\` is blank, and so are \`csr-ids-file\` and \`domains\`. If an expression came out blank, check the id of the earlier step and the name of its output. ${OR_NOTHING}`;
const BLANK_FILE = `\`csr-ids\` is blank, and the file of \`csr-ids-file\` has no ID in it: check the step that writes it. ${OR_NOTHING}`;

/** The IDs of the file; undefined if it is blank, or wrong. */
function readFile(
  file: string,
  workspace: string,
  show: Show,
  problems: Reading["problems"],
): readonly number[] | undefined {
  const text = readCsrIdsFile(file, workspace);
  const shown = show(file).startsWith("`") ? show(file) : `(${show(file)})`;
  if (!text.ok)
    problems.push({ input: "csr-ids-file", message: `\`csr-ids-file\`: the file ${shown} ${text.failure}.` });
  const ids = text.ok ? parseIds("file")(text.value, show) : undefined;
  if (ids && !ids.ok) problems.push(problemWith("csr-ids-file", ids.failure));
  return ids?.ok ? ids.value : undefined;
}

/** Guards that need the listing, or that the login contradicts. */
export function checkGuards({ values, given, problems }: Reading): void {
  const needListing = [
    ...(given.has("domains") ? ["`domains`"] : []),
    ...(values.protect.domains.length > 0 ? ["`protect` by domain"] : []),
    ...(given.has("allowed-account-ids") ? ["`allowed-account-ids`"] : []),
  ];
  if (values["look-up"] === "false" && needListing.length > 0) {
    const message = `\`look-up: false\` reads no listing, but ${needListing.join(" and ")} cannot do without: remove \`look-up\`, or what needs it.`;
    problems.push({ input: "look-up", message });
  }
  const [, account = ""] = /uin\/([0-9]+):/.exec(values["role-arn"] ?? "") ?? [];
  const { "allowed-account-ids": allowed } = values;
  if (account !== "" && allowed.size > 0 && !allowed.has(account)) {
    const predicate = `is a role of account ${account}, which \`allowed-account-ids\` does not list: use a role of a listed account, or add this one`;
    problems.push(problemWith("role-arn", predicate));
  }
}
