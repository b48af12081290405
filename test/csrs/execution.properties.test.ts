/**
 * For any account, plan, faults and chance: the outcomes are true. `npm test` tries a few hundred runs; PROPERTY_RUNS=10000 is the
 * nightly setting (`npm run test:nightly`).
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { ExecutionObserver } from "../../src/csrs/execution.ts";
import type { FakeApiOptions, FakeFault } from "../support/fake-api.ts";
import { type Executed, executeFor, planFor } from "./execute-for.ts";

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

/** Deletions whose response is lost may complete up to so much later. */
const MAX_DELAY_MS = 3_000;
const effectAfterMs = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: MAX_DELAY_MS }));

const fault: fc.Arbitrary<FakeFault> = fc.oneof(
  fc.record({ kind: fc.constant("code" as const), code: fc.constantFrom(...CODES) }),
  fc.record({
    kind: fc.constant("code-after-effect" as const),
    code: fc.constantFrom("InternalError", "ServiceUnavailable", "FailedOperation.SystemError", "SomethingNew"),
    effectAfterMs,
  }),
  fc.record({ kind: fc.constant("connection-lost" as const), effect: fc.boolean(), effectAfterMs }),
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
    code: fc.constantFrom("Network.ConnectFailed", "Tls.Untrusted"),
  }),
);

const id = fc.integer({ min: 1, max: 400 });
const scenario = fc.record({
  ids: fc.uniqueArray(id, { minLength: 1, maxLength: 250 }),
  inventory: fc.uniqueArray(fc.integer({ min: 1, max: 500 }), { maxLength: 400 }),
  /** Whether IDs that do not exist are absent in the plan, and not sent. */
  lookedUp: fc.boolean(),
  kept: fc.uniqueArray(id, { maxLength: 5 }),
  rejected: fc.uniqueArray(id, { maxLength: 4 }),
  rejectedCode: fc.constantFrom("InvalidParameter.InvalidCSRId", "FailedOperation", "InvalidParameterValue"),
  /** Of the first requests; later ones are served. */
  faults: fc.array(fc.option(fault, { nil: undefined, freq: 2 }), { maxLength: 12 }),
  lasting: fc.option(fault, { nil: undefined, freq: 6 }),
  /** Only deletions fail. */
  listingWorks: fc.boolean(),
  /** Added to the total of a listing, on each page in turn. */
  totalErrors: fc.oneof(
    fc.constant<number[]>([0]),
    fc.array(fc.constantFrom<number[]>(0, 0, 1, -1), { minLength: 1, maxLength: 4 }),
  ),
  order: fc.constantFrom("rising", "falling", "shuffled"),
  pageSize: fc.constantFrom(100, 100, 100, 30, 7),
  /** Created while the list is read: one for each page. */
  churn: fc.constantFrom(false, false, true),
  transits: fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 10 }),
  connects: fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 10 }),
  latency: fc.integer({ min: 0, max: 2_000 }),
  chances: fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 1, maxLength: 10 }),
  cancelAfterMs: fc.option(fc.integer({ min: 0, max: 4_000 }), { nil: undefined, freq: 4 }),
  /** Which of the observer's calls throws. */
  crashAt: fc.option(fc.integer({ min: 1, max: 12 }), { nil: undefined, freq: 6 }),
});
type Scenario = typeof scenario extends fc.Arbitrary<infer Value> ? Value : never;

const cycle = <T>(values: readonly T[]): (() => T) => {
  let next = 0;
  return () => values[next++ % values.length] as T;
};

/** The list in the scenario's order, with its totals and page size; others create a CSR between two pages. */
function listing({ totalErrors, order, pageSize, churn }: Scenario): NonNullable<FakeApiOptions["listing"]> {
  const totalError = cycle(totalErrors);
  return ({ offset, limit, number }, inventory) => {
    const key = (one: number): number =>
      order === "rising" ? one : order === "falling" ? -one : (one * 7_919) % 1_009;
    const rows = [...inventory.values()].sort((a, b) => key(a.Id) - key(b.Id));
    if (churn) (inventory as Map<number, { Id: number }>).set(1_000 + number, { Id: 1_000 + number });
    return {
      Total: Math.max(0, rows.length + totalError()),
      Set: rows.slice(offset, offset + Math.min(limit, pageSize)),
    };
  };
}

/** The most starts that any sliding second holds. */
function mostInASecond(times: readonly number[]): number {
  const sorted = [...times].sort((a, b) => a - b);
  let first = 0;
  return sorted.reduce((most, at, index) => {
    while ((sorted[first] ?? 0) <= at - 1000) first += 1;
    return Math.max(most, index - first + 1);
  }, 0);
}

/** The listing is served as it is, and nothing changes while it is read. */
const isCalm = ({ listingWorks, totalErrors, churn, faults, lasting }: Scenario): boolean =>
  listingWorks &&
  totalErrors.every((error: number) => error === 0) &&
  !churn &&
  [...faults, lasting].every((one) => !one || !("effectAfterMs" in one) || one.effectAfterMs === 0);

/** An observer that throws once. */
function crashing(at: number | undefined): ExecutionObserver {
  let calls = 0;
  const call = (): void => {
    calls += 1;
    if (calls === at) throw new TypeError("crash");
  };
  return { onBatch: call, onFailure: call, onLookup: call, onPage: call };
}

/** Whatever the scenario: what is said is true, and where the list can be known, everything is known. */
function check(run: Executed, given: Scenario, wasCancelled: boolean): void {
  const { api, ids, outcomes } = run;
  const planned = given.ids;
  const mayCrash = given.crashAt !== undefined;
  if (!wasCancelled && !mayCrash && (isCalm(given) || run.listing?.conclusive)) expect(ids("unknown")).toEqual([]);
  // A call is made only where it can tell something.
  if (ids("deleted").length === planned.length) expect(run.listing).toBeUndefined();
  for (const [one, outcome] of outcomes) {
    const isSaidToBeGoneBefore = outcome.name === "absent" && !outcome.mayHaveBeenDeleted;
    if (isSaidToBeGoneBefore) expect(api.deleted).not.toContain(one);
  }
  expect([...outcomes.keys()]).toEqual(planned);
  for (const deleted of ids("deleted")) expect(api.deleted).toContain(deleted);
  for (const gone of ids("deleted", "absent")) expect(api.inventory.has(gone)).toBe(false);
  // A call that may have taken effect may still do so after the listing.
  for (const left of ids("remaining")) expect(api.inventory.has(left) || api.deleted.has(left)).toBe(true);
  for (const skipped of ids("skipped")) expect(api.deleted).not.toContain(skipped);
  for (const outcome of outcomes.values()) {
    if (outcome.cause?.code === "Cancelled") expect(wasCancelled).toBe(true);
    if (!mayCrash) expect(outcome.cause?.code).not.toBe("Internal.Error");
  }
  for (const request of api.requests) expect(request.ids.length).toBeLessThanOrEqual(100);
  for (const request of api.requests) for (const asked of request.ids) expect(planned).toContain(asked);
  // After a cancel no request goes onto the wire.
  for (const at of api.startedAt) expect(at).toBeLessThanOrEqual(given.cancelAfterMs ?? at);
  expect(mostInASecond(api.startedAt)).toBeLessThanOrEqual(10);
  expect(api.rateLimited).toBe(0);
}

test("every outcome is true", async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async (given) => {
      const { ids, inventory, kept, rejected, rejectedCode, faults, lasting, latency, cancelAfterMs } = given;
      const absent = given.lookedUp ? ids.filter((one) => !inventory.includes(one)) : undefined;
      const run = await executeFor(planFor(ids, absent), {
        inventory,
        kept: new Set(kept),
        rejected: new Map(rejected.map((one) => [one, rejectedCode])),
        fault: ({ action, number }) => {
          if (given.listingWorks && action === "DescribeCSRSet") return undefined;
          return number <= faults.length ? faults[number - 1] : lasting;
        },
        listing: listing(given),
        transitMs: cycle(given.transits),
        connectMs: cycle(given.connects),
        latencyMs: () => latency,
        limit: 10,
        random: cycle(given.chances),
        cancelAfterMs,
        observer: crashing(given.crashAt),
      });
      const ended = run.clock.monotonicNow();
      await run.clock.until(run.clock.sleep(MAX_DELAY_MS));
      check(run, given, cancelAfterMs !== undefined && cancelAfterMs <= ended);
      for (const one of absent ?? []) expect(run.api.requests.flatMap((request) => request.ids)).not.toContain(one);
    }),
    { numRuns: RUNS },
  );
}, 0);

test("without faults, every CSR that exists is deleted, and every other one is absent", async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async ({ ids, inventory, latency, transits }) => {
      const run = await executeFor(ids, { inventory, latencyMs: () => latency, transitMs: cycle(transits), limit: 10 });
      expect(new Set(run.ids("deleted"))).toEqual(new Set(ids.filter((one) => inventory.includes(one))));
      expect(run.ids("deleted", "absent")).toHaveLength(ids.length);
    }),
    { numRuns: Math.ceil(RUNS / 3) },
  );
}, 0);

test("every other ID is deleted beside rejected ones that are fewer than half of each batch", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(fc.integer({ min: 1, max: 200 }), { maxLength: 12 }), async (rejected) => {
      const ids = Array.from({ length: 200 }, (_, index) => index + 1);
      const run = await executeFor(ids, {
        inventory: ids,
        rejected: new Map(rejected.map((one) => [one, "InvalidParameter"])),
      });
      expect(run.ids("remaining")).toEqual([...rejected].sort((a, b) => a - b));
      expect(run.ids("deleted")).toHaveLength(200 - rejected.length);
      expect(deletionCalls(run)).toBeLessThanOrEqual(2 + 2 * rejected.length * 7);
    }),
    { numRuns: Math.ceil(RUNS / 10) },
  );
}, 0);

const deletionCalls = ({ api }: Executed): number =>
  api.requests.filter(({ action }) => action === "BatchDeleteCSR").length;

test("an ID that the API says it deleted, and that a listing still shows, is never called deleted", async () => {
  const liars = fc.uniqueArray(fc.integer({ min: 1, max: 250 }), { minLength: 1, maxLength: 250 });
  await fc.assert(
    fc.asyncProperty(liars, liars, async (lies, kept) => {
      const ids = Array.from({ length: 250 }, (_, index) => index + 1);
      const lied = new Set(lies);
      const run = await executeFor(ids, {
        inventory: ids,
        kept: new Set([...lies, ...kept]),
        fault: ({ action, ids: asked }) => {
          if (action !== "BatchDeleteCSR" || !asked.some((one) => lied.has(one))) return undefined;
          const Success = asked.filter((one) => !kept.includes(one) || lied.has(one));
          return { kind: "body", body: JSON.stringify({ Response: { Success, RequestId: "r" } }), effect: true };
        },
      });
      const isListed = run.listing !== undefined;
      for (const one of run.ids("deleted")) expect(lied.has(one) && isListed).toBe(false);
      for (const one of lies) if (isListed) expect(run.outcomes.get(one)).toMatchObject({ name: "remaining" });
      expect(run.ids("unknown", "skipped")).toEqual([]);
    }),
    { numRuns: Math.ceil(RUNS / 10) },
  );
}, 0);

test("a run that is repeated goes green once the API works, whatever happened before", async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async (given) => {
      const { ids, inventory, faults, lasting, latency, cancelAfterMs } = given;
      const first = await executeFor(ids, {
        inventory,
        fault: ({ number }) => (number <= faults.length ? faults[number - 1] : lasting),
        latencyMs: () => latency,
        cancelAfterMs,
      });
      await first.clock.until(first.clock.sleep(MAX_DELAY_MS));
      const left = [...first.api.inventory.keys()];
      const gone = ids.filter((one) => !left.includes(one));
      const second = await executeFor(planFor(ids, gone), {
        inventory: left,
        rejected: new Map(gone.map((one) => [one, "InvalidParameter.InvalidCSRId"])),
      });
      expect(second.ids("deleted", "absent")).toEqual(ids);
      expect(ids.filter((one) => second.api.inventory.has(one))).toEqual([]);
    }),
    { numRuns: Math.ceil(RUNS / 3) },
  );
}, 0);
