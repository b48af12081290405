import { describe, expect, test } from "vitest";
import { type Group, GroupQueue, halves, inBatches } from "../../src/cleanup/batches.ts";
import { fault } from "../../src/tencentcloud/fault.ts";

const range = (length: number): number[] => Array.from({ length }, (_, index) => index + 1);
const refusal = fault("InvalidParameter", "");

test.each([
  [0, 100, []],
  [1, 100, [1]],
  [100, 100, [100]],
  [101, 100, [100, 1]],
  [250, 100, [100, 100, 50]],
])("%i IDs in batches of %i have the sizes %j", (count, size, sizes) => {
  const batches = inBatches(range(count), size);
  expect(batches.map(({ ids }) => ids.length)).toEqual(sizes);
  expect(batches.flatMap(({ ids }) => ids)).toEqual(range(count));
  expect(batches.map(({ family }) => family)).toEqual(sizes.map((_, index) => index));
});

test.each([
  [2, [1, 1]],
  [3, [2, 1]],
  [100, [50, 50]],
])("the halves of %i IDs have the sizes %j, and keep the order", (count, sizes) => {
  const parts = halves({ ids: range(count), family: 3 }, refusal);
  expect(parts.map(({ ids }) => ids.length)).toEqual(sizes);
  expect(parts.flatMap(({ ids }) => ids)).toEqual(range(count));
  expect(parts).toMatchObject([
    { family: 3, refusal },
    { family: 3, refusal },
  ]);
});

describe("the queue", () => {
  const group = (family: number, ...ids: number[]): Group => ({ family, ids });
  const all = (queue: GroupQueue): number[][] => queue.drain().map(({ ids }) => [...ids]);

  test("gives the batches in order", () => {
    expect(all(new GroupQueue([group(0, 1), group(1, 2), group(2, 3)]))).toEqual([[1], [2], [3]]);
  });

  test("gives parts of an earlier batch before later batches, in the order in which they came", () => {
    const queue = new GroupQueue([group(0, 1), group(1, 2), group(2, 3)]);
    expect([queue.next(), queue.next()]).toMatchObject([{ ids: [1] }, { ids: [2] }]);
    queue.add(group(1, 21), group(1, 22));
    queue.add(group(0, 11));
    expect(queue.size).toBe(4);
    expect(all(queue)).toEqual([[11], [21], [22], [3]]);
    expect(queue.size).toBe(0);
  });

  test("gives nothing when it is empty, and goes on when something is added", () => {
    const queue = new GroupQueue([]);
    expect(queue.next()).toBeUndefined();
    queue.add(group(5, 1));
    expect(queue.next()).toMatchObject({ ids: [1] });
    expect(queue.next()).toBeUndefined();
  });
});
