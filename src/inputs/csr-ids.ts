/** From text to CSR IDs: a list with separators, or a JSON array. */
import { failed, type Result, success } from "../shared/result.ts";
import { invisibleCharacter } from "./show.ts";

/** An entry of a list that is not valid. */
export interface InvalidToken {
  /** Such as `line 3`, or `index 2` in a JSON array. */
  readonly place: string;
  /** Foreign text. */
  readonly token: string;
  /** Our words; nothing of the token is in them, except the code point of an invisible character. */
  readonly reason: string;
}

export type ParsedIds =
  | { readonly kind: "blank" }
  | {
      readonly kind: "ids";
      readonly ids: readonly number[];
      /** The first ones; a file of the wrong kind may have hundreds of thousands. */
      readonly invalid: readonly InvalidToken[];
      readonly invalidCount: number;
    }
  /** `place` is where the JSON array is broken, or shortly before. */
  | { readonly kind: "broken-json"; readonly place: string };

export const ACCEPTED_SEPARATORS = "commas, spaces, tabs or new lines";

const MAX_INVALID_KEPT = 20;
const NOT_DIGITS = "neither a number nor a string of digits";
const TOO_LARGE = `is larger than ${Number.MAX_SAFE_INTEGER}`;

/** What people write instead of an ID, and what to tell them. The first match counts. */
const HINTS: ReadonlyArray<readonly [RegExp, string]> = [
  [/^0+$/, "0 is not a valid CSR ID"],
  [/^0[0-9]+$/, "a CSR ID does not begin with 0"],
  [/[０-９]/, "has full-width digits: write 0 to 9"],
  [/^[0-9]+(-|–|—|~|～|\.\.\.?)[0-9]+$/, "ranges are not supported: list every ID"],
  [/[;；]/, `\`;\` is not a separator: use ${ACCEPTED_SEPARATORS}`],
  [/^[a-z][a-z0-9+.-]*:\/\//i, "is a URL: give the ID only"],
  [/^[{}]|[{}]$/, 'is JSON of another form: give the ID only, such as 733 of {"Id":733}'],
  [/^\[|\]$/, "brackets belong around a whole JSON array, such as [11, 22]"],
  [/^#/, "comments are supported in `csr-ids-file` only, from a `#` to the end of the line"],
  [/^(\/\/|--|<!--)/, "comments begin with `#`, and are supported in `csr-ids-file` only"],
  [/^["'`“”‘’]|["'`“”‘’]$/, "remove the quotes"],
  [/^([-*+•·–]|[0-9]+[.)])$/, "remove the bullets or numbering: give the IDs only"],
  [/^[•·][0-9]+$/, "remove the bullets: give the IDs only"],
  [/^(?=.*[A-Za-z])(?=.*[0-9])[A-Za-z0-9]{8}$/, "looks like a certificate ID: a CSR ID is a number, and another thing"],
  [/^[-+]?[0-9.]+(e[-+]?[0-9]+)?$/i, "not a positive whole number in plain digits"],
  [/^(?=.*[a-z]).+\.[a-z0-9*-]+$/i, "looks like a name: CSRs are selected by domain with `domains`"],
];

/** The ID that `token` is, or why it is none. An ID is a positive integer that JavaScript holds exactly. */
export function parseId(token: string): Result<number, string> {
  if (/^[1-9][0-9]*$/.test(token)) {
    const id = Number(token);
    return Number.isSafeInteger(id) ? success(id) : failed(TOO_LARGE);
  }
  const invisible = invisibleCharacter(token);
  if (invisible !== undefined) return failed(`contains the character ${invisible}, which is not a separator`);
  return failed(HINTS.find(([pattern]) => pattern.test(token))?.[1] ?? "not a positive whole number");
}

/** Sorts tokens into IDs and invalid ones. */
class IdCollector {
  readonly #ids: number[] = [];
  readonly #invalid: InvalidToken[] = [];
  #invalidCount = 0;

  add(token: string, place: () => string): void {
    const id = parseId(token);
    if (id.ok) this.#ids.push(id.value);
    else this.addInvalid(() => ({ place: place(), token, reason: id.failure }));
  }

  addInvalid(describe: () => InvalidToken): void {
    this.#invalidCount += 1;
    if (this.#invalid.length < MAX_INVALID_KEPT) this.#invalid.push(describe());
  }

  get isEmpty(): boolean {
    return this.#ids.length + this.#invalidCount === 0;
  }

  result(): ParsedIds {
    return { kind: "ids", ids: this.#ids, invalid: this.#invalid, invalidCount: this.#invalidCount };
  }
}

// Separators are exactly these: comma, full-width comma, enumeration comma, space, tab, CR, LF. With any other, such as a
// zero-width space, `12<U+200B>34` would delete 12 and 34.
const TOKEN_OR_LINE_END = /\r\n|\r|\n|[^,，、 \t\r\n]+/g;
const TOKEN_COMMENT_OR_LINE_END = /\r\n|\r|\n|#[^\r\n]*|[^,，、 \t\r\n#]+/g;

function parseList(text: string, comments: boolean): ParsedIds {
  const collector = new IdCollector();
  let line = 1;
  for (const [part] of text.matchAll(comments ? TOKEN_COMMENT_OR_LINE_END : TOKEN_OR_LINE_END)) {
    if (part === "\n" || part === "\r" || part === "\r\n") line += 1;
    else if (!comments || !part.startsWith("#")) collector.add(part, () => `line ${line}`);
  }
  return collector.isEmpty ? { kind: "blank" } : collector.result();
}

/** Numbers stay as they are written, so that `1e3`, `11.0` and 9007199254740993 are refused: https://tc39.es/proposal-json-parse-with-source/ */
const parseJson = (text: string): unknown =>
  JSON.parse(text, (_key, value: unknown, context?: { source?: string }) =>
    typeof value === "number" ? (context?.source ?? String(value)) : value,
  );

function parseArray(text: string): ParsedIds {
  let entries: readonly unknown[];
  try {
    entries = parseJson(text) as readonly unknown[];
  } catch {
    return { kind: "broken-json", place: errorPlace(text) };
  }
  const collector = new IdCollector();
  for (const [index, entry] of entries.entries()) {
    const place = (): string => `index ${index}`;
    if (typeof entry === "string") collector.add(entry, place);
    else collector.addInvalid(() => ({ place: place(), token: JSON.stringify(entry), reason: NOT_DIGITS }));
  }
  return collector.result();
}

/** V8's own message quotes the text, which may be a secret. This counts the entries that are in order. */
function errorPlace(text: string): string {
  const entry = /\s*("(?:[^"\\]|\\.)*"|[^\s",[\]{}]+)\s*,/y;
  entry.lastIndex = text.indexOf("[") + 1;
  let index = 0;
  let end = entry.lastIndex;
  while (entry.test(text)) {
    end = entry.lastIndex;
    index += 1;
  }
  return `at or after index ${index}, line ${text.slice(0, end).split(/\r\n|\r|\n/).length}`;
}

/**
 * Reads `text`. In a list, `comments` allows comments that begin with `#`. Duplicates stay in, in the order of the text. A byte
 * order mark at the very beginning is dropped. Never throws.
 */
export function parseCsrIds(text: string, { comments }: { comments: boolean }): ParsedIds {
  const content = text.replace(/^\uFEFF/, "");
  return /^[ \t\r\n]*\[/.test(content) ? parseArray(content) : parseList(content, comments);
}

/** Drops repeated IDs; each keeps its first place. */
export function unique(ids: readonly number[]): readonly number[] {
  return [...new Set(ids)];
}
