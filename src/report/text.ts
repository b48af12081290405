/** Text for logs and Markdown. Foreign text (of the API, a proxy, the network) is data: it starts no workflow command and no markup. */
import { inlineCode } from "../shared/inline-code.ts";

/**
 * All but printable characters: control and format characters, invisible letters, variation selectors, tags, and separators that some
 * viewers take for line breaks. Ranges, because `\p{…}` adds a millisecond to the start of the process.
 */
const UNPRINTABLE =
  // biome-ignore lint/suspicious/noMisleadingCharacterClass: the ranges leave combining characters out on purpose
  /(?:[^ -~\u00a0-\u00ac\u00ae-\u034e\u0350-\u061b\u061d-\u115e\u1161-\u180a\u1810-\u200a\u2010-\u2027\u202f-\u205f\u2070-\u3163\u3165-\ufdff\ufe10-\ufefe\uff00-\uff9f\uffa1-\ufff8\ufffc-\uffff]|\udb40[\udc00-\udfff])+/g;

/** The old form of a workflow command, which the runner obeys anywhere in a line. */
const OLD_COMMAND = /##(?=\[)/g;

/** `text` on one line, without control characters, cut at `max`. It must be redacted: nothing finds a secret that was cut. */
export function sanitizeLine(text: string, max = 500): string {
  const line = sanitizeLines(text).replace(/\s+/g, " ").trim();
  return line.length > max ? `${line.slice(0, max).replace(/[\ud800-\udbff]$/, "")}…` : line;
}

/** As `sanitizeLine`, but line breaks and blanks stay, and nothing is cut. */
export function sanitizeLines(text: string): string {
  return text
    .split("\n")
    .map((line) => line.replace(UNPRINTABLE, " ").replace(OLD_COMMAND, "## ").trimEnd())
    .join("\n");
}

/** Markdown of ours without code spans, for where the runner shows plain text. */
export const plainText = (markdown: string): string => sanitizeLines(markdown.replaceAll("`", ""));

/**
 * Foreign text as a Markdown code span that it cannot break out of: no markup, link or mention works in it, and it stays literal,
 * so that the runner's masks still find a secret in it. Empty text if there is nothing to show.
 */
export function codeSpan(text: string, max = 300): string {
  const line = sanitizeLine(text, max);
  return line === "" ? "" : inlineCode(line);
}

/** The first `max` of `texts` as code spans. */
export function codeSpans(texts: Iterable<string>, max = 20): string {
  const all = [...texts].map((text) => codeSpan(text, 100));
  return `${all.slice(0, max).join(", ")}${all.length > max ? ` … and ${formatNumber(all.length - max)} more` : ""}`;
}

/** Text in which nothing is markup, a link or a mention. For what is too long for a code span. */
export function escapeCell(text: string, max = 500): string {
  return sanitizeLine(text, max).replace(
    /[^A-Za-z0-9 .,;()\u0080-\uffff-]|(?<=www)\./gi,
    (character) => `&#${character.codePointAt(0)};`,
  );
}

/** Markdown for the cell of a table: bars are escaped, also in code spans. */
export const escapePipes = (markdown: string): string => markdown.replace(/\\(?=\|)/g, "\\ ").replaceAll("|", "\\|");

/** `1 CSR`, `2 CSRs`, `1,000 CSRs`. */
export const formatCsrCount = (count: number): string => formatCount(count, "CSR");

/** `1 call`, `2 calls`; the plural takes an `s`. */
export const formatCount = (count: number, noun: string): string =>
  count === 1 ? `1 ${noun}` : `${formatNumber(count)} ${noun}s`;

/** `12,345`. Not by `toLocaleString`, which takes 15 ms when it is first used. */
export const formatNumber = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, ",");

/** Milliseconds as `20 ms` or `1.2 s`. */
export const formatDuration = (ms: number): string =>
  ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;

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
