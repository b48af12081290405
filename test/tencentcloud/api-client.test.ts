import { describe, expect, test } from "vitest";
import { Redactor } from "../../src/shared/redactor.ts";
import { failed, success } from "../../src/shared/result.ts";
import type { CredentialsProvider } from "../../src/tencentcloud/api-client.ts";
import { apiFailure, ERROR_TABLE } from "../../src/tencentcloud/errors.ts";
import type { RateLimiter } from "../../src/tencentcloud/rate-limiter.ts";
import { withRetries } from "../../src/tencentcloud/retry.ts";
import { STS_CLIENT } from "../../src/tencentcloud/sts.ts";
import { type ClientFor, type ClientForOptions, clientFor, fixedCredentials, never } from "../support/client-for.ts";
import { type FakeApi, type FakeFault, type FakeRequest, fakeApi } from "../support/fake-api.ts";
import { type VirtualClock, virtualClock } from "../support/virtual-clock.ts";

const busy: FakeFault = { kind: "code", code: "InternalError" };
const limited: FakeFault = { kind: "code", code: "RequestLimitExceeded.UinLimitExceeded" };
const credentials = { secretId: "AKIDEXAMPLE", secretKey: "example-secret-key", token: "example-token" };

interface Setup extends ClientFor {
  readonly clock: VirtualClock;
  readonly api: FakeApi;
  /** Deletes the CSR `id`; `at` milliseconds after now. */
  remove(id: number, at?: number, signal?: AbortSignal): ReturnType<ClientFor["client"]["call"]>;
}

interface SetupOptions extends ClientForOptions {
  readonly fault?: (request: FakeRequest) => FakeFault | undefined;
  readonly latencyMs?: number;
  readonly connectMs?: number;
}

function setUp({ fault, latencyMs = 0, connectMs = 0, ...options }: SetupOptions = {}): Setup {
  const clock = virtualClock();
  const times = { latencyMs: () => latencyMs, connectMs: () => connectMs };
  const api = fakeApi({ clock, inventory: [1, 2, 3], fault, ...times });
  const made = clientFor(api, clock, options);
  return {
    ...made,
    clock,
    api,
    async remove(id, at = 0, signal = never) {
      await clock.sleep(at);
      const permit = await made.client.acquire(never);
      if (!permit) throw new Error("no permit");
      const request = { action: "BatchDeleteCSR", parameters: { CSRIds: [id] }, size: 1 };
      return made.client.call(request, signal, permit);
    },
  };
}

/** One call for CSR 1, with the faults that `fault` gives to its requests. */
async function callOnce(fault: SetupOptions["fault"], options: SetupOptions & { stopAfter?: number } = {}) {
  const stop = new AbortController();
  const setup = setUp({
    ...options,
    fault(request) {
      if (request.number === options.stopAfter) stop.abort();
      return fault?.(request);
    },
  });
  const result = await setup.clock.until(setup.remove(1, 0, stop.signal));
  return { ...setup, result };
}

test("a request has the headers that the API requires", async () => {
  const { api, clock } = await callOnce(undefined, { authentication: fixedCredentials(credentials) });
  expect(api.requests[0]?.target).toBe("POST https://ssl.intl.tencentcloudapi.com");
  expect(api.requests[0]?.headers).toEqual({
    "content-type": "application/json",
    host: "ssl.intl.tencentcloudapi.com",
    authorization: expect.stringMatching(
      /^TC3-HMAC-SHA256 Credential=AKIDEXAMPLE\/2026-11-24\/ssl\/tc3_request, SignedHeaders=content-type;host;x-tc-action, Signature=[0-9a-f]{64}$/,
    ),
    "x-tc-action": "BatchDeleteCSR",
    "x-tc-version": "2019-12-05",
    "x-tc-timestamp": String(clock.now() / 1000),
    "x-tc-language": "en-US",
    "x-tc-requestclient": "test",
    "x-tc-token": "example-token",
  });
});

test("a success is one attempt, with what the API said", async () => {
  const { result, observed } = await callOnce(undefined, { latencyMs: 40 });
  expect(result).toEqual({
    ok: true,
    value: {
      mayHaveTakenEffect: false,
      requestId: "request-1",
      response: { Success: [1], RequestId: "request-1" },
    },
  });
  expect(observed.attempts).toEqual([
    {
      action: "BatchDeleteCSR",
      size: 1,
      attempt: 1,
      retry: false,
      startedAt: Date.UTC(2026, 10, 24),
      durationMs: 40,
      requestId: "request-1",
    },
  ]);
});

describe("a transient failure", () => {
  test("is retried, signed anew, after 0.25, 0.5, 1 and 2 seconds on average", async () => {
    const { result, observed, api, clock } = await callOnce(({ number }) => (number < 5 ? busy : undefined));
    expect(result).toMatchObject({ ok: true, value: { requestId: "request-5" } });
    expect(observed.retries.map(({ waitMs }) => waitMs)).toEqual([250, 500, 1000, 2000]);
    expect(clock.monotonicNow()).toBe(3750);
    expect(observed.attempts.map(({ attempt, retry, code }) => [attempt, retry, code])).toEqual([
      [1, false, "InternalError"],
      [2, true, "InternalError"],
      [3, true, "InternalError"],
      [4, true, "InternalError"],
      [5, true, undefined],
    ]);
    const seconds = api.requests.map(
      ({ headers }) => Number(headers["x-tc-timestamp"]) - Date.UTC(2026, 10, 24) / 1000,
    );
    expect(seconds).toEqual([0, 0, 0, 1, 3]);
    expect(new Set(api.requests.map(({ headers }) => headers.authorization)).size).toBe(3);
  });

  test("ends after five attempts, without a wait after the last", async () => {
    const { result, api, clock, observed } = await callOnce(() => busy);
    expect(result).toMatchObject({
      ok: false,
      failure: { code: "InternalError", requestId: "request-5", fatal: true },
    });
    expect(api.requests).toHaveLength(5);
    expect(observed.retries).toHaveLength(4);
    expect(clock.monotonicNow()).toBe(3750);
  });

  test("is one attempt in all for an unsigned login; so is a refusal by the rate limit", async () => {
    for (const fault of [busy, limited, { kind: "no-connection" }] as const) {
      const { result, api, observed } = await callOnce(() => fault, { authentication: undefined });
      expect(result).toMatchObject({ ok: false, failure: { fatal: true } });
      expect(api.requests).toHaveLength(1);
      expect(observed.retries).toEqual([]);
    }
  });

  test("is not fatal when the API served another call meanwhile", async () => {
    const { remove, clock } = setUp({ latencyMs: 40, fault: ({ ids }) => (ids[0] === 1 ? busy : undefined) });
    const [first, second] = await clock.until(Promise.all([remove(1), remove(2)]));
    expect(first).toMatchObject({ ok: false, failure: { fatal: false } });
    expect(second).toMatchObject({ ok: true });
  });

  test("is fatal when the API served a call only before", async () => {
    const { remove, clock } = setUp({ fault: ({ ids }) => (ids[0] === 2 ? busy : undefined) });
    await clock.until(remove(1));
    expect(await clock.until(remove(2))).toMatchObject({ ok: false, failure: { fatal: true } });
  });

  test("is fatal when the API served another call only while this one waited for its permit", async () => {
    const { client, clock } = setUp({
      requestsPerSecond: 1,
      latencyMs: 40,
      fault: ({ ids }) => (ids[0] === 2 ? busy : undefined),
    });
    const requests = [1, 2].map((id) => ({ action: "BatchDeleteCSR", parameters: { CSRIds: [id] }, size: 1 }));
    const results = await clock.until(Promise.all(requests.map((request) => client.call(request, never))));
    expect(results).toMatchObject([{ ok: true }, { ok: false, failure: { code: "InternalError", fatal: true } }]);
  });

  test("is not retried once the run is cancelled", async () => {
    const { result, api, observed } = await callOnce(() => busy, { stopAfter: 2 });
    expect(result).toMatchObject({
      ok: false,
      failure: { code: "InternalError", requestId: "request-2", fatal: true },
    });
    expect(api.requests).toHaveLength(2);
    expect(observed.retries).toHaveLength(1);
  });
});

describe("an attempt that may have taken effect", () => {
  test.each<[string, FakeFault]>([
    ["a lost connection", { kind: "connection-lost", effect: true }],
    ["InternalError", { kind: "code-after-effect", code: "InternalError" }],
    ["ServiceUnavailable", { kind: "code-after-effect", code: "ServiceUnavailable" }],
    ["FailedOperation.SystemError", { kind: "code-after-effect", code: "FailedOperation.SystemError" }],
    ["HTTP 502", { kind: "http", status: 502, effect: true }],
    ["a malformed response", { kind: "body", body: "<html>", effect: true }],
  ])("is remembered by the success that follows: %s", async (_name, fault) => {
    const { result } = await callOnce(({ number }) => (number === 1 ? fault : undefined));
    expect(result).toMatchObject({ ok: true, value: { mayHaveTakenEffect: true, response: { Success: [] } } });
  });

  test("is remembered by the failure that follows", async () => {
    const { result } = await callOnce(({ number }) =>
      number === 1 ? { kind: "connection-lost", effect: true } : { kind: "code", code: "InvalidParameter" },
    );
    expect(result).toMatchObject({
      ok: false,
      failure: { code: "InvalidParameter", mayHaveTakenEffect: true, fatal: false },
    });
  });

  test.each<[string, FakeFault]>([
    ["no connection", { kind: "no-connection" }],
    ["TLS", { kind: "no-connection", code: "Tls.Untrusted" }],
    ["the rate limit", limited],
  ])("is not one that was refused before: %s", async (_name, fault) => {
    const { result } = await callOnce(({ number }) =>
      number === 1 ? fault : { kind: "code", code: "AuthFailure.SignatureFailure" },
    );
    expect(result).toMatchObject({ ok: false, failure: { mayHaveTakenEffect: false } });
  });
});

test.each(["AuthFailure.SignatureFailure", "UnauthorizedOperation", "InvalidAction"])(
  "%s is fatal, and not retried",
  async (code) => {
    const { result, api } = await callOnce(() => ({ kind: "code", code, message: "m" }));
    expect(result).toMatchObject({
      ok: false,
      failure: { code, message: "m", fatal: true, mayHaveTakenEffect: false },
    });
    expect(api.requests).toHaveLength(1);
  },
);

test.each(["InvalidParameter.InvalidCSRId", "SomethingNew"])(
  "%s is not retried, but other calls may succeed",
  async (code) => {
    const { result, api } = await callOnce(() => ({ kind: "code", code }));
    expect(result).toMatchObject({ ok: false, failure: { code, fatal: false } });
    expect(api.requests).toHaveLength(1);
  },
);

describe("one odd connection", () => {
  const odd: readonly FakeFault[] = [
    ...["Tls.Untrusted", "Tls.Expired", "Tls.WrongName", "Tls.NotTls", "Tls.Protocol", "Network.ProxyRefused"].map(
      (code): FakeFault => ({ kind: "no-connection", code }),
    ),
    { kind: "no-connection", code: "Response.TooLarge" },
    { kind: "http", status: 403, effect: false },
    { kind: "http", status: 307, effect: false },
  ];
  const named = odd.map(
    (fault) => ["code" in fault ? fault.code : "status" in fault ? fault.status : "", fault] as const,
  );

  test.each(named)("among others is retried: %s", async (_name, fault) => {
    const { remove, clock, api } = setUp({ latencyMs: 600, fault: ({ number }) => (number === 1 ? fault : undefined) });
    const results = await clock.until(Promise.all([remove(1), remove(2), remove(3)]));
    expect(results.map(({ ok }) => ok)).toEqual([true, true, true]);
    expect(api.requests).toHaveLength(4);
  });

  test.each(named)("after others were served is retried, and fails its own call only: %s", async (_name, fault) => {
    const { remove, clock, api } = setUp({ fault: ({ ids }) => (ids[0] === 2 ? fault : undefined) });
    await clock.until(remove(1));
    const [odd, other] = await clock.until(Promise.all([remove(2), remove(3, 100)]));
    expect(api.requests.filter(({ ids }) => ids[0] === 2)).toHaveLength(5);
    expect(odd).toMatchObject({ ok: false, failure: { fatal: false } });
    expect(other).toMatchObject({ ok: true });
  });

  test.each(named)(
    "is fatal at once when nothing ever worked, and no other call is in flight: %s",
    async (_name, fault) => {
      const { result, api } = await callOnce(() => fault);
      expect(result).toMatchObject({ ok: false, failure: { kind: "configuration", fatal: true } });
      expect(api.requests).toHaveLength(1);
    },
  );

  test.each(named)("is fatal at once for the next call, too: %s", async (_name, fault) => {
    const { remove, clock, api } = setUp({ fault: () => fault });
    await clock.until(remove(1));
    expect(await clock.until(remove(2))).toMatchObject({ ok: false, failure: { fatal: true } });
    expect(api.requests).toHaveLength(2);
  });

  test.each(named)(
    "is fatal after five attempts when it is the same for all calls in flight: %s",
    async (_name, fault) => {
      const { remove, clock, api } = setUp({ fault: () => fault });
      const results = await clock.until(Promise.all([remove(1), remove(2)]));
      for (const result of results) expect(result).toMatchObject({ ok: false, failure: { fatal: true } });
      expect(api.requests.length).toBeGreaterThan(5);
    },
  );
});

describe("a refusal by the rate limit", () => {
  test("uses up no attempt, is told to the rate limiter, and the call goes on", async () => {
    const told: string[] = [];
    const permit = { started() {}, release() {} };
    const rateLimiter = {
      acquire: async () => permit,
      onThrottled: () => told.push("throttled"),
      onSuccess: () => told.push("success"),
    } as unknown as RateLimiter;
    const { result, observed } = await callOnce(({ number }) => (number <= 8 ? limited : undefined), { rateLimiter });
    expect(result).toMatchObject({ ok: true, value: { requestId: "request-9" } });
    expect(observed.attempts.every(({ attempt }) => attempt === 1)).toBe(true);
    expect(observed.attempts.map(({ retry }) => retry)).toEqual([false, ...Array(8).fill(true)]);
    expect(observed.retries).toEqual(Array(8).fill({ code: limited.code, waitMs: 0 }));
    expect(told).toEqual([...Array(8).fill("throttled"), "success"]);
  });

  test.each<[string, FakeFault, readonly string[]]>([
    ["a refusal of the IDs", { kind: "code", code: "InvalidParameter" }, ["success"]],
    ["a refusal of the key", { kind: "code", code: "AuthFailure.SignatureFailure" }, ["success"]],
    ["a refusal of the token", { kind: "code", code: "AuthFailure.TokenFailure" }, ["success"]],
    ["a refusal of the time", { kind: "code", code: "AuthFailure.SignatureExpire" }, ["success"]],
    ["a refusal by the rate limit", limited, ["throttled"]],
    ["a transient error", busy, []],
    ["one that is tried only twice", { kind: "code", code: "InternalError.GetRoleError" }, []],
    ["an error page", { kind: "http", status: 403, effect: false }, []],
    ["no connection", { kind: "no-connection" }, []],
    ["a request that was dropped", { kind: "no-connection", code: "Network.Aborted" }, []],
  ])("is over for the rate limiter when the API has processed a request: %s", async (_what, fault, expected) => {
    const told: string[] = [];
    const { remove, rateLimiter, clock } = setUp({ fault: () => fault, authentication: undefined });
    rateLimiter.onSuccess = () => told.push("success");
    rateLimiter.onThrottled = () => told.push("throttled");
    await clock.until(remove(1));
    expect(told).toEqual(expected);
  });

  test.each(["AuthFailure.SignatureFailure", "AuthFailure.TokenFailure", "AuthFailure.SignatureExpire"])(
    "is over, too, when the API refuses a signed request with %s",
    async (code) => {
      const told: string[] = [];
      const { remove, rateLimiter, clock } = setUp({ fault: () => ({ kind: "code", code }) });
      rateLimiter.onSuccess = () => told.push("success");
      rateLimiter.onThrottled = () => told.push("throttled");
      await clock.until(remove(1));
      expect(told).toEqual(["success"]);
    },
  );

  test("ends the run after two minutes of nothing else", async () => {
    const { result, clock } = await callOnce(() => limited);
    expect(result).toMatchObject({ ok: false, failure: { kind: "rate-limit", fatal: true } });
    expect(clock.monotonicNow()).toBeGreaterThan(120_000);
    expect(clock.monotonicNow()).toBeLessThan(125_000);
  });

  test.each([
    ["serves another call", undefined],
    ["refuses another call for its IDs", { kind: "code", code: "InvalidParameter" }],
  ] as const)("is accepted for longer when the API %s meanwhile", async (_what, other) => {
    const { remove, clock } = setUp({ fault: ({ ids }) => (ids[0] === 1 ? limited : other) });
    const [first] = await clock.until(Promise.all([remove(1), remove(2, 100_000)]));
    expect(first).toMatchObject({ ok: false, failure: { kind: "rate-limit", fatal: true } });
    expect(clock.monotonicNow()).toBeGreaterThan(220_000);
    expect(clock.monotonicNow()).toBeLessThan(232_000);
  });
});

describe("a page that echoes the request", () => {
  const token = "TOKEN/+=".repeat(100);
  const redactor = new Redactor();
  redactor.registerSecrets(["AKIDEXAMPLE", "example-secret-key", token]);
  const options = { redactor, authentication: fixedCredentials({ ...credentials, token }) };
  const shown = (headers: Readonly<Record<string, string>>, write: (text: string) => string): string =>
    `<pre>${"x".repeat(100)}${Object.entries(headers)
      .map(([name, value]) => `${name}: ${write(value)}\n`)
      .join("")}`;

  test.each([
    ["as it is", (text: string) => text],
    ["escaped", (text: string) => text.replace(/[^A-Za-z0-9]/g, (character) => `&#${character.charCodeAt(0)};`)],
    ["without names", (text: string) => text.replace(/.*Credential=/, "")],
  ])("%s gives nothing of it away, not even in part", async (_how, write) => {
    const fault: SetupOptions["fault"] = ({ headers }) => ({
      kind: "body",
      effect: false,
      body: shown(headers, write),
    });
    const { result } = await callOnce(fault, options);
    expect(result).toMatchObject({ ok: false, failure: { code: "Response.Malformed" } });
    for (const part of ["TOKEN", "AKIDEXAMPLE", "Signature=0", "Credential=A"])
      expect(JSON.stringify(result)).not.toContain(part);
    expect(JSON.stringify(result)).not.toMatch(/[0-9a-f]{32}/);
  });

  test("that is an error of the API is shown without it", async () => {
    const { result } = await callOnce(
      ({ headers }) => ({
        kind: "code",
        code: "InvalidParameter",
        message: `${headers["x-tc-token"]} ${headers.authorization}`.repeat(2),
      }),
      options,
    );
    expect(result).toMatchObject({
      failure: { message: expect.stringMatching(/^(\*\*\* TC3[^*]*Credential=\*\*\*\/[^*]*Signature=\*\*\*){2}$/) },
    });
  });
});

test("the network's words are redacted", async () => {
  const redactor = new Redactor();
  redactor.registerSecrets(["proxy-password"]);
  const clock = virtualClock();
  const failure = { code: "Network.ConnectFailed", message: "no way to http://ci:proxy-password@proxy", sent: false };
  const http = { ...fakeApi({ clock, inventory: [] }), request: async () => failed(failure) };
  const { client } = clientFor(http, clock, { redactor });
  const permit = await client.acquire(never);
  if (!permit) throw new Error("no permit");
  const result = await clock.until(client.call({ action: "A", parameters: {}, size: 1 }, never, permit));
  expect(result).toMatchObject({ failure: { message: "no way to http://ci:***@proxy" } });
});

test("the duration is that of a request, without its wait, in whole milliseconds", async () => {
  const { observed } = await callOnce(({ number }) => (number === 1 ? busy : undefined), { latencyMs: 40.4 });
  expect(observed.attempts.map(({ durationMs }) => durationMs)).toEqual([40, 40]);
});

describe("a wrong clock", () => {
  const expired = (date?: string): FakeFault => ({
    kind: "code",
    code: "AuthFailure.SignatureExpire",
    ...(date ? { date } : {}),
  });
  const later = "Tue, 24 Nov 2026 00:10:00 GMT";
  const MINUTE_MS = 60_000;

  /** An API that is `offset()` ahead of the runner's clock, and as strict as the real one. */
  function strict(offset: () => number, clock: () => VirtualClock): NonNullable<SetupOptions["fault"]> {
    return ({ headers }) => {
      const now = clock().now() + offset();
      const isExpired = Math.abs(Number(headers["x-tc-timestamp"]) * 1000 - now) > 5 * MINUTE_MS;
      return isExpired ? expired(new Date(now).toUTCString()) : undefined;
    };
  }

  test("is corrected by the Date header", async () => {
    const fault: SetupOptions["fault"] = ({ number }) => (number === 1 ? expired(later) : undefined);
    const { result, observed, api, client, clock } = await callOnce(fault);
    expect(result).toMatchObject({ ok: true, value: { mayHaveTakenEffect: false } });
    expect(observed.clockOffsets).toEqual([600_000]);
    // The record keeps the runner's time.
    const startedAt = clock.now();
    expect(observed.attempts).toMatchObject([
      { attempt: 1, retry: false, startedAt },
      { attempt: 1, retry: true, startedAt },
    ]);
    const stamps = api.requests.map(({ headers }) => Number(headers["x-tc-timestamp"]));
    expect((stamps[1] ?? 0) - (stamps[0] ?? 0)).toBe(600);
    expect(client.now() - clock.now()).toBe(600_000);
  });

  test("ends the run when the correction does not help", async () => {
    const { result, observed, api } = await callOnce(() => expired(later));
    expect(result).toMatchObject({ ok: false, failure: { code: "AuthFailure.SignatureExpire", fatal: true } });
    expect(observed.clockOffsets).toHaveLength(1);
    expect(api.requests).toHaveLength(2);
  });

  test.each([
    ["there is no Date", undefined],
    ["the Date is not a date", "yesterday"],
    ["the Date is that of the runner", "Tue, 24 Nov 2026 00:00:59 GMT"],
  ])("ends the run at once when %s", async (_name, date) => {
    const { result, api, observed } = await callOnce(() => expired(date));
    expect(result).toMatchObject({ ok: false, failure: { kind: "clock", fatal: true } });
    expect(api.requests).toHaveLength(1);
    expect(observed.clockOffsets).toEqual([]);
  });

  test.each(["Mon, 23 Nov 2026 00:00:00 GMT", "Wed, 25 Nov 2026 00:00:00 GMT", "Tue, 24 Nov 2026 00:01:00 GMT"])(
    "is corrected by a minute and up to 24 hours: %s",
    async (date) => {
      expect(await callOnce(({ number }) => (number === 1 ? expired(date) : undefined))).toMatchObject({
        result: { ok: true },
      });
    },
  );

  test.each(["Sun, 22 Nov 2026 23:59:59 GMT", "Wed, 25 Nov 2026 00:00:01 GMT", "Sat, 13 Sep 275760 00:00:00 GMT"])(
    "is not corrected by more than 24 hours: %s",
    async (date) => {
      const { result, api, observed } = await callOnce(() => expired(date));
      expect(result).toMatchObject({ ok: false, failure: { code: "AuthFailure.SignatureExpire", fatal: true } });
      expect(api.requests).toHaveLength(1);
      expect(observed.clockOffsets).toEqual([]);
    },
  );

  test("is corrected late in a run, too, and stays so", async () => {
    const setup: Setup = setUp({
      fault: strict(
        () => 10 * MINUTE_MS,
        () => setup.clock,
      ),
    });
    const { remove, clock, observed } = setup;
    for (const id of [1, 2, 3]) {
      await clock.until(clock.sleep(7 * MINUTE_MS));
      expect(await clock.until(remove(id))).toMatchObject({ ok: true });
    }
    expect(observed.clockOffsets).toEqual([10 * MINUTE_MS]);
  });

  test("is corrected once for all calls in flight", async () => {
    const { remove, clock, observed } = setUp({
      latencyMs: 50,
      fault: ({ number }) => (number <= 2 ? expired(later) : undefined),
    });
    const results = await clock.until(Promise.all([remove(1), remove(2)]));
    expect(results.map(({ ok }) => ok)).toEqual([true, true]);
    expect(observed.clockOffsets).toHaveLength(1);
  });

  test("is what the API must name: no other failure corrects it, or is tried again for its sake", async () => {
    const refused: FakeFault = { kind: "code", code: "InvalidParameter", date: "Tue, 24 Nov 2026 01:00:00 GMT" };
    const faults = [refused, expired(later), refused];
    const { remove, clock, api, observed } = setUp({ latencyMs: 50, fault: ({ number }) => faults[number - 1] });
    const results = await clock.until(Promise.all([remove(1), remove(2), remove(3)]));
    expect(results.map(({ ok }) => ok)).toEqual([false, true, false]);
    expect([observed.clockOffsets, api.requests.length]).toEqual([[600_000 - 50], 4]);
  });

  test("that is fixed during the run changes nothing", async () => {
    let offset = 10 * MINUTE_MS;
    const setup: Setup = setUp({
      fault: strict(
        () => offset,
        () => setup.clock,
      ),
    });
    const { remove, clock, observed } = setup;
    expect(await clock.until(remove(1))).toMatchObject({ ok: true });
    await clock.until(clock.sleep(MINUTE_MS));
    clock.shift(offset);
    offset = 0;
    expect(await clock.until(remove(2))).toMatchObject({ ok: true });
    expect(observed.clockOffsets).toHaveLength(1);
  });

  test("is corrected once: if it goes wrong again, the run ends", async () => {
    let offset = 10 * MINUTE_MS;
    const setup: Setup = setUp({
      fault: strict(
        () => offset,
        () => setup.clock,
      ),
    });
    const { remove, clock, observed } = setup;
    expect(await clock.until(remove(1))).toMatchObject({ ok: true });
    offset = 30 * MINUTE_MS;
    expect(await clock.until(remove(2))).toMatchObject({ ok: false, failure: { kind: "clock", fatal: true } });
    expect(observed.clockOffsets).toEqual([10 * MINUTE_MS]);
  });
});

describe("a token that is refused", () => {
  const renewed = { ...credentials, token: "renewed-token" };

  /** Gives what a renewal comes to, once the credentials were rejected. */
  function renewable(renewal: Awaited<ReturnType<CredentialsProvider["current"]>>) {
    let current = credentials;
    let renewals = 0;
    const authentication: CredentialsProvider = {
      async current(_signal, rejected) {
        if (!rejected) return success(current);
        renewals += 1;
        expect(rejected).toBe(current);
        if (renewal.ok) current = renewal.value as typeof credentials;
        return renewal;
      },
    };
    return { authentication, renewals: () => renewals };
  }
  const refuse =
    (...tokens: readonly string[]): NonNullable<SetupOptions["fault"]> =>
    ({ headers }) =>
      tokens.includes(headers["x-tc-token"] ?? "") ? { kind: "code", code: "AuthFailure.TokenFailure" } : undefined;

  test("is renewed, and the call signed again", async () => {
    const { authentication, renewals } = renewable(success(renewed));
    const { result, observed } = await callOnce(refuse("example-token"), { authentication });
    expect(result).toMatchObject({ ok: true });
    expect(renewals()).toBe(1);
    expect(observed.attempts.map(({ attempt, retry }) => [attempt, retry])).toEqual([
      [1, false],
      [1, true],
    ]);
  });

  test("is renewed for a later call, too", async () => {
    const { remove, clock } = setUp({
      authentication: { current: async () => success({ ...credentials }) },
      fault: ({ number }) => (number % 2 === 1 ? { kind: "code", code: "AuthFailure.TokenFailure.Ended" } : undefined),
    });
    for (const id of [1, 2]) expect(await clock.until(remove(id))).toMatchObject({ ok: true });
  });

  test("is renewed once: if the new one is refused, too, that is fatal", async () => {
    const { authentication, renewals } = renewable(success(renewed));
    const { result } = await callOnce(refuse("example-token", "renewed-token"), { authentication });
    expect(result).toMatchObject({ ok: false, failure: { code: "AuthFailure.TokenFailure", fatal: true } });
    expect(renewals()).toBe(1);
  });

  test("is fatal if it cannot be renewed", async () => {
    const { authentication } = renewable(success(credentials));
    const { result, api } = await callOnce(refuse("example-token"), { authentication });
    expect(result).toMatchObject({ ok: false, failure: { code: "AuthFailure.TokenFailure", fatal: true } });
    expect(api.requests).toHaveLength(1);
  });

  test("is reported with the reason why the renewal failed", async () => {
    const { authentication } = renewable(failed(apiFailure("UnauthorizedOperation", "the role is gone")));
    const { result } = await callOnce(refuse("example-token"), { authentication });
    expect(result).toMatchObject({
      ok: false,
      failure: { code: "UnauthorizedOperation", message: "the role is gone" },
    });
  });
});

test("without credentials nothing is sent, and the permit is given back", async () => {
  const failure = apiFailure("Network.NotFound", "no STS", { fatal: true });
  const authentication: CredentialsProvider = {
    current: async () => failed(failure),
  };
  const { remove, clock, api, observed } = setUp({ authentication, requestsPerSecond: 1 });
  const results = await clock.until(Promise.all([remove(1), remove(2)]));
  expect(results).toEqual([
    { ok: false, failure },
    { ok: false, failure },
  ]);
  expect(api.requests).toHaveLength(0);
  expect(observed.attempts).toHaveLength(0);
});

test("a request that never started gives its permit back, whatever went wrong", async () => {
  const faults: ReadonlyArray<() => FakeFault | undefined> = [
    () => ({ kind: "no-connection" }),
    () => {
      throw new Error("a bug");
    },
    () => undefined,
  ];
  const { remove, clock } = setUp({
    requestsPerSecond: 1,
    authentication: undefined,
    fault: ({ number }) => faults[number - 1]?.(),
  });
  const results = await clock.until(Promise.allSettled([remove(1), remove(2), remove(3)]));
  expect(results).toMatchObject([{ value: { ok: false } }, { reason: { message: "a bug" } }, { value: { ok: true } }]);
});

test("the limit counts a request from when it is on the wire, however long it took to connect", async () => {
  const { remove, clock, api } = setUp({ requestsPerSecond: 1, connectMs: 400 });
  await clock.until(Promise.all([remove(1), remove(2)]));
  expect(api.startedAt).toEqual([400, 400 + 1_040 + 400]);
});

test("requests in flight are dropped at a hard abort, and not retried", async () => {
  const hardAbort = new AbortController();
  const { remove, clock, observed } = setUp({ latencyMs: 60_000, hardAbort: hardAbort.signal });
  void clock.sleep(3_000).then(() => hardAbort.abort());
  expect(await clock.until(remove(1))).toMatchObject({
    ok: false,
    failure: { code: "Network.Aborted", mayHaveTakenEffect: true, fatal: true },
  });
  expect(clock.monotonicNow()).toBe(3_000);
  expect(observed.attempts).toHaveLength(1);
});

describe("an error for several IDs that does not say that nothing was done", () => {
  const sizes = (code: string) =>
    Promise.all(
      [1, 2].map(async (size) => {
        const { client, clock } = setUp({ fault: () => ({ kind: "code", code }) });
        const permit = await client.acquire(never);
        if (!permit) throw new Error("no permit");
        const request = { action: "BatchDeleteCSR", parameters: { CSRIds: [1, 2] }, size };
        const result = await clock.until(client.call(request, never, permit));
        return !result.ok && result.failure.mayHaveTakenEffect;
      }),
    );

  test.each(["FailedOperation", "ResourceNotFound", "ResourceInUse", "ResourceInsufficient", "UnsupportedOperation"])(
    "%s may have taken effect for some of several IDs, not for one",
    async (code) => {
      expect(await sizes(code)).toEqual([false, true]);
      expect(await sizes(`${code}.Sub`)).toEqual([false, true]);
    },
  );

  test.each(["InvalidParameter", "InvalidParameter.InvalidCSRId", "InvalidParameterValue", "UnauthorizedOperation"])(
    "%s has changed nothing",
    async (code) => expect(await sizes(code)).toEqual([false, false]),
  );
});

describe("every code of the API has as many requests as the table says", () => {
  const own = /^(Oidc|Network|Tls|Http|Response|Internal)\.|^(LeftOut|StillListed|NotConfirmed|ListChanged|Cancelled)$/;
  const ofApi = ERROR_TABLE.filter(({ code }) => !own.test(code)).map(
    ({ code, attempts }) => [code, attempts] as const,
  );
  const renewable: CredentialsProvider = {
    current: async () => success({ ...credentials }),
  };
  const date = "Tue, 24 Nov 2026 00:10:00 GMT";

  test.each(ofApi.filter(([code]) => !code.startsWith("Sts")))("%s: %d", async (code, attempts) => {
    const { api, clock, result } = await callOnce(() => ({ kind: "code", date, code }), { authentication: renewable });
    expect(result).toMatchObject({ ok: false, failure: { code } });
    if (Number.isFinite(attempts)) expect(api.requests).toHaveLength(attempts);
    else expect(clock.monotonicNow()).toBeGreaterThan(120_000);
  });

  test.each(ofApi.filter(([code]) => code.startsWith("Sts")))(
    "%s, as the login does it: %d",
    async (code, attempts) => {
      const sent = code.slice("Sts.".length) || "SomethingNew";
      const fault = (): FakeFault => ({ kind: "code", date, code: sent });
      const { api, clock, remove } = setUp({ ...STS_CLIENT, fault });
      const options = { action: "A", observer: { onRetry() {} }, clock, random: () => 0.5, signal: never };
      const result = await clock.until(withRetries(() => remove(1), options));
      expect(result).toMatchObject({
        ok: false,
        failure: { code: `Sts.${sent}`, fatal: true, mayHaveTakenEffect: false },
      });
      if (Number.isFinite(attempts)) expect(api.requests).toHaveLength(attempts);
      else expect(clock.monotonicNow()).toBeGreaterThan(120_000);
    },
  );
});

/** Cancels at one moment of a call, and counts the requests that start afterwards. */
describe("after a cancel no request starts", () => {
  interface Moment {
    readonly fault?: SetupOptions["fault"];
    readonly options?: SetupOptions;
  }
  const slow =
    <T>(clock: () => VirtualClock, result: T) =>
    async (): Promise<T> => {
      await clock().sleep(1_000);
      return result;
    };

  async function cancelAt(ms: number, make: (clock: () => VirtualClock) => Moment & { readonly connectMs?: number }) {
    const cancel = new AbortController();
    const clock = virtualClock();
    const { fault, options, connectMs = 0 } = make(() => clock);
    const api = fakeApi({ clock, inventory: [1], fault: fault ?? (() => undefined), connectMs: () => connectMs });
    const made = clientFor(api, clock, options);
    const permit = await made.client.acquire(never);
    if (!permit) throw new Error("no permit");
    let released = 0;
    const counted = {
      started: permit.started,
      release: () => {
        released += 1;
        permit.release();
      },
    };
    const request = { action: "BatchDeleteCSR", parameters: { CSRIds: [1] }, size: 1 };
    const result = made.client.call(request, cancel.signal, counted);
    void clock.sleep(ms).then(() => cancel.abort());
    return { result: await clock.until(result), api, released, observed: made.observed };
  }
  const notSent = { ok: false, failure: { code: "Cancelled", message: "", fatal: true, mayHaveTakenEffect: false } };

  test("while it logs in", async () => {
    const { result, api, released, observed } = await cancelAt(500, (clock) => ({
      options: { authentication: { current: slow(clock, success(credentials)) } },
    }));
    expect(result).toMatchObject(notSent);
    expect([api.requests.length, observed.attempts.length, released]).toEqual([0, 0, 1]);
  });

  test("while a login fails", async () => {
    const failure = apiFailure("Sts.UnauthorizedOperation", "no");
    const { result, api } = await cancelAt(500, (clock) => ({
      options: { authentication: { current: slow(clock, failed(failure)) } },
    }));
    expect(result).toMatchObject(notSent);
    expect(api.requests).toHaveLength(0);
  });

  test("while it connects", async () => {
    const { result, api, released, observed } = await cancelAt(500, () => ({ connectMs: 1_000 }));
    expect(result).toMatchObject(notSent);
    expect(api.startedAt).toHaveLength(0);
    expect([observed.attempts.length, released]).toEqual([0, 1]);
  });

  test("while it waits before a retry: the failure before it is the reason", async () => {
    const { result, api } = await cancelAt(100, () => ({ fault: () => busy }));
    expect(result).toMatchObject({
      ok: false,
      failure: { code: "InternalError", requestId: "request-1", fatal: true },
    });
    expect(api.requests).toHaveLength(1);
  });

  test("while it connects for a retry", async () => {
    const { result, api, observed } = await cancelAt(1_500, () => ({ fault: () => busy, connectMs: 1_000 }));
    expect(result).toMatchObject({
      ok: false,
      failure: { code: "InternalError", mayHaveTakenEffect: true, fatal: true },
    });
    expect(api.startedAt).toHaveLength(1);
    expect(observed.attempts).toHaveLength(1);
  });

  test("while it waits for a permit", async () => {
    const { result, api } = await cancelAt(1_500, () => ({
      fault: () => limited,
      options: { requestsPerSecond: 0.1 },
    }));
    expect(result).toMatchObject({ ok: false, failure: { code: limited.code, fatal: true } });
    expect(api.requests).toHaveLength(1);
  });

  test("while credentials are renewed: the renewal, too, sees the cancel", async () => {
    const signals: AbortSignal[] = [];
    const { result, api } = await cancelAt(500, (clock) => ({
      fault: () => ({ kind: "code", code: "AuthFailure.TokenFailure" }),
      options: {
        authentication: {
          async current(signal, rejected) {
            signals.push(signal);
            return rejected ? slow(clock, success({ ...credentials }))() : success(credentials);
          },
        },
      },
    }));
    expect(result).toMatchObject({ ok: false, failure: { code: "AuthFailure.TokenFailure", fatal: true } });
    expect(api.requests).toHaveLength(1);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
  });

  test("while it waits for its first permit", async () => {
    const { client, clock, api } = setUp({ requestsPerSecond: 0.1 });
    const cancel = new AbortController();
    const request = { action: "BatchDeleteCSR", parameters: { CSRIds: [1] }, size: 1 };
    const calls = [1, 2].map(() => client.call(request, cancel.signal));
    void clock.sleep(500).then(() => cancel.abort());
    expect(await clock.until(Promise.all(calls))).toMatchObject([{ ok: true }, notSent]);
    expect([api.requests.length, clock.monotonicNow()]).toEqual([1, 500]);
  });

  test("and no login does", async () => {
    const clock = virtualClock();
    const api = fakeApi({ clock, inventory: [1] });
    let logins = 0;
    const authentication: CredentialsProvider = {
      async current() {
        logins += 1;
        return success(credentials);
      },
    };
    const { client } = clientFor(api, clock, { authentication });
    const permit = await client.acquire(never);
    if (!permit) throw new Error("no permit");
    const request = { action: "BatchDeleteCSR", parameters: { CSRIds: [1] }, size: 1 };
    expect(await client.call(request, AbortSignal.abort(), permit)).toMatchObject(notSent);
    expect([logins, api.requests.length]).toEqual([0, 0]);
  });

  test("at whichever moment of a long call it comes", async () => {
    const faults: ReadonlyArray<FakeFault | undefined> = [
      busy,
      { kind: "code", code: "AuthFailure.TokenFailure" },
      { kind: "code", code: "AuthFailure.SignatureExpire", date: "Tue, 24 Nov 2026 00:10:00 GMT" },
      limited,
      { kind: "connection-lost", effect: false },
    ];
    const run = async (cancelMs: number) => {
      const clock = virtualClock();
      const later = async <T>(value: T): Promise<T> => {
        await clock.sleep(300);
        return value;
      };
      const api = fakeApi({
        clock,
        inventory: [1],
        fault: ({ number }) => faults[number - 1],
        connectMs: () => 300,
        latencyMs: () => 300,
      });
      const authentication = { current: () => later(success({ ...credentials })) };
      const { client, observed } = clientFor(api, clock, { authentication });
      const cancel = new AbortController();
      void clock.sleep(cancelMs).then(() => cancel.abort());
      const permit = await client.acquire(cancel.signal);
      if (!permit) throw new Error("no permit");
      const request = { action: "BatchDeleteCSR", parameters: { CSRIds: [1] }, size: 1 };
      const result = await clock.until(client.call(request, cancel.signal, permit));
      return { result, startedAt: api.startedAt, attempts: observed.attempts.length, ms: clock.monotonicNow() };
    };
    const whole = await run(1_000_000);
    expect([whole.result.ok, whole.startedAt.length]).toEqual([true, 6]);
    for (let cancelMs = 50; cancelMs < whole.ms; cancelMs += 100) {
      const { result, startedAt, attempts } = await run(cancelMs);
      expect(startedAt.filter((at) => at > cancelMs)).toEqual([]);
      expect(attempts).toBe(startedAt.length);
      if (!result.ok) expect(result.failure.fatal).toBe(true);
      if (startedAt.length === 0) expect(result).toMatchObject(notSent);
    }
  });

  test("but one in flight is waited for", async () => {
    const { remove, clock, api } = setUp({ latencyMs: 1_000 });
    const cancel = new AbortController();
    void clock.sleep(500).then(() => cancel.abort());
    expect(await clock.until(remove(1, 0, cancel.signal))).toMatchObject({ ok: true });
    expect(api.requests).toHaveLength(1);
  });
});
