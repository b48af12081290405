import { describe, expect, test } from "vitest";
import { executePlan } from "../../src/csrs/execution.ts";
import { idsWith } from "../../src/csrs/outcome.ts";
import { idsDecided, makePlan, type Plan } from "../../src/csrs/plan.ts";
import type { Inputs, SelectionRules, Target } from "../../src/inputs/inputs.ts";
import { clientFor, never } from "../support/client-for.ts";
import { type FakeApiOptions, type FakeCsr, type FakeFault, fakeApi } from "../support/fake-api.ts";
import { virtualClock } from "../support/virtual-clock.ts";
import { inputsFor } from "./inputs-for.ts";

const OWNER = "100000000001";
const range = (length: number, from = 1): number[] => Array.from({ length }, (_, index) => from + index);
const csr = (Id: number, Domain = "www.example.com", more: Readonly<Record<string, unknown>> = {}): FakeCsr =>
  ({ Id, OwnerUin: OWNER, Domain, CreateTime: "2026-01-01 00:00:00", Remarks: "", ...more }) as FakeCsr;
const ACCOUNT = [csr(11), csr(12, "pinned.example.com"), csr(13, "shop.test")];

interface PlanForOptions extends Partial<FakeApiOptions> {
  readonly hasClient?: boolean;
  readonly cancel?: AbortSignal;
  readonly cancelAfterMs?: number;
}

async function planFor(
  target: Target,
  inputs: Partial<Inputs> = {},
  { hasClient = true, cancel = never, cancelAfterMs, ...api }: PlanForOptions = {},
) {
  const clock = virtualClock();
  const fake = fakeApi({ clock, inventory: ACCOUNT, ...api });
  const client = hasClient ? clientFor(fake, clock).client : undefined;
  const later = new AbortController();
  if (cancelAfterMs !== undefined) void clock.sleep(cancelAfterMs).then(() => later.abort());
  const { plan, refusal } = await clock.until(
    makePlan(inputsFor(target, inputs), {
      client,
      clock,
      cancel: AbortSignal.any([cancel, later.signal]),
      observer: { onPage() {} },
    }),
  );
  expect(fake.deleted.size).toBe(0);
  return { plan, refusal, requests: fake.requests, toDelete: plan && idsDecided(plan, "delete") };
}

const ids = (...given: number[]): Target => ({ kind: "ids", ids: given, duplicates: 0 });
const selection = (rules: Partial<SelectionRules> = {}): Target => ({
  kind: "selection",
  rules: { domains: ["*"], remarks: [], keepNewest: 0, ...rules },
});
const protect = (...entries: Array<string | number>): Inputs["protection"] => ({
  domains: entries.filter((entry) => typeof entry === "string"),
  ids: new Set(entries.filter((entry) => typeof entry === "number")),
});
const fails =
  (code: string): FakeApiOptions["fault"] =>
  () => ({ kind: "code", code });
const denied = fails("UnauthorizedOperation");
/** Each page another total. */
const restless: FakeApiOptions["listing"] = ({ number }) => ({ Total: 5 + number, Set: ACCOUNT });
const decisions = (plan: Plan | undefined) => plan?.rows.map(({ id, decision }) => [id, decision]);

describe("a plan of given IDs", () => {
  test("has a row for each of them, in order, with its record; what a conclusive listing does not show is absent", async () => {
    const { plan, refusal, requests, toDelete } = await planFor(ids(12, 99, 11));
    expect(refusal).toBeUndefined();
    expect(plan).toMatchObject({
      source: "ids",
      rows: [
        { id: 12, record: { id: 12, domain: "pinned.example.com" }, decision: "delete" },
        { id: 99, record: undefined, decision: "absent", ageMs: undefined },
        {
          id: 11,
          record: { id: 11 },
          decision: "delete",
          ageMs: (31 + 28 + 31 + 30 + 31 + 30 + 31 + 31 + 30 + 31 + 23 - 0.5) * 86_400_000,
        },
      ],
      listing: { conclusive: true, total: 3 },
      unmatched: [],
    });
    expect(toDelete).toEqual([12, 11]);
    expect(requests).toHaveLength(1);
  });

  test("is the same in a dry run", async () => {
    const real = await planFor(ids(12, 99, 11));
    expect(await planFor(ids(12, 99, 11), { dryRun: true })).toEqual(real);
  });

  test("ends its listing as soon as all of them have been seen, with the records of those beside them", async () => {
    const { plan, requests } = await planFor(ids(5, 6), {}, { inventory: range(500) });
    expect(requests).toHaveLength(1);
    expect(plan?.listing).toMatchObject({ conclusive: true, total: 500 });
    expect(plan?.listing?.records.size).toBe(100);
  });

  test("makes no call with `look-up: false`", async () => {
    const { plan, requests } = await planFor(ids(12, 99), { lookUp: "false", onAbsent: "fail" });
    expect(plan).toEqual({
      source: "ids",
      rows: [
        { id: 12, record: undefined, decision: "delete", ageMs: undefined },
        { id: 99, record: undefined, decision: "delete", ageMs: undefined },
      ],
      listing: undefined,
      unmatched: [],
    });
    expect(requests).toEqual([]);
  });

  test("with `look-up: false` needs no credentials in a dry run", async () => {
    const { toDelete } = await planFor(ids(11), { lookUp: "false", dryRun: true }, { hasClient: false });
    expect(toDelete).toEqual([11]);
  });

  test("is not made without credentials if it must look up", async () => {
    const { plan, refusal } = await planFor(ids(11), {}, { hasClient: false });
    const listing = { records: new Map(), conclusive: false };
    expect([plan, refusal]).toEqual([undefined, { kind: "listing", listing, neededBy: "the plan" }]);
  });

  test("that is empty needs no call, whatever the guards", async () => {
    const guards = { dryRun: true, protection: protect("*", 1), allowedAccountIds: new Set(["1"]), maxDeletions: 1 };
    const { plan, refusal, requests } = await planFor(ids(), { ...guards, onAbsent: "fail", lookUp: "true" });
    expect(plan).toMatchObject({ rows: [], listing: undefined });
    expect(refusal).toBeUndefined();
    expect(requests).toEqual([]);
  });

  test("of which an inconclusive listing shows some sends all of them", async () => {
    const { plan, refusal, toDelete } = await planFor(ids(11, 99), {}, { listing: restless });
    expect(refusal).toBeUndefined();
    expect(toDelete).toEqual([11, 99]);
    expect(plan?.rows).toMatchObject([{ record: { id: 11 } }, { record: undefined }]);
    expect(plan?.listing?.conclusive).toBe(false);
  });
});

describe("a listing that fails", () => {
  const malformed: FakeFault = { kind: "body", body: '{"Response":{"Set":5,"RequestId":"r"}}', effect: false };

  test.each([
    "UnauthorizedOperation",
    "AuthFailure.UnauthorizedOperation",
    "FailedOperation.CAMAuthorizedFail",
    "InvalidAction",
    "ActionOffline",
    "InternalError",
    "FailedOperation",
    "InvalidParameter",
    "SomethingNew",
    "Vendor.Http.Odd",
    malformed,
    { kind: "no-connection", code: "Response.TooLarge" } as const,
  ])("as the deletion need not, lets given IDs be deleted all the same: %j", async (fault) => {
    const { plan, refusal, toDelete } = await planFor(
      ids(11, 99),
      {},
      { fault: typeof fault === "string" ? fails(fault) : () => fault },
    );
    expect(refusal).toBeUndefined();
    expect(toDelete).toEqual([11, 99]);
    expect(plan?.listing?.failure).toBeDefined();
  });

  test.each<FakeFault>([
    { kind: "code", code: "AuthFailure.SignatureFailure" },
    { kind: "code", code: "AuthFailure.SignatureExpire" },
    { kind: "code", code: "RequestLimitExceeded" },
    { kind: "code", code: "NoSuchProduct" },
    { kind: "code", code: "LimitExceeded" },
    { kind: "code", code: "IpNotInWhitelist" },
    { kind: "http", status: 503, effect: false },
    { kind: "http", status: 403, effect: false },
    { kind: "connection-lost", effect: false },
    { kind: "no-connection", code: "Network.ConnectFailed" },
    { kind: "no-connection", code: "Tls.Untrusted" },
  ])("as the deletion would, ends the run: %j", async (fault) => {
    const { plan, refusal } = await planFor(ids(11), {}, { fault: () => fault });
    expect(plan).toBeUndefined();
    expect(refusal).toMatchObject({ kind: "listing", neededBy: "the plan", listing: { conclusive: false } });
    expect(refusal?.kind === "listing" && refusal.listing.failure).toBeDefined();
  });

  test.each(["Sts.UnauthorizedOperation", "Sts.InternalError", "Oidc.NotPermitted", "Internal.Error"])(
    "because of the login, or of this action, ends the run: %s",
    async (code) => {
      const { refusal } = await planFor(ids(11), {}, { fault: fails(code) });
      expect(refusal).toMatchObject({ kind: "listing", listing: { failure: { code } } });
    },
  );

  const needs: ReadonlyArray<readonly [string, Target, Partial<Inputs>, conclusive: boolean]> = [
    ["`dry-run`", ids(11, 99), { dryRun: true }, false],
    ["`look-up: true`", ids(11, 99), { lookUp: "true" }, false],
    ["a selection", selection(), {}, true],
    ["`protect`", ids(11, 99), { protection: protect("x.test") }, true],
    ["`allowed-account-ids`", ids(11, 99), { allowedAccountIds: new Set([OWNER]) }, true],
    ["`on-absent: fail`", ids(11, 99), { onAbsent: "fail" }, true],
  ];
  test.each(needs)("ends the run where %s needs it", async (neededBy, target, inputs) => {
    for (const fault of [denied, fails("InternalError"), fails("InvalidAction"), fails("RequestLimitExceeded")]) {
      const { plan, refusal } = await planFor(target, inputs, { fault });
      expect(plan).toBeUndefined();
      expect(refusal).toMatchObject({ kind: "listing", neededBy });
    }
  });

  test.each(needs)("%s: whether it must be conclusive, too", async (neededBy, target, inputs, conclusive) => {
    const { refusal } = await planFor(target, inputs, { listing: restless });
    if (conclusive) expect(refusal).toMatchObject({ kind: "listing", neededBy, listing: { conclusive: false } });
    else expect(refusal).toBeUndefined();
  });

  test("after all given IDs have been seen does not matter", async () => {
    const { refusal, toDelete } = await planFor(
      ids(5),
      { protection: protect("x.test"), dryRun: true },
      {
        inventory: range(300).map((id) => csr(id, "a.test")),
        fault: ({ offset }) => (offset > 0 ? { kind: "code", code: "Denied" } : undefined),
      },
    );
    expect([refusal, toDelete]).toEqual([undefined, [5]]);
  });

  test.each([["ids", ids(450, 999)] as const, ["selection", selection()] as const])(
    "because of a cancel ends the run: %s",
    async (_source, target) => {
      const { plan, refusal } = await planFor(
        target,
        {},
        { inventory: range(450), latencyMs: () => 100, cancelAfterMs: 150 },
      );
      expect(plan).toBeUndefined();
      expect(refusal).toMatchObject({ kind: "listing" });
      const before = await planFor(target, {}, { cancel: AbortSignal.abort() });
      const neededBy = target.kind === "ids" ? "the plan" : "a selection";
      expect(before.refusal).toMatchObject({ kind: "listing", neededBy });
      expect(before.requests).toEqual([]);
    },
  );
});

describe("a selection", () => {
  test("plans what its rules select, and shows why it keeps the rest", async () => {
    const { plan, toDelete } = await planFor(selection({ domains: ["*.example.com"] }), {
      protection: protect("pinned.*"),
    });
    expect(plan).toMatchObject({ source: "selection", listing: { conclusive: true, total: 3 } });
    expect(decisions(plan)).toEqual([
      [12, "protected"],
      [11, "delete"],
    ]);
    expect(plan?.listing?.records.size).toBe(3);
    expect(toDelete).toEqual([11]);
  });

  test("that finds nothing is an empty plan", async () => {
    const { plan, refusal } = await planFor(selection(), {}, { inventory: [] });
    expect(plan).toMatchObject({ rows: [], listing: { total: 0 } });
    expect(refusal).toBeUndefined();
  });

  test("looks up with `look-up: false`, too", async () => {
    const { requests } = await planFor(selection(), { lookUp: "false" });
    expect(requests).toHaveLength(1);
  });
});

describe("protect", () => {
  test("refuses given IDs, and marks them, also those that do not exist", async () => {
    const { plan, refusal } = await planFor(ids(11, 12, 99), { protection: protect(12, 13, 99) });
    expect(refusal).toEqual({ kind: "protected", ids: [12, 99] });
    expect(decisions(plan)).toEqual([
      [11, "delete"],
      [12, "protected"],
      [99, "protected"],
    ]);
  });

  test("refuses given IDs without a listing, too", async () => {
    for (const more of [{ lookUp: "false" } as const, {}]) {
      const { refusal } = await planFor(ids(11, 12), { protection: protect(12), ...more }, { fault: denied });
      expect(refusal).toEqual({ kind: "protected", ids: [12] });
    }
  });

  test("refuses given IDs whose domain is protected", async () => {
    const { plan, refusal } = await planFor(ids(11, 12, 99), { protection: protect("pinned.*") });
    expect(refusal).toEqual({ kind: "protected", ids: [12] });
    expect(decisions(plan)).toEqual([
      [11, "delete"],
      [12, "protected"],
      [99, "absent"],
    ]);
  });

  test("of any domain protects CSRs whose domain is not shown: it may be that one", async () => {
    const inventory = [csr(1, undefined, { Domain: undefined })];
    for (const pattern of ["*", "pinned.test"]) {
      const { plan } = await planFor(ids(1), { protection: protect(pattern) }, { inventory });
      expect(idsDecided(plan, "protected")).toEqual([1]);
    }
    const { plan } = await planFor(ids(1), {}, { inventory });
    expect(idsDecided(plan, "protected")).toEqual([]);
    expect(idsDecided(undefined, "protected")).toEqual([]);
  });

  test("lets other IDs pass, and those that it excepts", async () => {
    const { refusal, toDelete } = await planFor(ids(11, 12, 99), {
      protection: protect("pinned.*", "!pinned.example.com"),
    });
    expect([refusal, toDelete]).toEqual([undefined, [11, 12]]);
  });
});

describe("allowed-account-ids", () => {
  const allowedAccountIds = new Set([OWNER, "100000000002"]);

  test.each([ids(11, 99), selection()])("lets CSRs of these accounts pass: %j", async (target) => {
    const inventory = [...ACCOUNT, csr(14, "a.test", { OwnerUin: 100000000002 })];
    const { refusal } = await planFor(target, { allowedAccountIds }, { inventory });
    expect(refusal).toBeUndefined();
  });

  test.each([ids(11, 99), selection({ domains: ["none.test"] })])(
    "refuses if any CSR of the listing has another owner: %j",
    async (target) => {
      const inventory = [...ACCOUNT, csr(14, "a.test", { OwnerUin: "7" }), csr(15, "a.test", { OwnerUin: "7" })];
      const { refusal } = await planFor(target, { allowedAccountIds, onAbsent: "fail" }, { inventory });
      expect(refusal).toEqual({ kind: "accounts", found: ["7"], allowed: [...allowedAccountIds] });
    },
  );

  test.each([undefined, null, "", {}])("refuses if the listing does not name an owner: %j", async (OwnerUin) => {
    const inventory = [...ACCOUNT, csr(14, "a.test", { OwnerUin })];
    const { refusal } = await planFor(ids(11, 99), { allowedAccountIds }, { inventory });
    expect(refusal).toEqual({ kind: "accounts", found: [], allowed: [...allowedAccountIds] });
  });

  test("cannot check an empty account", async () => {
    for (const target of [ids(11), selection()]) {
      const { plan, refusal } = await planFor(target, { allowedAccountIds }, { inventory: [] });
      expect(refusal).toBeUndefined();
      expect(plan && idsDecided(plan, "delete")).toEqual([]);
    }
  });

  test("comes before all other refusals: IDs of another account are absent there", async () => {
    const { refusal } = await planFor(ids(98, 99), {
      allowedAccountIds: new Set(["7"]),
      onAbsent: "fail",
      maxDeletions: 1,
      protection: protect(98),
    });
    expect(refusal).toMatchObject({ kind: "accounts", found: [OWNER] });
  });

  test("is not checked if it is empty", async () => {
    const { refusal } = await planFor(ids(11), {}, { inventory: [csr(11, "a.test", { OwnerUin: "7" })] });
    expect(refusal).toBeUndefined();
  });
});

describe("on-absent: fail", () => {
  test.each([false, true])("refuses before anything is deleted (dry run: %j)", async (dryRun) => {
    const { plan, refusal } = await planFor(ids(11, 98, 99), { onAbsent: "fail", dryRun });
    expect(refusal).toEqual({ kind: "absent", ids: [98, 99] });
    expect(decisions(plan)).toEqual([
      [11, "delete"],
      [98, "absent"],
      [99, "absent"],
    ]);
  });

  test("lets a plan without absent IDs pass", async () => {
    const { refusal, toDelete } = await planFor(ids(11, 12), { onAbsent: "fail" });
    expect([refusal, toDelete]).toEqual([undefined, [11, 12]]);
  });
});

describe("max-deletions", () => {
  test.each([
    ["a selection", selection()],
    ["given IDs", ids(11, 12, 13)],
  ])("refuses a larger plan of %s, and shows it", async (_source, target) => {
    const { plan, refusal } = await planFor(target, { maxDeletions: 2 });
    expect(refusal).toEqual({ kind: "too-many", planned: 3, max: 2 });
    expect(plan?.rows).toHaveLength(3);
  });

  test("lets a plan of just that size pass, and counts deletions only", async () => {
    const kept = await planFor(selection(), { protection: protect("pinned.*"), maxDeletions: 2 });
    // Sorted by domain.
    expect([kept.refusal, kept.toDelete]).toEqual([undefined, [13, 11]]);
    const absent = await planFor(ids(11, 12, 98, 99), { maxDeletions: 2 });
    expect([absent.refusal, absent.toDelete]).toEqual([undefined, [11, 12]]);
  });
});

describe("entries that match no CSR", () => {
  const rules = { domains: ["*", "none.*", "!pinned.*", "!pined.*"], remarks: ["*", "none", "!*keep*", "!"] };
  const protection = protect("shop.test", "!www.*", "shpo.test", 11, 99);
  const inventory = [...ACCOUNT, csr(14, "a.test", { Remarks: "please KEEP" })];
  const unmatched = [
    { input: "domains", entry: "!pined.*" },
    { input: "protect", entry: "shpo.test" },
    { input: "protect", entry: "99" },
  ];

  test("are named for a selection: excludes, and what is protected", async () => {
    const { plan } = await planFor(selection(rules), { protection }, { inventory });
    expect(plan?.unmatched).toEqual(unmatched);
    const other = await planFor(selection({ ...rules, remarks: ["*", "!no*"] }), {}, { inventory });
    expect(other.plan?.unmatched).toContainEqual({ input: "remarks", entry: "!no*" });
  });

  test("are compared as domains and remarks are: in all forms of a domain, and without case", async () => {
    const account = [csr(1, "xn--r8jz45g.jp", { Remarks: "Bücher" })];
    const given = selection({ domains: ["*", "!例え.JP."], remarks: ["*", "!BÜCHER", "!xn--bcher-kva"] });
    const { plan } = await planFor(given, { protection: protect("例え.jp") }, { inventory: account });
    expect(plan?.unmatched).toEqual([{ input: "remarks", entry: "!xn--bcher-kva" }]);
  });

  test("are named for given IDs if the listing showed the whole account", async () => {
    const { plan } = await planFor(ids(12, 98), { protection }, { inventory });
    expect(plan?.unmatched).toEqual(unmatched.filter(({ input }) => input === "protect"));
    const partly = await planFor(ids(5), { protection }, { inventory: range(300) });
    expect(partly.plan?.unmatched).toEqual([]);
    const doubled = () => ({ Total: ACCOUNT.length, Set: [...ACCOUNT, ACCOUNT[0]] });
    const doubtful = await planFor(ids(11, 98), { protection: protect(99) }, { listing: doubled });
    expect(doubtful.plan?.unmatched).toEqual([]);
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
  const { client, observed } = clientFor(fake, clock);
  const target = selection({ olderThan: { ms: 5 * 3_600_000, text: "5h" } });
  const { plan } = await clock.until(
    makePlan(inputsFor(target), { client, clock, cancel: never, observer: { onPage() {} } }),
  );
  expect(observed.clockOffsets).toEqual([-20 * 3_600_000]);
  expect(decisions(plan)).toEqual([[1, "too-young"]]);
});

test("ages are right, too, if the runner's clock is set right after it was corrected", async () => {
  const real = virtualClock(Date.UTC(2026, 10, 24));
  let behindMs = 20 * 3_600_000;
  const clock = { ...real, now: () => real.now() - behindMs };
  const fake = fakeApi({
    clock: real,
    inventory: [csr(1, "a.test", { CreateTime: "2026-11-23 10:00:00" })],
    fault: ({ number }) => {
      if (number > 1) behindMs = 0;
      const date = new Date(Date.UTC(2026, 10, 24)).toUTCString();
      return number === 1 ? { kind: "code", code: "AuthFailure.SignatureExpire", date } : undefined;
    },
  });
  const { client } = clientFor(fake, clock);
  const target = selection({ olderThan: { ms: 5 * 3_600_000, text: "5h" } });
  const { plan } = await real.until(
    makePlan(inputsFor(target), { client, clock, cancel: never, observer: { onPage() {} } }),
  );
  expect(decisions(plan)).toEqual([[1, "too-young"]]);
});

test("a mistake in the observer is a failure of the listing, and deletes nothing", async () => {
  const clock = virtualClock();
  const { client } = clientFor(fakeApi({ clock, inventory: ACCOUNT }), clock);
  const onPage = (): never => {
    throw new TypeError("broken");
  };
  const { plan, refusal } = await clock.until(
    makePlan(inputsFor(ids(11, 99)), { client, clock, cancel: never, observer: { onPage } }),
  );
  expect(plan).toBeUndefined();
  expect(refusal).toMatchObject({
    kind: "listing",
    listing: { failure: { code: "Internal.Error", message: "broken" } },
  });
});

test("5,000 given IDs are looked up and deleted within 5 % of the time that the API's limit takes for both", async () => {
  const clock = virtualClock();
  const all = range(5_000);
  const fake = fakeApi({ clock, inventory: all, limit: 10, transitMs: () => 10, latencyMs: () => 60 });
  const { client } = clientFor(fake, clock);
  const observer = { onBatch() {}, onFailure() {}, onLookup() {}, onPage() {} };
  const options = { client, clock, cancel: never, observer };
  const run = async () => {
    const { plan } = await makePlan(inputsFor(ids(...all)), options);
    return executePlan(plan ?? expect.unreachable(), options);
  };
  const { outcomes } = await clock.until(run());
  expect(idsWith(outcomes, "deleted")).toEqual(all);
  expect(idsWith(outcomes, "absent", "remaining", "unknown", "skipped")).toEqual([]);
  expect(fake.requests).toHaveLength(51 + 50);
  expect(fake.rateLimited).toBe(0);
  // 101 calls at 10 a second: the last one may start after 10 seconds.
  expect(clock.monotonicNow()).toBeLessThan(10_000 * 1.05);
});
