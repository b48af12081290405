import { expect, test } from "vitest";
import { startEmulator } from "./emulator.ts";
import { RateLimit } from "./rate-limit.ts";
import { call, deleteCsrs } from "./signed-request.ts";

function allowed(limit: RateLimit, times: readonly number[], action = "BatchDeleteCSR"): boolean[] {
  return times.map((at) => limit.arrive(action, at).allowed);
}

test("counts accepted requests in a sliding second, its end left out", () => {
  const limit = new RateLimit(2, 0);
  expect(allowed(limit, [0, 500, 999.9, 1000, 1499.9, 1500])).toEqual([true, true, false, true, false, true]);
});

test("counts each action for itself", () => {
  const limit = new RateLimit(1, 0);
  expect(allowed(limit, [0, 1])).toEqual([true, false]);
  expect(allowed(limit, [2], "DescribeCSRSet")).toEqual([true]);
});

test("counts what others send", () => {
  expect(allowed(new RateLimit(10, 8), [0, 1, 2])).toEqual([true, true, false]);
});

test("gives the slot of a request back that was refused for another reason", () => {
  const limit = new RateLimit(1, 0);
  limit.release(limit.arrive("BatchDeleteCSR", 0));
  const accepted = limit.arrive("BatchDeleteCSR", 1);
  limit.release(limit.arrive("BatchDeleteCSR", 2));
  expect(accepted.allowed).toBe(true);
  expect(allowed(limit, [3])).toEqual([false]);
});

test("the error is worded as the real one", async () => {
  await using emulator = await startEmulator({ csrs: [1, 2, 3], requestsPerSecond: 2 });
  const answers = await Promise.all([1, 2, 3].map((id) => deleteCsrs(emulator.url, [id])));
  const refused = answers.flatMap((answer) => (answer.Error ? [answer.Error] : []));
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
