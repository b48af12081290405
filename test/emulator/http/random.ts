/** A number in [0, 1), as `Math.random` gives, but repeatable. */
export type Random = () => number;

/** The generator known as mulberry32: small, fast, and good enough for test data. */
export function seededRandom(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A whole number in [0, bound). */
export function below(bound: number, random: Random): number {
  return Math.floor(random() * bound);
}

/** A version 4 UUID. */
export function randomUuid(random: Random): string {
  const hex = Array.from({ length: 32 }, () => below(16, random));
  hex[12] = 4;
  hex[16] = 8 + below(4, random);
  const digits = hex.map((digit) => digit.toString(16)).join("");
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** The first `count` items of a random order of `items`, without ordering the rest of them. */
export function sample(items: readonly number[], count: number, random: Random): number[] {
  const moved = new Map<number, number>();
  const itemAt = (index: number) => moved.get(index) ?? items[index] ?? 0;
  return Array.from({ length: Math.min(count, items.length) }, (_, index) => {
    const other = index + below(items.length - index, random);
    const chosen = itemAt(other);
    moved.set(other, itemAt(index));
    return chosen;
  });
}
