import { describe, expect, test } from "vitest";
import { cleanUp } from "../../src/csrs/execute.ts";
import { count } from "../../src/csrs/outcome.ts";
import { clientFor, never } from "../support/client-for.ts";
import { type FakeFault, fakeApi } from "../support/fake-api.ts";
import { virtualTime } from "../support/virtual-clock.ts";
import { runCleanUp } from "./execute-for.ts";

const range = (length: number, from = 1): number[] => Array.from({ length }, (_, index) => from + index);
const code = (name: string, message = ""): FakeFault => ({ kind: "code", code: name, message });
const deletes = ({ requests }: { requests: readonly { action: string; ids: readonly number[] }[] }) =>
  requests.filter(({ action }) => action === "BatchDeleteCSR");

describe("when all goes well", () => {
  test("IDs are asked for in order, 100 a call, and no list is read", async () => {
    const run = await runCleanUp(range(250), { inventory: range(300) });
    expect(run.ids("deleted")).toEqual(range(250));
    expect(run.api.requests.map(({ ids }) => ids)).toEqual([range(100), range(100, 101), range(50, 201)]);
    expect(run.outcomes.get(150)).toEqual({ name: "deleted", requestId: "request-2" });
    expect(run).not.toHaveProperty("listing");
    expect(run).not.toHaveProperty("stoppedBy");
    expect(run.events.progress).toEqual([100, 200, 250]);
  });

  test("1,000 IDs take one round trip, 5,000 take as long as the limit says", async () => {
    const thousand = await runCleanUp(range(1000), { inventory: range(1000), latencyMs: () => 300 });
    expect(thousand.time.elapsed()).toBe(300);
    const more = await runCleanUp(range(5000), {
      inventory: range(5000),
      latencyMs: () => 300,
      transitMs: () => 20,
      limit: 10,
    });
    expect(more.time.elapsed()).toBeLessThan(4_320 * 1.05);
    expect(more.api.rateLimited).toBe(0);
    expect(more.api.requests).toHaveLength(50);
  });

  test("at most 50 calls are out at once", async () => {
    const run = await runCleanUp(range(8000), {
      inventory: range(8000),
      latencyMs: () => 20_000,
      requestsPerSecond: 100,
    });
    expect(run.ids("deleted")).toHaveLength(8000);
    expect(run.api.sentAt.filter((at) => at < 20_000)).toHaveLength(50);
  });

  test("nothing to do makes no call", async () => {
    const run = await runCleanUp([], { inventory: [1] });
    expect(run.api.requests).toHaveLength(0);
    expect(run.outcomes.size).toBe(0);
  });
});

describe("IDs that are left out of Success", () => {
  test("are absent if the list does not have them, and remain if it has", async () => {
    const run = await runCleanUp([11, 22, 33, 44], { inventory: [22, 33, 44, 500], kept: new Set([44]) });
    expect(run.ids("deleted")).toEqual([22, 33]);
    expect(run.outcomes.get(11)).toEqual({ name: "absent", requestId: "request-1", lost: false, cause: undefined });
    expect(run.outcomes.get(44)).toMatchObject({
      name: "remaining",
      cause: { code: "LeftOut", requestId: "request-1" },
    });
    expect(run.events.lookups).toEqual([2]);
  });

  test("are unknown, with the listing's fault, when the list may not be read", async () => {
    const run = await runCleanUp([11, 22], {
      inventory: [22],
      fault: ({ action }) => (action === "DescribeCSRSet" ? code("AuthFailure.UnauthorizedOperation") : undefined),
    });
    expect(run.outcomes.get(11)).toMatchObject({ name: "unknown", cause: { code: "NotConfirmed" } });
    expect(run.listing).toMatchObject({ complete: false, fault: { kind: "permission" } });
    expect(run.api.requests).toHaveLength(2);
  });
});

describe("a lost answer", () => {
  test("makes IDs absent that are gone, and says that an answer was lost", async () => {
    const run = await runCleanUp(range(3), {
      inventory: range(3),
      fault: ({ number }) => (number === 1 ? { kind: "lost", effect: true } : undefined),
    });
    expect(run.ids("absent")).toEqual([1, 2, 3]);
    expect(run.outcomes.get(1)).toMatchObject({ lost: true });
    expect([...run.api.deleted]).toEqual([1, 2, 3]);
  });

  test("that was never carried out costs nothing but a retry", async () => {
    const run = await runCleanUp(range(3), {
      inventory: range(3),
      fault: ({ number }) => (number === 1 ? { kind: "lost", effect: false } : undefined),
    });
    expect(run.ids("deleted")).toEqual([1, 2, 3]);
  });
});

describe("splitting", () => {
  test("three bad IDs among 100 are found in at most 45 calls, each with its own code and RequestId", async () => {
    const run = await runCleanUp(range(100), {
      inventory: range(100),
      bad: new Map([
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

  test.each([1, 5, 20, 50])("%i bad IDs among 1,000 cost at most 2·k·log2(n) further calls", async (k) => {
    const bad = new Map(range(k).map((n) => [n * 17, "InvalidParameter.InvalidCSRId"]));
    const run = await runCleanUp(range(1000), { inventory: range(1000), bad });
    expect(run.ids("remaining")).toEqual([...bad.keys()]);
    expect(run.ids("deleted")).toHaveLength(1000 - k);
    expect(deletes(run.api).length - 10).toBeLessThanOrEqual(2 * k * Math.ceil(Math.log2(100)));
  });

  test("a run of 60 bad IDs in one batch loses no good one", async () => {
    const bad = new Map(range(60, 21).map((id) => [id, "InvalidParameter.InvalidCSRId"]));
    const run = await runCleanUp(range(100), { inventory: range(100), bad });
    expect(run.ids("deleted")).toEqual([...range(20), ...range(20, 81)]);
    expect(run.ids("remaining")).toEqual([...bad.keys()]);
  });

  test("refused IDs that are not there are absent: a re-run goes green", async () => {
    const bad = new Map(range(5).map((id) => [id, "InvalidParameter.InvalidCSRId"]));
    const run = await runCleanUp(range(8), { inventory: [6, 7, 8], bad });
    expect(run.ids("absent")).toEqual(range(5));
    expect(run.outcomes.get(1)).toMatchObject({
      name: "absent",
      lost: false,
      cause: { code: "InvalidParameter.InvalidCSRId" },
    });
  });

  test.each([
    ["all are gone", 1_200, []],
    ["many are gone, and stand before those that are there", 3_000, range(2_000, 1_001)],
    ["of those that are there, some are bad", 1_500, range(500, 1_001)],
  ])("a re-run in which %s deletes what is there", async (name, size, inventory) => {
    const there = new Set(inventory);
    const gone = range(size).filter((id) => !there.has(id));
    const bad = name.includes("some are bad") ? [1_100, 1_200] : [];
    const refused = "InvalidParameter.InvalidCSRId";
    const run = await runCleanUp(range(size), {
      inventory,
      latencyMs: () => 150,
      bad: new Map([...gone, ...bad].map((id) => [id, refused])),
    });
    expect(run.ids("absent")).toEqual(gone);
    expect(run.ids("deleted")).toEqual(inventory.filter((id) => !bad.includes(id)));
    expect(run.ids("remaining")).toEqual(bad);
  });

  test("stops when single IDs keep failing with none deleted: the fault is not the IDs'", async () => {
    const run = await runCleanUp(range(5000), {
      inventory: range(5000),
      fault: ({ action }) => (action === "BatchDeleteCSR" ? code("FailedOperation", "m") : undefined),
    });
    expect(run.api.requests.length).toBeLessThan(260);
    expect(run.stoppedBy).toMatchObject({ code: "FailedOperation" });
    expect(count(run.outcomes)).toMatchObject({ deleted: 0, absent: 0, unknown: 0 });
    const asked = new Set(deletes(run.api).flatMap(({ ids }) => ids));
    expect(run.ids("remaining")).toEqual(range(5000).filter((id) => asked.has(id)));
    expect(run.events.splits).toBeGreaterThan(10);
    expect(run.ids("remaining", "skipped")).toEqual(range(5000));
    expect(run.outcomes.get(5000)).toMatchObject({ name: "skipped", cause: { code: "FailedOperation" } });
  });
});

describe("a permission error", () => {
  const denies =
    (...ids: number[]) =>
    ({ action, ids: asked }: { action: string; ids: readonly number[] }): FakeFault | undefined => {
      const named = asked.filter((id) => ids.includes(id));
      if (action !== "BatchDeleteCSR" || named.length === 0) return undefined;
      return code("AuthFailure.UnauthorizedOperation", named.map((id) => `qcs::ssl::uin/1:csr/${id}`).join());
    };

  test("that names CSRs costs one more call, and the others are deleted", async () => {
    const run = await runCleanUp(range(100), { inventory: range(100), fault: denies(5, 6) });
    expect(run.ids("remaining")).toEqual([5, 6]);
    expect(run.ids("deleted")).toHaveLength(98);
    expect(deletes(run.api)).toHaveLength(2);
    expect(run).not.toHaveProperty("stoppedBy");
  });

  test("that names all CSRs of a call is told as a failure, not as a split", async () => {
    const run = await runCleanUp([5, 6], { inventory: [5, 6], fault: denies(5, 6) });
    expect(run.ids("remaining")).toEqual([5, 6]);
    expect(run.events).toMatchObject({ failures: 1, splits: 0 });
    expect(deletes(run.api)).toHaveLength(1);
  });

  test("that names none stops the run; what was not sent is skipped, and the list tells about the rest", async () => {
    const run = await runCleanUp(range(2000), {
      inventory: range(1999),
      latencyMs: () => 50,
      fault: ({ action }) => (action === "BatchDeleteCSR" ? code("UnauthorizedOperation", "m") : undefined),
    });
    expect(deletes(run.api)).toHaveLength(10);
    expect(run.ids("skipped")).toEqual(range(1000, 1001));
    expect(run.ids("remaining")).toEqual(range(1000));
    expect(run.outcomes.get(2000)).toMatchObject({ cause: { code: "UnauthorizedOperation" } });
  });
});

describe("a fault that no call can mend", () => {
  test.each(["AuthFailure.SignatureFailure", "InvalidAction", "AuthFailure.SignatureExpire"])(
    "%s stops the run, and no list is read",
    async (name) => {
      const run = await runCleanUp(range(200), { inventory: range(200), latencyMs: () => 20, fault: () => code(name) });
      expect(run.ids("unknown")).toEqual(range(200));
      expect(run.events.lookups).toEqual([]);
      expect(run.outcomes.get(1)).toMatchObject({ cause: { code: name } });
    },
  );

  test("an endpoint that stays dead stops the run", async () => {
    const run = await runCleanUp(range(3000), { inventory: range(3000), fault: () => ({ kind: "refused" }) });
    expect(run.stoppedBy).toMatchObject({ code: "Network.ConnectFailed" });
    expect(run.ids("unknown", "skipped")).toEqual(range(3000));
    expect(run.events.lookups).toEqual([]);
  });
});

test("an error on one call does not lose the others", async () => {
  const run = await runCleanUp(range(500), {
    inventory: range(500),
    latencyMs: () => 5,
    fault: ({ action, ids }) =>
      action === "BatchDeleteCSR" && ids.includes(250) ? code("SomethingNew", "m") : undefined,
  });
  expect(run.ids("deleted")).toHaveLength(400);
  expect(run.ids("remaining")).toEqual(range(100, 201));
  expect(run.outcomes.get(250)).toMatchObject({ cause: { code: "SomethingNew" } });
});

test("a call that breaks inside the action stops the run, and loses nothing", async () => {
  const run = await runCleanUp(range(250), {
    inventory: range(250),
    connectMs: (() => {
      let asked = 0;
      return () => {
        asked += 1;
        if (asked === 2) throw new TypeError("broken");
        return 0;
      };
    })(),
  });
  expect(run.stoppedBy).toMatchObject({ code: "Action.Failed", message: "TypeError: broken" });
  expect(run.outcomes.get(150)).toMatchObject({ name: "unknown", cause: { code: "Action.Failed", lost: true } });
  expect(run.ids("unknown")).toEqual(range(100, 101));
  expect(run.ids("deleted", "unknown", "skipped")).toEqual(range(250));
});

test("a mistake in what is told of an answer stops the run, but what was done stays done", async () => {
  const time = virtualTime();
  const api = fakeApi({ time, inventory: range(2000), latencyMs: () => 50 });
  const { client } = clientFor(api, time);
  const events = {
    onAnswer: () => {
      throw new TypeError("broken");
    },
    onSplit: () => undefined,
    onFailure: () => undefined,
    onListing: () => undefined,
  };
  const { outcomes, stoppedBy } = await time.until(cleanUp(range(2000), { client, cancel: never, events }));
  expect(stoppedBy).toMatchObject({ code: "Action.Failed", message: "TypeError: broken" });
  expect(count(outcomes)).toMatchObject({ deleted: 1000, skipped: 1000 });
});

test("an answer that was lost is remembered when the batch is split after it", async () => {
  const run = await runCleanUp([1, 2, 3], {
    inventory: [1, 2],
    fault: ({ action, number, ids }) => {
      if (action !== "BatchDeleteCSR") return undefined;
      if (number === 1) return { kind: "lost", effect: true };
      return ids.length > 1 ? code("InvalidParameter") : undefined;
    },
  });
  expect(run.ids("absent")).toEqual([1, 2, 3]);
  for (const id of [1, 2, 3]) expect(run.outcomes.get(id)).toMatchObject({ lost: true });
});

test("a list that was not asked, because the API says nothing any more, leaves the cause with the IDs", async () => {
  const run = await runCleanUp([1], { inventory: [1], fault: () => ({ kind: "http", status: 503, effect: false }) });
  expect(run.events.lookups).toEqual([1]);
  expect(run.outcomes.get(1)).toMatchObject({ name: "unknown", cause: { code: "Http.ServerError" } });
});

test("a list that keeps changing is named as the reason", async () => {
  const run = await runCleanUp([1, 2], {
    inventory: [2],
    fault: ({ action, number }) =>
      action === "DescribeCSRSet"
        ? {
            kind: "body",
            effect: false,
            body: JSON.stringify({ Response: { Total: number + 5, Set: [{ Id: number + 9 }] } }),
          }
        : undefined,
  });
  expect(run.ids("deleted")).toEqual([2]);
  expect(run.outcomes.get(1)).toMatchObject({ name: "unknown", cause: { code: "ListChanged" } });
});

test("a batch in which the API leaves all out does not prove that it deletes: bad single IDs still stop the run", async () => {
  const run = await runCleanUp(range(100), {
    inventory: range(100),
    kept: new Set(range(50)),
    fault: ({ action, ids }) =>
      action === "BatchDeleteCSR" && ids.some((id) => id > 50) ? code("FailedOperation", "m") : undefined,
  });
  expect(run.stoppedBy).toMatchObject({ code: "FailedOperation" });
});

describe("a cancel", () => {
  test("skips what was not sent; what comes back in time is told as it is", async () => {
    const run = await runCleanUp(range(3000), { inventory: range(3000), latencyMs: () => 300, cancelAfterMs: 1_100 });
    expect(run.ids("deleted")).toEqual(range(2000));
    expect(run.ids("skipped")).toEqual(range(1000, 2001));
    expect(run.outcomes.get(3000)).toMatchObject({ cause: { code: "Cancelled" } });
    expect(run.time.elapsed()).toBeLessThan(1_400);
  });

  test("gives up calls that stay out, and calls them unknown", async () => {
    const run = await runCleanUp(range(1500), { inventory: range(1500), latencyMs: () => 9_000, cancelAfterMs: 500 });
    expect(run.ids("unknown")).toEqual(range(1000));
    expect(run.ids("skipped")).toEqual(range(500, 1001));
    expect(run.time.elapsed()).toBe(3_500);
    expect(run.events.lookups).toEqual([]);
  });

  test("before the list could be read is named as the reason", async () => {
    const run = await runCleanUp([1, 2], {
      inventory: [1, 2],
      kept: new Set([2]),
      latencyMs: () => 600,
      cancelAfterMs: 300,
    });
    expect(run.ids("deleted")).toEqual([1]);
    expect(run.outcomes.get(2)).toMatchObject({ name: "unknown", cause: { code: "Cancelled" } });
    expect(run.events.lookups).toEqual([]);
  });

  test("while the list is read leaves the IDs in question unknown", async () => {
    const run = await runCleanUp([1, 2, 3], {
      inventory: [2],
      latencyMs: () => 600,
      cancelAfterMs: 900,
      fault: ({ action }) => (action === "DescribeCSRSet" ? code("InternalError") : undefined),
    });
    expect(run.ids("deleted")).toEqual([2]);
    expect(run.ids("unknown")).toEqual([1, 3]);
  });
});
