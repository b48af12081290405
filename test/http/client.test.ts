import { channel } from "node:diagnostics_channel";
import { getEventListeners, once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from "node:net";
import {
  createServer as createTlsServer,
  getCACertificates,
  setDefaultCACertificates,
  type TlsOptions,
} from "node:tls";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createHttpClient, type HttpRequest, networkFailure } from "../../src/http/client.ts";
import { type Fault, startEmulator } from "../emulator/emulator.ts";
import { selfSigned } from "../emulator/self-signed.ts";
import { type Behaviour, startProxy } from "../scenarios/proxy.ts";

const request = {
  method: "POST",
  headers: { "content-type": "application/json", "x-tc-action": "BatchDeleteCSR" },
  body: '{"CSRIds":[1]}',
} as const;

const post = (url: string, { env = {}, ...more }: Partial<HttpRequest> & { env?: NodeJS.ProcessEnv } = {}) =>
  createHttpClient(env).request({ ...request, url, ...more });

async function meet(fault: Fault) {
  await using emulator = await startEmulator({ faults: [{ fault }] });
  return await post(emulator.url);
}

/** Listens on loopback until the end of the test. */
async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => sockets.add(socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  cleanUps.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}
const cleanUps: Array<() => unknown> = [];

// Node warns of NODE_TLS_REJECT_UNAUTHORIZED, which is what some of these tests are about.
beforeEach(() => void vi.spyOn(process, "emitWarning").mockImplementation(() => undefined));
afterEach(async () => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

test("a response has status, headers and body, whatever it is", async () => {
  expect(
    await meet({ kind: "http", status: 503, body: " <p>\n", headers: { Date: "Tue, 24 Nov 2026 00:00:00 GMT" } }),
  ).toMatchObject({
    ok: true,
    value: { status: 503, headers: { date: "Tue, 24 Nov 2026 00:00:00 GMT" }, body: " <p>\n" },
  });
});

test("a request has its method, path, query, headers and body; a header that comes twice is one text", async () => {
  const seen: string[] = [];
  const port = await listen(
    createServer(async (incoming, response) => {
      const body = await incoming.toArray();
      seen.push(`${incoming.method} ${incoming.url} ${incoming.headers["x-tc-action"]} ${Buffer.concat(body)}`);
      response.writeHead(200, { "x-list": ["a", "b"] }).end();
    }),
  );
  const url = `http://127.0.0.1:${port}`;
  const result = await post(`${url}/a/b?c=d%26e`, { method: "PATCH" });
  expect(result).toMatchObject({ value: { headers: { "x-list": "a,b" } } });
  await post(`${url}?c`, { method: "GET", body: undefined });
  expect(seen).toEqual(['PATCH /a/b?c=d%26e BatchDeleteCSR {"CSRIds":[1]}', "GET /?c BatchDeleteCSR "]);
});

test.each([
  "http://ssl.intl.tencentcloudapi.com",
  "http://127.0.0.1.example.com",
  "http://127-0-0-1",
  "http://0.0.0.0",
  "http://localhost.example.com",
  "http://localhost.",
  "http://a.localhost",
  "http://notlocalhost",
  "http://[::2]",
  "http://[::ffff:127.0.0.1]",
  "ftp://127.0.0.1",
  "127.0.0.1",
  "",
])("%j is refused: only https, or http on loopback", async (url) => {
  expect(await post(url)).toEqual({ ok: false, failure: { code: "Network.Insecure", message: "", sent: false } });
});

test("http on loopback is not refused, whatever number of digits", async () => {
  for (const host of ["127.0.0.10", "127.100.0.1", "localhost", "[::1]"])
    expect(await post(`http://${host}:9`)).not.toMatchObject({ failure: { code: "Network.Insecure" } });
});

test("a response leaves no timer behind that keeps the process alive", async () => {
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
  const port = await listen(createServer((_request, response) => response.end("ok")));
  const before = timers();
  expect(await post(`http://127.0.0.1:${port}`)).toMatchObject({ ok: true });
  expect(timers()).toBeLessThanOrEqual(before);
});

test.each<[string, { url?: string; env?: NodeJS.ProcessEnv; headers?: Record<string, string> }]>([
  ["a proxy that is no URL", { url: "https://localhost", env: { HTTPS_PROXY: "http://[" } }],
  ["a header that is none", { headers: { authorization: "a\nb" } }],
])("%s is a failure, not an exception", async (_name, { url = "http://127.0.0.1:9", ...more }) => {
  expect(await post(url, more)).toMatchObject({ ok: false, failure: { sent: false } });
});

test("the start of a request is reported when it goes onto the wire", async () => {
  await using emulator = await startEmulator();
  const onStarted = vi.fn();
  await post(emulator.url, { onStarted });
  expect(onStarted).toHaveBeenCalledOnce();
  onStarted.mockReset();
  await emulator.close();
  await post(emulator.url, { onStarted });
  expect(onStarted).not.toHaveBeenCalled();
});

test("a redirect is not followed", async () => {
  await using other = await startEmulator();
  expect(await meet({ kind: "http", status: 302, headers: { location: other.url } })).toMatchObject({
    value: { status: 302 },
  });
  expect(other.requests).toHaveLength(0);
});

test.each<[string, Fault, object]>([
  ["a reset", { kind: "reset" }, { code: "Network.ConnectionLost", sent: true }],
  ["a response that is cut off", { kind: "truncate" }, { code: "Network.ConnectionLost", sent: true }],
])("%s is a failure", async (_name, fault, failure) => {
  expect(await meet(fault)).toMatchObject({ ok: false, failure });
});

test.each([
  [1024 * 1024, undefined],
  [2_000_000, 2_000_000],
])("a response of %d bytes may come if the limit is %s, and none of one more", async (bytes, maxResponseBytes) => {
  const port = await listen(createServer(({ url }, response) => response.end("x".repeat(Number(url?.slice(1))))));
  const ofSize = (size: number) => post(`http://127.0.0.1:${port}/${size}`, { maxResponseBytes });
  expect(await ofSize(bytes)).toMatchObject({ ok: true });
  const failure = { code: "Response.TooLarge", message: `more than ${bytes} bytes`, sent: true };
  expect(await ofSize(bytes + 1)).toEqual({ ok: false, failure });
});

test("a character of the response may come in pieces", async () => {
  const port = await listen(
    createServer((_request, response) => {
      for (const byte of Buffer.from("中文")) response.write(Buffer.of(byte));
      response.end();
    }),
  );
  expect(await post(`http://127.0.0.1:${port}`)).toMatchObject({ value: { body: "中文" } });
});

test("what comes before the response (HTTP 103) is not the response", async () => {
  const port = await listen(
    createServer((_request, response) => response.writeEarlyHints({ link: "</a>" }, () => response.end("ok"))),
  );
  expect(await post(`http://127.0.0.1:${port}`)).toMatchObject({ value: { status: 200, body: "ok" } });
});

test("what comes before the response does not end the wait for it", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const hinted = Promise.withResolvers<void>();
  const port = await listen(
    createServer((_request, response) => response.writeEarlyHints({ link: "</a>" }, hinted.resolve)),
  );
  const result = post(`http://127.0.0.1:${port}`);
  await hinted.promise;
  await new Promise((resolve) => setImmediate(resolve));
  await vi.advanceTimersByTimeAsync(30_000);
  expect(await result).toMatchObject({
    failure: { code: "Network.ResponseTimeout", message: "no end after 30 s", sent: true },
  });
});

test("a server that is not there is a failure without effect", async () => {
  expect(await post("http://127.0.0.1:9")).toMatchObject({
    ok: false,
    failure: { code: "Network.ConnectFailed", sent: false },
  });
});

describe("an abort", () => {
  test("ends a request in flight, and its connection", async () => {
    const abort = new AbortController();
    const server = createServer(() => abort.abort());
    const closed = new Promise((resolve) => server.once("connection", (socket) => socket.once("close", resolve)));
    const result = await post(`http://127.0.0.1:${await listen(server)}`, { signal: abort.signal });
    expect(result).toMatchObject({ failure: { code: "Network.Aborted", sent: true } });
    await closed;
  });

  test.each(["signal", "cancel"])("(%s) beforehand sends nothing", async (name) => {
    await using emulator = await startEmulator();
    const result = await post(emulator.url, { [name]: AbortSignal.abort() });
    expect(result).toEqual({ ok: false, failure: { code: "Network.Aborted", message: "", sent: false } });
    expect(emulator.requests).toHaveLength(0);
  });

  test.each(["signal", "cancel"])("(%s) while the connection is being made sends nothing", async (name) => {
    await using emulator = await startEmulator();
    const abort = new AbortController();
    const client = createHttpClient({});
    const result = client.request({ ...request, url: emulator.url, [name]: abort.signal });
    abort.abort();
    expect(await result).toMatchObject({ failure: { code: "Network.Aborted", sent: false } });
    // On the same connection, so that the one before has had its chance.
    expect(await client.request({ ...request, url: emulator.url })).toMatchObject({ ok: true });
    expect(emulator.requests).toHaveLength(1);
  });
});

test("a request that has ended leaves no listener behind", async () => {
  await using emulator = await startEmulator();
  const [cancel, signal] = [new AbortController().signal, new AbortController().signal];
  await post(emulator.url, { cancel, signal });
  expect([getEventListeners(cancel, "abort"), getEventListeners(signal, "abort")]).toEqual([[], []]);
});

test("a cancel leaves a request in flight alone", async () => {
  await using emulator = await startEmulator();
  const cancel = new AbortController();
  const result = await post(emulator.url, { cancel: cancel.signal, onStarted: () => cancel.abort() });
  expect(cancel.signal.aborted).toBe(true);
  expect(result).toMatchObject({ ok: true });
});

describe("a slow response", () => {
  /** A request whose response comes in the steps that the test takes, in time that passes when the test says so. */
  async function slowly() {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const arrived = Promise.withResolvers<ServerResponse>();
    const server = createServer((_request, response) => arrived.resolve(response));
    const port = await listen(server);
    const result = post(`http://127.0.0.1:${port}`);
    const response = await arrived.promise;
    /** Writes to the client, and waits until it is there. */
    const write = async (text: string): Promise<void> => {
      const received = Promise.withResolvers<unknown>();
      const chunks = channel("undici:request:bodyChunkReceived");
      chunks.subscribe(received.resolve);
      response.write(text);
      await received.promise;
      chunks.unsubscribe(received.resolve);
    };
    return { result, response, write, pass: (ms: number) => vi.advanceTimersByTimeAsync(ms) };
  }

  test("that makes progress may take longer than 30 seconds, such as a page of 50 KB at 1 KB per second", async () => {
    const { result, response, write, pass } = await slowly();
    for (let second = 0; second < 50; second += 10) {
      await write("x".repeat(10_000));
      await pass(10_000);
    }
    response.end();
    expect(await result).toMatchObject({ ok: true, value: { status: 200, body: "x".repeat(50_000) } });
  });

  test("is given up after 60 seconds", async () => {
    const { result, write, pass } = await slowly();
    for (let second = 0; second < 60; second += 10) {
      await write("x");
      await pass(10_000);
    }
    expect(await result).toMatchObject({ failure: { code: "Network.ResponseTimeout", sent: true } });
  });

  test("is given up after 30 seconds without headers", async () => {
    const { result, pass } = await slowly();
    await pass(30_000);
    expect(await result).toMatchObject({ failure: { code: "Network.ResponseTimeout", sent: true } });
  });
});

describe("a connection that hangs", () => {
  test("before TLS is there is given up", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const port = await listen(createTcpServer((socket) => void socket.on("error", () => socket.destroy())));
    const result = post(`https://127.0.0.1:${port}`);
    const ended = vi.fn();
    void result.then(ended);
    await vi.advanceTimersByTimeAsync(9_000);
    expect(ended).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await result).toMatchObject({ failure: { code: "Network.ConnectTimeout", sent: false } });
  });

  test("holds up no other request", async () => {
    const connected: Socket[] = [];
    const port = await listen(createTcpServer((socket) => void connected.push(socket.on("error", () => undefined))));
    const client = createHttpClient({});
    const controller = new AbortController();
    const { signal } = controller;
    const url = `https://127.0.0.1:${port}`;
    const results = [1, 2, 3].map(() => client.request({ ...request, url, signal }));
    await vi.waitUntil(() => connected.length === 3, { timeout: 20_000, interval: 1 });
    controller.abort();
    expect(await Promise.all(results)).toMatchObject([1, 2, 3].map(() => ({ failure: { sent: false } })));
  });

  test("in the tunnel of a proxy is given up", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    await using proxy = await startProxy("hang", 9);
    const env = { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` };
    const result = post("https://ssl.intl.tencentcloudapi.com", { env });
    await vi.advanceTimersByTimeAsync(11_000);
    expect(await result).toMatchObject({ failure: { code: "Network.ConnectTimeout", sent: false } });
  });
});

describe("TLS", () => {
  const { key, cert } = selfSigned();
  const trusted = getCACertificates("default");

  /** A TLS server that answers every connection as an HTTP server would. */
  async function tlsServer(options: TlsOptions = {}) {
    const requests: string[] = [];
    const server = createTlsServer({ key, cert, ...options }, (socket) => {
      socket.on("error", () => socket.destroy());
      socket.once("data", (data) => {
        requests.push(data.toString("latin1"));
        socket.end("HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok");
      });
    });
    return { port: await listen(server), requests };
  }

  afterEach(() => setDefaultCACertificates(trusted));

  test("with a certificate that is trusted works", async () => {
    setDefaultCACertificates([...trusted, cert]);
    const { port } = await tlsServer();
    expect(await post(`https://localhost:${port}`)).toMatchObject({ ok: true, value: { body: "ok" } });
  });

  test.each(["0", undefined])("is verified, with NODE_TLS_REJECT_UNAUTHORIZED=%s", async (value) => {
    if (value !== undefined) vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", value);
    const { port, requests } = await tlsServer();
    expect(await post(`https://localhost:${port}`)).toMatchObject({
      ok: false,
      failure: { code: "Tls.Untrusted", sent: false },
    });
    expect(requests).toEqual([]);
  });

  test("is verified inside the tunnel of a proxy, with NODE_TLS_REJECT_UNAUTHORIZED=0", async () => {
    vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
    const { port, requests } = await tlsServer();
    await using proxy = await startProxy("open", port);
    const env = { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` };
    expect(await post("https://localhost:443", { env })).toMatchObject({ failure: { code: "Tls.Untrusted" } });
    expect(proxy.heads).toHaveLength(1);
    expect(requests).toEqual([]);
  });

  test("to a proxy is verified, with NODE_TLS_REJECT_UNAUTHORIZED=0", async () => {
    vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
    const { port, requests } = await tlsServer();
    const env = { HTTPS_PROXY: `https://ci:password@localhost:${port}` };
    expect(await post("https://ssl.intl.tencentcloudapi.com", { env })).toMatchObject({
      failure: { code: "Tls.Untrusted", sent: false },
    });
    expect(requests).toEqual([]);
  });

  test("with a certificate for another host is refused, also inside a tunnel", async () => {
    setDefaultCACertificates([...trusted, cert]);
    const { port, requests } = await tlsServer();
    await using proxy = await startProxy("open", port);
    const env = { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` };
    const failure = { code: "Tls.WrongName", sent: false };
    expect(await post("https://ssl.intl.tencentcloudapi.com", { env })).toMatchObject({ failure });
    expect(requests).toEqual([]);
  });

  test("carries HTTP/1.1, also in a tunnel and to a proxy, where the server would rather speak HTTP/2", async () => {
    setDefaultCACertificates([...trusted, cert]);
    const { port, requests } = await tlsServer({ ALPNProtocols: ["h2", "http/1.1"] });
    await using proxy = await startProxy("open", port);
    const env = { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` };
    expect(await post(`https://localhost:${port}`)).toMatchObject({ ok: true });
    expect(await post(`https://localhost:${port}`, { env })).toMatchObject({ ok: true });
    await post("https://ssl.intl.tencentcloudapi.com", { env: { HTTPS_PROXY: `https://localhost:${port}` } });
    expect(requests.map((request) => request.split(" ")[0])).toEqual(["POST", "POST", "CONNECT"]);
  });

  test("where the server speaks plain HTTP is a failure of its own", async () => {
    const server = createServer((_request, response) => response.end("hello"));
    server.on("clientError", (_error, socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    const port = await listen(server);
    expect(await post(`https://localhost:${port}`)).toMatchObject({
      failure: { code: "Tls.NotTls", sent: false },
    });
  });

  test("without a common version is a failure of its own", async () => {
    setDefaultCACertificates([...trusted, cert]);
    const { port } = await tlsServer({ minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" });
    expect(await post(`https://localhost:${port}`)).toMatchObject({
      failure: { code: "Tls.Protocol", sent: false },
    });
  });
});

describe("a proxy", () => {
  /** Whether a request to an https endpoint goes through the proxy at `host:port` that the environment names. */
  async function isUsed(env: (host: string) => NodeJS.ProcessEnv, origin = "https://127.0.0.1:9"): Promise<boolean> {
    await using proxy = await startProxy({ status: 403 }, 9);
    const result = await post(origin, { env: env(`127.0.0.1:${proxy.port}`) });
    expect(result).toMatchObject({
      failure: { code: proxy.heads.length > 0 ? "Network.ProxyRefused" : "Network.ConnectFailed" },
    });
    return proxy.heads.length > 0;
  }

  test.each<[string, (host: string) => NodeJS.ProcessEnv]>([
    ["https_proxy", (host) => ({ https_proxy: `http://${host}` })],
    ["HTTPS_PROXY", (host) => ({ HTTPS_PROXY: `http://${host}` })],
    [
      "https_proxy before HTTPS_PROXY",
      (host) => ({ https_proxy: `http://${host}`, HTTPS_PROXY: "http://127.0.0.1:9" }),
    ],
    ["HTTP_PROXY, if there is no HTTPS_PROXY", (host) => ({ HTTP_PROXY: `http://${host}` })],
    ["ALL_PROXY, if there is no other", (host) => ({ ALL_PROXY: `http://${host}` })],
    [
      "all_proxy, if the others are blank",
      (host) => ({ https_proxy: "", HTTP_PROXY: " ", all_proxy: `http://${host}` }),
    ],
    ["HTTP_PROXY before ALL_PROXY", (host) => ({ HTTP_PROXY: `http://${host}`, ALL_PROXY: "http://127.0.0.1:9" })],
    ["HTTPS_PROXY before ALL_PROXY", (host) => ({ HTTPS_PROXY: `http://${host}`, ALL_PROXY: "http://127.0.0.1:9" })],
    ["HTTPS_PROXY without a scheme", (host) => ({ HTTPS_PROXY: host })],
    [
      "HTTPS_PROXY, with a NO_PROXY for other hosts",
      (host) => ({ HTTPS_PROXY: host, NO_PROXY: "example.com,10.0.0.1" }),
    ],
    [
      "HTTPS_PROXY, with a blank no_proxy, which hides NO_PROXY",
      (host) => ({ HTTPS_PROXY: host, no_proxy: "", NO_PROXY: "127.0.0.1" }),
    ],
  ])("is taken from %s", async (_name, env) => {
    expect(await isUsed(env)).toBe(true);
  });

  test.each<[string, (host: string) => NodeJS.ProcessEnv]>([
    ["NO_PROXY names the host", (host) => ({ HTTPS_PROXY: host, NO_PROXY: "example.com,127.0.0.1" })],
    ["no_proxy is *, which hides NO_PROXY", (host) => ({ HTTPS_PROXY: host, no_proxy: "*", NO_PROXY: "example.com" })],
    ["https_proxy is blank, which hides HTTPS_PROXY", (host) => ({ https_proxy: "", HTTPS_PROXY: host })],
  ])("is not used if %s", async (_name, env) => {
    expect(await isUsed(env)).toBe(false);
  });

  test("is taken from the environment that was passed, not from that of the process", async () => {
    const names = ["http_proxy", "https_proxy", "HTTPS_PROXY"];
    const setAll = (host: string): NodeJS.ProcessEnv => {
      for (const name of names) vi.stubEnv(name, `http://${host}`);
      return {};
    };
    expect(await isUsed(setAll)).toBe(false);
    setAll("127.0.0.1:9");
    for (const name of ["NO_PROXY", "no_proxy"]) vi.stubEnv(name, "127.0.0.1");
    expect(await isUsed((host) => ({ HTTPS_PROXY: host }))).toBe(true);
  });

  test("gets user name and password", async () => {
    await using proxy = await startProxy({ status: 403 }, 9);
    await post("https://127.0.0.1:9", { env: { HTTPS_PROXY: `ci:p%40ss@127.0.0.1:${proxy.port}` } });
    expect(proxy.heads[0]).toContain(`Basic ${Buffer.from("ci:p@ss").toString("base64")}`);
  });

  test("is not used for plain http, which is for loopback only", async () => {
    await using emulator = await startEmulator();
    const proxy = "http://127.0.0.1:9";
    const env = { HTTP_PROXY: proxy, http_proxy: proxy, HTTPS_PROXY: proxy, ALL_PROXY: proxy };
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    expect(await post(emulator.url, { env })).toMatchObject({ ok: true });
  });

  test.each<[Behaviour, string]>([
    [{ status: 403 }, "Network.ProxyRefused"],
    [{ status: 407 }, "Network.ProxyRefused"],
    [{ status: 408 }, "Network.ConnectFailed"],
    [{ status: 429 }, "Network.ConnectFailed"],
    [{ status: 502 }, "Network.ConnectFailed"],
    ["hang up", "Network.ConnectFailed"],
  ])("that does %j fails with %s, without effect", async (behaviour, code) => {
    await using proxy = await startProxy(behaviour, 9);
    const env = { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` };
    expect(await post("https://ssl.intl.tencentcloudapi.com", { env })).toMatchObject({
      failure: { code, sent: false },
    });
  });
});

test.each([
  [{ code: "ENOTFOUND" }, "Network.NotFound"],
  [{ code: "EAI_AGAIN" }, "Network.NotFound"],
  [{ code: "UND_ERR_CONNECT_TIMEOUT" }, "Network.ConnectTimeout"],
  [{ code: "ETIMEDOUT" }, "Network.ConnectTimeout"],
  [{ code: "ERR_TLS_CERT_ALTNAME_INVALID" }, "Tls.WrongName"],
  [{ code: "HOSTNAME_MISMATCH" }, "Tls.WrongName"],
  [{ code: "UND_ERR_PRX_TLS" }, "Tls.WrongName"],
  [{ code: "DEPTH_ZERO_SELF_SIGNED_CERT" }, "Tls.Untrusted"],
  [{ code: "SELF_SIGNED_CERT_IN_CHAIN" }, "Tls.Untrusted"],
  [{ code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" }, "Tls.Untrusted"],
  [{ code: "UNABLE_TO_GET_ISSUER_CERT_LOCALLY" }, "Tls.Untrusted"],
  [{ code: "CERT_REVOKED" }, "Tls.Untrusted"],
  [{ code: "INVALID_PURPOSE" }, "Tls.Untrusted"],
  [{ code: "PATH_LENGTH_EXCEEDED" }, "Tls.Untrusted"],
  [{ code: "ERR_TLS_CERT_SIGNATURE_ALGORITHM_UNSUPPORTED" }, "Tls.Untrusted"],
  [{ code: "CERT_HAS_EXPIRED" }, "Tls.Expired"],
  [{ code: "CERT_NOT_YET_VALID" }, "Tls.Expired"],
  [{ code: "ERR_SSL_WRONG_VERSION_NUMBER" }, "Tls.NotTls"],
  [{ code: "ERR_SSL_PACKET_LENGTH_TOO_LONG" }, "Tls.NotTls"],
  [{ code: "ERR_SSL_HTTP_REQUEST" }, "Tls.NotTls"],
  [{ code: "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION" }, "Tls.Protocol"],
  [{ code: "ERR_TLS_HANDSHAKE_TIMEOUT" }, "Tls.Protocol"],
  [{ code: "ERR_OSSL_EVP_UNSUPPORTED" }, "Tls.Protocol"],
  [{ code: "EPROTO" }, "Tls.Protocol"],
  [{ code: "ECONNREFUSED" }, "Network.ConnectFailed"],
  [{ code: "UND_ERR_PRX_CONN" }, "Network.ConnectFailed"],
  [undefined, "Network.ConnectFailed"],
])("%j before the request started is %s, without effect", (error, code) => {
  expect(networkFailure(error, false)).toMatchObject({ code, sent: false });
});

test.each([
  [{ code: "ECONNRESET" }, "Network.ConnectionLost"],
  [{ code: "UND_ERR_SOCKET" }, "Network.ConnectionLost"],
  [{ code: "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED" }, "Tls.Protocol"],
])("%j after the request started is %s, which may have taken effect", (error, code) => {
  expect(networkFailure(error, true)).toMatchObject({ code, sent: true });
});

test("a failure names the code of the system once, if there is one", () => {
  expect(networkFailure({ code: "ENOTFOUND", message: "lookup failed" }, false).message).toBe(
    "lookup failed (ENOTFOUND)",
  );
  expect(networkFailure({ code: "ENOTFOUND", message: "ENOTFOUND x" }, false).message).toBe("ENOTFOUND x");
  expect(networkFailure(new Error("Invalid URL"), false).message).toBe("Invalid URL");
});

test("requests in a row use one connection", async () => {
  let connections = 0;
  const server = createServer((_request, response) => response.end("ok"));
  server.on("connection", () => {
    connections += 1;
  });
  const url = `http://127.0.0.1:${await listen(server)}`;
  const client = createHttpClient({});
  for (let number = 0; number < 5; number += 1) await client.request({ ...request, url });
  expect(connections).toBe(1);
});
