/** Text for logs and Markdown. What the API, a proxy or the network says is data: it starts no workflow command and no markup. */

/**
 * All but what is printed: no control or format characters, nor the separators that some viewers take for line breaks.
 * Ranges, since `\p{…}` costs the start of the process a millisecond.
 */
const UNPRINTABLE =
  /[^ -~\u00a0-\u00ac\u00ae-\u200a\u2010-\u2027\u202f-\u205f\u2070-\ufefe\uff00-\ufff8\ufffc-\uffff]+/g;

/** `text` on one line, without control characters, at most `max` characters long. */
export function oneLine(text: string, max = 500): string {
  const line = text
    .slice(0, max * 4)
    .replace(UNPRINTABLE, " ")
    .replace(/\s+/g, " ")
    // The runner's old form of a command, which it obeys anywhere in a line.
    .replace(/##(?=\[)/g, "## ")
    .trim();
  return line.length > max ? `${line.slice(0, max)}…` : line;
}

/** As `oneLine`, but line breaks stay. */
export function lines(text: string): string {
  return text
    .split("\n")
    .map((line) => line.replace(UNPRINTABLE, " "))
    .join("\n");
}

/** `text` for a cell of a Markdown table: one line, and nothing in it is markup, a link or a mention. */
export function cell(text: string): string {
  return oneLine(text).replace(
    /[^A-Za-z0-9 .,;()\u0080-\uffff-]|(?<=www)\./gi,
    (character) => `&#${character.codePointAt(0)};`,
  );
}

/** Our own words for a Markdown table: code in backticks stays code. */
export function ownCell(text: string): string {
  return text.replace(/\|/g, "\\|");
}

/** `1 CSR`, `2 CSRs`, `1,000 CSRs`. */
export function csrs(count: number): string {
  return count === 1 ? "1 CSR" : `${number(count)} CSRs`;
}

/** `12,345`. Not by `toLocaleString`, which takes 15 ms when it is first used. */
export function number(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** Milliseconds for people. */
export function duration(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** The first `max` IDs, and how many more there are. */
export function someIds(ids: readonly number[], max: number): string {
  const more = ids.length - max;
  return more > 0 ? `${ids.slice(0, max).join(", ")} … and ${number(more)} more` : ids.join(", ");
}
