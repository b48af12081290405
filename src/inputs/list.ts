/** The tokenizer of all lists: text with separators, or a JSON array. */
import { failed, type Result, success } from "../shared/result.ts";
import type { Show } from "./show.ts";

export interface ListForm<Value> {
  /** What separates the entries of a line. */
  readonly separators: RegExp;
  /** A `#` begins a comment, to the end of the line. */
  readonly comments?: boolean;
  /** Text that begins with `[` is not JSON. */
  readonly noJson?: boolean;
  /** A failure is a predicate about the entry, with no more of its text than one character. */
  readonly parse: (entry: string) => Result<Value, string>;
}

export interface List<Value> {
  readonly values: readonly Value[];
  /** The first ones; a file of the wrong kind may have hundreds of thousands. `place` is `line 3`, or `index 2` in JSON. */
  readonly invalid: readonly { readonly place: string; readonly text: string; readonly reason: string }[];
  /** Valid and invalid ones. */
  readonly count: number;
  readonly isJson: boolean;
}

const MAX_INVALID_KEPT = 20;
const NO_TEXT: Result<never, string> = failed("neither a number nor a string");

/** A byte order mark at the very beginning is dropped. Fails if the text is broken JSON. Never throws. */
export function readList<Value>(text: string, form: ListForm<Value>): Result<List<Value>, string> {
  const content = text.replace(/^\uFEFF/, "");
  const isJson = !form.noJson && /^[ \t\r\n]*\[/.test(content);
  const values: Value[] = [];
  const invalid: { place: string; text: string; reason: string }[] = [];
  let count = 0;
  const add = (entry: unknown, unit: string, at: number): void => {
    const parsed = typeof entry === "string" ? form.parse(entry) : NO_TEXT;
    count += 1;
    if (parsed.ok) values.push(parsed.value);
    else if (invalid.length < MAX_INVALID_KEPT) {
      const shown = typeof entry === "string" ? entry : JSON.stringify(entry);
      invalid.push({ place: `${unit} ${at}`, text: shown, reason: parsed.failure });
    }
  };
  if (isJson) {
    const entries = parseJson(content);
    if (!entries) return failed(`begins with \`[\` but is not a valid JSON array (${errorPlace(content)})`);
    for (const [index, entry] of entries.entries()) add(entry, "index", index);
  } else {
    for (const [index, line] of content.split(/\r\n|\r|\n/).entries())
      for (const part of (form.comments ? line.replace(/#.*/s, "") : line).split(form.separators)) {
        const entry = part.replace(/^[ \t]+|(?<![ \t])[ \t]+$/g, "");
        if (entry !== "") add(entry, "line", index + 1);
      }
  }
  return success({ values, invalid, count, isJson });
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
export function listInvalid({ values, invalid, count }: List<unknown>, show: Show): string {
  const lines = invalid.map(({ place, text, reason }) => `- ${place}: ${show(text)}: ${reason}`);
  const more = count - values.length - invalid.length;
  return [...lines, ...(more > 0 ? [`- … and ${more} more`] : [])].join("\n");
}
