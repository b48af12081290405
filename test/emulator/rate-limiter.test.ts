import { expect, test } from "vitest";
import { startEmulator } from "./emulator.ts";
import { call, deleteCsrs } from "./signed-request.ts";
import { RateLimiter } from "./tencentcloud/rate-limiter.ts";

function granted(limiter: RateLimiter, times: readonly number[], action = "BatchDeleteCSR"): boolean[] {
  return times.map((at) => limiter.acquire(action, at).granted);
}

test("counts accepted requests in a sliding second, its end left out", () => {
  const limiter = new RateLimiter(2);
  expect(granted(limiter, [0, 500, 999.9, 1000, 1499.9, 1500])).toEqual([true, true, false, true, false, true]);
});

test("counts each action separately", () => {
  const limiter = new RateLimiter(1);
  expect(granted(limiter, [0, 1])).toEqual([true, false]);
  expect(granted(limiter, [2], "DescribeCSRSet")).toEqual([true]);
});

test("counts what others send", () => {
  expect(granted(new RateLimiter(10, 8), [0, 1, 2])).toEqual([true, true, false]);
});

test("counts refused requests, too, if it is told to", () => {
  expect(granted(new RateLimiter(1, 0, true), [0, 600, 1100, 2200])).toEqual([true, false, false, true]);
});

test("gives back the permit of a request that was refused for another reason", () => {
  const limiter = new RateLimiter(1);
  limiter.release(limiter.acquire("BatchDeleteCSR", 0));
  const accepted = limiter.acquire("BatchDeleteCSR", 1);
  limiter.release(limiter.acquire("BatchDeleteCSR", 2));
  expect(accepted.granted).toBe(true);
  expect(granted(limiter, [3])).toEqual([false]);
});

test("the error is worded as the real one", async () => {
  await using emulator = await startEmulator({ csrs: [1, 2, 3], requestsPerSecond: 2 });
  const responses = await Promise.all([1, 2, 3].map((id) => deleteCsrs(emulator.url, [id])));
  const refused = responses.flatMap((response) => (response.Error ? [response.Error] : []));
  expect(refused).toEqual([
    {
      Code: "RequestLimitExceeded",
      Message:
        "Your current request times equals to `3` in a second, which exceeds the frequency limit `2` for a second. " +
        "Please reduce the frequency of calls.",
    },
  ]);
  expect(emulator.deleted).toHaveLength(2);
});

test("requests with a wrong signature do not count", async () => {
  await using emulator = await startEmulator({ requestsPerSecond: 1 });
  expect((await call(emulator.url, "DescribeCSRSet", { service: "cvm" })).Error).toBeDefined();
  expect((await call(emulator.url, "DescribeCSRSet")).Error).toBeUndefined();
  expect((await call(emulator.url, "DescribeCSRSet")).Error?.Code).toBe("RequestLimitExceeded");
});
