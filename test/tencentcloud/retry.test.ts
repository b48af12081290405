import { describe, expect, test } from "vitest";
import { failed, type Result, success } from "../../src/shared/result.ts";
import { type ApiFailure, apiFailure } from "../../src/tencentcloud/errors.ts";
import { type RetryOptions, withRetries } from "../../src/tencentcloud/retry.ts";
import { never } from "../support/client-for.ts";
import { virtualClock } from "../support/virtual-clock.ts";

const MINUTE_MS = 60_000;

/** Attempts that fail with `codes`, one after the other; with the last one for ever. */
async function retry(codes: readonly string[], options: Partial<RetryOptions> = {}, attemptMs = 0) {
  const clock = virtualClock();
  const numbers: number[] = [];
  const waits: Array<readonly [code: string, waitMs: number]> = [];
  const retried: unknown[] = [];
  async function attempt(number: number): Promise<Result<string, ApiFailure>> {
    const code = codes[Math.min(numbers.length, codes.length - 1)];
    numbers.push(number);
    await clock.sleep(attemptMs);
    return code ? failed(apiFailure(code, "")) : success("done");
  }
  const result = await clock.until(
    withRetries(attempt, {
      clock,
      random: () => 0.5,
      signal: never,
      action: "A",
      observer: {
        onRetry(attempt, { code }, waitMs) {
          retried.push(attempt);
          waits.push([code, waitMs]);
        },
      },
      ...options,
    }),
  );
  return { result, numbers, waits, retried, ms: clock.monotonicNow() };
}

test("a success is not tried again", async () => {
  expect(await retry([""])).toMatchObject({ result: success("done"), numbers: [1], waits: [] });
});

test("what may pass is tried up to five times, with longer and longer waits", async () => {
  const { result, numbers, waits, retried, ms } = await retry(["Oidc.Unavailable"]);
  expect(result).toMatchObject({ ok: false, failure: { code: "Oidc.Unavailable" } });
  expect(numbers).toEqual([1, 2, 3, 4, 5]);
  expect(retried).toEqual([1, 2, 3, 4].map((attempt) => ({ action: "A", attempt })));
  expect(waits.map(([, waitMs]) => waitMs)).toEqual([250, 500, 1000, 2000]);
  expect(ms).toBe(3_750);
});

test("an attempt after a failure may succeed", async () => {
  const { result, waits } = await retry(["InternalError", "Network.ConnectFailed", ""]);
  expect(result).toEqual(success("done"));
  expect(waits).toEqual([
    ["InternalError", 250],
    ["Network.ConnectFailed", 500],
  ]);
});

test.each([
  ["Sts.InternalError.GetRoleError", 2],
  ["Sts.UnauthorizedOperation", 1],
  ["Tls.Untrusted", 1],
  ["Response.TooLarge", 1],
  ["AuthFailure.SignatureExpire", 1],
  ["SomethingNew", 1],
])("%s is tried %i times: the table's number, but what needs a person, once", async (code, times) => {
  expect((await retry([code])).numbers).toHaveLength(times);
});

test("another number of attempts may be given", async () => {
  expect((await retry(["Tls.Untrusted"], { attempts: () => 3 })).numbers).toEqual([1, 2, 3]);
});

describe("a refusal by the rate limit", () => {
  test("is tried again at once, under the same number", async () => {
    const { result, numbers, waits } = await retry([
      "RequestLimitExceeded",
      "InternalError",
      "RequestLimitExceeded",
      "",
    ]);
    expect(result).toEqual(success("done"));
    expect(numbers).toEqual([1, 1, 2, 2]);
    expect(waits.map(([, waitMs]) => waitMs)).toEqual([0, 250, 0]);
  });

  test.each(["RequestLimitExceeded", "Sts.InvalidParameter.OverLimit", "Sts.RequestLimitExceeded"])(
    "is tried for two minutes: %s",
    async (code) => {
      const { result, numbers, ms } = await retry([code], {}, 10_000);
      expect(result).toMatchObject({ ok: false, failure: { code } });
      expect(numbers).toHaveLength(13);
      expect(ms).toBe(130_000);
    },
  );

  test("is tried for two minutes since something else was heard", async () => {
    const { ms } = await retry(["RequestLimitExceeded"], { throttledSince: () => MINUTE_MS }, 10_000);
    expect(ms).toBe(190_000);
  });
});

describe("once it is cancelled", () => {
  test("no attempt follows one that failed meanwhile", async () => {
    const cancel = new AbortController();
    cancel.abort();
    const { result, numbers, waits } = await retry(["InternalError"], { signal: cancel.signal });
    expect(result).toMatchObject({ ok: false, failure: { code: "InternalError" } });
    expect([numbers.length, waits.length]).toEqual([1, 0]);
  });

  test("a wait ends at once, and no attempt follows", async () => {
    const cancel = new AbortController();
    const { result, numbers, ms } = await retry(["InternalError"], {
      signal: cancel.signal,
      observer: { onRetry: () => cancel.abort() },
    });
    expect(result).toMatchObject({ ok: false, failure: { code: "InternalError" } });
    expect([numbers.length, ms]).toEqual([1, 0]);
  });
});

test.each([
  [0, [0, 0, 0, 0]],
  [1, [500, 1000, 2000, 4000]],
])(
  "a wait has full jitter, anything from nothing to twice as much each time: with the random number %d, %j",
  async (number, expected) => {
    const { waits } = await retry(["InternalError"], { random: () => number });
    expect(waits.map(([, waitMs]) => waitMs)).toEqual(expected);
  },
);
