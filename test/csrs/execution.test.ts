import { describe, expect, test } from "vitest";
import { executePlan } from "../../src/csrs/execution.ts";
import { count } from "../../src/csrs/outcome.ts";
import type { ApiClient } from "../../src/tencentcloud/api-client.ts";
import { clientFor } from "../support/client-for.ts";
import { type FakeFault, type FakeRequest, fakeApi } from "../support/fake-api.ts";
import { virtualClock } from "../support/virtual-clock.ts";
import { executeFor, planFor } from "./execute-for.ts";

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
    expect(run.listing).toBeUndefined();
    expect(run.stoppedBy).toBeUndefined();
    expect(run.events.progress).toEqual(["100, 100/250", "100, 200/250", "50, 250/250"]);
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
    let inFlight = 0;
    let most = 0;
    const run = await executeFor(range(20_000), {
      inventory: range(20_000),
      connectMs: () => {
        inFlight += 1;
        most = Math.max(most, inFlight);
        return 2_000;
      },
      latencyMs: () => {
        inFlight -= 1;
        return 0;
      },
      requestsPerSecond: 100,
    });
    expect(run.ids("deleted")).toHaveLength(20_000);
    expect(most).toBe(50);
  });

  test("an empty plan makes no call", async () => {
    const run = await executeFor([], { inventory: [1] });
    expect(run.api.requests).toHaveLength(0);
    expect(run.outcomes.size).toBe(0);
  });

  test("values of Success that were not asked for are kept, the first ten of them", async () => {
    const body = JSON.stringify({ Response: { Success: [1, "x", ...range(20, 500)] } });
    const run = await executeFor([1], { inventory: [], fault: onDeletion({ kind: "body", body, effect: false }) });
    expect(run.unexpectedValues).toEqual(["x", ...range(9, 500).map(String)]);
  });
});

test("of all calls, the first ten values are kept that were not asked for", async () => {
  const run = await executeFor(range(200), {
    inventory: [],
    fault: onDeletion(({ ids }) => {
      const Success = range(8, 1_000 + (ids[0] ?? 0));
      return { kind: "body", body: JSON.stringify({ Response: { Success } }), effect: false };
    }),
  });
  expect(run.unexpectedValues).toEqual([...range(8, 1_001), ...range(2, 1_101)].map(String));
});

test("progress counts what failed, too, and what is split once", async () => {
  const run = await executeFor(range(202), {
    inventory: range(202),
    rejected: rejected([201]),
    latencyMs: () => 10,
    fault: onDeletion(({ number }) => (number === 1 ? code("SomethingNew") : undefined)),
  });
  expect(run.events.progress).toEqual(["100, 200/202", "1, 202/202"]);
});

describe("IDs that are left out of Success", () => {
  test("are absent if the listing does not have them, and remain if it has", async () => {
    const run = await executeFor([11, 22, 33, 44], { inventory: [22, 33, 44, 500], kept: new Set([44]) });
    expect(run.ids("deleted")).toEqual([22, 33]);
    // Nothing contradicts what was confirmed.
    expect(run.api.requests).toHaveLength(2);
    expect(run.outcomes.get(11)).toEqual({ name: "absent", requestId: "request-1", mayHaveBeenDeleted: false });
    expect(run.outcomes.get(44)).toMatchObject({
      name: "remaining",
      cause: { code: "LeftOut", requestId: "request-1" },
    });
    expect(run.events.lookups).toEqual([2]);
  });

  test("with the same result share one outcome", async () => {
    const run = await executeFor(range(4), { inventory: range(2), kept: new Set(range(2)) });
    expect(run.outcomes.get(1)).toBe(run.outcomes.get(2));
    expect(run.outcomes.get(3)).toBe(run.outcomes.get(4));
    expect(run.outcomes.get(1)).not.toBe(run.outcomes.get(3));
  });

  test("may have been deleted by this run if the plan saw them: they were not gone before", async () => {
    const fault = onDeletion({ kind: "body", body: '{"Response":{"Success":[]}}', effect: true });
    const run = await executeFor(planFor([1, 2], [2]), { inventory: [1], fault });
    expect(run.outcomes.get(1)).toMatchObject({ name: "absent", mayHaveBeenDeleted: true });
    expect(run.outcomes.get(2)).toMatchObject({ name: "absent", mayHaveBeenDeleted: false });
    // Without a record nobody knows.
    const unseen = await executeFor([1], { inventory: [1], fault });
    expect(unseen.outcomes.get(1)).toMatchObject({ name: "absent", mayHaveBeenDeleted: false });
  });

  test("are unknown when the listing is not permitted", async () => {
    const run = await executeFor([11, 22], {
      inventory: [22],
      fault: onListing(code("AuthFailure.UnauthorizedOperation")),
    });
    expect(run.outcomes.get(11)).toMatchObject({
      name: "unknown",
      cause: { code: "NotConfirmed", requestId: "request-1" },
    });
    expect(run.listing).toMatchObject({ conclusive: false, failure: { kind: "permission" } });
    expect(run.api.requests).toHaveLength(2);
  });

  test("are unknown when the list keeps changing", async () => {
    const run = await executeFor([1, 2], {
      inventory: [2],
      listing: ({ number }) => ({ Total: number + 5, Set: [{ Id: number + 9 }] }),
    });
    expect(run.ids("deleted")).toEqual([2]);
    expect(run.outcomes.get(1)).toMatchObject({
      name: "unknown",
      cause: { code: "ListChanged", requestId: "request-1" },
    });
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
    expect(run.events.failures).toEqual([1, 1, 1]);
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
    expect(run.events.bisections.length).toBeGreaterThan(10);
    expect(run.ids("remaining", "skipped")).toEqual(range(5000));
    expect(run.outcomes.get(5000)).toMatchObject({ name: "skipped", cause: { code: "FailedOperation" } });
  });

  test("goes on if single IDs fail for other reasons", async () => {
    const run = await executeFor(range(20), {
      inventory: range(20),
      fault: onDeletion(({ ids }) => code(ids.length > 1 ? "FailedOperation" : "SomethingNew")),
    });
    expect(run.stoppedBy).toBeUndefined();
    expect(deletions(run.api).filter(({ ids }) => ids.length === 1)).toHaveLength(20);
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

describe("several batches that are refused", () => {
  test("are split one at a time, while others are sent", async () => {
    const bad = [50, 150, 250];
    const run = await executeFor(range(400), {
      inventory: range(400),
      rejected: rejected(bad),
      latencyMs: () => 200,
    });
    expect(run.ids("remaining")).toEqual(bad);
    const halves = deletions(run.api).filter(({ ids }) => ids.length < 100);
    const origins = halves.map(({ ids }) => Math.floor(((ids[0] ?? 0) - 1) / 100));
    expect(origins).toEqual(origins.toSorted());
    expect(deletions(run.api).findIndex(({ ids }) => ids[0] === 301)).toBeLessThan(5);
  });

  test("with not one of its IDs deleted, one stops the run at the tenth refusal; those that wait keep what is known of them", async () => {
    const run = await executeFor(range(300), {
      inventory: range(300),
      rejected: rejected(range(200, 101)),
      requestsPerSecond: 1,
    });
    const sent = deletions(run.api);
    expect(sent.filter(({ ids }) => ids.length === 1)).toHaveLength(10);
    expect(run.stoppedBy).toMatchObject({ code: "InvalidParameter.InvalidCSRId" });
    expect(run.ids("remaining")).toEqual(range(200, 101));
    expect(
      new Set(sent.filter(({ ids }) => ids.length < 100).map(({ ids }) => Math.ceil((ids[0] ?? 0) / 100))),
    ).toEqual(new Set([2]));
    // The lookup does not wait for halves that are not sent.
    expect(run.clock.monotonicNow()).toBeLessThan(run.api.requests.length * 1_050);
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
  test("stops the run; the listing says what exists", async () => {
    const run = await executeFor(range(2000), {
      inventory: range(1999),
      latencyMs: () => 50,
      fault: onDeletion(code("UnauthorizedOperation", "no permission for (qcs::ssl::uin/1:csr/5)")),
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

describe("an error that does not say that nothing was done", () => {
  const inPart = ["FailedOperation", "ResourceInUse", "ResourceNotFound", "UnsupportedOperation"];
  /** The first call deletes 1 of [1, 2, 3], and fails; later ones are refused. */
  const partly = (first: string, later: string, listing?: FakeFault) => {
    const inventory = [2, 3];
    return executeFor([1, 2, 3, 4], {
      inventory,
      rejected: rejected([1, 2, 3, 4], later),
      fault: (request) =>
        request.action === "BatchDeleteCSR" ? (request.number === 1 ? code(first) : undefined) : listing,
    });
  };

  test.each(inPart)("%s: what is gone afterwards may have been deleted by this run", async (first) => {
    const run = await partly(first, "InvalidParameter.InvalidCSRId");
    expect(run.outcomes.get(1)).toMatchObject({ name: "absent", mayHaveBeenDeleted: true });
    expect(run.ids("remaining")).toEqual([2, 3]);
  });

  test.each(inPart)("%s: without a listing nothing is known of any half, whatever refuses it later", async (first) => {
    for (const later of ["InvalidParameter.InvalidCSRId", "UnauthorizedOperation", "AuthFailure.SignatureFailure"]) {
      const run = await partly(first, later, code("UnauthorizedOperation"));
      expect(run.ids("unknown")).toEqual([1, 2, 3, 4]);
    }
  });

  test("holds for halves that a cancel keeps from being sent", async () => {
    const run = await executeFor(range(4), {
      inventory: range(4),
      latencyMs: () => 100,
      cancelAfterMs: 50,
      fault: onDeletion(code("FailedOperation")),
    });
    expect(deletions(run.api)).toHaveLength(1);
    expect(run.ids("unknown")).toEqual(range(4));
    expect([run.events.bisections, run.events.failures, run.events.progress]).toEqual([[], [4], []]);
  });

  test("holds for halves that a cancel meets on their way", async () => {
    const run = await executeFor(range(4), {
      inventory: range(4),
      connectMs: (() => {
        let calls = 0;
        return () => (calls++ === 0 ? 0 : 400);
      })(),
      cancelAfterMs: 100,
      fault: onDeletion(code("InvalidParameter.InvalidCSRId")),
    });
    expect(run.api.startedAt).toHaveLength(1);
    expect(run.outcomes.get(1)).toMatchObject({ name: "unknown", cause: { code: "InvalidParameter.InvalidCSRId" } });
  });

  test("is about several IDs only: a refusal that says so, or one of a single ID, took no effect", async () => {
    for (const [ids, first] of [
      [[1], "FailedOperation"],
      [[1, 2], "InvalidParameter.InvalidCSRId"],
    ] as const) {
      const run = await executeFor(planFor(ids, []), { inventory: [], rejected: rejected(ids, first) });
      expect(run.outcomes.get(1)).toMatchObject({ name: "absent", mayHaveBeenDeleted: false });
    }
  });
});

describe("a listing that contradicts what was confirmed", () => {
  /** `Success` holds 1 and 2; 2 is listed once, or for ever. */
  const contradict = (
    listed: "once" | "always",
    more: { again?: FakeFault; cancelAfterMs?: number; total?: number } = {},
  ) => {
    const body = JSON.stringify({ Response: { Success: [1, 2], RequestId: "request-1" } });
    let listings = 0;
    return executeFor([1, 2, 3], {
      inventory: [],
      latencyMs: () => 10,
      cancelAfterMs: more.cancelAfterMs,
      fault: ({ action }) => {
        if (action === "BatchDeleteCSR") return { kind: "body", body, effect: false };
        listings += 1;
        return listings > 1 ? more.again : undefined;
      },
      listing: () => {
        const isListed = listings === 1 || listed === "always";
        return isListed ? { Total: more.total ?? 1, Set: [{ Id: 2 }] } : { Total: 0, Set: [] };
      },
    });
  };

  test("twice, makes the CSR remain, with a cause of its own", async () => {
    const run = await contradict("always");
    expect(run.ids("deleted")).toEqual([1]);
    expect(run.outcomes.get(2)).toEqual({
      name: "remaining",
      requestId: "request-1",
      cause: { code: "StillListed", message: "", requestId: "request-1" },
    });
    expect(run.ids("absent")).toEqual([3]);
    expect(run.api.requests.map(({ action }) => action)).toEqual([
      "BatchDeleteCSR",
      "DescribeCSRSet",
      "DescribeCSRSet",
    ]);
    expect(run.clock.monotonicNow()).toBe(10 + 10 + 2_000 + 10);
  });

  test("only once, was late: the CSR is deleted", async () => {
    const run = await contradict("once");
    expect(run.ids("deleted")).toEqual([1, 2]);
    expect(run.ids("absent")).toEqual([3]);
  });

  test("and then fails, leaves the CSR unknown", async () => {
    const run = await contradict("once", { again: code("UnauthorizedOperation") });
    expect(run.ids("deleted")).toEqual([1]);
    expect(run.outcomes.get(2)).toMatchObject({ name: "unknown", cause: { code: "StillListed" } });
    expect(run.listing).toEqual({ conclusive: true, records: new Map([[2, { id: 2 }]]), total: 1 });
  });

  test("is read again for what it contradicts only: that proves nothing of other IDs", async () => {
    const run = await contradict("always", { total: 2 });
    expect(run.outcomes.get(2)).toMatchObject({ name: "remaining", cause: { code: "StillListed" } });
    expect(run.outcomes.get(3)).toMatchObject({ name: "unknown", cause: { code: "ListChanged" } });
    expect(run.api.requests).toHaveLength(1 + 4 + 1);
  });

  test("shows others in its second reading: they remain, too", async () => {
    let listings = 0;
    const body = JSON.stringify({ Response: { Success: [1, 2], RequestId: "request-1" } });
    const run = await executeFor(planFor([1, 2, 3, 4], [4]), {
      inventory: [],
      fault: ({ action }) => (action === "BatchDeleteCSR" ? { kind: "body", body, effect: false } : undefined),
      listing: () => {
        listings += 1;
        return listings === 1 ? { Total: 1, Set: [{ Id: 2 }] } : { Total: 3, Set: [{ Id: 1 }, { Id: 3 }, { Id: 4 }] };
      },
    });
    expect(run.ids("remaining")).toEqual([1, 3, 4]);
    expect(run.ids("deleted")).toEqual([2]);
  });

  test("on its last page, after all others have been seen, counts, too", async () => {
    const fault = onDeletion({ kind: "body", body: '{"Response":{"Success":[150]}}', effect: false });
    const run = await executeFor([2, 150], { inventory: range(150), fault });
    expect(run.ids("remaining")).toEqual([2, 150]);
  });

  test("is not read again after a cancel in the pause", async () => {
    const run = await contradict("once", { cancelAfterMs: 500 });
    expect(run.outcomes.get(2)).toMatchObject({ name: "unknown", cause: { code: "StillListed" } });
    expect(run.api.requests).toHaveLength(2);
    expect(run.clock.monotonicNow()).toBe(500);
  });
});

describe("IDs that the plan's listing did not show", () => {
  test("are absent without being sent, in the order of the plan", async () => {
    const run = await executeFor(planFor([1, 2, 3, 4], [1, 3]), { inventory: [2, 4] });
    expect([...run.outcomes]).toEqual([
      [1, { name: "absent", mayHaveBeenDeleted: false }],
      [2, { name: "deleted", requestId: "request-1" }],
      [3, { name: "absent", mayHaveBeenDeleted: false }],
      [4, { name: "deleted", requestId: "request-1" }],
    ]);
    expect(run.api.requests.map(({ ids }) => ids)).toEqual([[2, 4]]);
  });

  test("need no call at all if they are all", async () => {
    const run = await executeFor(planFor([1, 2], [1, 2]), { inventory: [] });
    expect(run.ids("absent")).toEqual([1, 2]);
    expect(run.api.requests).toEqual([]);
  });

  test("remain if a later listing shows them", async () => {
    const run = await executeFor(planFor([1, 2], [1]), { inventory: [1] });
    expect(run.outcomes.get(1)).toMatchObject({ name: "remaining", cause: { code: "ListChanged" } });
    expect(run.ids("absent")).toEqual([2]);
  });
});

test("rows that the plan keeps have no outcome", async () => {
  const plan = planFor([1, 2]);
  const kept = { id: 9, decision: "too-young" } as const;
  const run = await executeFor({ ...plan, rows: [kept, ...plan.rows] }, { inventory: [1, 2, 9] });
  expect([...run.outcomes.keys()]).toEqual([1, 2]);
  expect(run.api.inventory.has(9)).toBe(true);
});

describe("a failure that no further call can get around", () => {
  test("does not keep a lost response from being looked into", async () => {
    const run = await executeFor(range(200), {
      inventory: range(200),
      latencyMs: () => 10,
      fault: onDeletion(({ ids, number }) => {
        if (ids[0] === 1) return { kind: "connection-lost", effect: number === 1 };
        return code("AuthFailure.SignatureFailure");
      }),
    });
    expect(run.stoppedBy).toMatchObject({ code: "AuthFailure.SignatureFailure" });
    expect(run.ids("absent")).toEqual(range(100));
    expect(run.ids("remaining")).toEqual(range(100, 101));
    expect(deletions(run.api)).toHaveLength(2);
  });

  test("is the first one", async () => {
    const run = await executeFor(range(300), {
      inventory: range(300),
      latencyMs: () => 10,
      fault: ({ number }) => code(number === 1 ? "AuthFailure.SignatureFailure" : "AuthFailure.MFAFailure"),
    });
    expect(run.stoppedBy).toMatchObject({ code: "AuthFailure.SignatureFailure" });
  });

  test("after a cancel is not why the rest was not sent", async () => {
    const run = await executeFor(range(1_100), {
      inventory: range(1_100),
      latencyMs: () => 100,
      cancelAfterMs: 50,
      fault: () => code("AuthFailure.SignatureFailure"),
    });
    expect(run.stoppedBy).toBeUndefined();
    expect(run.outcomes.get(1)).toMatchObject({ name: "skipped", cause: { code: "AuthFailure.SignatureFailure" } });
    expect(run.outcomes.get(1_100)).toMatchObject({ name: "skipped", cause: { code: "Cancelled" } });
  });

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
      expect(run.clock.monotonicNow()).toBeLessThan(1_000);
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
  test("in a call gives the permit back", async () => {
    let released = 0;
    const acquire = async () => ({ started() {}, release: () => (released += 1) });
    const client = { acquire, call: async () => broken() } as unknown as ApiClient;
    const observer = { onBatch() {}, onFailure() {}, onLookup() {}, onPage() {} };
    const options = { client, clock: virtualClock(), cancel: new AbortController().signal, observer };
    const { outcomes, stoppedBy } = await executePlan(planFor([1]), options);
    expect(released).toBe(1);
    expect(stoppedBy).toMatchObject({ code: "Internal.Error", message: "broken" });
    expect(outcomes.get(1)).toMatchObject({ name: "unknown", cause: { code: "Internal.Error" } });
  });

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
  test("that comes with a permit gives it back, and no request is made", async () => {
    const cancel = new AbortController();
    const clock = virtualClock();
    const api = fakeApi({ clock, inventory: range(150) });
    const { client } = clientFor(api, clock);
    let released = 0;
    client.acquire = async (signal) => {
      if (signal.aborted) return undefined;
      cancel.abort();
      return { started() {}, release: () => (released += 1) };
    };
    const observer = { onBatch() {}, onFailure() {}, onLookup() {}, onPage() {} };
    const options = { client, clock, cancel: cancel.signal, observer };
    const { outcomes } = await clock.until(executePlan(planFor(range(150)), options));
    expect([released, api.requests]).toEqual([1, []]);
    expect(api.deleted.size).toBe(0);
    expect(count(outcomes)).toMatchObject({ skipped: 150 });
    expect(outcomes.get(1)).toMatchObject({ cause: { code: "Cancelled" } });
  });

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
