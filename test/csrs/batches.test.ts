import { describe, expect, test } from "vitest";
import { type Batch, BatchQueue, toBatches } from "../../src/csrs/batches.ts";

const range = (length: number): number[] => Array.from({ length }, (_, index) => index + 1);

test.each([
  [0, 100, []],
  [1, 100, [1]],
  [100, 100, [100]],
  [101, 100, [100, 1]],
  [250, 100, [100, 100, 50]],
])("%i IDs in batches of %i have the sizes %j", (count, size, sizes) => {
  const batches = toBatches(range(count), size);
  expect(batches.map(({ ids }) => ids.length)).toEqual(sizes);
  expect(batches.flatMap(({ ids }) => ids)).toEqual(range(count));
  expect(batches.map(({ origin }) => origin)).toEqual(sizes.map((_, index) => index));
});

describe("the queue", () => {
  const batch = (origin: number, ...ids: number[]): Batch => ({ origin, ids });
  const all = (queue: BatchQueue): number[][] => queue.drain().map(({ ids }) => [...ids]);

  test("gives the batches in order", () => {
    expect(all(new BatchQueue([batch(0, 1), batch(1, 2), batch(2, 3)]))).toEqual([[1], [2], [3]]);
  });

  test("gives parts of an earlier batch before later batches, in the order in which they were added", () => {
    const queue = new BatchQueue([batch(0, 1), batch(1, 2), batch(2, 3)]);
    expect([queue.next(), queue.next()]).toMatchObject([{ ids: [1] }, { ids: [2] }]);
    queue.add(batch(1, 21), batch(1, 22, 23));
    queue.add(batch(0, 11));
    expect(queue.size).toBe(4);
    expect(all(queue)).toEqual([[11], [21], [22, 23], [3]]);
    expect(queue.size).toBe(0);
  });

  test("gives nothing when it is empty, and goes on when something is added", () => {
    const queue = new BatchQueue([]);
    expect(queue.next()).toBeUndefined();
    queue.add(batch(5, 1));
    expect(queue.next()).toMatchObject({ ids: [1] });
    expect(queue.next()).toBeUndefined();
  });
});
