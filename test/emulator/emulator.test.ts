import { once } from "node:events";
import { Agent, request as httpRequest } from "node:http";
import { connect as connectHttp2 } from "node:http2";
import { request as httpsRequest } from "node:https";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { type RequestRecord, startEmulator } from "./emulator.ts";
import { selfSigned } from "./self-signed.ts";
import { call, deleteCsrs, signedRequest } from "./signed-request.ts";

describe("a request is recorded", () => {
  test("with what was sent and the outcome", async () => {
    await using emulator = await startEmulator({ csrs: [11, 22] });
    const before = performance.now();
    const response = await deleteCsrs(emulator.url, [11, 99]);
    await call(emulator.url, "DescribeCSRSet", { service: "cvm" });
    const [first, second] = emulator.requests;
    expect(first).toEqual({
      number: 1,
      action: "BatchDeleteCSR",
      at: expect.any(Number),
      csrIds: [11, 99],
      method: "POST",
      path: "/",
      headers: expect.objectContaining({ "x-tc-version": "2019-12-05" }),
      body: '{"CSRIds":[11,99]}',
      outcome: "ok",
      deleted: [11],
      requestId: response.RequestId,
      host: `127.0.0.1:${emulator.port}`,
    });
    expect(first?.at).toBeGreaterThanOrEqual(before);
    expect(second).toMatchObject({ number: 2, outcome: "AuthFailure.SignatureFailure", deleted: [] });
  });

  test("at the arrival of its head, before its body", async () => {
    await using emulator = await startEmulator();
    const { init } = signedRequest(emulator.url, "BatchDeleteCSR", { body: { CSRIds: [1] } });
    const socket = connect(emulator.port, "127.0.0.1");
    const headers = Object.entries({ ...init.headers, host: "x", "content-length": String(init.body.length) });
    socket.write(`POST / HTTP/1.1\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`);
    await expect.poll(() => emulator.requests.length).toBe(1);
    expect(emulator.requests[0]).toMatchObject({ outcome: "pending", body: "" });
    const late = performance.now();
    socket.write(init.body);
    await once(socket, "data");
    expect(emulator.requests[0]?.at).toBeLessThan(late);
    expect(emulator.requests[0]?.outcome).toBe("AuthFailure.SignatureFailure");
    socket.destroy();
  });

  test("if the client goes away before its end", async () => {
    await using emulator = await startEmulator();
    const socket = connect(emulator.port, "127.0.0.1");
    socket.write("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{");
    await expect.poll(() => emulator.requests.length).toBe(1);
    socket.destroy();
    await expect.poll(() => emulator.requests[0]?.outcome).toBe("aborted");
  });

  test("and passed to callbacks on arrival and after the response", async () => {
    const seen: string[] = [];
    const note = (when: string) => (record: RequestRecord) => seen.push(`${when} ${record.csrIds} ${record.outcome}`);
    await using emulator = await startEmulator({ csrs: [11], onRequest: note("arrived"), onResponse: note("done") });
    await deleteCsrs(emulator.url, [11]);
    await expect.poll(() => seen).toEqual(["arrived 11 pending", "done 11 ok"]);
  });
});

test("the effect comes before the latency", async () => {
  const emulator = await startEmulator({ csrs: [11], latencyMs: 60_000 });
  const waiting = deleteCsrs(emulator.url, [11]).catch(() => "closed");
  await expect.poll(() => emulator.deleted, { interval: 2 }).toEqual([11]);
  await emulator.close();
  expect(await waiting).toBe("closed");
});

test("the response comes after the latency", async () => {
  await using emulator = await startEmulator({ csrs: [11], latencyMs: { min: 50, max: 60 } });
  const sent = performance.now();
  expect(await deleteCsrs(emulator.url, [11])).toMatchObject({ Success: [11] });
  expect(performance.now() - sent).toBeGreaterThanOrEqual(45);
});

test("a request arrives after the network delay", async () => {
  await using emulator = await startEmulator({ arrivalDelayMs: { min: 50, max: 60 } });
  const sent = performance.now();
  await deleteCsrs(emulator.url, [11]);
  expect((emulator.requests[0]?.at ?? 0) - sent).toBeGreaterThanOrEqual(45);
});

test("the effect can come after the response", async () => {
  await using emulator = await startEmulator({ csrs: [11], effectDelayMs: 30 });
  expect(await deleteCsrs(emulator.url, [11])).toMatchObject({ Success: [11] });
  await expect.poll(() => emulator.deleted).toEqual([11]);
  expect(emulator.requests[0]).toMatchObject({ deleted: [11] });
});

test("a response can be padded", async () => {
  await using emulator = await startEmulator({ minResponseBytes: 50_000 });
  const { url, init } = signedRequest(emulator.url, "DescribeCSRSet");
  const body = await (await fetch(url, init)).text();
  expect(body).toHaveLength(50_000);
  expect(JSON.parse(body)).toMatchObject({ Response: { Total: 0 } });
});

test("connections are kept alive", async () => {
  await using emulator = await startEmulator();
  const { init } = signedRequest(emulator.url, "DescribeCSRSet");
  const agent = new Agent({ keepAlive: true });
  const reused: boolean[] = [];
  for (let index = 0; index < 3; index += 1) {
    const request = httpRequest(emulator.url, { method: "POST", headers: init.headers, agent });
    request.end(init.body);
    const [response] = await once(request, "response");
    await text(response);
    reused.push(request.reusedSocket);
  }
  agent.destroy();
  expect(reused).toEqual([false, true, true]);
});

test("closing destroys connections that wait for a response, and can be done twice", async () => {
  const emulator = await startEmulator({ faults: [{ requests: [1], fault: { kind: "hang" } }], latencyMs: 60_000 });
  const waiting = [1, 2].map(() => deleteCsrs(emulator.url, [11]).catch((error) => error));
  await expect.poll(() => emulator.requests.length).toBe(2);
  await emulator.close();
  await emulator.close();
  for (const outcome of await Promise.all(waiting)) expect(outcome).toBeInstanceOf(Error);
  await expect(fetch(emulator.url)).rejects.toThrow();
});

test("two emulators with the same seed send the same responses", async () => {
  await using one = await startEmulator({ seed: 7 });
  await using other = await startEmulator({ seed: 7 });
  await using third = await startEmulator({ seed: 8 });
  const [a, b, c] = await Promise.all([one, other, third].map(({ url }) => call(url, "DescribeCSRSet")));
  expect(a?.RequestId).toBe(b?.RequestId);
  expect(a?.RequestId).not.toBe(c?.RequestId);
});

test("it listens on IPv6 as well", async () => {
  await using emulator = await startEmulator({ host: "::1" });
  expect(emulator.url).toBe(`http://[::1]:${emulator.port}`);
  expect(await call(emulator.url, "DescribeCSRSet")).toMatchObject({ Total: 0 });
  expect(await call(emulator.url, "DescribeCSRSet", { signedHost: "[::1]" })).toMatchObject({ Total: 0 });
});

test("a port that is taken is an error", async () => {
  await using emulator = await startEmulator();
  await expect(startEmulator({ port: emulator.port })).rejects.toThrow("EADDRINUSE");
});

describe("over TLS", () => {
  const tls = selfSigned();

  async function overHttps(base: string): Promise<unknown> {
    const { url, init } = signedRequest(base, "DescribeCSRSet");
    const request = httpsRequest(url, { method: "POST", headers: init.headers, ca: tls.cert, agent: false });
    request.end(init.body);
    const [response] = await once(request, "response");
    return JSON.parse(await text(response));
  }

  async function overHttp2(base: string): Promise<unknown> {
    const session = connectHttp2(base, { ca: tls.cert });
    const { init } = signedRequest(base, "DescribeCSRSet");
    const stream = session.request({ ":method": "POST", ":path": "/", ...init.headers });
    stream.end(init.body);
    try {
      return JSON.parse(await text(stream));
    } finally {
      session.destroy();
    }
  }

  test("HTTP/1.1 works", async () => {
    await using emulator = await startEmulator({ tls });
    expect(await overHttps(emulator.url)).toMatchObject({ Response: { Total: 0 } });
  });

  test("HTTP/2 works, and HTTP/1.1 beside it", async () => {
    await using emulator = await startEmulator({ tls, http2: true, csrs: [1] });
    expect(await overHttp2(emulator.url)).toMatchObject({ Response: { Total: 1 } });
    expect(await overHttps(emulator.url)).toMatchObject({ Response: { Total: 1 } });
    expect(emulator.requests.map(({ host }) => host)).toEqual([
      `127.0.0.1:${emulator.port}`,
      `127.0.0.1:${emulator.port}`,
    ]);
  });

  test.each(["reset", "truncate"] as const)("HTTP/2 can be cut off by %s", async (kind) => {
    await using emulator = await startEmulator({ tls, http2: true, faults: [{ fault: { kind } }] });
    await expect(overHttp2(emulator.url)).rejects.toThrow();
  });

  test("HTTP/1.1 can be cut off", async () => {
    await using emulator = await startEmulator({ tls, faults: [{ fault: { kind: "reset" } }] });
    await expect(overHttps(emulator.url)).rejects.toThrow("socket hang up");
  });
});
