import { describe, expect, test } from "vitest";
import { type Emulator, type EmulatorOptions, type Fault, type FaultRule, startEmulator } from "./emulator.ts";
import { call, deleteCsrs, signedRequest } from "./signed-request.ts";

function start(faults: readonly FaultRule[], options: EmulatorOptions = {}): Promise<Emulator> {
  return startEmulator({ csrs: [11, 22, 33], requestsPerSecond: Number.POSITIVE_INFINITY, faults, ...options });
}

function send(emulator: Emulator, ids: readonly number[], init: RequestInit = {}): Promise<Response> {
  const request = signedRequest(emulator.url, "BatchDeleteCSR", { body: { CSRIds: ids } });
  return fetch(request.url, { ...request.init, redirect: "manual", ...init });
}

async function codes(emulator: Emulator, count: number, action = "BatchDeleteCSR"): Promise<(string | undefined)[]> {
  const results: (string | undefined)[] = [];
  for (let index = 0; index < count; index += 1) {
    const body = action === "BatchDeleteCSR" ? { CSRIds: [index + 1] } : {};
    results.push((await call(emulator.url, action, { body })).Error?.Code);
  }
  return results;
}

const BUSY: Fault = { kind: "api-error", code: "Busy" };

describe("a rule matches", () => {
  test.each<[string, FaultRule, number[]]>([
    ["every request by default", { fault: BUSY }, [1, 2, 3, 4]],
    ["given requests", { requests: [2, 4], fault: BUSY }, [2, 4]],
    ["requests from one on", { requests: { from: 3 }, fault: BUSY }, [3, 4]],
    ["requests from one to another", { requests: { from: 2, to: 3 }, fault: BUSY }, [2, 3]],
    ["batches with an ID", { csrIds: [3, 99], fault: BUSY }, [3]],
    ["so many times", { times: 2, fault: BUSY }, [1, 2]],
    ["no request of another action", { action: "DescribeCSRSet", fault: BUSY }, []],
  ])("%s", async (_, rule, faulty) => {
    await using emulator = await start([rule]);
    const results = await codes(emulator, 4);
    expect(results.flatMap((code, index) => (code === "Busy" ? [index + 1] : []))).toEqual(faulty);
  });

  test("requests by their number among those of the action", async () => {
    await using emulator = await start([{ action: "DescribeCSRSet", requests: [2], fault: BUSY }]);
    await codes(emulator, 3);
    expect(await codes(emulator, 3, "DescribeCSRSet")).toEqual([undefined, "Busy", undefined]);
  });

  test("before later rules, and until the rules are replaced", async () => {
    await using emulator = await start([{ times: 1, fault: { kind: "api-error", code: "First" } }, { fault: BUSY }]);
    expect(await codes(emulator, 2)).toEqual(["First", "Busy"]);
    emulator.setFaults([{ requests: [4], fault: BUSY }]);
    expect(await codes(emulator, 2)).toEqual([undefined, "Busy"]);
  });
});

describe("an effect", () => {
  const effective: Fault[] = [
    { kind: "api-error", code: "InternalError", effect: true },
    { kind: "reset", effect: true },
    { kind: "hang", ms: 1, effect: true },
    { kind: "truncate", effect: true },
    { kind: "http", status: 502, effect: true },
    { kind: "huge", bytes: 10, effect: true },
    { kind: "response", response: {}, effect: true },
    { kind: "drip", bytes: 50, everyMs: 1 },
    { kind: "delay", ms: 1 },
    { kind: "success", as: "missing" },
  ];

  test.each(effective)("happens with %o", async (fault) => {
    await using emulator = await start([{ fault }]);
    await send(emulator, [11, 99])
      .then((response) => response.text())
      .catch(() => {});
    expect(emulator.deleted).toEqual([11]);
    expect(emulator.requests[0]).toMatchObject({ deleted: [11], csrIds: [11, 99] });
  });

  test.each(effective)("needs a valid signature with %o", async (fault) => {
    await using emulator = await start([{ fault }]);
    const { url, init } = signedRequest(emulator.url, "BatchDeleteCSR", { service: "cvm", body: { CSRIds: [11] } });
    await fetch(url, init)
      .then((response) => response.text())
      .catch(() => {});
    expect(emulator.deleted).toEqual([]);
  });

  test.each<Fault>([
    { kind: "api-error", code: "InternalError" },
    { kind: "reset" },
    { kind: "hang", ms: 1 },
    { kind: "truncate" },
    { kind: "http", status: 502 },
    { kind: "huge", bytes: 10 },
    { kind: "response", response: {} },
    { kind: "drip", bytes: 50, everyMs: 1, effect: false },
  ])("does not happen with %o", async (fault) => {
    await using emulator = await start([{ fault }]);
    await send(emulator, [11])
      .then((response) => response.text())
      .catch(() => {});
    expect(emulator.inventory.has(11)).toBe(true);
    expect(emulator.requests[0]?.deleted).toEqual([]);
  });
});

describe("a delayed effect", () => {
  test("comes though the client lost the response", async () => {
    await using emulator = await start([{ fault: { kind: "reset", effect: true, effectDelayMs: 40 }, times: 1 }]);
    await expect(send(emulator, [11, 99])).rejects.toThrow();
    await expect.poll(() => emulator.deleted).toEqual([11]);
    expect(emulator.requests[0]).toMatchObject({ outcome: "reset", deleted: [11] });
  });

  test("does not come before its time", async () => {
    await using emulator = await start([{ fault: { kind: "reset", effect: true, effectDelayMs: 60_000 }, times: 1 }]);
    await expect(send(emulator, [11])).rejects.toThrow();
    expect((await call(emulator.url, "DescribeCSRSet")).Total).toBe(3);
    expect(await deleteCsrs(emulator.url, [11])).toMatchObject({ Success: [11] });
  });
});

test("a page drips like any response", async () => {
  const faults: FaultRule[] = [{ action: "DescribeCSRSet", fault: { kind: "drip", bytes: 1000, everyMs: 1 } }];
  await using emulator = await start(faults, { csrs: Array.from({ length: 100 }, (_, index) => index + 1) });
  const page = await call(emulator.url, "DescribeCSRSet", { body: { Limit: 100 } });
  expect(page.Set).toHaveLength(100);
});

describe("a client sees", () => {
  test("an API error", async () => {
    await using emulator = await start([{ fault: { kind: "api-error", code: "InternalError", message: "Oops" } }]);
    const response = await deleteCsrs(emulator.url, [11]);
    expect(response).toEqual({ Error: { Code: "InternalError", Message: "Oops" }, RequestId: expect.any(String) });
    expect(emulator.requests[0]).toMatchObject({ outcome: "InternalError", requestId: response.RequestId });
  });

  test("an API error with no RequestId and another status", async () => {
    const fault: Fault = { kind: "api-error", code: "X", requestId: false, status: 500 };
    await using emulator = await start([{ fault }]);
    const response = await send(emulator, [11]);
    expect(response.status).toBe(500);
    expect(Object.keys(((await response.json()) as { Response: object }).Response)).toEqual(["Error"]);
    expect(emulator.requests[0]).not.toHaveProperty("requestId");
  });

  test("a connection that is reset", async () => {
    await using emulator = await start([{ fault: { kind: "reset" } }]);
    await expect(send(emulator, [11])).rejects.toMatchObject({ cause: { code: "ECONNRESET" } });
  });

  test("no response", async () => {
    await using emulator = await start([{ fault: { kind: "hang" } }]);
    await expect(send(emulator, [11], { signal: AbortSignal.timeout(50) })).rejects.toThrow("timeout");
    expect(emulator.requests[0]?.outcome).toBe("hang");
  });

  test("a late response", async () => {
    await using emulator = await start([{ fault: { kind: "delay", ms: 60 } }]);
    const sent = performance.now();
    expect(await deleteCsrs(emulator.url, [11])).toMatchObject({ Success: [11] });
    expect(performance.now() - sent).toBeGreaterThanOrEqual(55);
  });

  test("half a response", async () => {
    await using emulator = await start([{ fault: { kind: "truncate" } }]);
    const response = await send(emulator, [11]);
    expect(Number(response.headers.get("content-length"))).toBeGreaterThan(50);
    await expect(response.text()).rejects.toThrow("terminated");
  });

  test("a raw response", async () => {
    const fault: Fault = { kind: "http", status: 302, headers: { Location: "http://other.example/" }, body: "<p>" };
    await using emulator = await start([{ fault }]);
    const response = await send(emulator, [11]);
    expect([response.status, response.headers.get("location"), await response.text()]).toEqual([
      302,
      "http://other.example/",
      "<p>",
    ]);
  });

  test("an empty response", async () => {
    await using emulator = await start([{ fault: { kind: "http", status: 204 } }]);
    const response = await send(emulator, [11]);
    expect([response.status, await response.text()]).toEqual([204, ""]);
  });

  test.each([true, false])("a huge response, its length announced: %s", async (contentLength) => {
    await using emulator = await start([{ fault: { kind: "huge", bytes: 100_001, contentLength } }]);
    const response = await send(emulator, [11]);
    expect(response.headers.get("content-length")).toBe(contentLength ? "100001" : null);
    expect(await response.text()).toHaveLength(100_001);
  });

  test("a huge response for as long as it wants", async () => {
    await using emulator = await start([{ times: 1, fault: { kind: "huge", bytes: 1e12 } }]);
    const response = await send(emulator, [11]);
    await response.body?.cancel();
    expect(await deleteCsrs(emulator.url, [11])).toMatchObject({ Success: [11] });
  });

  test("a response that drips", async () => {
    await using emulator = await start([{ fault: { kind: "drip", bytes: 10, everyMs: 2 } }]);
    const sent = performance.now();
    expect(await deleteCsrs(emulator.url, [11])).toMatchObject({ Success: [11] });
    expect(performance.now() - sent).toBeGreaterThan(12);
  });

  test("any JSON", async () => {
    await using emulator = await start([{ fault: { kind: "response", response: [null] } }]);
    expect(await (await send(emulator, [11])).json()).toEqual([null]);
  });

  test.each<[Extract<Fault, { kind: "success" }>["as"], unknown]>([
    ["missing", undefined],
    ["null", null],
    ["strings", ["11", "22"]],
    ["extra", [11, 22, 100, 101]],
    ["not-array", { 0: 11, 1: 22 }],
    ["duplicate", [11, 11, 22, 22]],
  ])("a Success that is %s", async (as, success) => {
    await using emulator = await start([{ fault: { kind: "success", as } }]);
    const response = await deleteCsrs(emulator.url, [11, 22, 99]);
    expect(response.Success).toEqual(success);
    expect(response.RequestId).toBe(emulator.requests[0]?.requestId);
    expect((await call(emulator.url, "DescribeCSRSet")).Total).toBe(1);
  });
});
