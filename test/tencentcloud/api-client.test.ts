import { describe, expect, test } from "vitest";
import { backoff, type CallResult } from "../../src/tencentcloud/client.ts";
import { clientFor, never } from "../client-for.ts";
import { type FakeFault, type FakeRequest, fakeApi } from "../fake-api.ts";
import { virtualTime } from "../virtual-time.ts";

const busy: FakeFault = { kind: "code", code: "InternalError" };
const limited: FakeFault = { kind: "code", code: "RequestLimitExceeded.UinLimitExceeded" };

/** One call for CSR 1, with the faults that `fault` gives to its requests. */
async function callOnce(
  fault: (request: FakeRequest, elapsed: number) => FakeFault | undefined,
  { token, stopAfter, latencyMs = 0 }: { token?: string; stopAfter?: number; latencyMs?: number } = {},
) {
  const time = virtualTime();
  const stop = new AbortController();
  const api = fakeApi({
    time,
    inventory: [1],
    latencyMs: () => latencyMs,
    fault(request) {
      if (request.number === stopAfter) stop.abort();
      return fault(request, time.elapsed());
    },
  });
  const { client, pace, told } = clientFor(api, time, token ? { token } : {});
  const call = async (): Promise<CallResult> => {
    const turn = await client.turn(never);
    if (!turn) throw new Error("no turn");
    return client.call({ action: "BatchDeleteCSR", parameters: { CSRIds: [1] }, size: 1 }, turn, stop.signal);
  };
  const result = await time.until(call());
  return { result, api, told, time, client, pace };
}

test("a request says who asks what, when and how", async () => {
  const { api, time } = await callOnce(() => undefined, { token: "example-token" });
  expect(api.requests[0]?.headers).toEqual({
    "content-type": "application/json",
    host: "ssl.intl.tencentcloudapi.com",
    authorization: expect.stringMatching(
      /^TC3-HMAC-SHA256 Credential=AKIDEXAMPLE\/2026-11-24\/ssl\/tc3_request, SignedHeaders=content-type;host, Signature=[0-9a-f]{64}$/,
    ),
    "x-tc-action": "BatchDeleteCSR",
    "x-tc-version": "2019-12-05",
    "x-tc-timestamp": String(time.now() / 1000),
    "x-tc-language": "en-US",
    "x-tc-requestclient": "test",
    "x-tc-token": "example-token",
  });
});

test("without a session token no token is sent", async () => {
  const { api } = await callOnce(() => undefined);
  expect(api.requests[0]?.headers).not.toHaveProperty("x-tc-token");
});

test("a success is told as one call, with what the API said", async () => {
  const { result, told } = await callOnce(() => undefined, { latencyMs: 40 });
  expect(result).toMatchObject({ ok: true, lost: false, requestId: "request-1", response: { Success: [1] } });
  expect(told.calls).toEqual([
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

describe("a passing fault", () => {
  test("is tried again, signed anew, after 0.25, 0.5, 1 and 2 seconds on average", async () => {
    const { result, told, api, time } = await callOnce(({ number }) => (number < 5 ? busy : undefined));
    expect(result).toMatchObject({ ok: true, requestId: "request-5" });
    expect(told.retries.map(({ waitMs }) => waitMs)).toEqual([250, 500, 1000, 2000]);
    expect(time.elapsed()).toBe(3750);
    expect(told.calls.map(({ attempt, retry, code }) => [attempt, retry, code])).toEqual([
      [1, false, "InternalError"],
      [2, true, "InternalError"],
      [3, true, "InternalError"],
      [4, true, "InternalError"],
      [5, true, undefined],
    ]);
    expect(new Set(api.requests.map(({ headers }) => headers.authorization)).size).toBeGreaterThan(1);
  });

  test("ends after five attempts, without a wait after the last", async () => {
    const { result, api, time, told } = await callOnce(() => busy);
    expect(result).toMatchObject({
      ok: false,
      hopeless: true,
      fault: { code: "InternalError", requestId: "request-5" },
    });
    expect(api.requests).toHaveLength(5);
    expect(told.retries).toHaveLength(4);
    expect(time.elapsed()).toBe(3750);
  });

  test("leaves hope for other calls when the API served one meanwhile", async () => {
    const time = virtualTime();
    const api = fakeApi({ time, inventory: [1, 2], fault: ({ ids }) => (ids[0] === 1 ? busy : undefined) });
    const { client } = clientFor(api, time);
    const one = async (id: number): Promise<CallResult> => {
      await time.sleep(id);
      const turn = await client.turn(never);
      if (!turn) throw new Error("no turn");
      return client.call({ action: "BatchDeleteCSR", parameters: { CSRIds: [id] }, size: 1 }, turn, never);
    };
    const [first, second] = await time.until(Promise.all([one(1), one(2)]));
    expect(first).toMatchObject({ ok: false, hopeless: false });
    expect(second).toMatchObject({ ok: true });
  });

  test("is not tried again once the run is stopped", async () => {
    const { result, api, told } = await callOnce(() => busy, { stopAfter: 2 });
    expect(result).toMatchObject({ ok: false, fault: { code: "InternalError", requestId: "request-2" } });
    expect(api.requests).toHaveLength(2);
    expect(told.retries).toHaveLength(1);
  });
});

test("an answer that was lost is remembered by the success that follows", async () => {
  const { result } = await callOnce(({ number }) => (number === 1 ? { kind: "lost", effect: true } : undefined));
  expect(result).toMatchObject({ ok: true, lost: true, response: { Success: [] } });
});

test("an answer that was lost is remembered by the failure that follows", async () => {
  const { result } = await callOnce(({ number }) =>
    number === 1 ? { kind: "lost", effect: true } : { kind: "code", code: "InvalidParameter" },
  );
  expect(result).toMatchObject({ ok: false, hopeless: false, fault: { code: "InvalidParameter", lost: true } });
});

test.each(["AuthFailure.SignatureFailure", "UnauthorizedOperation", "InvalidAction"])(
  "%s is hopeless, and not tried again",
  async (code) => {
    const { result, api } = await callOnce(() => ({ kind: "code", code, message: "m" }));
    expect(result).toMatchObject({ ok: false, hopeless: true, fault: { code, message: "m" } });
    expect(api.requests).toHaveLength(1);
  },
);

test.each(["InvalidParameter.InvalidCSRId", "SomethingNew"])(
  "%s is not tried again, but others may fare better",
  async (code) => {
    const { result, api } = await callOnce(() => ({ kind: "code", code }));
    expect(result).toMatchObject({ ok: false, hopeless: false, fault: { code } });
    expect(api.requests).toHaveLength(1);
  },
);

describe("a rate limit answer", () => {
  test("uses up no attempt, slows the pace, and the call goes on", async () => {
    const { result, told, pace } = await callOnce(({ number }) => (number <= 8 ? limited : undefined));
    expect(result).toMatchObject({ ok: true, requestId: "request-9" });
    expect(told.calls.every(({ attempt }) => attempt === 1)).toBe(true);
    expect(told.calls.map(({ retry }) => retry)).toEqual([false, ...Array(8).fill(true)]);
    expect(told.retries).toContainEqual({ code: limited.code, waitMs: 0 });
    expect(pace.rate).toBeLessThan(10);
  });

  test("ends the run after two minutes of nothing else", async () => {
    const { result, time } = await callOnce(() => limited);
    expect(result).toMatchObject({ ok: false, hopeless: true, fault: { kind: "rate-limit" } });
    expect(time.elapsed()).toBeGreaterThan(120_000);
    expect(time.elapsed()).toBeLessThan(125_000);
  });

  test.each([
    ["serves another call", undefined],
    ["refuses another call for its IDs", { kind: "code", code: "InvalidParameter" }],
  ] as const)("goes on for longer when the API %s meanwhile", async (_what, other) => {
    const time = virtualTime();
    const api = fakeApi({ time, inventory: [1, 2], fault: ({ ids }) => (ids[0] === 1 ? limited : other) });
    const { client } = clientFor(api, time);
    const one = async (id: number, at: number): Promise<CallResult> => {
      await time.sleep(at);
      const turn = await client.turn(never);
      if (!turn) throw new Error("no turn");
      return client.call({ action: "BatchDeleteCSR", parameters: { CSRIds: [id] }, size: 1 }, turn, never);
    };
    const [first] = await time.until(Promise.all([one(1, 0), one(2, 100_000)]));
    expect(first).toMatchObject({ ok: false, hopeless: true, fault: { kind: "rate-limit" } });
    expect(time.elapsed()).toBeGreaterThan(220_000);
    expect(time.elapsed()).toBeLessThan(226_000);
  });
});

describe("a page that shows what it was sent", () => {
  const token = "TOKEN/+=".repeat(100);
  const shown = (headers: Readonly<Record<string, string>>, write: (text: string) => string): string =>
    `<pre>${"x".repeat(100)}${Object.entries(headers)
      .map(([name, value]) => `${name}: ${write(value)}\n`)
      .join("")}`;

  test.each([
    ["as it is", (text: string) => text],
    ["escaped", (text: string) => text.replace(/[^A-Za-z0-9]/g, (character) => `&#${character.charCodeAt(0)};`)],
    ["without names", (text: string) => text.replace(/.*Credential=/, "")],
  ])("%s gives nothing of it away, not even in part", async (_how, write) => {
    const { result } = await callOnce(({ headers }) => ({ kind: "body", effect: false, body: shown(headers, write) }), {
      token,
    });
    expect(result).toMatchObject({ ok: false, fault: { code: "Answer.NotUnderstood" } });
    for (const part of ["TOKEN", "AKIDEXAMPLE", "Signature=0", "Credential=A"])
      expect(JSON.stringify(result)).not.toContain(part);
    expect(JSON.stringify(result)).not.toMatch(/[0-9a-f]{32}/);
  });

  test("that is an error of the API is shown without it", async () => {
    const { result } = await callOnce(
      ({ headers }) => ({
        kind: "code",
        code: "InvalidParameter",
        message: `${headers["x-tc-token"]} ${headers.authorization}`,
      }),
      { token },
    );
    expect(result).toMatchObject({
      fault: { message: expect.stringMatching(/^\*\*\* TC3.*Credential=\*\*\*\/.*Signature=\*\*\*$/) },
    });
  });
});

test("what a call took is told, not when it ended", async () => {
  const { told } = await callOnce(({ number }) => (number === 1 ? busy : undefined), { latencyMs: 40 });
  expect(told.calls.map(({ durationMs }) => durationMs)).toEqual([40, 40]);
});

describe("a wrong clock", () => {
  const expired = (date?: string): FakeFault => ({
    kind: "code",
    code: "AuthFailure.SignatureExpire",
    ...(date ? { date } : {}),
  });
  const later = "Tue, 24 Nov 2026 00:10:00 GMT";

  test("is corrected once by the Date header", async () => {
    const { result, told, api } = await callOnce(({ number }) => (number === 1 ? expired(later) : undefined));
    expect(result).toMatchObject({ ok: true });
    expect(told.clockErrors).toEqual([600_000]);
    expect(told.calls.map(({ attempt, retry }) => [attempt, retry])).toEqual([
      [1, false],
      [1, true],
    ]);
    const stamps = api.requests.map(({ headers }) => Number(headers["x-tc-timestamp"]));
    expect((stamps[1] ?? 0) - (stamps[0] ?? 0)).toBe(600);
  });

  test("ends the run when the correction does not help", async () => {
    const { result, told, api } = await callOnce(() => expired(later));
    expect(result).toMatchObject({ ok: false, hopeless: true, fault: { kind: "clock" } });
    expect(told.clockErrors).toHaveLength(1);
    expect(api.requests).toHaveLength(2);
  });

  test.each([
    ["there is no Date", undefined],
    ["the Date is no date", "yesterday"],
    ["the Date is that of the runner", "Tue, 24 Nov 2026 00:00:59 GMT"],
  ])("ends the run at once when %s", async (_name, date) => {
    const { result, api, told } = await callOnce(() => expired(date));
    expect(result).toMatchObject({ ok: false, hopeless: true, fault: { kind: "clock" } });
    expect(api.requests).toHaveLength(1);
    expect(told.clockErrors).toHaveLength(0);
  });

  test("is corrected once for all calls that are out", async () => {
    const time = virtualTime();
    const api = fakeApi({
      time,
      inventory: [1, 2],
      latencyMs: () => 50,
      fault: ({ number }) => (number <= 2 ? expired(later) : undefined),
    });
    const { client, told } = clientFor(api, time);
    const one = async (id: number): Promise<CallResult> => {
      const turn = await client.turn(never);
      if (!turn) throw new Error("no turn");
      return client.call({ action: "BatchDeleteCSR", parameters: { CSRIds: [id] }, size: 1 }, turn, never);
    };
    const results = await time.until(Promise.all([one(1), one(2)]));
    expect(results.map(({ ok }) => ok)).toEqual([true, true]);
    expect(told.clockErrors).toHaveLength(1);
  });
});

test("requests that are out are given up when the run is abandoned", async () => {
  const time = virtualTime();
  const abandon = new AbortController();
  const api = fakeApi({ time, inventory: [1], latencyMs: () => 60_000 });
  const { client } = clientFor(api, time, { abandon: abandon.signal });
  const turn = await client.turn(never);
  if (!turn) throw new Error("no turn");
  const call = client.call(
    { action: "BatchDeleteCSR", parameters: { CSRIds: [1] }, size: 1 },
    turn,
    AbortSignal.abort(),
  );
  void time.sleep(3_000).then(() => abandon.abort());
  expect(await time.until(call)).toMatchObject({ ok: false, fault: { code: "Network.GivenUp", lost: true } });
  expect(time.elapsed()).toBe(3_000);
});

test("the backoff has full jitter: anything from nothing to twice as much each time", () => {
  expect([1, 2, 3, 4].map((attempt) => backoff(attempt, () => 0))).toEqual([0, 0, 0, 0]);
  expect([1, 2, 3, 4].map((attempt) => backoff(attempt, () => 1))).toEqual([500, 1000, 2000, 4000]);
});
