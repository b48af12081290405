/** Text for logs and Markdown. Foreign text (of the API, a proxy, the network) is data: it starts no workflow command and no markup. */
import { inlineCode } from "../shared/inline-code.ts";

/**
 * All but printable characters: control and format characters, and separators that some viewers take for line breaks.
 * Ranges, because `\p{…}` adds a millisecond to the start of the process.
 */
const UNPRINTABLE =
  /[^ -~\u00a0-\u00ac\u00ae-\u200a\u2010-\u2027\u202f-\u205f\u2070-\ufefe\uff00-\ufff8\ufffc-\uffff]+/g;

/** The old form of a workflow command, which the runner obeys anywhere in a line. */
const OLD_COMMAND = /##(?=\[)/g;

/** `text` on one line, without control characters, at most `max` characters long. Redact first: a cut secret is not found. */
export function sanitizeLine(text: string, max = 500): string {
  const line = text
    .slice(0, max * 4)
    .replace(UNPRINTABLE, " ")
    .replace(/\s+/g, " ")
    .replace(OLD_COMMAND, "## ")
    .trim();
  return line.length > max ? `${line.slice(0, max)}…` : line;
}

/** As `sanitizeLine`, but line breaks and blanks stay, and nothing is cut. */
export function sanitizeLines(text: string): string {
  return text
    .split("\n")
    .map((line) => line.replace(UNPRINTABLE, " ").replace(OLD_COMMAND, "## ").trimEnd())
    .join("\n");
}

/**
 * Foreign text as a Markdown code span that it cannot break out of: no markup, link or mention works in it, and it stays literal,
 * so that the runner's masks still find a secret in it. Empty text if there is nothing to show.
 */
export function codeSpan(text: string, max = 300): string {
  const line = sanitizeLine(text, max);
  return line === "" ? "" : inlineCode(line);
}

/** Text in which nothing is markup, a link or a mention. For what is too long for a code span. */
export function escapeCell(text: string, max = 500): string {
  return sanitizeLine(text, max).replace(
    /[^A-Za-z0-9 .,;()\u0080-\uffff-]|(?<=www)\./gi,
    (character) => `&#${character.codePointAt(0)};`,
  );
}

/** Markdown for the cell of a table: bars are escaped, also in code spans. */
export function escapePipes(markdown: string): string {
  return markdown.replace(/\\(?=\|)/g, "\\ ").replaceAll("|", "\\|");
}

/** `1 CSR`, `2 CSRs`, `1,000 CSRs`. */
export function formatCsrCount(count: number): string {
  return formatCount(count, "CSR");
}

/** `1 call`, `2 calls`; the plural takes an `s`. */
export function formatCount(count: number, noun: string): string {
  return count === 1 ? `1 ${noun}` : `${formatNumber(count)} ${noun}s`;
}

/** `12,345`. Not by `toLocaleString`, which takes 15 ms when it is first used. */
export function formatNumber(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** Milliseconds as `20 ms` or `1.2 s`. */
export function formatDuration(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** An age as `5 h` or `90 d`. */
export function formatAge(ms: number): string {
  const hours = Math.floor(ms / 3_600_000);
  if (ms < 0) return "in the future";
  return hours < 48 ? `${hours} h` : `${formatNumber(Math.floor(hours / 24))} d`;
}

/** The first `max` IDs, and how many more there are. */
export function formatIds(ids: readonly number[], max: number): string {
  const more = ids.length - max;
  return more > 0 ? `${ids.slice(0, max).join(", ")} … and ${formatNumber(more)} more` : ids.join(", ");
}
