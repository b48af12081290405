/**
 * For any account, request, faults and chance: the outcomes are true. `npm test` tries a few hundred runs; PROPERTY_RUNS=10000
 * is the nightly setting (`npm run test:nightly`).
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { FakeFault } from "../support/fake-api.ts";
import { type Ran, runCleanUp } from "./execute-for.ts";

const RUNS = Number(process.env.PROPERTY_RUNS ?? 300);

const CODES = [
  "InternalError",
  "ServiceUnavailable",
  "FailedOperation.SystemError",
  "RequestLimitExceeded",
  "LimitExceeded.RateLimitExceeded",
  "InvalidParameter",
  "InvalidParameter.InvalidCSRId",
  "FailedOperation",
  "UnauthorizedOperation",
  "AuthFailure.SignatureFailure",
  "AuthFailure.SignatureExpire",
  "ResourceInUse",
  "SomethingNew",
];

const fault: fc.Arbitrary<FakeFault> = fc.oneof(
  fc.record({ kind: fc.constant("code" as const), code: fc.constantFrom(...CODES) }),
  fc.record({ kind: fc.constant("lost" as const), effect: fc.boolean() }),
  fc.record({
    kind: fc.constant("http" as const),
    status: fc.constantFrom(302, 403, 429, 500, 502, 503),
    effect: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant("body" as const),
    body: fc.constantFrom("", "<p>", "{}", '{"Response":{}}', '{"Response":{"Success":null}}', "null"),
    effect: fc.boolean(),
  }),
  fc.constant({ kind: "refused" as const }),
);

const id = fc.integer({ min: 1, max: 400 });
const scenario = fc.record({
  ids: fc.uniqueArray(id, { minLength: 1, maxLength: 250 }),
  inventory: fc.uniqueArray(fc.integer({ min: 1, max: 500 }), { maxLength: 400 }),
  kept: fc.uniqueArray(id, { maxLength: 5 }),
  bad: fc.uniqueArray(id, { maxLength: 4 }),
  badCode: fc.constantFrom("InvalidParameter.InvalidCSRId", "FailedOperation", "InvalidParameterValue"),
  /** Faults of the first requests; later ones are served. */
  faults: fc.array(fc.option(fault, { nil: undefined, freq: 2 }), { maxLength: 12 }),
  lasting: fc.option(fault, { nil: undefined, freq: 6 }),
  transits: fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 10 }),
  connects: fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 10 }),
  latency: fc.integer({ min: 0, max: 2_000 }),
  chances: fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 1, maxLength: 10 }),
  cancelAfterMs: fc.option(fc.integer({ min: 0, max: 4_000 }), { nil: undefined, freq: 4 }),
});

const cycle = <T>(values: readonly T[]): (() => T) => {
  let next = 0;
  return () => values[next++ % values.length] as T;
};

/** The most starts that any sliding second holds. */
function mostInASecond(times: readonly number[]): number {
  const sorted = [...times].sort((a, b) => a - b);
  let first = 0;
  return sorted.reduce((most, at, index) => {
    while ((sorted[first] ?? 0) <= at - 1000) first += 1;
    return Math.max(most, index - first + 1);
  }, 0);
}

function check({ api, ids, outcomes }: Ran, requested: readonly number[]): void {
  expect([...outcomes.keys()]).toEqual(requested);
  for (const deleted of ids("deleted")) expect(api.deleted).toContain(deleted);
  for (const gone of ids("deleted", "absent")) expect(api.inventory).not.toContain(gone);
  for (const left of ids("remaining")) expect(api.inventory).toContain(left);
  const asked = new Set(api.requests.flatMap((request) => request.ids));
  for (const skipped of ids("skipped")) expect(asked).not.toContain(skipped);
  for (const request of api.requests) expect(request.ids.length).toBeLessThanOrEqual(100);
  for (const request of api.requests) for (const asked of request.ids) expect(requested).toContain(asked);
  expect(mostInASecond(api.sentAt)).toBeLessThanOrEqual(10);
  expect(api.rateLimited).toBe(0);
  for (const { cause } of outcomes.values()) if (cause) expect(cause.remedy).not.toBe("");
}

test("every outcome is true", async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async (given) => {
      const {
        ids,
        inventory,
        kept,
        bad,
        badCode,
        faults,
        lasting,
        transits,
        connects,
        latency,
        chances,
        cancelAfterMs,
      } = given;
      const run = await runCleanUp(ids, {
        inventory,
        kept: new Set(kept),
        bad: new Map(bad.map((one) => [one, badCode])),
        fault: ({ number }) => (number <= faults.length ? faults[number - 1] : lasting),
        transitMs: cycle(transits),
        connectMs: cycle(connects),
        latencyMs: () => latency,
        limit: 10,
        random: cycle(chances),
        cancelAfterMs,
      });
      check(run, ids);
    }),
    { numRuns: RUNS },
  );
}, 600_000);

test("without faults, all that is there is deleted, and all else is absent", async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async ({ ids, inventory, latency, transits }) => {
      const run = await runCleanUp(ids, { inventory, latencyMs: () => latency, transitMs: cycle(transits), limit: 10 });
      expect(new Set(run.ids("deleted"))).toEqual(new Set(ids.filter((one) => inventory.includes(one))));
      expect(run.ids("deleted", "absent")).toHaveLength(ids.length);
    }),
    { numRuns: Math.ceil(RUNS / 3) },
  );
}, 600_000);

test("every good ID is deleted beside bad ones that are fewer than half of each batch", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(fc.integer({ min: 1, max: 200 }), { maxLength: 12 }), async (bad) => {
      const ids = Array.from({ length: 200 }, (_, index) => index + 1);
      const run = await runCleanUp(ids, { inventory: ids, bad: new Map(bad.map((one) => [one, "InvalidParameter"])) });
      expect(run.ids("remaining")).toEqual([...bad].sort((a, b) => a - b));
      expect(run.ids("deleted")).toHaveLength(200 - bad.length);
      expect(run.api.requests.length).toBeLessThanOrEqual(2 + 2 * bad.length * 7 + 2);
    }),
    { numRuns: Math.ceil(RUNS / 10) },
  );
}, 600_000);
