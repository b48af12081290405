/** Inputs that this action does not have. The runner passes them all as `INPUT_<NAME>`: `dry_run: true` would delete. */
import type { Env } from "../shared/env.ts";
import { INPUT_NAMES, INPUTS, type InputName } from "./reader.ts";
import type { Show } from "./show.ts";

export interface UnknownInput {
  /** As the step has it, in lower case. */
  readonly name: string;
  readonly isNearMiss: boolean;
  /** The inputs that may be meant. */
  readonly nearest: readonly InputName[];
}

/** How words of a name begin that people give to the same thing. */
const SYNONYMS: ReadonlyArray<readonly [RegExp, InputName]> = [
  [/^(exclude|ignore|skip|except|not$|never|preserve|retain)/, "protect"],
  [/^(latest|recent|last|keep)/, "keep-newest"],
  [/^(age$|old|days|before|ttl)/, "older-than"],
  [/^(plan|preview|simulat|check|test|noop)/, "dry-run"],
  [/^(limit|maximum)/, "max-deletions"],
  [/^(rate|rps|qps)/, "requests-per-second"],
];

const wordsOf = (name: string): readonly string[] => name.split(/[-_ .]/).filter((word) => word !== "");

/** Whether so many edits make `b` of `a`: a letter added, missing or changed, or two neighbours swapped. */
export function isWithin(edits: number, a: string, b: string): boolean {
  let start = 0;
  while (start < a.length && a[start] === b[start]) start += 1;
  const [x, y] = [a.slice(start), b.slice(start)];
  if (x === y || edits === 0) return x === y;
  const isSwap = x.length > 1 && x[0] === y[1] && x[1] === y[0];
  const ways = [[x.slice(1), y] as const, [x, y.slice(1)] as const, [x.slice(1), y.slice(1)] as const];
  if (isSwap) ways.push([x.slice(2), y.slice(2)]);
  return ways.some(([restOfX, restOfY]) => isWithin(edits - 1, restOfX, restOfY));
}

/** At most a quarter is wrong, or one begins as the other does: `dry`, `dry-run-only`. */
function isNear(name: string, known: string): boolean {
  const [a, b] = [wordsOf(name).join(""), wordsOf(known).join("")];
  const edits = Math.min(4, Math.max(1, Math.floor(Math.max(a.length, b.length) / 4)));
  return (a.length >= 3 && (b.startsWith(a) || a.startsWith(b))) || isWithin(edits, a, b);
}

export function findUnknownInputs(env: Env): readonly UnknownInput[] {
  const inputs = Object.keys(env).flatMap((variable) => /^INPUT_(.+)$/is.exec(variable)?.[1]?.toLowerCase() ?? []);
  const unknown = inputs.filter((name) => !Object.hasOwn(INPUTS, name));
  return unknown.map((name) => {
    const words = wordsOf(name);
    const near = INPUT_NAMES.filter((known) => isNear(name, known));
    const meant = SYNONYMS.filter(([start]) => words.some((word) => start.test(word))).map(([, known]) => known);
    const related = INPUT_NAMES.filter((known) => wordsOf(known).some((word) => words.includes(word)));
    const nearest = [near, meant, related].find((names) => names.length > 0) ?? [];
    return { name, isNearMiss: near.length > 0, nearest: nearest.slice(0, 3) };
  });
}

export function describeUnknown({ name, nearest }: UnknownInput, show: Show): string {
  const meant = nearest.map((known) => `\`${known}\``).join(" or ");
  const hint = meant ? `: ${meant} may be meant.` : ".";
  return `${show(name)} is not an input of this action${hint} If it is a variable of yours (\`INPUT_…\`), rename it.`;
}
