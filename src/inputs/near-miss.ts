/**
 * Inputs whose name is nearly right. The runner passes every input of the step as `INPUT_<NAME>` and only warns about unknown
 * ones: `dry_run: true` would delete.
 */
import type { Env } from "../shared/env.ts";
import { INPUT_NAMES, type InputName } from "./known-inputs.ts";

export interface NearMiss {
  /** As the step has it, in lower case. */
  readonly name: string;
  readonly meant: InputName;
}

const PREFIX = "INPUT_";
const KNOWN: ReadonlySet<string> = new Set(INPUT_NAMES);
const withoutSeparators = (name: string): string => name.replace(/[-_ .]/g, "");

/** Equal, or one letter added, missing or changed, or two neighbours swapped. */
export function withinOneEdit(a: string, b: string): boolean {
  const shorter = Math.min(a.length, b.length);
  let start = 0;
  while (start < shorter && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < shorter - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
  const restOfA = a.slice(start, a.length - end);
  const restOfB = b.slice(start, b.length - end);
  if (restOfA.length <= 1 && restOfB.length <= 1) return true;
  return restOfA.length === 2 && restOfB.length === 2 && restOfA === `${restOfB[1]}${restOfB[0]}`;
}

/** Also a name that begins as an input's does, such as `dry` or `dry-run-only`. */
function nearestInput(name: string): InputName | undefined {
  const bare = withoutSeparators(name);
  const bareNames = INPUT_NAMES.map((known) => [known, withoutSeparators(known)] as const);
  const exact = bareNames.find(([, known]) => known === bare);
  const oneOff = bareNames.find(([, known]) => withinOneEdit(known, bare));
  const longerOrShorter = bareNames.find(
    ([, known]) => bare.length >= 3 && (known.startsWith(bare) || bare.startsWith(known)),
  );
  return (exact ?? oneOff ?? longerOrShorter)?.[0];
}

/** Variables that are no input of this action, but look like a misspelt one. */
export function findNearMisses(env: Env): readonly NearMiss[] {
  return Object.keys(env)
    .map((variable) => variable.toUpperCase())
    .filter((variable) => variable.startsWith(PREFIX))
    .map((variable) => variable.slice(PREFIX.length).toLowerCase())
    .filter((name) => !KNOWN.has(name))
    .flatMap((name) => {
      const meant = nearestInput(name);
      return meant === undefined ? [] : [{ name, meant }];
    });
}
