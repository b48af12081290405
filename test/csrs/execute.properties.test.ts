/**
 * For any account, plan, faults and chance: the outcomes are true. PROPERTY_RUNS sets the number of runs (`npm run test:nightly`).
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { FakeFault } from "../support/fake-api.ts";
import { type Executed, executeFor } from "./execute-for.ts";

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
  fc.record({
    kind: fc.constant("code-after-effect" as const),
    code: fc.constantFrom("InternalError", "ServiceUnavailable", "FailedOperation.SystemError", "SomethingNew"),
  }),
  fc.record({ kind: fc.constant("connection-lost" as const), effect: fc.boolean() }),
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
  fc.record({
    kind: fc.constant("no-connection" as const),
    code: fc.constantFrom("Network.ConnectFailed", "Network.NotFound", "Tls.Untrusted", "Network.ProxyRefused"),
  }),
);

const id = fc.integer({ min: 1, max: 400 });
const scenario = fc.record({
  ids: fc.uniqueArray(id, { minLength: 1, maxLength: 250 }),
  inventory: fc.uniqueArray(fc.integer({ min: 1, max: 500 }), { maxLength: 400 }),
  kept: fc.uniqueArray(id, { maxLength: 5 }),
  rejected: fc.uniqueArray(id, { maxLength: 4 }),
  rejectedCode: fc.constantFrom("InvalidParameter.InvalidCSRId", "FailedOperation", "InvalidParameterValue"),
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

function check({ api, ids, outcomes }: Executed, planned: readonly number[]): void {
  expect([...outcomes.keys()]).toEqual(planned);
  const which = (some: readonly number[], set: { has(id: number): boolean }) => some.filter((one) => set.has(one));
  expect(which(ids("deleted"), api.deleted)).toEqual(ids("deleted"));
  expect(which(ids("deleted", "absent"), api.inventory)).toEqual([]);
  expect(which(ids("remaining"), api.inventory)).toEqual(ids("remaining"));
  expect(which(ids("skipped"), api.deleted)).toEqual([]);
  for (const [absent, outcome] of outcomes)
    if (outcome.name === "absent" && api.deleted.has(absent)) expect(outcome.mayHaveBeenDeleted).toBe(true);
  for (const request of api.requests) expect(request.ids.length).toBeLessThanOrEqual(100);
  const isPlanned = new Set(planned);
  expect(api.requests.flatMap((request) => request.ids).filter((sent) => !isPlanned.has(sent))).toEqual([]);
  expect(mostInASecond(api.startedAt)).toBeLessThanOrEqual(10);
  expect(api.rateLimited).toBe(0);
  for (const { name, cause } of outcomes.values())
    if (name !== "deleted" && name !== "absent") expect(cause.code).not.toBe("");
}

test("every outcome is true", async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async ({ ids, faults, lasting, ...given }) => {
      const run = await executeFor(ids, {
        inventory: given.inventory,
        kept: new Set(given.kept),
        rejected: new Map(given.rejected.map((one) => [one, given.rejectedCode])),
        fault: ({ number }) => (number <= faults.length ? faults[number - 1] : lasting),
        transitMs: cycle(given.transits),
        connectMs: cycle(given.connects),
        latencyMs: () => given.latency,
        limit: 10,
        random: cycle(given.chances),
        cancelAfterMs: given.cancelAfterMs,
      });
      check(run, ids);
    }),
    { numRuns: RUNS },
  );
}, 600_000);

test("without faults, all that exists is deleted, and all else is absent", async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async ({ ids, inventory, latency, transits }) => {
      const run = await executeFor(ids, { inventory, latencyMs: () => latency, transitMs: cycle(transits), limit: 10 });
      expect(new Set(run.ids("deleted"))).toEqual(new Set(ids.filter((one) => inventory.includes(one))));
      expect(run.ids("deleted", "absent")).toHaveLength(ids.length);
    }),
    { numRuns: Math.ceil(RUNS / 3) },
  );
}, 600_000);

test("all others are deleted beside rejected IDs that are fewer than half of each batch", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(fc.integer({ min: 1, max: 200 }), { maxLength: 12 }), async (rejected) => {
      const ids = Array.from({ length: 200 }, (_, index) => index + 1);
      const run = await executeFor(ids, {
        inventory: ids,
        rejected: new Map(rejected.map((one) => [one, "InvalidParameter"])),
      });
      expect(run.ids("remaining")).toEqual([...rejected].sort((a, b) => a - b));
      expect(run.ids("deleted")).toHaveLength(200 - rejected.length);
      expect(run.api.requests.length).toBeLessThanOrEqual(2 + 2 * rejected.length * 7 + 2);
    }),
    { numRuns: Math.ceil(RUNS / 10) },
  );
}, 600_000);
