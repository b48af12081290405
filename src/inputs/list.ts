import { failed, type Result, success } from "../shared/result.ts";
import type { Show } from "./show.ts";

export type ListForm = Readonly<{
  /** Blanks separate numbers as well. */
  separators: RegExp;
  /** `#` begins a comment, and the runner does not mask the text. */
  isFile?: boolean;
  /** Entries may hold brackets and blanks: it is no JSON. */
  freeText?: boolean;
  /** Must tell no more of the entry than one character. */
  problemOf: (entry: string) => string | undefined;
}>;

/** The entries of text with separators, or of a JSON array; undefined if the text is blank. */
export function readList(text: string, form: ListForm, show: Show): Result<readonly string[] | undefined, string> {
  const { separators, isFile = false, freeText, problemOf } = form;
  const content = text.replace(/^\uFEFF/, "");
  const isJson = !freeText && /^[ \t\r\n]*\[/.test(content);
  const lines = isJson ? parseJson(content) : content.split(/\r\n|\r|\n/);
  if (!lines) return failed(`begins with \`[\` but is no JSON array (at or after index ${errorIndex(content)})`);
  const split = (line: string) =>
    (isFile ? line.replace(/#.*/s, "") : line)
      .split(separators)
      .map((entry) => entry.replace(/^[ \t]+|(?<![ \t])[ \t]+$/g, ""))
      .flatMap((entry) => (!freeText && /^[0-9 \t]+$/.test(entry) ? entry.split(/[ \t]+/) : entry))
      .filter((entry) => entry !== "");
  const valid: string[] = [];
  const listed: Invalid[] = [];
  let invalid = 0;
  for (const [index, line] of lines.entries())
    for (const entry of isJson ? [line] : split(line as string)) {
      const text = typeof entry === "string" ? entry : JSON.stringify(entry);
      const reason = text === entry ? problemOf(text) : "neither a number nor a string";
      if (reason === undefined) valid.push(text);
      else if (invalid++ < MAX_LISTED)
        listed.push({ place: isJson ? `index ${index}` : `line ${index + 1}`, text, reason });
    }
  if (invalid > 0) return failed(describeInvalid(listed, invalid, valid.length, isFile, show));
  return success(isJson || valid.length > 0 ? valid : undefined);
}

type Invalid = Readonly<{ place: string; text: string; reason: string }>;
const MAX_LISTED = 20;

function describeInvalid(listed: readonly Invalid[], invalid: number, valid: number, isFile: boolean, show: Show) {
  const [first] = listed;
  const count = valid + invalid;
  // The runner masks a secret that is the whole input, but not those of a file, nor a part of one.
  if (invalid > valid && (isFile || count > 1))
    return `is mostly not valid: ${invalid} of ${count} entries, the first at ${first?.place} (${first?.reason}). They are not shown, as they may be secret`;
  const shown = listed.map(({ place, text, reason }) => `- ${place}: ${show(text)}: ${reason}`);
  if (invalid > MAX_LISTED) shown.push(`- … and ${invalid - MAX_LISTED} more`);
  return ["has entries that are not valid:", ...shown].join("\n");
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
function errorIndex(text: string) {
  const entry = /\s*("(?:[^"\\]|\\.)*"|[^\s",[\]{}]+)\s*,/y;
  entry.lastIndex = text.indexOf("[") + 1;
  let index = 0;
  while (entry.test(text)) index += 1;
  return index;
}
