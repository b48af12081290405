import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Inputs } from "../../src/inputs/inputs.ts";
import { createLog, type Log } from "../../src/report/log.ts";
import { fault } from "../../src/tencentcloud/fault.ts";
import { call } from "./results.ts";

let text: string;
let log: Log;

beforeEach(() => {
  text = "";
  log = createLog((raw) => raw.replaceAll("secret", "***"));
  vi.spyOn(process.stdout, "write").mockImplementation((written) => {
    text += String(written);
    return true;
  });
});
afterEach(() => vi.restoreAllMocks());

const inputs: Inputs = {
  csrIds: [11, 22],
  duplicates: 0,
  credentials: { secretId: "AKIDEXAMPLE", secretKey: "example-key", token: "example-token" },
  endpoint: { origin: "https://ssl.intl.tencentcloudapi.com", host: "ssl.intl.tencentcloudapi.com" },
  dryRun: false,
  requestsPerSecond: 10,
  onAbsent: "warn",
};

describe("the configuration", () => {
  test("is in a group, and holds no credentials", () => {
    log.start(inputs);
    expect(text).toBe(
      `::group::Delete Tencent Cloud CSRs: 2 CSRs
CSR IDs: 11, 22
Endpoint: https://ssl.intl.tencentcloudapi.com
Credentials: given, with session token
Requests per second: at most 10
On absent CSRs: warn
::endgroup::
`,
    );
  });

  test.each<[string, Partial<Inputs>, string]>([
    ["no IDs", { csrIds: [] }, "CSR IDs: none\n"],
    ["repeated IDs", { duplicates: 1_234 }, "CSR IDs: 11, 22 (1,234 repeated, dropped)\n"],
    ["many IDs", { csrIds: Array.from({ length: 1_100 }, (_, index) => index + 1) }, "99, 100 … and 1,000 more\n"],
    [
      "no session token",
      { credentials: { secretId: "a", secretKey: "b" } },
      "Credentials: given, without session token",
    ],
    ["no credentials", { credentials: undefined }, "Credentials: none\n"],
    ["a dry run", { dryRun: true }, "::group::Delete Tencent Cloud CSRs: 2 CSRs, dry run\n"],
  ])("tells of %s", (_name, more, line) => {
    log.start({ ...inputs, ...more });
    expect(text).toContain(line);
  });
});

describe("an answer", () => {
  const answer = { ok: true, deleted: [11], strange: [], requestId: "request-1", lost: false } as const;

  test("is a line with its RequestId and how far the run is", () => {
    log.cleanUp.onAnswer({ asked: 1, answer, done: 1, total: 2_000 });
    expect(text).toBe("Deleted 1 of 1 CSR; 1 of 2,000 done (RequestId request-1).\n");
    expect(log.notices).toEqual([]);
  });

  test("that leaves IDs out says how many", () => {
    log.cleanUp.onAnswer({ asked: 3, answer: { ...answer, requestId: undefined }, done: 3, total: 3 });
    expect(text).toBe("Deleted 1 of 3 CSRs, 2 not confirmed; 3 of 3 done.\n");
  });

  test("with strange values is one warning, however many there are", () => {
    for (let time = 0; time < 5; time += 1) {
      const strange = Array.from({ length: 9 }, (_, index) => time * 9 + index);
      log.cleanUp.onAnswer({ asked: 1, answer: { ...answer, strange }, done: 1, total: 1 });
    }
    expect(log.notices).toEqual([
      {
        level: "warning",
        title: "Strange answer",
        message: expect.stringContaining("0, 1, 2, 3, 4, 5, 6, 7, 8, 9. They are not counted."),
      },
    ]);
  });

  test("with strange values of any type is told as JSON, without secrets", () => {
    log.cleanUp.onAnswer({
      asked: 1,
      answer: { ...answer, strange: [undefined, null, "secret", { a: ["secret"] }] },
      done: 1,
      total: 1,
    });
    expect(log.notices[0]?.message).toContain('undefined, null, "***", {"a":["***"]}.');
  });
});

describe("a request", () => {
  test("is kept for the report, and told when the log is for debugging", () => {
    const failed = call({ code: "InternalError", requestId: undefined, size: 100, attempt: 2 });
    log.onCall(call());
    log.onCall(failed);
    expect(log.calls).toEqual([call(), failed]);
    expect(text).toBe(
      "::debug::BatchDeleteCSR of 1, attempt 1: ok after 20 ms (RequestId request-1)\n" +
        "::debug::BatchDeleteCSR of 100, attempt 2: InternalError after 20 ms\n",
    );
  });

  test("that is made again says why, and when", () => {
    const why = fault("RequestLimitExceeded", "m");
    log.onRetry(call(), why, 0);
    log.onRetry(call({ attempt: 2 }), fault("InternalError", "m"), 1_500);
    expect(text).toBe(
      "BatchDeleteCSR: attempt 1 failed with RequestLimitExceeded (RequestId request-1); again at a slower pace.\n" +
        "BatchDeleteCSR: attempt 2 failed with InternalError (RequestId request-1); again in 1.5 s.\n",
    );
  });

  test("that is refused, in parts or at last, has its code", () => {
    log.cleanUp.onSplit(100, fault("InvalidParameter", "m", { requestId: "r" }));
    log.cleanUp.onFailure(1, fault("InvalidParameter", "not this\none"));
    log.cleanUp.onListing(2);
    expect(text).toBe(
      "A call of 100 CSRs was refused with InvalidParameter (RequestId r); trying its parts.\n" +
        "A call of 1 CSR failed with InvalidParameter: not this one\n" +
        "Looking up 2 CSRs that no answer confirmed.\n",
    );
  });
});

test.each([
  [600_000, "600.0 s behind the API's"],
  [-61_000, "61.0 s ahead of the API's"],
])("a clock that is wrong by %d ms is %s", (errorMs, words) => {
  log.onClockCorrected(errorMs);
  expect(text).toContain(words);
  expect(log.notices).toEqual([
    { level: "warning", title: "The runner's clock is wrong", message: expect.stringContaining(words) },
  ]);
});
