/** No conclusive reading of a list that misbehaves misses a CSR that exists all the time. PROPERTY_RUNS sets the number of runs. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { observe, type RestlessOptions } from "./restless-list.ts";

const RUNS = Number(process.env.PROPERTY_RUNS ?? 300);

/** Mostly absent, so that most lists have few faults. */
const chance = fc.oneof(
  { weight: 3, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.constantFrom(0.05, 0.3, 0.8) },
);
const lag = fc.oneof(
  { weight: 3, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 3 }) },
);

const list: fc.Arbitrary<RestlessOptions> = fc
  .record({
    seed: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
    size: fc.oneof(
      { weight: 5, arbitrary: fc.integer({ min: 0, max: 9 }) },
      { weight: 2, arbitrary: fc.integer({ min: 97, max: 103 }) },
      { weight: 1, arbitrary: fc.integer({ min: 195, max: 202 }) },
    ),
    tinyPage: fc.integer({ min: 1, max: 4 }),
    order: fc.constantFrom("rising", "falling", "shuffled", "random"),
    swap: chance,
    change: chance,
    replicaLags: fc.array(lag, { minLength: 1, maxLength: 3 }),
    totalLag: lag,
    totalError: fc.constantFrom(0, 0, 0, 1, -1),
    totalErrorOn: fc.constantFrom("all", "some"),
    duplicate: chance,
    leftOut: chance,
    cut: chance,
  })
  .map(({ tinyPage, ...options }) => ({ ...options, pageSize: options.size < 50 ? tinyPage : 100 }));

test("a conclusive reading misses no CSR that exists all the time, unless the API hid it each time", async () => {
  let conclusive = 0;
  await fc.assert(
    fc.asyncProperty(list, async (options) => {
      const { lookup, missed, hidden } = await observe(options);
      expect(missed).toEqual(hidden);
      if (lookup.conclusive) conclusive += 1;
    }),
    { numRuns: RUNS },
  );
  // The model must let readings succeed, too.
  expect(conclusive / RUNS).toBeGreaterThan(0.1);
}, 0);
