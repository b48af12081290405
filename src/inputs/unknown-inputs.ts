/** Inputs that this action does not have. The runner passes them all as `INPUT_<NAME>`: `dry_run: true` would delete. */
import type { Env } from "../shared/env.ts";
import { INPUT_NAMES, INPUTS, type InputName } from "./reader.ts";
import type { Show } from "./show.ts";

/** How words begin that other tools use for the same thing. */
const SYNONYMS: ReadonlyArray<readonly [RegExp, InputName]> = [
  [/^(exclude|ignore|skip|except|not$|never|preserve|retain)/, "protect"],
  [/^(latest|recent|last|keep)/, "keep-newest"],
  [/^(age$|old|days|before|ttl)/, "older-than"],
  [/^(plan|preview|simulat|check|test|noop)/, "dry-run"],
];

const wordsOf = (name: string): readonly string[] => name.split(/[-_ .]+/).filter((word) => word !== "");

/** Whether so many edits make `b` of `a`: a letter added, missing or changed, or two neighbours swapped. */
export function isWithin(edits: number, a: string, b: string): boolean {
  let start = 0;
  while (start < a.length && a[start] === b[start]) start += 1;
  const [x, y] = [a.slice(start), b.slice(start)];
  if (x === y || edits === 0) return x === y;
  const skip = (ofX: number, ofY: number): boolean => isWithin(edits - 1, x.slice(ofX), y.slice(ofY));
  const isSwap = x.length > 1 && x[0] === y[1] && x[1] === y[0];
  return skip(1, 0) || skip(0, 1) || skip(1, 1) || (isSwap && skip(2, 2));
}

/** At most a quarter is wrong, or one begins as the other does: `dry`, `dry-run-only`. */
function isNear(a: string, b: string): boolean {
  const edits = Math.min(4, Math.max(1, Math.floor(Math.max(a.length, b.length) / 4)));
  return (a.length >= 3 && (b.startsWith(a) || a.startsWith(b))) || isWithin(edits, a, b);
}

export function findUnknownInputs(env: Env, show: Show): readonly { isNearMiss: boolean; message: string }[] {
  const inputs = Object.keys(env).flatMap((variable) => /^INPUT_(.+)$/is.exec(variable)?.[1]?.toLowerCase() ?? []);
  return inputs
    .filter((name) => !Object.hasOwn(INPUTS, name))
    .map((name) => {
      const words = wordsOf(name);
      const near = INPUT_NAMES.filter((known) => isNear(words.join(""), wordsOf(known).join("")));
      const meant = SYNONYMS.flatMap(([start, known]) => (words.some((word) => start.test(word)) ? known : []));
      const related = INPUT_NAMES.filter((known) => wordsOf(known).some((word) => words.includes(word)));
      const nearest = [near, meant, related].find((names) => names.length > 0) ?? [];
      const list = nearest.slice(0, 3).map((known) => `\`${known}\``);
      const hint = list.length > 0 ? `: ${list.join(" or ")} may be meant.` : ".";
      const rename = "If it is a variable of yours (`INPUT_…`), rename it.";
      return { isNearMiss: near.length > 0, message: `${show(name)} is not an input of this action${hint} ${rename}` };
    });
}
