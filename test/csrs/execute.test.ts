import { describe, expect, test } from "vitest";
import { count } from "../../src/csrs/outcome.ts";
import type { FakeFault, FakeRequest } from "../support/fake-api.ts";
import { executeFor } from "./execute-for.ts";

const range = (length: number, from = 1): number[] => Array.from({ length }, (_, index) => from + index);
const code = (name: string, message = ""): FakeFault => ({ kind: "code", code: name, message });
const deletions = ({ requests }: { requests: readonly FakeRequest[] }) =>
  requests.filter(({ action }) => action === "BatchDeleteCSR");
/** A fault of deletions only. */
const onDeletion =
  (fault: FakeFault | ((request: FakeRequest) => FakeFault | undefined)) =>
  (request: FakeRequest): FakeFault | undefined => {
    if (request.action !== "BatchDeleteCSR") return undefined;
    return typeof fault === "function" ? fault(request) : fault;
  };
const onListing =
  (fault: FakeFault) =>
  ({ action }: FakeRequest): FakeFault | undefined =>
    action === "DescribeCSRSet" ? fault : undefined;
const rejected = (ids: readonly number[], name = "InvalidParameter.InvalidCSRId") =>
  new Map(ids.map((id) => [id, name]));
const broken = (): never => {
  throw new TypeError("broken");
};

describe("when all goes well", () => {
  test("IDs are sent in order, 100 in a call, and nothing is listed", async () => {
    const run = await executeFor(range(250), { inventory: range(300) });
    expect(run.ids("deleted")).toEqual(range(250));
    expect(run.api.requests.map(({ ids }) => ids)).toEqual([range(100), range(100, 101), range(50, 201)]);
    expect(run.outcomes.get(150)).toEqual({ name: "deleted", requestId: "request-2" });
    expect(run).not.toHaveProperty("lookup");
    expect(run).not.toHaveProperty("stoppedBy");
    expect(run.events.progress).toEqual([100, 200, 250]);
  });

  test("1,000 IDs take one round trip, 5,000 take as long as the rate limit requires", async () => {
    const thousand = await executeFor(range(1000), { inventory: range(1000), latencyMs: () => 300 });
    expect(thousand.clock.monotonicNow()).toBe(300);
    const more = await executeFor(range(5000), {
      inventory: range(5000),
      latencyMs: () => 300,
      transitMs: () => 20,
      limit: 10,
    });
    expect(more.clock.monotonicNow()).toBeLessThan(4_320 * 1.05);
    expect(more.api.rateLimited).toBe(0);
    expect(more.api.requests).toHaveLength(50);
  });

  test("at most 50 calls are in flight", async () => {
    const run = await executeFor(range(8000), {
      inventory: range(8000),
      latencyMs: () => 20_000,
      requestsPerSecond: 100,
    });
    expect(run.ids("deleted")).toHaveLength(8000);
    expect(run.api.startedAt.filter((at) => at < 20_000)).toHaveLength(50);
  });

  test("an empty plan makes no call", async () => {
    const run = await executeFor([], { inventory: [1] });
    expect(run.api.requests).toHaveLength(0);
    expect(run.outcomes.size).toBe(0);
  });

  test("values of Success that were not asked for are kept, the first ten of them", async () => {
    const body = JSON.stringify({ Response: { Success: [1, "x", ...range(20, 500)] } });
    const run = await executeFor([1], { inventory: [], fault: onDeletion({ kind: "body", body, effect: false }) });
    expect(run.unexpectedValues).toEqual(["x", ...range(9, 500)]);
  });
});

describe("IDs that are left out of Success", () => {
  test("are absent if the listing does not have them, and remain if it has", async () => {
    const run = await executeFor([11, 22, 33, 44], { inventory: [22, 33, 44, 500], kept: new Set([44]) });
    expect(run.ids("deleted")).toEqual([22, 33]);
    expect(run.outcomes.get(11)).toEqual({ name: "absent", requestId: "request-1", mayHaveBeenDeleted: false });
    expect(run.outcomes.get(44)).toMatchObject({
      name: "remaining",
      cause: { code: "LeftOut", requestId: "request-1" },
    });
    expect(run.events.lookups).toEqual([2]);
  });

  test("are unknown when the listing is not permitted", async () => {
    const run = await executeFor([11, 22], {
      inventory: [22],
      fault: onListing(code("AuthFailure.UnauthorizedOperation")),
    });
    expect(run.outcomes.get(11)).toMatchObject({ name: "unknown", cause: { code: "NotConfirmed" } });
    expect(run.lookup).toMatchObject({ conclusive: false, failure: { kind: "permission" } });
    expect(run.api.requests).toHaveLength(2);
  });

  test("are unknown when the list keeps changing", async () => {
    const run = await executeFor([1, 2], {
      inventory: [2],
      listing: ({ number }) => ({ Total: number + 5, Set: [{ Id: number + 9 }] }),
    });
    expect(run.ids("deleted")).toEqual([2]);
    expect(run.outcomes.get(1)).toMatchObject({ name: "unknown", cause: { code: "ListChanged" } });
  });

  test("behind a full page are found although the total says that there are no more", async () => {
    const inventory = range(101);
    const run = await executeFor([101, 102], {
      inventory,
      kept: new Set([101]),
      listing: ({ offset }) => ({
        Total: 100,
        Set: inventory.slice(offset, offset + 100).map((Id) => ({ Id })),
      }),
    });
    expect(run.outcomes.get(101)).toMatchObject({ name: "remaining", cause: { code: "LeftOut" } });
    expect(run.outcomes.get(102)).toMatchObject({ name: "unknown", cause: { code: "ListChanged" } });
  });
});

describe("a response that is lost", () => {
  test("makes IDs absent that are gone, and says that this run may have deleted them", async () => {
    const run = await executeFor(range(3), {
      inventory: range(3),
      fault: ({ number }) => (number === 1 ? { kind: "connection-lost", effect: true } : undefined),
    });
    expect(run.ids("absent")).toEqual([1, 2, 3]);
    expect(run.outcomes.get(1)).toMatchObject({ mayHaveBeenDeleted: true });
    expect([...run.api.deleted]).toEqual([1, 2, 3]);
  });

  test("costs a retry if the call was never carried out", async () => {
    const run = await executeFor(range(3), {
      inventory: range(3),
      fault: ({ number }) => (number === 1 ? { kind: "connection-lost", effect: false } : undefined),
    });
    expect(run.ids("deleted")).toEqual([1, 2, 3]);
  });

  test.each(["InternalError", "ServiceUnavailable", "FailedOperation.SystemError"])(
    "is no different if the API carries the call out and responds with %s",
    async (name) => {
      const run = await executeFor(range(3), {
        inventory: range(3),
        fault: ({ number }) => (number === 1 ? { kind: "code-after-effect", code: name } : undefined),
      });
      expect(run.ids("absent")).toEqual([1, 2, 3]);
      expect(run.outcomes.get(1)).toMatchObject({ mayHaveBeenDeleted: true });
    },
  );

  test("is remembered when the batch is split after it", async () => {
    const run = await executeFor([1, 2, 3], {
      inventory: [1, 2],
      fault: onDeletion(({ number, ids }) => {
        if (number === 1) return { kind: "connection-lost", effect: true };
        return ids.length > 1 ? code("InvalidParameter") : undefined;
      }),
    });
    expect(run.ids("absent")).toEqual([1, 2, 3]);
    for (const id of [1, 2, 3]) expect(run.outcomes.get(id)).toMatchObject({ mayHaveBeenDeleted: true });
  });
});

describe("bisection", () => {
  test("finds three rejected IDs among 100 in at most 45 calls, each with its own code and RequestId", async () => {
    const run = await executeFor(range(100), {
      inventory: range(100),
      rejected: new Map([
        [7, "InvalidParameter.InvalidCSRId"],
        [50, "InvalidParameter.WithDetailReason"],
        [93, "FailedOperation"],
      ]),
    });
    expect(run.ids("remaining")).toEqual([7, 50, 93]);
    expect(run.ids("deleted")).toHaveLength(97);
    expect([7, 50, 93].map((id) => run.outcomes.get(id)?.cause?.code)).toEqual([
      "InvalidParameter.InvalidCSRId",
      "InvalidParameter.WithDetailReason",
      "FailedOperation",
    ]);
    expect(new Set([7, 50, 93].map((id) => run.outcomes.get(id)?.requestId)).size).toBe(3);
    expect(run.api.requests.length).toBeLessThanOrEqual(45);
    expect(run.events.failures).toBe(3);
  });

  test.each([1, 5, 20, 50])("%i rejected IDs among 1,000 cost at most 2·k·log2(n) further calls", async (k) => {
    const ids = range(k).map((n) => n * 17);
    const run = await executeFor(range(1000), { inventory: range(1000), rejected: rejected(ids) });
    expect(run.ids("remaining")).toEqual(ids);
    expect(run.ids("deleted")).toHaveLength(1000 - k);
    expect(deletions(run.api).length - 10).toBeLessThanOrEqual(2 * k * Math.ceil(Math.log2(100)));
  });

  test("of 60 consecutive rejected IDs in one batch loses no other one", async () => {
    const run = await executeFor(range(100), { inventory: range(100), rejected: rejected(range(60, 21)) });
    expect(run.ids("deleted")).toEqual([...range(20), ...range(20, 81)]);
    expect(run.ids("remaining")).toEqual(range(60, 21));
  });

  test("stops when single IDs keep failing with none deleted: it is not about the IDs", async () => {
    const run = await executeFor(range(5000), {
      inventory: range(5000),
      fault: onDeletion(code("FailedOperation", "m")),
    });
    expect(run.api.requests.length).toBeLessThan(260);
    expect(run.stoppedBy).toMatchObject({ code: "FailedOperation" });
    expect(count(run.outcomes)).toMatchObject({ deleted: 0, absent: 0, unknown: 0 });
    const asked = new Set(deletions(run.api).flatMap(({ ids }) => ids));
    expect(run.ids("remaining")).toEqual(range(5000).filter((id) => asked.has(id)));
    expect(run.events.bisections).toBeGreaterThan(10);
    expect(run.ids("remaining", "skipped")).toEqual(range(5000));
    expect(run.outcomes.get(5000)).toMatchObject({ name: "skipped", cause: { code: "FailedOperation" } });
  });

  test("a batch that the API leaves out as a whole does not prove that it deletes: rejected single IDs still stop the run", async () => {
    const run = await executeFor(range(100), {
      inventory: range(100),
      kept: new Set(range(50)),
      fault: onDeletion(({ ids }) => (ids.some((id) => id > 50) ? code("FailedOperation", "m") : undefined)),
    });
    expect(run.stoppedBy).toMatchObject({ code: "FailedOperation" });
  });
});

describe("a re-run in which the API rejects IDs that are gone", () => {
  test("goes green: they are absent", async () => {
    const run = await executeFor(range(8), { inventory: [6, 7, 8], rejected: rejected(range(5)) });
    expect(run.ids("absent")).toEqual(range(5));
    expect(run.ids("deleted")).toEqual([6, 7, 8]);
    expect(run.outcomes.get(1)).toMatchObject({
      name: "absent",
      mayHaveBeenDeleted: false,
      cause: { code: "InvalidParameter.InvalidCSRId" },
    });
  });

  test.each([
    ["all are gone", 1_200, [], []],
    ["the first 1,200 of 1,500 are gone", 1_500, range(300, 1_201), []],
    ["many are gone, and come before those that exist", 3_000, range(2_000, 1_001), []],
    ["of those that exist, some are rejected", 1_500, range(500, 1_001), [1_100, 1_200]],
  ])("deletes what exists when %s", async (_name, size, inventory, refused) => {
    const exists = new Set(inventory);
    const gone = range(size).filter((id) => !exists.has(id));
    const run = await executeFor(range(size), {
      inventory,
      latencyMs: () => 150,
      rejected: rejected([...gone, ...refused]),
    });
    expect(run.ids("absent")).toEqual(gone);
    expect(run.ids("deleted")).toEqual(inventory.filter((id) => !refused.includes(id)));
    expect(run.ids("remaining")).toEqual(refused);
    expect([...run.outcomes.keys()]).toEqual(range(size));
  });

  test("names the rejection, not a cancel, for IDs that a second round did not come to", async () => {
    // The first 1,000 are gone; the others exist, and are rejected, too.
    const run = await executeFor(range(2_500), { inventory: range(1_500, 1_001), rejected: rejected(range(2_500)) });
    expect(run.ids("absent")).toEqual(range(1_000));
    expect(run.ids("skipped").length).toBeGreaterThan(0);
    expect(run.ids("remaining", "skipped")).toEqual(range(1_500, 1_001));
    for (const id of run.ids("skipped"))
      expect(run.outcomes.get(id)?.cause?.code).toBe("InvalidParameter.InvalidCSRId");
  });

  test("is unknown if there is no listing: a rejection does not tell whether the CSR exists", async () => {
    const run = await executeFor([1], {
      inventory: [],
      rejected: rejected([1]),
      fault: onListing(code("UnauthorizedOperation")),
    });
    expect(run.outcomes.get(1)).toMatchObject({ name: "unknown", cause: { code: "InvalidParameter.InvalidCSRId" } });
  });
});

describe("a permission error", () => {
  const denies = (...ids: number[]) =>
    onDeletion((request) => {
      const named = request.ids.filter((id) => ids.includes(id));
      if (named.length === 0) return undefined;
      return code("AuthFailure.UnauthorizedOperation", named.map((id) => `qcs::ssl::uin/1:csr/${id}`).join());
    });

  test("that names CSRs costs one more call, and the others are deleted", async () => {
    const run = await executeFor(range(100), { inventory: range(100), fault: denies(5, 6) });
    expect(run.ids("remaining")).toEqual([5, 6]);
    expect(run.ids("deleted")).toHaveLength(98);
    expect(deletions(run.api)).toHaveLength(2);
    expect(run).not.toHaveProperty("stoppedBy");
  });

  test("that names all CSRs of a call is reported as a failure, not as a bisection", async () => {
    const run = await executeFor([5, 6], { inventory: [5, 6], fault: denies(5, 6) });
    expect(run.ids("remaining")).toEqual([5, 6]);
    expect(run.events).toMatchObject({ failures: 1, bisections: 0 });
    expect(deletions(run.api)).toHaveLength(1);
  });

  test("that names none stops the run; the listing says what exists", async () => {
    const run = await executeFor(range(2000), {
      inventory: range(1999),
      latencyMs: () => 50,
      fault: onDeletion(code("UnauthorizedOperation", "m")),
    });
    expect(deletions(run.api)).toHaveLength(10);
    expect(run.ids("remaining")).toEqual(range(1000));
    expect(run.ids("skipped")).toEqual(range(999, 1001));
    expect(run.ids("absent")).toEqual([2000]);
    expect(run.outcomes.get(1999)).toMatchObject({ cause: { code: "UnauthorizedOperation" } });
  });

  test("for everything leaves the IDs skipped: they were refused before anything could happen to them", async () => {
    const run = await executeFor([1, 2], { inventory: [1], fault: () => code("UnauthorizedOperation", "m") });
    expect(run.ids("skipped")).toEqual([1, 2]);
    expect(run.outcomes.get(1)).toMatchObject({ requestId: "request-1", cause: { code: "UnauthorizedOperation" } });
  });
});

describe("a failure that no further call can get around", () => {
  test.each(["AuthFailure.SignatureFailure", "InvalidAction", "AuthFailure.SignatureExpire"])(
    "%s stops the run; nothing was deleted, and nothing is listed",
    async (name) => {
      const run = await executeFor(range(2000), {
        inventory: range(2000),
        latencyMs: () => 20,
        fault: () => code(name),
      });
      expect(run.ids("skipped")).toEqual(range(2000));
      expect(run.events.lookups).toEqual([]);
      for (const id of [1, 2000]) expect(run.outcomes.get(id)).toMatchObject({ cause: { code: name } });
    },
  );

  test.each(["Network.ConnectFailed", "Network.NotFound", "Tls.Untrusted", "Network.ProxyRefused"])(
    "%s on every connection stops the run, and nothing was deleted",
    async (name) => {
      const run = await executeFor(range(3000), {
        inventory: range(3000),
        fault: () => ({ kind: "no-connection", code: name }),
      });
      expect(run.stoppedBy).toMatchObject({ code: name });
      expect(run.ids("skipped")).toEqual(range(3000));
      expect(run.events.lookups).toEqual([]);
    },
  );

  test("a rate limit that never ends leaves nothing deleted", async () => {
    const run = await executeFor([1, 2], { inventory: [1, 2], fault: () => code("RequestLimitExceeded") });
    expect(run.ids("skipped")).toEqual([1, 2]);
    expect(run.outcomes.get(1)).toMatchObject({ cause: { code: "RequestLimitExceeded" } });
  });

  test("an endpoint that responds with HTTP errors only is still asked for the list; then the IDs are unknown", async () => {
    const run = await executeFor([1], { inventory: [1], fault: () => ({ kind: "http", status: 503, effect: false }) });
    expect(run.events.lookups).toEqual([1]);
    expect(run.outcomes.get(1)).toMatchObject({ name: "unknown", cause: { code: "Http.ServerError" } });
  });
});

test("an error on one call does not lose the others", async () => {
  const run = await executeFor(range(500), {
    inventory: range(500),
    latencyMs: () => 5,
    fault: onDeletion(({ ids }) => (ids.includes(250) ? code("SomethingNew", "m") : undefined)),
  });
  expect(run.ids("deleted")).toHaveLength(400);
  expect(run.ids("remaining")).toEqual(range(100, 201));
  expect(run.outcomes.get(250)).toMatchObject({ cause: { code: "SomethingNew" } });
});

describe("an internal error", () => {
  test("in a call stops the run, and loses nothing", async () => {
    let calls = 0;
    const run = await executeFor(range(250), {
      inventory: range(250),
      connectMs: () => {
        calls += 1;
        return calls === 2 ? broken() : 0;
      },
      fault: onListing(code("UnauthorizedOperation")),
    });
    expect(run.stoppedBy).toMatchObject({ code: "Internal.Error", message: "broken" });
    expect(run.outcomes.get(150)).toMatchObject({ name: "unknown", cause: { code: "Internal.Error" } });
    expect(run.ids("unknown")).toEqual(range(100, 101));
    expect(run.ids("deleted", "unknown", "skipped")).toEqual(range(250));
  });

  test("in the observer of a response stops the run, but what was deleted stays deleted", async () => {
    const run = await executeFor(range(2000), {
      inventory: range(2000),
      latencyMs: () => 50,
      observer: { onBatch: broken },
    });
    expect(run.stoppedBy).toMatchObject({ code: "Internal.Error", message: "broken" });
    expect(count(run.outcomes)).toMatchObject({ deleted: 1000, skipped: 1000 });
    expect(run.outcomes.get(2000)).toMatchObject({ cause: { code: "Internal.Error" } });
  });

  test.each(["onLookup", "onPage"] as const)(
    "in %s leaves the IDs in question unknown, and no others",
    async (name) => {
      const run = await executeFor([1, 2], { inventory: [1], observer: { [name]: broken } });
      expect(run.ids("deleted")).toEqual([1]);
      expect(run.outcomes.get(2)).toMatchObject({
        name: "unknown",
        cause: { code: "Internal.Error", message: "broken" },
      });
    },
  );
});

describe("a cancel", () => {
  test("skips what was not sent; responses that come in time count", async () => {
    const run = await executeFor(range(3000), { inventory: range(3000), latencyMs: () => 300, cancelAfterMs: 1_100 });
    expect(run.ids("deleted")).toEqual(range(2000));
    expect(run.ids("skipped")).toEqual(range(1000, 2001));
    expect(run.outcomes.get(3000)).toMatchObject({ cause: { code: "Cancelled" } });
    expect(run.clock.monotonicNow()).toBeLessThan(1_400);
  });

  test("drops calls that stay in flight, and calls their IDs unknown", async () => {
    const run = await executeFor(range(1500), { inventory: range(1500), latencyMs: () => 9_000, cancelAfterMs: 500 });
    expect(run.ids("unknown")).toEqual(range(1000));
    expect(run.ids("skipped")).toEqual(range(500, 1001));
    expect(run.clock.monotonicNow()).toBe(3_500);
    expect(run.events.lookups).toEqual([]);
  });

  test("before the lookup is named as the cause", async () => {
    const run = await executeFor([1, 2], {
      inventory: [1, 2],
      kept: new Set([2]),
      latencyMs: () => 600,
      cancelAfterMs: 300,
    });
    expect(run.ids("deleted")).toEqual([1]);
    expect(run.outcomes.get(2)).toMatchObject({ name: "unknown", cause: { code: "Cancelled" } });
    expect(run.events.lookups).toEqual([]);
  });

  test("during the lookup leaves the unconfirmed IDs unknown", async () => {
    const run = await executeFor([1, 2, 3], {
      inventory: [2],
      latencyMs: () => 600,
      cancelAfterMs: 900,
      fault: onListing(code("InternalError")),
    });
    expect(run.ids("deleted")).toEqual([2]);
    expect(run.ids("unknown")).toEqual([1, 3]);
  });
});
