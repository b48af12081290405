import { describe, expect, test } from "vitest";
import { listCsrs, wholeList } from "../../src/csrs/listing.ts";
import { clientFor } from "../support/client-for.ts";
import { type FakeApiOptions, type FakeCsr, type FakeRequest, fakeApi } from "../support/fake-api.ts";
import { virtualClock } from "../support/virtual-clock.ts";

const range = (length: number, from = 1): number[] => Array.from({ length }, (_, index) => from + index);

interface LookUpOptions extends Partial<FakeApiOptions> {
  /** Pages by hand, from the number of the request and its offset. */
  readonly pages?: (number: number, offset: number) => { readonly Total: number; readonly ids: readonly number[] };
  readonly cancelAfterMs?: number;
  /** Begins a second later. */
  readonly later?: boolean;
  readonly requestsPerSecond?: number;
}

/** Looks for `ids`, or lists everything. */
async function lookUp(
  ids: readonly number[] | undefined,
  { pages, cancelAfterMs, later = false, requestsPerSecond = 10, ...options }: LookUpOptions,
) {
  const clock = virtualClock();
  const byHand = ({ number, offset }: FakeRequest) => {
    const page = pages?.(number, offset);
    return page && { Total: page.Total, Set: page.ids.map((Id) => ({ Id })) };
  };
  const api = fakeApi({ clock, inventory: [], listing: byHand, ...options });
  const { client } = clientFor(api, clock, { requestsPerSecond });
  const cancel = new AbortController();
  if (cancelAfterMs !== undefined) void clock.sleep(cancelAfterMs).then(() => cancel.abort());
  const progress: { read: number; total: number }[] = [];
  const shared = { client, clock, cancel: cancel.signal, observer: { onPage: progress.push.bind(progress) } };
  if (later) await clock.until(clock.sleep(1_000));
  const listing = await clock.until(listCsrs({ ...shared, wanted: ids && new Set(ids) }));
  const { records, total, ...result } = listing;
  /** Those of `ids` that exist, in the order of the list. */
  const present = [...records.keys()].filter((id) => ids?.includes(id));
  return { result, records, total, present, api, clock, progress };
}

const offsets = ({ requests }: { requests: readonly FakeRequest[] }) => requests.map(({ offset }) => offset);
const readings = ({ requests }: { requests: readonly FakeRequest[] }) =>
  requests.filter(({ offset }) => offset === 0).length;

describe("looking for IDs", () => {
  test("says which exist and which do not", async () => {
    const { result, present, records, total, api } = await lookUp([5, 150, 999], { inventory: range(250) });
    expect(result).toEqual({ conclusive: true });
    expect(present).toEqual([5, 150]);
    expect([...records.keys()].sort((a, b) => a - b)).toEqual(range(250));
    expect(total).toBe(250);
    // The last page shows that the list ends where it seems to.
    expect(offsets(api)).toEqual([0, 99, 198, 249]);
  });

  test("takes one call if the list fits on one page", async () => {
    const { result, present, api } = await lookUp([5, 999], { inventory: range(99) });
    expect(result).toEqual({ conclusive: true });
    expect(present).toEqual([5]);
    expect(api.requests).toHaveLength(1);
  });

  test.each([
    { Total: 0, Set: [] },
    { Total: 0, Set: null },
    { Total: 0, Set: undefined },
  ])("finds none in an empty account: %j", async (page) => {
    const { result, present, api } = await lookUp([5], { listing: () => page });
    expect(result).toEqual({ conclusive: true });
    expect(present).toEqual([]);
    expect(api.requests).toHaveLength(1);
  });

  test("stops as soon as all have been seen", async () => {
    const { result, present, api } = await lookUp([5, 6], { inventory: range(5000) });
    expect(result).toEqual({ conclusive: true });
    expect(present).toEqual([5, 6]);
    expect(api.requests).toHaveLength(1);
  });

  test("gives the records of all CSRs that it saw, and how many the account has", async () => {
    const csr: FakeCsr = { Id: 5, Domain: "a.example", CreateTime: "2026-01-02 03:04:05", Remarks: "old" };
    const { records, total } = await lookUp([5], { inventory: [csr, ...range(200, 6)] });
    expect(records.get(5)).toMatchObject({
      id: 5,
      domain: "a.example",
      createTime: "2026-01-02 03:04:05",
      remarks: "old",
    });
    expect([...records.keys()]).toEqual(range(100, 5));
    expect(total).toBe(201);
  });
});

describe("a listing", () => {
  test("of 5,000 CSRs takes as long as the API's limit requires, and shows its progress", async () => {
    const { result, records, clock, api, progress } = await lookUp(undefined, {
      inventory: range(5_000),
      latencyMs: () => 300,
      limit: 10,
    });
    expect(result).toEqual({ conclusive: true });
    expect(records.size).toBe(5_000);
    expect(api.requests).toHaveLength(52);
    expect(api.rateLimited).toBe(0);
    expect(clock.monotonicNow()).toBeLessThan(6_000);
    expect(progress.at(-1)).toEqual({ read: 5_000, total: 5_000 });
    expect(progress).toHaveLength(52);
  });

  test("never has more than ten pages in flight", async () => {
    let most = 0;
    let inFlight = 0;
    const { records } = await lookUp(undefined, {
      inventory: range(1_500),
      requestsPerSecond: 100,
      connectMs: () => {
        inFlight += 1;
        most = Math.max(most, inFlight);
        return 50;
      },
      latencyMs: () => {
        inFlight -= 1;
        return 0;
      },
    });
    expect(records.size).toBe(1_500);
    expect(most).toBe(10);
  });
});

describe("the end of the list", () => {
  test.each([
    [100, 101],
    [199, 200],
    [298, 299],
    [100, 1_100],
  ])("is not where a total of %i says, if there are %i rows", async (total, size) => {
    const { result, present } = await lookUp([size, 9_999], {
      pages: (_number, offset) => ({ Total: total, ids: range(size).slice(offset, offset + 100) }),
    });
    expect(present).toEqual([size]);
    expect(result).toEqual({ conclusive: false });
  });

  test("is not a page that was cut short", async () => {
    const all = range(150);
    const { result } = await lookUp([150], {
      pages: (_number, offset) => ({ Total: 149, ids: all.slice(offset, offset === 99 ? 149 : offset + 100) }),
    });
    expect(result).toEqual({ conclusive: true });
  });

  test("of exactly one full page is seen on the next one", async () => {
    const { result, api } = await lookUp([999], { inventory: range(100) });
    expect(result).toEqual({ conclusive: true });
    expect(offsets(api)).toEqual([0, 99]);
  });

  test("that never comes is given up", async () => {
    const { result, api } = await lookUp([1_000_000], {
      pages: (_number, offset) => ({ Total: 300, ids: range(100, offset + 1) }),
    });
    expect(result).toEqual({ conclusive: false });
    expect(api.requests.length).toBeLessThan(100);
  });

  test("that never comes, with a total to match, is given up after half an hour", async () => {
    const { result, clock } = await lookUp([1_000_000_000], {
      requestsPerSecond: 0.05,
      pages: (number, offset) => {
        expect(number).toBeLessThan(100);
        return { Total: 900_000_000, ids: range(100, offset + 1) };
      },
    });
    expect(result).toEqual({ conclusive: false });
    expect(clock.monotonicNow()).toBeLessThan(31 * 60_000);
  });
});

describe("one reading is not enough", () => {
  const secondReading = async (order: readonly number[]) => {
    const { result, api } = await lookUp([999], {
      pages: (_number, offset) => ({ Total: order.length, ids: order.slice(offset, offset + 100) }),
    });
    expect(result).toEqual({ conclusive: true });
    return readings(api);
  };

  test.each([
    ["rise", range(150), 1],
    ["fall", range(150).reverse(), 1],
    ["do neither", [...range(75, 76), ...range(75)], 2],
  ])("unless the IDs rise or fall: those that %s", async (_name, order, count) => {
    expect(await secondReading(order)).toBe(count);
  });

  test("if the API has smaller pages than asked for", async () => {
    const all = range(95);
    const { result, present, api } = await lookUp([95, 96], {
      pages: (_number, offset) => ({ Total: 95, ids: all.slice(offset, offset + 30) }),
    });
    expect(result).toEqual({ conclusive: true });
    expect(present).toEqual([95]);
    expect(offsets(api)).toEqual([0, 29, 58, 87, 94, 0, 29, 58, 87, 94, 0, 29, 58, 87, 94]);
  });

  test("if pages end early; the next one begins where they ended", async () => {
    const all = range(250);
    const { result, present, api } = await lookUp([249, 999], {
      pages: (_number, offset) => ({ Total: 250, ids: all.slice(offset, offset + (offset === 99 ? 40 : 100)) }),
    });
    expect(result).toEqual({ conclusive: true });
    expect(present).toEqual([249]);
    expect(readings(api)).toBe(3);
  });

  test("nor are two that differ in their order", async () => {
    const rotated = (by: number) => [...range(150 - by, by + 1), ...range(by)];
    const { result, api } = await lookUp([999], {
      pages: (number, offset) => ({ Total: 150, ids: rotated(number <= 3 ? 75 : 50).slice(offset, offset + 100) }),
    });
    expect(result).toEqual({ conclusive: true });
    expect(readings(api)).toBe(3);
  });

  test("nor are two, of smaller pages, after two of another list", async () => {
    let count = 0;
    const { result, api } = await lookUp([999], {
      pages: (_number, offset) => {
        if (offset === 0) count += 1;
        const all = count <= 2 ? [1, 2, 3] : [3, 2, 1];
        return { Total: 3, ids: all.slice(offset, offset + 2) };
      },
    });
    expect(result).toEqual({ conclusive: false });
    expect(readings(api)).toBe(4);
  });

  test("if it lacks a CSR that the reading before it saw", async () => {
    const { result, present, api } = await lookUp([7, 999], {
      pages: (number) => (number <= 2 ? { Total: 3, ids: [7, 8] } : { Total: 1, ids: [8] }),
    });
    expect(result).toEqual({ conclusive: true });
    expect(present).toEqual([]);
    expect(readings(api)).toBe(3);
  });
});

describe("an inconsistent list", () => {
  test("is read four times; then nothing is known of what was not seen", async () => {
    const { result, present, api } = await lookUp([5, 999], { pages: () => ({ Total: 10, ids: [5] }) });
    expect(result).toEqual({ conclusive: false });
    expect(present).toEqual([5]);
    expect(readings(api)).toBe(4);
  });

  test("does no harm if a later reading is consistent", async () => {
    const { result, present } = await lookUp([999], {
      pages: (number) => (number === 1 ? { Total: 2, ids: [] } : { Total: 1, ids: [7] }),
    });
    expect(result).toEqual({ conclusive: true });
    expect(present).toEqual([]);
  });

  test("counts for nothing if the next reading is consistent and lacks nothing", async () => {
    const { result, api } = await lookUp([999], {
      pages: (number) => ({ Total: number === 1 ? 3 : 1, ids: [7] }),
    });
    expect(result).toEqual({ conclusive: true });
    expect(readings(api)).toBe(2);
  });

  test("that shows the same rows on every page is not read any further", async () => {
    const { result, api } = await lookUp([999], { pages: () => ({ Total: 300, ids: range(100) }) });
    expect(result).toEqual({ conclusive: false });
    // The pages that the first one makes expect.
    expect(api.requests.length).toBeLessThanOrEqual(4 * 4);
  });

  test("with a short page is not read ahead any further", async () => {
    const all = range(5_000);
    const { api } = await lookUp([999_999], {
      requestsPerSecond: 1,
      pages: (_number, offset) => ({ Total: 5_000, ids: all.slice(offset, offset + (offset === 99 ? 40 : 100)) }),
    });
    // Ten pages were asked for before the short one came; then the reading goes on where that one ended.
    expect(offsets(api).slice(0, 12)).toEqual([0, ...range(10).map((page) => page * 99), 138]);
    expect(Math.max(...offsets(api))).toBe(990);
  });

  test("is enough when its readings have shown all IDs together", async () => {
    const { result, present, api } = await lookUp([1, 2], {
      pages: (number) => ({ Total: 2, ids: [number] }),
    });
    expect(result).toEqual({ conclusive: true });
    expect(present).toEqual([1, 2]);
    expect(api.requests).toHaveLength(2);
  });

  test("whose total changes between pages is read again", async () => {
    const { result, api } = await lookUp([999], {
      pages: (_number, offset) => ({
        Total: offset === 0 ? 150 : 151,
        ids: range(offset === 0 ? 100 : 52, offset + 1),
      }),
    });
    expect(result).toEqual({ conclusive: false });
    expect(offsets(api)).toEqual([0, 99, 0, 99, 0, 99, 0, 99]);
  });

  test("in which a CSR slips from one page to another, because one was deleted and one created, is read again", async () => {
    const after = [...range(49), ...range(151, 51)];
    const { result, present } = await lookUp([101, 999], {
      pages: (number, offset) => ({ Total: 200, ids: (number === 1 ? range(200) : after).slice(offset, offset + 100) }),
    });
    expect(result).toEqual({ conclusive: true });
    expect(present).toEqual([101]);
  });

  test.each([
    ["pages that do not join", (offset: number) => (offset === 0 ? range(100) : [7, ...range(50, 101)])],
    ["a row that comes twice", (offset: number) => (offset === 0 ? range(100) : [100, 100, ...range(49, 101)])],
    ["pages of one row", (offset: number) => range(150).slice(offset, offset + 1)],
  ])("with %s proves nothing", async (_name, ids) => {
    const { result } = await lookUp([999], { pages: (_number, offset) => ({ Total: 150, ids: ids(offset) }) });
    expect(result).toEqual({ conclusive: false });
  });
});

describe("a failure", () => {
  test("ends the reading, and is reported", async () => {
    const { result, present, api } = await lookUp([5], {
      inventory: range(500),
      fault: () => ({ kind: "code", code: "UnauthorizedOperation" }),
    });
    expect(result).toMatchObject({ conclusive: false, failure: { code: "UnauthorizedOperation" } });
    expect(present).toEqual([]);
    expect(api.requests).toHaveLength(1);
  });

  test("on a later page keeps what was seen", async () => {
    const { result, present } = await lookUp([5, 450], {
      inventory: range(500),
      fault: ({ offset }) => (offset === 396 ? { kind: "code", code: "FailedOperation.CAMAuthorizedFail" } : undefined),
    });
    expect(result).toMatchObject({ conclusive: false, failure: { kind: "permission" } });
    expect(present).toEqual([5]);
  });

  test.each([
    { Total: 5, Set: "rows" },
    { Total: -1, Set: [] },
    { Total: 1, Set: [{ Id: "x" }] },
    { Total: 1, Set: null },
  ])("is a page that is not in the documented form: %j", async (page) => {
    const { result } = await lookUp([5], { listing: () => page });
    expect(result).toMatchObject({ conclusive: false, failure: { code: "Response.Malformed" } });
  });

  test("inside the action ends the reading, and is reported", async () => {
    const connectMs = (): number => {
      throw new TypeError("broken");
    };
    const { result } = await lookUp([5], { inventory: [5], connectMs });
    expect(result).toMatchObject({ conclusive: false, failure: { code: "Internal.Error", message: "broken" } });
  });

  test("that passes is not noticed", async () => {
    const { result } = await lookUp([999], {
      inventory: range(300),
      fault: ({ number }) => (number === 2 ? { kind: "connection-lost", effect: false } : undefined),
    });
    expect(result).toEqual({ conclusive: true });
  });
});

test("the total is that of the last page, also of a list that changes", async () => {
  const { total, result } = await lookUp(undefined, {
    pages: (number) => ({ Total: 100 + number, ids: range(100) }),
  });
  expect(result).toEqual({ conclusive: false });
  expect(total).toBe(108);
});

test("a listing that begins after a cancel makes no request", async () => {
  const { result, records, total, api } = await lookUp(undefined, {
    inventory: range(5),
    cancelAfterMs: 0,
    later: true,
  });
  expect([result, records.size, total]).toEqual([{ conclusive: false }, 0, undefined]);
  expect(api.requests).toHaveLength(0);
});

test("a permit that comes with the cancel is given back, and no request is made", async () => {
  const cancel = new AbortController();
  const clock = virtualClock();
  const api = fakeApi({ clock, inventory: range(5) });
  const { client } = clientFor(api, clock);
  let released = 0;
  client.acquire = async () => {
    cancel.abort();
    return { started() {}, release: () => (released += 1) };
  };
  const options = { client, clock, cancel: cancel.signal, observer: { onPage() {} } };
  const listing = await clock.until(listCsrs(options));
  expect([listing.conclusive, listing.failure, released, api.requests]).toEqual([false, undefined, 1, []]);
});

test("a reading that a cancel meets proves nothing, but shows what came", async () => {
  const { result, records } = await lookUp(undefined, {
    inventory: range(5),
    latencyMs: () => 300,
    cancelAfterMs: 100,
  });
  expect([result, records.size]).toEqual([{ conclusive: false }, 5]);
});

test("what a cancel does to a request is no failure of the listing", async () => {
  const { result } = await lookUp(undefined, {
    inventory: range(5),
    latencyMs: () => 300,
    cancelAfterMs: 100,
    fault: () => ({ kind: "code", code: "InternalError" }),
  });
  expect(result).toEqual({ conclusive: false });
});

test("a cancel ends the lookup; what was seen is kept", async () => {
  const { result, present, clock } = await lookUp([5, 4_000], {
    inventory: range(5_000),
    latencyMs: () => 300,
    cancelAfterMs: 1_000,
  });
  expect(result).toEqual({ conclusive: false });
  expect(present).toEqual([5]);
  expect(clock.monotonicNow()).toBeLessThan(1_500);
});

describe("what a reading proves", () => {
  const page = (offset: number, total: number, ids: readonly number[]) =>
    [offset, { offset, total, records: ids.map((id) => ({ id })) }] as const;
  const prove = (...pages: ReadonlyArray<ReturnType<typeof page>>) =>
    wholeList(new Map(pages as Array<[number, ReturnType<typeof page>[1]]>));

  test.each([
    ["no page", []],
    ["an empty list", [page(0, 0, [])], 1],
    ["one page that holds what it says", [page(0, 2, [7, 5])], 1],
    ["one page in no order", [page(0, 3, [7, 5, 6])], 1],
    ["one page that holds less", [page(0, 3, [7, 5])]],
    ["one page that holds more", [page(0, 1, [7, 5])]],
    ["one page with a row twice", [page(0, 2, [7, 7])]],
    ["one page with a row twice that says one", [page(0, 1, [7, 7])]],
    ["one full page", [page(0, 100, range(100))]],
    ["a full page and its end", [page(0, 100, range(100)), page(99, 100, [100])], 1],
    ["an end that is another row", [page(0, 100, range(100)), page(99, 100, [101])]],
    ["an end that is empty", [page(0, 100, range(100)), page(99, 100, [])]],
    ["a page whose total differs", [page(0, 100, range(100)), page(99, 101, [100])]],
    ["pages in no order", [page(0, 100, [2, 1, ...range(98, 3)]), page(99, 100, [100])], 2],
    ["a falling list", [page(0, 100, range(100).reverse()), page(99, 100, [1])], 1],
    ["short pages", [page(0, 3, [1, 2]), page(1, 3, [2, 3]), page(2, 3, [3])], 3],
    ["short pages with a gap", [page(0, 3, [1, 2]), page(2, 3, [3])]],
    ["pages that do not join, with all CSRs on them", [page(0, 5, [1, 2, 3]), page(2, 5, [1, 4, 5]), page(4, 5, [5])]],
    ["pages without an end", [page(0, 150, range(100)), page(99, 150, range(51, 100))]],
    ["a row twice in the chain", [page(0, 3, [1, 2, 2]), page(2, 3, [2, 3]), page(3, 3, [3])]],
    ["a row twice instead of one", [page(0, 3, [1, 2, 2]), page(1, 3, [2, 9]), page(2, 3, [2])]],
    ["a CSR outside the chain", [page(0, 3, [1, 2, 3]), page(1, 3, [9]), page(2, 3, [3])]],
  ] as Array<[string, Array<ReturnType<typeof page>>, number?]>)("%s", (_name, pages, readingsNeeded) => {
    expect(prove(...pages)?.readingsNeeded).toBe(readingsNeeded);
  });
});
