/** From text to CSR IDs. Two forms: IDs separated by new lines, commas or blanks; or a JSON array. */

/** A token that is no CSR ID. */
export interface BadToken {
  /** Such as `line 3`, or `index 2` in a JSON array. */
  readonly place: string;
  readonly token: string;
  readonly reason: string;
}

export type ParsedIds =
  | { readonly form: "blank" }
  | {
      readonly form: "list" | "json";
      readonly ids: readonly number[];
      /** The first ones; a file of the wrong kind has millions. */
      readonly bad: readonly BadToken[];
      readonly badCount: number;
    }
  | { readonly form: "broken json"; readonly reason: string };

const MAX_BAD_KEPT = 20;

/** Why `token` is no CSR ID, or the ID. An ID is a positive integer that JavaScript holds exactly. */
function toId(token: string): number | string {
  if (!/^[0-9]+$/.test(token)) return "not a whole number";
  if (token.startsWith("0")) return /^0+$/.test(token) ? "zero is no ID" : "an ID does not begin with 0";
  const id = Number(token);
  return Number.isSafeInteger(id) ? id : `larger than ${Number.MAX_SAFE_INTEGER}`;
}

function collect(
  tokens: Iterable<readonly [place: () => string, token: string]>,
  form: "list" | "json",
): Extract<ParsedIds, { ids: unknown }> {
  const ids: number[] = [];
  const bad: BadToken[] = [];
  let badCount = 0;
  for (const [place, token] of tokens) {
    const id = toId(token);
    if (typeof id === "number") ids.push(id);
    else {
      badCount += 1;
      if (bad.length < MAX_BAD_KEPT) bad.push({ place: place(), token, reason: id });
    }
  }
  return { form, ids, bad, badCount };
}

function* listTokens(text: string, comments: boolean): Generator<readonly [() => string, string]> {
  let line = 0;
  for (const content of text.split(/\r\n|\r|\n/)) {
    line += 1;
    const place = (
      (at) => () =>
        `line ${at}`
    )(line);
    const code = comments ? content.replace(/#.*/s, "") : content;
    for (const [token] of code.matchAll(/[^\s,]+/g)) yield [place, token];
  }
}

/** A number as it is written in the source: `1e3`, `11.0` and integers too large for a double are not what they seem once parsed. */
class WrittenNumber {
  readonly source: string;
  constructor(source: string) {
    this.source = source;
  }
  /** So that an array or object that holds it is shown as it was. */
  toJSON(): number {
    return Number(this.source);
  }
}

/** JSON that begins with `[`, by a reviver that sees the source: https://tc39.es/proposal-json-parse-with-source/ */
const parseArray = (text: string): readonly unknown[] =>
  JSON.parse(text, (_key: string, value: unknown, context?: { source?: string }) =>
    typeof value === "number" ? new WrittenNumber(context?.source ?? String(value)) : value,
  );

function* jsonTokens(values: readonly unknown[]): Generator<readonly [() => string, string]> {
  for (const [index, value] of values.entries()) {
    const place = (): string => `index ${index}`;
    if (value instanceof WrittenNumber) yield [place, value.source];
    else yield [place, typeof value === "string" ? value : JSON.stringify(value)];
  }
}

/**
 * Reads `text`. In the line form `comments` lets `#` begin a comment. Duplicates stay in; their order is that of the text.
 * Never throws.
 */
export function parseCsrIds(text: string, { comments }: { comments: boolean }): ParsedIds {
  // A byte order mark is white space to JavaScript, here and in the line form.
  const trimmed = text.trim();
  if (trimmed.startsWith("[")) {
    try {
      return collect(jsonTokens(parseArray(trimmed)), "json");
    } catch (error) {
      return { form: "broken json", reason: error instanceof Error ? error.message : String(error) };
    }
  }
  const parsed = collect(listTokens(text, comments), "list");
  return parsed.ids.length === 0 && parsed.badCount === 0 ? { form: "blank" } : parsed;
}

/** Drops repeated IDs; each keeps its first place. */
export function distinct(ids: readonly number[]): readonly number[] {
  return [...new Set(ids)];
}
