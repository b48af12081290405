/** The job summary, in GitHub's Markdown. Pure. */
import type { Listing } from "../cleanup/listing.ts";
import { type Cause, count, idsWith, OUTCOMES, type Outcome, type OutcomeName } from "../cleanup/outcome.ts";
import { type RunResult, retries, type Work } from "./result.ts";
import { cell, csrs, duration, number, oneLine, ownCell, someIds } from "./text.ts";
import { countsInWords, judge, planInWords } from "./verdict.ts";

/** The runner drops a summary of more than 1 MiB. Ours is ASCII but for a few signs, so characters are nearly bytes. */
const MAX_LIST_CHARACTERS = 300_000;
const MAX_TABLE_BYTES = 300_000;
const MAX_ROWS = 100;
const MAX_PROBLEM_LINES = 100;
const IDS_IN_ROW = 50;

const MEANINGS: Readonly<Record<OutcomeName, string>> = {
  deleted: "the API confirmed the deletion",
  absent: "not in the account: gone before, or by a call whose answer was lost",
  remaining: "still there",
  unknown: "cannot be told",
  skipped: "never sent",
};

function countTable(work: Extract<Work, { kind: "clean-up" }>): string {
  const counts = count(work.outcomes);
  const rows = OUTCOMES.filter((name) => counts[name] > 0 || name === "deleted").map(
    (name) => `| ${name} | ${number(counts[name])} | ${MEANINGS[name]} |`,
  );
  return ["| Outcome | CSRs | Meaning |", "|---|--:|---|", ...rows].join("\n");
}

const why = ({ code, meaning, message, remedy }: Cause): string => {
  const said = oneLine(message, 300);
  return `**${cell(code)}**: ${ownCell(meaning)}.${said ? ` “${cell(said)}”` : ""} ${ownCell(remedy)}`;
};

/** What is left and why: a row for each call that left IDs behind. */
function leftTable(outcomes: ReadonlyMap<number, Outcome>): string {
  const groups = new Map<Outcome, number[]>();
  for (const [id, outcome] of outcomes) {
    if (outcome.name === "deleted" || outcome.name === "absent") continue;
    const ids = groups.get(outcome) ?? [];
    groups.set(outcome, ids);
    ids.push(id);
  }
  if (groups.size === 0) return "";
  const rows: string[] = [];
  let bytes = 0;
  for (const [outcome, ids] of groups) {
    const cause = outcome.cause ? why(outcome.cause) : "";
    const requestId = outcome.cause?.requestId ?? outcome.requestId;
    const row = `| ${outcome.name} | ${someIds(ids, IDS_IN_ROW)} | ${cause} | ${requestId ? cell(requestId) : ""} |`;
    bytes += Buffer.byteLength(row);
    if (rows.length === MAX_ROWS || bytes > MAX_TABLE_BYTES) break;
    rows.push(row);
  }
  const more = groups.size - rows.length;
  return [
    "### What is left, and why",
    "",
    "| Outcome | CSR IDs | Why, and what to do | RequestId |",
    "|---|---|---|---|",
    ...rows,
    ...(more > 0 ? ["", `… and ${number(more)} rows more: see the report file.`] : []),
  ].join("\n");
}

/** A list folded away; cut, and saying so, if it is too long for a summary. */
function folded(title: string, ids: readonly number[]): string {
  if (ids.length === 0) return "";
  let text = ids.join(", ");
  let note = "";
  if (text.length > MAX_LIST_CHARACTERS) {
    text = text.slice(0, text.lastIndexOf(",", MAX_LIST_CHARACTERS));
    note = `\n\nCut to fit: the first ${number(text.split(",").length)} of ${number(ids.length)}. All are in the report file.`;
  }
  return `<details><summary>${title}: ${csrs(ids.length)}</summary>\n\n${text}${note}\n\n</details>`;
}

function planSections(ids: readonly number[], listing: Listing | undefined): readonly string[] {
  if (!listing) return [folded("Would be asked for", ids)];
  const there = ids.filter((id) => listing.present.has(id));
  const others = ids.filter((id) => !listing.present.has(id));
  return [
    folded("Would be deleted", there),
    folded(listing.complete ? "Already absent" : "Could not be looked up", others),
  ];
}

function sections(result: RunResult): readonly string[] {
  const { work } = result;
  if (work.kind === "failed") {
    return work.problems.map((problem) =>
      problem
        .split("\n", MAX_PROBLEM_LINES)
        .map((line) => `> ${cell(line)}`)
        .join("  \n"),
    );
  }
  if (work.kind === "dry run") return planSections(work.ids, work.listing);
  return [
    countTable(work),
    leftTable(work.outcomes),
    folded("Deleted", idsWith(work.outcomes, "deleted")),
    folded("Absent", idsWith(work.outcomes, "absent")),
  ];
}

function title({ work, cancelled }: RunResult, sign: string): string {
  if (work.kind === "failed") return `## ${sign} CSR clean-up: nothing was deleted`;
  const what =
    work.kind === "dry run"
      ? `CSR clean-up, dry run: ${planInWords(work.ids, work.listing)}`
      : `CSR clean-up: ${countsInWords(work)}`;
  return `## ${sign} ${what}${cancelled ? " (cancelled)" : ""}`;
}

/** The whole summary; always within the runner's 1 MiB. */
export function summaryOf(result: RunResult): string {
  const { failed, annotations } = judge(result);
  const sign = failed ? "❌" : annotations.length > 0 ? "⚠️" : "✅";
  const { calls, durationMs, endpoint } = result;
  const notes = annotations
    .filter(({ level }) => level === "warning")
    .map(({ title: heading, message }) => `- **${cell(heading)}**: ${message.split("\n").map(cell).join(" ")}`)
    .join("\n");
  const cost = `${calls.length === 1 ? "1 call" : `${number(calls.length)} calls`} to ${cell(endpoint)}, ${number(retries(calls))} of them retries; ${duration(durationMs)}`;
  return `${[title(result, sign), ...sections(result), notes, calls.length > 0 ? cost : ""].filter((part) => part !== "").join("\n\n")}\n`;
}
