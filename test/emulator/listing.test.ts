import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type CsrRecord,
  type Emulator,
  type EmulatorOptions,
  type ListingBehavior,
  startEmulator,
} from "./emulator.ts";
import { type ApiResponse, call } from "./signed-request.ts";
import { recordOf } from "./tencentcloud/records.ts";

function range(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => first + index);
}

function start(options: EmulatorOptions): Promise<Emulator> {
  return startEmulator({ requestsPerSecond: Number.POSITIVE_INFINITY, ...options });
}

async function page(emulator: Emulator, body: unknown = {}): Promise<ApiResponse> {
  return call(emulator.url, "DescribeCSRSet", { body });
}

function idsOf(response: ApiResponse): number[] | undefined {
  return response.Set?.map((row) => row.Id);
}

async function pages(emulator: Emulator, limit: number, count: number): Promise<ApiResponse[]> {
  const responses: ApiResponse[] = [];
  for (let index = 0; index < count; index += 1)
    responses.push(await page(emulator, { Limit: limit, Offset: index * limit }));
  return responses;
}

describe("the listing", () => {
  let emulator: Emulator;
  beforeAll(async () => {
    emulator = await start({ csrs: range(1001, 250).reverse() });
  });
  afterAll(() => emulator.close());

  test("has ten rows in the order of their IDs by default", async () => {
    expect(idsOf(await page(emulator))).toEqual(range(1001, 10));
  });

  test("comes page by page, with the total", async () => {
    const responses = await pages(emulator, 100, 4);
    expect(responses.map((response) => response.Total)).toEqual([250, 250, 250, 250]);
    expect(responses.flatMap((response) => idsOf(response))).toEqual(range(1001, 250));
  });

  test("can be filtered", async () => {
    const all = range(1001, 250).map(recordOf);
    const domain = all[7]?.Domain;
    expect(await page(emulator, { Domain: domain })).toMatchObject({ Total: 1, Set: [all[7]] });
    const ecc = all.filter((record) => record.EncryptAlgo === "ECC").length;
    expect((await page(emulator, { EncryptAlgo: "ECC" })).Total).toBe(ecc);
  });

  test.each<[unknown, string]>([
    [{ Limit: 0 }, "InvalidParameterValue"],
    [{ Limit: 101 }, "InvalidParameterValue"],
    [{ Offset: -1 }, "InvalidParameterValue"],
    [{ Limit: "10" }, "InvalidParameter"],
    [{ Domain: 1 }, "InvalidParameter"],
    [{ Status: 1 }, "UnknownParameter"],
  ])("refuses %o", async (body, code) => {
    expect((await page(emulator, body)).Error?.Code).toBe(code);
  });
});

test("a record depends on its ID alone, and has every field", () => {
  expect(recordOf(4711)).toEqual(recordOf(4711));
  expect(recordOf(Number.MAX_SAFE_INTEGER)).toMatchObject({ Id: Number.MAX_SAFE_INTEGER, OwnerUin: "100000000001" });
  expect(Object.keys(recordOf(1))).toHaveLength(14);
  expect(recordOf(1).CreateTime).toMatch(/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/);
});

test("given records are listed as they are", async () => {
  const record: CsrRecord = { ...recordOf(5), Remarks: "<b>mine</b>" };
  await using emulator = await start({ csrs: [record] });
  expect((await page(emulator)).Set).toEqual([record]);
});

test("the fields that a test gives replace the usual ones, null included", async () => {
  const given = { Id: 5, Domain: "*.example.org", CreateTime: "2020-02-29 23:59:59", Remarks: null };
  await using emulator = await start({ csrs: [4, given] });
  emulator.addCsrs([{ Id: 6, Remarks: "later" }]);
  expect((await page(emulator)).Set).toEqual([
    recordOf(4),
    { ...recordOf(5), ...given },
    { ...recordOf(6), Remarks: "later" },
  ]);
});

describe("the Domain filter", () => {
  const csrs = [
    { Id: 1, Domain: "example.com" },
    { Id: 2, Domain: "www.example.com" },
    { Id: 3, Domain: null },
  ];

  test.each<[ListingBehavior, number[]]>([
    [{}, [1, 2]],
    [{ domainMatch: "fuzzy" }, [1, 2]],
    [{ domainMatch: "exact" }, [1]],
  ])("with %o", async (listing, ids) => {
    await using emulator = await start({ csrs, listing });
    const response = await page(emulator, { Domain: "example.com" });
    expect(idsOf(response)).toEqual(ids);
    expect(response.Total).toBe(ids.length);
  });
});

test("the newest can come first; of the same second, the larger ID", async () => {
  const at = (Id: number, CreateTime: string) => ({ Id, CreateTime });
  const csrs = [at(1, "2024-01-01 00:00:00"), at(2, "2025-01-01 00:00:00"), at(3, "2024-01-01 00:00:00")];
  await using emulator = await start({ csrs, listing: { order: "newest" } });
  expect(idsOf(await page(emulator))).toEqual([2, 3, 1]);
  emulator.addCsrs([at(4, "2024-06-01 00:00:00")]);
  expect(idsOf(await page(emulator))).toEqual([2, 4, 3, 1]);
});

test("others can create and remove CSRs", async () => {
  await using emulator = await start({ csrs: [1, 5] });
  emulator.addCsrs([3, 5]);
  emulator.removeCsrs([1, 2]);
  expect(idsOf(await page(emulator))).toEqual([3, 5]);
  expect(emulator.deleted).toEqual([]);
});

describe("a listing that is wrong", () => {
  async function listed(listing: ListingBehavior, csrs: number, count: number): Promise<ApiResponse[]> {
    await using emulator = await start({ csrs: range(1, csrs), listing });
    return await pages(emulator, 3, count);
  }

  test("is in another order each time", async () => {
    const responses = await listed({ order: "shuffled" }, 300, 2);
    const [first = [], second = []] = responses.map(idsOf);
    expect(new Set(first).size).toBe(3);
    expect(first).not.toEqual(second);
  });

  test("has a short last page even in random order", async () => {
    const responses = await listed({ order: "shuffled" }, 4, 3);
    expect(responses.map((response) => response.Set?.length)).toEqual([3, 1, 0]);
  });

  test("has a wrong total", async () => {
    expect((await listed({ total: 7 }, 1, 2)).map((response) => response.Total)).toEqual([7, 7]);
  });

  test("has totals that change", async () => {
    expect((await listed({ totalSequence: [5, 4] }, 1, 3)).map((response) => response.Total)).toEqual([5, 4, 4]);
  });

  test("repeats the last row of a page as the first of the next, and loses nothing", async () => {
    expect((await listed({ duplicate: true }, 6, 4)).map(idsOf)).toEqual([[1, 2, 3], [3, 4, 5], [5, 6], []]);
  });

  test("shifts when CSRs are created meanwhile", async () => {
    const emulator = await start({ csrs: [11, 12, 13, 14], listing: { concurrentCreate: [1, 2] } });
    expect((await pages(emulator, 3, 2)).map(idsOf)).toEqual([
      [11, 12, 13],
      [13, 14],
    ]);
    expect(emulator.inventory.size).toBe(6);
    await emulator.close();
  });

  test("shifts when CSRs are deleted meanwhile", async () => {
    expect((await listed({ concurrentDelete: [1] }, 5, 2)).map(idsOf)).toEqual([[1, 2, 3], [5]]);
  });

  test.each([
    [2, 7],
    [-1, 4],
    [-9, 0],
  ])("has a total that is off by %i", async (totalOffset, total) => {
    expect((await listed({ totalOffset }, 5, 1))[0]?.Total).toBe(total);
  });

  test("has a total that lags behind its rows", async () => {
    await using emulator = await start({ csrs: [1, 2, 3], listing: { totalLagMs: Number.POSITIVE_INFINITY } });
    emulator.removeCsrs([1, 2]);
    expect(await page(emulator)).toMatchObject({ Total: 3, Set: [{ Id: 3 }] });
    await using current = await start({ csrs: [1, 2, 3], listing: { totalLagMs: 0 } });
    current.removeCsrs([1, 2]);
    expect((await page(current)).Total).toBe(1);
  });

  test("has a row twice, and another one nowhere", async () => {
    expect((await listed({ duplicate: "replace" }, 7, 3)).map(idsOf)).toEqual([[1, 2, 3], [3, 5, 6], [6]]);
  });

  test("leaves rows out that it counts", async () => {
    const responses = await listed({ omit: { ids: [2, 5] } }, 5, 2);
    expect(responses.map(idsOf)).toEqual([[1, 3, 4], []]);
    expect(responses.map(({ Total }) => Total)).toEqual([5, 5]);
  });

  test("leaves rows out of some responses only", async () => {
    expect((await listed({ omit: { ids: [2], requests: [1] } }, 4, 2)).map(idsOf)).toEqual([[1, 3, 4], [4]]);
  });

  test("has shorter pages than requested", async () => {
    const responses = await listed({ pageSize: 2 }, 7, 3);
    expect(responses.map(idsOf)).toEqual([[1, 2], [4, 5], [7]]);
    expect(responses[0]?.Total).toBe(7);
  });

  test("has pages of any size up to the one requested", async () => {
    await using emulator = await start({ csrs: range(1, 100), listing: { pageSize: { min: 1, max: 100 } } });
    const sizes = (await pages(emulator, 10, 5)).map((response) => response.Set?.length ?? 0);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(10);
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(1);
  });

  test.each<[ListingBehavior["emptySet"], object]>([
    ["array", { Total: 0, Set: [] }],
    ["null", { Total: 0, Set: null }],
    ["missing", { Total: 0 }],
  ])("is empty, with a Set that is: %s", async (emptySet = "array", expected) => {
    expect(await listed({ emptySet }, 0, 1)).toEqual([{ ...expected, RequestId: expect.any(String) }]);
    expect((await listed({ emptySet }, 1, 1))[0]?.Set).toHaveLength(1);
  });

  test("changes by pairs of creations and deletions, so that the total stays", async () => {
    await using emulator = await start({ csrs: range(1, 20), listing: { churn: { pairs: 3, pool: range(1, 10) } } });
    const responses = await pages(emulator, 20, 4);
    expect(responses.map(({ Total }) => Total)).toEqual([20, 20, 20, 20]);
    expect(range(11, 10).every((id) => emulator.inventory.has(id))).toBe(true);
    expect([...emulator.inventory].filter((id) => id > 20).length).toBeGreaterThan(3);
  });

  test("comes from a stale replica now and then", async () => {
    await using emulator = await start({ csrs: [1, 2, 3], listing: { staleReplica: { every: 2 } } });
    emulator.removeCsrs([2]);
    emulator.addCsrs([4]);
    const responses = [await page(emulator), await page(emulator), await page(emulator)];
    expect(responses.map(idsOf)).toEqual([
      [1, 3, 4],
      [1, 2, 3],
      [1, 3, 4],
    ]);
    expect(responses.map(({ Total }) => Total)).toEqual([3, 3, 3]);
  });

  test("comes from a replica that is a little behind", async () => {
    await using emulator = await start({ csrs: [1, 2], listing: { staleReplica: { every: 1, lagMs: 60_000 } } });
    emulator.removeCsrs([2]);
    expect(idsOf(await page(emulator))).toEqual([1, 2]);
  });
});
