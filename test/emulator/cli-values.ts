import { readFileSync } from "node:fs";

const MOST_IDS = 1_000_000;

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The integer of an option. */
export function integer(name: string, text: string, min: number, max = Number.MAX_SAFE_INTEGER): number {
  const value = Number(text);
  if (!/^-?[0-9]+$/.test(text)) throw new Error(`--${name}: "${text}" is not an integer`);
  if (value < min) throw new Error(`--${name}: ${text} is less than ${min}`);
  if (value > max) throw new Error(`--${name}: ${text} is more than ${max}`);
  return value;
}

/** The port of an option. */
export function port(name: string, text: string): number {
  return integer(name, text, 0, 65_535);
}

function range(text: string): number[] {
  const [, first = "", last = first] = /^([1-9][0-9]*)(?:-([1-9][0-9]*))?$/.exec(text.trim()) ?? [];
  const count = Number(last) - Number(first) + 1;
  if (!first || !Number.isSafeInteger(Number(last)) || count < 1) {
    throw new Error(`"${text}" is not an ID or a range of IDs`);
  }
  if (count > MOST_IDS) throw new Error(`"${text}" is more than ${MOST_IDS} IDs`);
  return Array.from({ length: count }, (_, index) => Number(first) + index);
}

/** The IDs of a list such as `11-310,999`. An empty text is an empty list. */
export function parseIds(text: string): number[] {
  return text.trim() === "" ? [] : text.split(",").flatMap(range);
}

/** The IDs of an option. */
export function ids(name: string, text: string): number[] {
  try {
    return parseIds(text);
  } catch (error) {
    throw new Error(`--${name}: ${messageOf(error)}`);
  }
}

/** Milliseconds such as `50` or `50-200`. */
export function latency(text: string): { min: number; max: number } {
  const [min = "", max = min] = text.split("-");
  const bounds = { min: integer("latency", min, 0), max: integer("latency", max, 0) };
  if (bounds.max < bounds.min) throw new Error(`--latency: "${text}" ends before it begins`);
  return bounds;
}

/** One of the values that an option can have. */
export function oneOf<Value extends string>(name: string, text: string, values: readonly Value[]): Value {
  const found = values.find((value) => value === text);
  if (found === undefined) throw new Error(`--${name}: "${text}" is not one of ${values.join(", ")}`);
  return found;
}

/** The content of an option's file. */
export function content<Value>(name: string, file: string, parse: (text: string) => Value): Value {
  try {
    return parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new Error(`--${name} ${file}: ${messageOf(error)}`);
  }
}
