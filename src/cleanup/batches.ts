/** Which IDs go into which call, and which call comes next. */
import type { Fault } from "../tencentcloud/fault.ts";

/** IDs that are asked for together. */
export interface Group {
  readonly ids: readonly number[];
  /** Which of the first batches these IDs come from. */
  readonly family: number;
  /** The refusal of the larger group that this one was cut from; none for a first batch. */
  readonly refusal?: Fault | undefined;
  /** What is left of a group after IDs that the API named were set aside. */
  readonly trimmed?: boolean;
}

/** `ids` in batches of at most `size`, in order. */
export function inBatches(ids: readonly number[], size: number): readonly Group[] {
  return Array.from({ length: Math.ceil(ids.length / size) }, (_, family) => ({
    ids: ids.slice(family * size, (family + 1) * size),
    family,
  }));
}

/** The two halves of a group of two or more. */
export function halves({ ids, family }: Group, refusal: Fault): readonly [Group, Group] {
  const middle = Math.ceil(ids.length / 2);
  return [
    { ids: ids.slice(0, middle), family, refusal },
    { ids: ids.slice(middle), family, refusal },
  ];
}

/**
 * The groups that wait. The first family that has one waiting comes first, so that a fault of all calls is seen for what it is
 * in the first family; within a family the larger groups come first, so that good IDs are deleted before single ones are tried.
 */
export class GroupQueue {
  readonly #families: Group[][] = [];
  #first = 0;
  #size = 0;

  constructor(groups: readonly Group[]) {
    this.add(...groups);
  }

  get size(): number {
    return this.#size;
  }

  add(...groups: readonly Group[]): void {
    for (const group of groups) {
      const family = this.#families[group.family] ?? [];
      this.#families[group.family] = family;
      family.push(group);
      this.#first = Math.min(this.#first, group.family);
      this.#size += 1;
    }
  }

  next(): Group | undefined {
    for (; this.#first < this.#families.length; this.#first += 1) {
      const group = this.#families[this.#first]?.shift();
      if (group) {
        this.#size -= 1;
        return group;
      }
    }
    return undefined;
  }

  /** Takes all that waits. */
  drain(): readonly Group[] {
    const rest: Group[] = [];
    for (let group = this.next(); group; group = this.next()) rest.push(group);
    return rest;
  }
}
