/** The runner passes unknown inputs, too, as `INPUT_<NAME>`: `dry_run: true` would delete. */
import type { Reading } from "./reader.ts";

const lettersOf = (name: string) => name.replace(/[-_ .]/g, "");

/** An edit: a letter added, missing or changed, or two neighbours swapped. */
export function isWithin(edits: number, a: string, b: string): boolean {
  let start = 0;
  while (start < a.length && a[start] === b[start]) start += 1;
  const [x, y] = [a.slice(start), b.slice(start)];
  if (edits === 0) return x === y;
  const skip = (ofX: number, ofY: number) => isWithin(edits - 1, x.slice(ofX), y.slice(ofY));
  const isSwap = x[0] === y[1] && x[1] === y[0];
  return skip(1, 0) || skip(0, 1) || skip(1, 1) || (isSwap && skip(2, 2));
}

/** At most a quarter differs, or one begins with the other: `dry`, `dry-run-only`. */
function isNear(a: string, b: string) {
  const edits = Math.min(4, Math.max(1, Math.floor(Math.max(a.length, b.length) / 4)));
  return (a.length >= 3 && (b.startsWith(a) || a.startsWith(b))) || isWithin(edits, a, b);
}

export function findUnknownInputs({ env, show, defaults }: Reading) {
  const known = [...defaults.keys()];
  const inputs = Object.keys(env).flatMap((variable) => /^INPUT_(.+)$/s.exec(variable)?.[1]?.toLowerCase() ?? []);
  return inputs
    .filter((name) => !known.includes(name))
    .map((name) => {
      const near = known.filter((each) => isNear(lettersOf(name), lettersOf(each)));
      const isNearMiss = near.length > 0;
      const hint = isNearMiss ? `: ${near.map((each) => `\`${each}\``).join(" or ")} may be meant` : "";
      const message = `${show(name)} is not an input of this action${hint}. Every variable \`INPUT_…\` counts as one.`;
      return { isNearMiss, message };
    });
}
