import { failed, type Result, success } from "../shared/result.ts";
import type { Show } from "./show.ts";

export type ListForm = Readonly<{
  /** Blanks separate numbers as well. */
  separators: RegExp;
  comments?: boolean;
  /** Entries may hold brackets and blanks: it is no JSON. */
  freeText?: boolean;
  /** Must tell no more of the entry than one character. */
  problemOf: (entry: string) => string | undefined;
}>;

type Invalid = Readonly<{ place: string; text: string; reason: string }>;
export type List = { valid: string[]; invalid: Invalid[]; count: number; isJson: boolean };
/** A file of the wrong kind may have hundreds of thousands. */
const MAX_INVALID_KEPT = 20;

/** From text with separators, or a JSON array. A byte order mark at the beginning is dropped. */
export function readList(text: string, { separators, comments, freeText, problemOf }: ListForm): Result<List, string> {
  const content = text.replace(/^\uFEFF/, "");
  const isJson = !freeText && /^[ \t\r\n]*\[/.test(content);
  const lines = isJson ? parseJson(content) : content.split(/\r\n|\r|\n/);
  if (!lines) return failed(`begins with \`[\` but is no JSON array (at or after index ${errorIndex(content)})`);
  const list: List = { valid: [], invalid: [], count: 0, isJson };
  const split = (line: string): readonly string[] =>
    (comments ? line.replace(/#.*/s, "") : line)
      .split(separators)
      .map((entry) => entry.replace(/^[ \t]+|(?<![ \t])[ \t]+$/g, ""))
      .flatMap((entry) => (!freeText && /^[0-9 \t]+$/.test(entry) ? entry.split(/[ \t]+/) : entry))
      .filter((entry) => entry !== "");
  for (const [index, line] of lines.entries())
    for (const entry of isJson ? [line] : split(line as string)) {
      const text = typeof entry === "string" ? entry : JSON.stringify(entry);
      const reason = text === entry ? problemOf(text) : "neither a number nor a string";
      const place = isJson ? `index ${index}` : `line ${index + 1}`;
      list.count += 1;
      if (reason === undefined) list.valid.push(text);
      else if (list.invalid.length < MAX_INVALID_KEPT) list.invalid.push({ place, text, reason });
    }
  return success(list);
}

/** Numbers stay as written, so that `1e3`, `11.0` and 9007199254740993 are refused. */
function parseJson(text: string): readonly unknown[] | undefined {
  try {
    return JSON.parse(text, (_key, value: unknown, context?: { source?: string }) =>
      typeof value === "number" ? (context?.source ?? String(value)) : value,
    );
  } catch {
    return undefined;
  }
}

/** How many entries are in order: V8's message quotes the text, which may be secret. */
function errorIndex(text: string): number {
  const entry = /\s*("(?:[^"\\]|\\.)*"|[^\s",[\]{}]+)\s*,/y;
  entry.lastIndex = text.indexOf("[") + 1;
  let index = 0;
  while (entry.test(text)) index += 1;
  return index;
}

/** Lines such as "- line 3: `x`: reason". */
export function listInvalid({ valid, invalid, count }: List, show: Show): string {
  const lines = invalid.map(({ place, text, reason }) => `- ${place}: ${show(text)}: ${reason}`);
  const more = count - valid.length - invalid.length;
  if (more > 0) lines.push(`- … and ${more} more`);
  return ["has entries that are not valid:", ...lines].join("\n");
}
