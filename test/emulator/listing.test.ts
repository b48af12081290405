import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CsrRecord, type Emulator, type EmulatorOptions, type Listing, startEmulator } from "./emulator.ts";
import { recordOf } from "./records.ts";
import { type ApiResponse, call } from "./signed-request.ts";

function range(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => first + index);
}

function start(options: EmulatorOptions): Promise<Emulator> {
  return startEmulator({ requestsPerSecond: Number.POSITIVE_INFINITY, ...options });
}

async function page(emulator: Emulator, body: unknown = {}): Promise<ApiResponse> {
  return call(emulator.url, "DescribeCSRSet", { body });
}

function idsOf(answer: ApiResponse): number[] | undefined {
  return answer.Set?.map((row) => row.Id);
}

async function pages(emulator: Emulator, limit: number, count: number): Promise<ApiResponse[]> {
  const answers: ApiResponse[] = [];
  for (let index = 0; index < count; index += 1)
    answers.push(await page(emulator, { Limit: limit, Offset: index * limit }));
  return answers;
}

describe("the list", () => {
  let emulator: Emulator;
  beforeAll(async () => {
    emulator = await start({ csrs: range(1001, 250).reverse() });
  });
  afterAll(() => emulator.close());

  test("has ten rows in the order of their IDs by default", async () => {
    expect(idsOf(await page(emulator))).toEqual(range(1001, 10));
  });

  test("comes page by page, with the total", async () => {
    const answers = await pages(emulator, 100, 4);
    expect(answers.map((answer) => answer.Total)).toEqual([250, 250, 250, 250]);
    expect(answers.flatMap((answer) => idsOf(answer))).toEqual(range(1001, 250));
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

test("others can create and remove CSRs", async () => {
  await using emulator = await start({ csrs: [1, 5] });
  emulator.addCsrs([3, 5]);
  emulator.removeCsrs([1, 2]);
  expect(idsOf(await page(emulator))).toEqual([3, 5]);
  expect(emulator.deleted).toEqual([]);
});

describe("a lying list", () => {
  async function lie(listing: Listing, csrs: number, count: number): Promise<ApiResponse[]> {
    await using emulator = await start({ csrs: range(1, csrs), listing });
    return await pages(emulator, 3, count);
  }

  test("is in another order each time", async () => {
    const answers = await lie({ order: "shuffled" }, 300, 2);
    const [first = [], second = []] = answers.map(idsOf);
    expect(new Set(first).size).toBe(3);
    expect(first).not.toEqual(second);
  });

  test("has a short last page even in random order", async () => {
    const answers = await lie({ order: "shuffled" }, 4, 3);
    expect(answers.map((answer) => answer.Set?.length)).toEqual([3, 1, 0]);
  });

  test("has a wrong total", async () => {
    expect((await lie({ total: 7 }, 1, 2)).map((answer) => answer.Total)).toEqual([7, 7]);
  });

  test("has totals that change", async () => {
    expect((await lie({ totalSequence: [5, 4] }, 1, 3)).map((answer) => answer.Total)).toEqual([5, 4, 4]);
  });

  test("repeats the last row of a page as the first of the next, and loses nothing", async () => {
    expect((await lie({ duplicate: true }, 6, 4)).map(idsOf)).toEqual([[1, 2, 3], [3, 4, 5], [5, 6], []]);
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
    expect((await lie({ concurrentDelete: [1] }, 5, 2)).map(idsOf)).toEqual([[1, 2, 3], [5]]);
  });
});

test("a large account is fast", async () => {
  await using emulator = await start({ csrs: range(1, 100_000) });
  const started = performance.now();
  for (let batch = 0; batch < 20; batch += 1) {
    await call(emulator.url, "BatchDeleteCSR", { body: { CSRIds: range(1 + batch * 100, 100) } });
    await page(emulator, { Limit: 100, Offset: 50_000 });
  }
  expect(performance.now() - started).toBeLessThan(2000);
});
