/** The tokenizer of all lists: text with separators, or a JSON array. */
import { failed, type Result, success } from "../shared/result.ts";
import type { Show } from "./show.ts";

export interface ListForm {
  /** In a line; blanks separate numbers as well. */
  readonly separators: RegExp;
  /** From `#` to the end of a line. */
  readonly comments?: boolean;
  /** Entries may hold brackets and blanks, so it is no JSON. */
  readonly freeText?: boolean;
  /** A predicate, with no more of the entry's text than one character. */
  readonly problemOf: (entry: string) => string | undefined;
}

/** `place` is `line 3`, or `index 2` in JSON. */
type Invalid = { readonly place: string; readonly text: string; readonly reason: string };
/** Of invalid entries the first ones are kept: a file of the wrong kind may have hundreds of thousands. */
export type List = { readonly valid: string[]; readonly invalid: Invalid[]; count: number; readonly isJson: boolean };
const MAX_INVALID_KEPT = 20;

/** A byte order mark at the very beginning is dropped. Fails if the text is broken JSON. Never throws. */
export function readList(text: string, { separators, comments, freeText, problemOf }: ListForm): Result<List, string> {
  const content = text.replace(/^\uFEFF/, "");
  const isJson = !freeText && /^[ \t\r\n]*\[/.test(content);
  const lines = isJson ? parseJson(content) : content.split(/\r\n|\r|\n/);
  if (!lines) return failed(`begins with \`[\` but is not a valid JSON array (${errorPlace(content)})`);
  const list: List = { valid: [], invalid: [], count: 0, isJson };
  const splitNumbers = (entry: string) => (!freeText && /^[0-9 \t]+$/.test(entry) ? entry.split(/[ \t]+/) : [entry]);
  const split = (line: string): readonly string[] =>
    (comments ? line.replace(/#.*/s, "") : line)
      .split(separators)
      .map((entry) => entry.replace(/^[ \t]+|(?<![ \t])[ \t]+$/g, ""))
      .flatMap((entry) => (entry === "" ? [] : splitNumbers(entry)));
  for (const [index, line] of lines.entries())
    for (const entry of isJson ? [line] : split(line as string)) {
      const isText = typeof entry === "string";
      const reason = isText ? problemOf(entry) : "neither a number nor a string";
      list.count += 1;
      if (reason === undefined) list.valid.push(entry as string);
      else if (list.invalid.length < MAX_INVALID_KEPT) {
        const place = isJson ? `index ${index}` : `line ${index + 1}`;
        list.invalid.push({ place, text: isText ? entry : JSON.stringify(entry), reason });
      }
    }
  return success(list);
}

/** Numbers stay as they are written, so that `1e3`, `11.0` and 9007199254740993 are refused: https://tc39.es/proposal-json-parse-with-source/ */
function parseJson(text: string): readonly unknown[] | undefined {
  try {
    return JSON.parse(text, (_key, value: unknown, context?: { source?: string }) =>
      typeof value === "number" ? (context?.source ?? String(value)) : value,
    );
  } catch {
    return undefined;
  }
}

/** V8's own message quotes the text, which may be a secret. This counts the entries that are in order. */
function errorPlace(text: string): string {
  const entry = /\s*("(?:[^"\\]|\\.)*"|[^\s",[\]{}]+)\s*,/y;
  entry.lastIndex = text.indexOf("[") + 1;
  let [index, end] = [0, entry.lastIndex];
  for (; entry.test(text); index += 1) end = entry.lastIndex;
  return `at or after index ${index}, line ${text.slice(0, end).split(/\r\n|\r|\n/).length}`;
}

/** The invalid entries, one a line: "- line 3: `x`: reason". */
export function listInvalid({ valid, invalid, count }: List, show: Show): string {
  const lines = invalid.map(({ place, text, reason }) => `- ${place}: ${show(text)}: ${reason}`);
  const more = count - valid.length - invalid.length;
  return [...lines, ...(more > 0 ? [`- … and ${more} more`] : [])].join("\n");
}
