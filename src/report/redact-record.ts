/** Redaction where text leaves. */
import type { Redactor } from "../shared/redactor.ts";

/** Properties whose text is foreign. Our own words, names of kinds and IDs stay as they are, whatever the secrets. */
const FOREIGN: ReadonlySet<string> = new Set([
  "code",
  "message",
  "requestId",
  "domain",
  "createTime",
  "remarks",
  "problems",
  "unexpectedValues",
  "claims",
]);

/** Walks through plain values, maps and arrays. What needs no change stays the same object; shared objects stay shared. */
class Walk {
  readonly #redactor: Redactor;
  readonly #done = new Map<object, unknown>();

  constructor(redactor: Redactor) {
    this.#redactor = redactor;
  }

  value(value: unknown, foreign: boolean): unknown {
    if (typeof value === "string") return foreign ? this.#redactor.redact(value) : value;
    if (typeof value !== "object" || value === null || value instanceof Set) return value;
    const known = this.#done.get(value);
    if (known !== undefined) return known;
    const redacted = this.#object(value, foreign);
    this.#done.set(value, redacted);
    return redacted;
  }

  #object(value: object, foreign: boolean): unknown {
    if (value instanceof Map) {
      const entries = [...value].map(([key, part]) => [key, this.value(part, foreign)] as const);
      return entries.every(([key, part]) => value.get(key) === part) ? value : new Map(entries);
    }
    if (Array.isArray(value)) {
      const parts = value.map((part) => this.value(part, foreign));
      return parts.every((part, index) => part === value[index]) ? value : parts;
    }
    const entries = Object.entries(value).map(
      ([key, part]) => [key, this.value(part, foreign || FOREIGN.has(key)), part] as const,
    );
    return entries.every(([, now, before]) => now === before) ? value : Object.fromEntries(entries);
  }
}

/**
 * `record` without secrets in its foreign text. Call it before text is cut or escaped: afterwards a secret is not found any more.
 * The inputs are left alone: only values of theirs that have been checked are shown.
 */
export function redactRecord<T extends { readonly inputs: unknown }>(record: T, redactor: Redactor): T {
  const { inputs, ...rest } = record;
  return { ...(new Walk(redactor).value(rest, false) as T), inputs };
}
