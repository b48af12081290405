import { describe, expect, test } from "vitest";
import { makePlan, type PlanRequest } from "../../src/csrs/plan.ts";
import { clientFor, never } from "../support/client-for.ts";
import { type FakeApiOptions, type FakeCsr, fakeApi } from "../support/fake-api.ts";
import { virtualClock } from "../support/virtual-clock.ts";

const csr = (Id: number, Domain = "www.example.com", more: Partial<FakeCsr> = {}): FakeCsr => ({
  Id,
  Domain,
  CreateTime: "2026-01-01 00:00:00",
  Remarks: "",
  ...more,
});
const ACCOUNT = [csr(11), csr(12, "pinned.example.com"), csr(13, "shop.test")];
const NOTHING = { domains: [], ids: new Set<number>() };

async function planFor(
  request: Partial<PlanRequest> & Pick<PlanRequest, "target">,
  {
    hasClient = true,
    cancel = never,
    ...api
  }: Partial<FakeApiOptions> & { hasClient?: boolean; cancel?: AbortSignal } = {},
) {
  const clock = virtualClock();
  const fake = fakeApi({ clock, inventory: ACCOUNT, ...api });
  const client = hasClient ? clientFor(fake, clock).client : undefined;
  const result = await clock.until(
    makePlan(
      { protection: NOTHING, maxDeletions: undefined, dryRun: false, ...request },
      { client, clock, cancel, observer: { onPage() {} } },
    ),
  );
  expect(fake.deleted.size).toBe(0);
  return { result, requests: fake.requests };
}

const ids = (...given: number[]): PlanRequest["target"] => ({ kind: "ids", ids: given });
const selection = (...domains: string[]): PlanRequest["target"] => ({
  kind: "selection",
  rules: { domains, olderThanMs: undefined, remarks: [], keepNewest: undefined },
});
const denied: FakeApiOptions["fault"] = () => ({ kind: "code", code: "UnauthorizedOperation" });

describe("a plan of given IDs", () => {
  test("holds exactly these, and needs no call", async () => {
    const { result, requests } = await planFor({ target: ids(12, 99, 11) });
    expect(result).toEqual({ ok: true, value: { source: "ids", ids: [12, 99, 11], rows: [], lookup: undefined } });
    expect(requests).toEqual([]);
  });

  test("shows in a dry run which of them exist", async () => {
    const { result } = await planFor({ target: ids(12, 99, 11), dryRun: true });
    expect(result).toMatchObject({
      ok: true,
      value: {
        ids: [12, 99, 11],
        rows: [
          { record: { id: 12, domain: "pinned.example.com" }, decision: "delete" },
          { record: { id: 11 }, decision: "delete" },
        ],
        lookup: { conclusive: true },
      },
    });
  });

  test("is made in a dry run without credentials, too", async () => {
    const { result, requests } = await planFor({ target: ids(11), dryRun: true }, { hasClient: false });
    expect(result).toMatchObject({ ok: true, value: { ids: [11], lookup: undefined } });
    expect(requests).toEqual([]);
  });

  test("is made in a dry run that may not list, and keeps the reason", async () => {
    const { result } = await planFor({ target: ids(11), dryRun: true }, { fault: denied });
    expect(result).toMatchObject({
      ok: true,
      value: { ids: [11], rows: [], lookup: { conclusive: false, failure: { code: "UnauthorizedOperation" } } },
    });
  });

  test("that is empty needs no call, in a dry run either", async () => {
    const protection = { domains: ["*"], ids: new Set([1]) };
    const { result, requests } = await planFor({ target: ids(), dryRun: true, protection });
    expect(result).toMatchObject({ ok: true, value: { ids: [] } });
    expect(requests).toEqual([]);
  });

  test("has no age where the time cannot be read", async () => {
    const inventory = [csr(11, "a.test", { CreateTime: null })];
    const { result } = await planFor({ target: ids(11), dryRun: true }, { inventory });
    expect(result).toMatchObject({ ok: true, value: { rows: [{ decision: "delete", ageMs: undefined }] } });
  });
});

describe("a selection", () => {
  test("plans what its rules select, and shows why it keeps the rest", async () => {
    const { result } = await planFor({
      target: selection("*.example.com"),
      protection: { domains: ["pinned.*"], ids: new Set() },
    });
    expect(result).toMatchObject({
      ok: true,
      value: {
        source: "selection",
        ids: [11],
        rows: [
          { record: { id: 12 }, decision: "protected" },
          { record: { id: 11 }, decision: "delete" },
        ],
        lookup: { conclusive: true },
      },
    });
  });

  test("that finds nothing is an empty plan", async () => {
    const { result } = await planFor({ target: selection("*") }, { inventory: [] });
    expect(result).toMatchObject({ ok: true, value: { ids: [], rows: [] } });
  });

  test("fails when the CSRs may not be listed", async () => {
    const { result } = await planFor({ target: selection("*") }, { fault: denied });
    expect(result).toMatchObject({
      ok: false,
      failure: { kind: "lookup-failed", lookup: { conclusive: false, failure: { code: "UnauthorizedOperation" } } },
    });
  });

  test("fails when the list keeps changing", async () => {
    const { result } = await planFor(
      { target: selection("*") },
      { listing: ({ number }) => ({ Total: 5 + number, Set: ACCOUNT }) },
    );
    expect(result).toMatchObject({ ok: false, failure: { kind: "lookup-failed", lookup: { conclusive: false } } });
  });

  test("fails without credentials, and when it is cancelled", async () => {
    const none = await planFor({ target: selection("*") }, { hasClient: false });
    const cancelled = await planFor({ target: selection("*") }, { cancel: AbortSignal.abort() });
    for (const { result, requests } of [none, cancelled]) {
      expect(result).toMatchObject({ ok: false, failure: { kind: "lookup-failed" } });
      expect(requests).toEqual([]);
    }
  });
});

describe("protect", () => {
  test("refuses IDs that were given, without a call", async () => {
    const { result, requests } = await planFor({
      target: ids(11, 12),
      protection: { domains: [], ids: new Set([12, 13]) },
    });
    expect(result).toMatchObject({ ok: false, failure: { kind: "protected", ids: [12], plan: { ids: [11, 12] } } });
    expect(requests).toEqual([]);
  });

  test("refuses IDs whose domain is protected, and marks them", async () => {
    const { result } = await planFor({
      target: ids(11, 12, 99),
      protection: { domains: ["pinned.*"], ids: new Set() },
    });
    expect(result).toMatchObject({
      ok: false,
      failure: {
        kind: "protected",
        ids: [12],
        plan: {
          rows: [
            { record: { id: 11 }, decision: "delete" },
            { record: { id: 12 }, decision: "protected" },
          ],
        },
      },
    });
  });

  test("of domains lets other IDs pass, also those that do not exist", async () => {
    const protection = { domains: ["pinned.*", "!pinned.example.com"], ids: new Set<number>() };
    const { result } = await planFor({ target: ids(11, 12, 99), protection });
    expect(result).toMatchObject({ ok: true, value: { ids: [11, 12, 99] } });
  });

  test("of domains fails when the CSRs cannot be listed", async () => {
    const protection = { domains: ["pinned.*"], ids: new Set<number>() };
    for (const options of [{ fault: denied }, { hasClient: false }]) {
      const { result } = await planFor({ target: ids(11), protection }, options);
      expect(result).toMatchObject({ ok: false, failure: { kind: "lookup-failed" } });
    }
  });
});

describe("max-deletions", () => {
  test.each([
    ["a selection", selection("*")],
    ["given IDs", ids(11, 12, 13)],
  ])("refuses a larger plan of %s", async (_source, target) => {
    const { result } = await planFor({ target, maxDeletions: 2 });
    expect(result).toMatchObject({
      ok: false,
      failure: { kind: "too-many", planned: 3, max: 2, plan: { ids: expect.arrayContaining([11, 12, 13]) } },
    });
  });

  test("lets a plan of just that size pass, and counts deletions only", async () => {
    const protection = { domains: ["pinned.*"], ids: new Set<number>() };
    const { result } = await planFor({ target: selection("*"), protection, maxDeletions: 2 });
    // Sorted by domain.
    expect(result).toMatchObject({ ok: true, value: { ids: [13, 11] } });
  });
});

test("ages are counted by the API's clock: one of the runner that is ahead deletes nothing that is too young", async () => {
  const clock = virtualClock(Date.UTC(2026, 10, 24, 20));
  const date = new Date(Date.UTC(2026, 10, 24)).toUTCString();
  const fake = fakeApi({
    clock,
    inventory: [csr(1, "a.test", { CreateTime: "2026-11-23 10:00:00" })],
    fault: ({ number }) => (number === 1 ? { kind: "code", code: "AuthFailure.SignatureExpire", date } : undefined),
  });
  const { client } = clientFor(fake, clock);
  const rules = { domains: ["*"], olderThanMs: 5 * 3_600_000, remarks: [], keepNewest: undefined };
  const result = await clock.until(
    makePlan(
      { target: { kind: "selection", rules }, protection: NOTHING, maxDeletions: undefined, dryRun: false },
      { client, clock, cancel: never, observer: { onPage() {} } },
    ),
  );
  expect(client.clockOffsetMs).toBe(-20 * 3_600_000);
  expect(result).toMatchObject({ ok: true, value: { ids: [], rows: [{ decision: "too-young" }] } });
});
