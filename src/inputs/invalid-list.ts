/** What to say about a list with invalid entries. */
import { ACCEPTED_SEPARATORS, type InvalidToken } from "./csr-ids.ts";
import type { Show } from "./show.ts";

/** `- line 3: \`x\`: reason`, one a line. */
export function listInvalid(invalid: readonly InvalidToken[], total: number, show: Show): string {
  const lines = invalid.map(({ place, token, reason }) => `- ${place}: ${show(token)}: ${reason}`);
  if (total > invalid.length) lines.push(`- … and ${total - invalid.length} more`);
  return lines.join("\n");
}

export interface InvalidIds {
  readonly invalid: readonly InvalidToken[];
  readonly invalidCount: number;
  /** Entries in all. */
  readonly count: number;
  readonly source: "input" | "file";
}

/** A predicate such as "has 2 entries that are not valid CSR IDs: …". */
export function describeInvalidIds({ invalid, invalidCount, count, source }: InvalidIds, show: Show): string {
  const [first] = invalid;
  // An input of one entry is shown whole, so that the runner's masks work. A file may hold secrets that the runner does not know.
  const single = source === "input" && count === 1;
  if (first && invalidCount * 2 > count && !single) {
    const entries = count === 1 ? "its only entry is" : `${invalidCount} of its ${count} entries are`;
    return `does not look like a list of CSR IDs: ${entries} not valid, the first at ${first.place} (${first.reason}). Its content is not shown, because it may be secret. Check that this is the right ${source}`;
  }
  const entries =
    invalidCount === 1 ? "1 entry that is not a valid CSR ID" : `${invalidCount} entries that are not valid CSR IDs`;
  return `has ${entries} (a positive whole number, such as 12345; separated by ${ACCEPTED_SEPARATORS}):\n${listInvalid(invalid, invalidCount, show)}`;
}
