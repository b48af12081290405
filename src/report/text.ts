/** Text for logs and Markdown. Foreign text (of API, proxy, network) is data: it starts no command and no markup. */
import { inlineCode } from "../shared/inline-code.ts";

/** Characters that control, format or cannot be seen, and line separators. `\p{…}` would add a millisecond. */
const UNPRINTABLE =
  // biome-ignore lint/suspicious/noMisleadingCharacterClass: the ranges leave combining characters out on purpose
  /(?:[^ -~\u00a0-\u00ac\u00ae-\u034e\u0350-\u061b\u061d-\u115e\u1161-\u180a\u1810-\u200a\u2010-\u2027\u202f-\u205f\u2070-\u3163\u3165-\ufdff\ufe10-\ufefe\uff00-\uff9f\uffa1-\ufff8\ufffc-\uffff]|\udb40[\udc00-\udfff])+/g;

/** Printable ASCII with single blanks, and no `[`: nothing is to be done. A report has 100,000 such texts. */
const PLAIN = /^(?:[!-Z\\-~]+(?: [!-Z\\-~]+)*)?$/;

/** `text` on one line, cut at `max`. It must be redacted already: nothing finds a secret that was cut. */
export function sanitizeLine(text: string, max = 500): string {
  if (text.length <= max && PLAIN.test(text)) return text;
  const line = sanitizeLines(text).replace(/\s+/g, " ").trim();
  return line.length > max ? `${line.slice(0, max).replace(/[\ud800-\udbff]$/, "")}…` : line;
}

/** As `sanitizeLine`, but lines stay and nothing is cut. `##[` anywhere in a line begins a command of the old form. */
export function sanitizeLines(text: string): string {
  const lines = text.split("\n");
  return lines.map((line) => line.replace(UNPRINTABLE, " ").replaceAll("##[", "## [").trimEnd()).join("\n");
}

/** Markdown of ours without code spans, for where the runner shows plain text. */
export const plainText = (markdown: string): string => sanitizeLines(markdown.replaceAll("`", ""));

/** Foreign text as a code span: nothing in it works, and it stays literal, so that the runner's masks find a secret. */
export function codeSpan(text: string, max = 300): string {
  const line = sanitizeLine(text, max);
  return line && inlineCode(line);
}

/** The first `max` of `texts` as code spans, and how many more there are. */
export function codeSpans(texts: Iterable<string>, max = 20): string {
  const spans = Array.from(texts, (text) => codeSpan(text));
  return formatIds(spans, max);
}

/** Text of an input, whole or not at all: the runner masks no part of a secret that was pasted there. */
export const wholeSpan = (text: string, max: number): string =>
  text.length > max ? `a text of ${formatNumber(text.length)} characters` : codeSpan(text, max);

/** For the cell of a table: bars are escaped, also in code spans. */
export const escapePipes = (markdown: string): string => markdown.replace(/\\(?=\|)/g, "\\ ").replaceAll("|", "\\|");

export const formatCsrCount = (count: number): string => formatCount(count, "CSR");

/** `1 call`, `2 calls`, `3 retries`. */
export const formatCount = (count: number, noun: string): string =>
  count === 1 ? `1 ${noun}` : `${formatNumber(count)} ${noun.replace(/y$/, "ie")}s`;

/** `12,345`. Not by `toLocaleString`, which takes 15 ms when it is first used. */
export const formatNumber = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, ",");

/** `20 ms` or `1.2 s`. */
export const formatDuration = (ms: number): string =>
  ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;

/** `5 h` or `90 d`. */
export function formatAge(ms: number): string {
  const hours = Math.floor(ms / 3_600_000);
  if (hours >= 48) return `${formatNumber(Math.floor(hours / 24))} d`;
  return hours < 0 ? "in the future" : `${hours} h`;
}

/** The first `max` IDs, and how many more there are. */
export function formatIds(ids: readonly (number | string)[], max = 20): string {
  const more = ids.length - max;
  return more > 0 ? `${ids.slice(0, max).join(", ")} … and ${formatNumber(more)} more` : ids.join(", ");
}
