/** What the run was asked to do: for the summary and the log. */
import type { Inputs, SelectionRules } from "../inputs/inputs.ts";
import { codeSpan, formatIds, formatNumber } from "./text.ts";

/** The rules of a selection; none for given IDs. */
export const rulesOf = (inputs: Inputs | undefined): Partial<SelectionRules> =>
  inputs?.target.kind === "selection" ? inputs.target.rules : {};

/**
 * Rules and guards as given: names of inputs, and their values in Markdown. Lists are joined as they are mostly written: a secret with
 * a comma in it, pasted here, stays whole for the runner's mask.
 */
export function describeRules(inputs: Inputs): readonly (readonly [input: string, value: string])[] {
  const { target, protection, maxDeletions, allowedAccountIds, lookUp, onAbsent } = inputs;
  const { domains = [], olderThan, remarks = [], keepNewest } = rulesOf(inputs);
  const list = (entries: Iterable<string | number>): string => codeSpan([...entries].join(","), 500);
  const number = (value: number | undefined): string => (value === undefined ? "" : formatNumber(value));
  const { ids = [], duplicates = 0 } = target.kind === "ids" ? target : {};
  const repeated = duplicates > 0 ? ` (${formatNumber(duplicates)} repeated, dropped)` : "";
  const all = {
    "csr-ids": target.kind === "ids" ? `${formatIds(ids, 20) || "none"}${repeated}` : "",
    domains: list(domains),
    "older-than": codeSpan(olderThan?.text ?? ""),
    remarks: list(remarks),
    "keep-newest": number(keepNewest),
    protect: list([...protection.domains, ...protection.ids]),
    "max-deletions": number(maxDeletions),
    "allowed-account-ids": list(allowedAccountIds),
    "look-up": lookUp === "auto" ? "" : lookUp,
    "on-absent": onAbsent === "warn" ? "" : onAbsent,
  };
  return Object.entries(all).filter(([, value]) => value !== "");
}

/** How the run logs in, without anything secret. */
export function describeLogin({ login }: Inputs): string {
  if (login.kind === "keyless") return `keyless, role ${login.roleArn}, identity provider ${login.provider}`;
  if (login.kind === "none") return "none";
  return `API key from the ${login.from}, ${login.credentials.token ? "with" : "without"} session token`;
}
