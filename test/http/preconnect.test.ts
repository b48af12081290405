import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, getCACertificates, setDefaultCACertificates } from "node:tls";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createHttpClient, type HttpClient } from "../../src/http/client.ts";
import { selfSigned } from "../emulator/self-signed.ts";
import { startProxy } from "../scenarios/proxy.ts";

const RESPONSE = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

/** A server that answers each piece of data as an HTTP server would, and what it saw. */
async function start(
  create: (onConnection: (socket: Socket) => void) => Server,
  onConnection?: (socket: Socket) => void,
) {
  const connections: Socket[] = [];
  const requests: string[] = [];
  const server = create((socket) => {
    connections.push(socket);
    socket.on("error", () => socket.destroy());
    socket.on("data", (data) => {
      requests.push(data.toString("latin1"));
      socket.write(RESPONSE);
    });
    onConnection?.(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  cleanUps.push(async () => {
    for (const socket of connections) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return { port: (server.address() as AddressInfo).port, connections, requests };
}

const plain = (onConnection?: (socket: Socket) => void) => start((listener) => createServer(listener), onConnection);

const cleanUps: Array<() => unknown> = [];

const client = (env: NodeJS.ProcessEnv = {}): HttpClient => createHttpClient(env);

const get = (http: HttpClient, url: string) => http.request({ method: "GET", url, headers: {} });

// Node warns of NODE_TLS_REJECT_UNAUTHORIZED, which is what some of these tests are about.
beforeEach(() => void vi.spyOn(process, "emitWarning").mockImplementation(() => undefined));
afterEach(async () => {
  vi.useRealTimers();
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

/** Lets the event loop turn until `isSo`, whatever the clock says. */
async function turns(isSo: () => boolean | undefined): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}

/** What one side did is in the kernel: some turns later the other one has read it. */
async function arrival(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

const OK = { ok: true, value: { status: 200, body: "ok" } };

test("the first request uses the connection that was opened for it", async () => {
  const { port, connections } = await plain();
  const http = client();
  http.preconnect(`http://127.0.0.1:${port}`);
  await turns(() => connections.length === 1);
  expect(await get(http, `http://127.0.0.1:${port}/a`)).toMatchObject(OK);
  expect(await get(http, `http://127.0.0.1:${port}/b`)).toMatchObject(OK);
  expect(connections).toHaveLength(1);
});

test("a request that comes while the connection is still being made waits for it", async () => {
  const { port, connections } = await plain();
  const http = client();
  http.preconnect(`http://127.0.0.1:${port}`);
  expect(await get(http, `http://127.0.0.1:${port}`)).toMatchObject(OK);
  expect(connections).toHaveLength(1);
});

test("only one is opened for each host, and only once", async () => {
  const [one, other] = [await plain(), await plain()];
  const http = client();
  for (const { port } of [one, one, other]) http.preconnect(`http://127.0.0.1:${port}`);
  const requests = [1, 2, 3].map(() => get(http, `http://127.0.0.1:${one.port}`));
  expect(await Promise.all(requests)).toMatchObject([OK, OK, OK]);
  http.preconnect(`http://127.0.0.1:${one.port}`);
  await get(http, `http://127.0.0.1:${other.port}`);
  // Three requests at once need three.
  expect([one.connections.length, other.connections.length]).toEqual([3, 1]);
});

test.each<[string, (socket?: Socket) => unknown]>([
  ["was ended", (socket) => socket?.end()],
  ["was reset", (socket) => socket?.resetAndDestroy()],
  ["was answered before there was a request", (socket) => socket?.write(RESPONSE)],
])("one that %s by the server costs only itself", async (_name, spoil) => {
  for (const atOnce of [true, false]) {
    const { port, connections, requests } = await plain((socket) => {
      if (atOnce && connections.length === 1) spoil(socket);
    });
    const http = client();
    http.preconnect(`http://127.0.0.1:${port}`);
    await turns(() => connections.length === 1);
    await arrival();
    if (!atOnce) spoil(connections[0]);
    await arrival();
    expect(await get(http, `http://127.0.0.1:${port}`)).toMatchObject(OK);
    expect([connections.length, requests.length]).toEqual([2, 1]);
  }
});

test("one without TLS is not used for a request over TLS", async () => {
  const { port, requests } = await plain();
  const http = client();
  http.preconnect(`http://127.0.0.1:${port}`);
  expect(await get(http, `https://127.0.0.1:${port}`)).toMatchObject({ failure: { sent: false } });
  expect(requests.join()).not.toContain("GET");
});

test("one that could not be made costs only itself", async () => {
  const { port, connections } = await plain();
  const http = client();
  http.preconnect("http://127.0.0.1:9");
  expect(await get(http, "http://127.0.0.1:9")).toMatchObject({
    failure: { code: "Network.ConnectFailed", sent: false },
  });
  expect(await get(http, `http://127.0.0.1:${port}`)).toMatchObject(OK);
  expect(connections).toHaveLength(1);
});

test("one that hangs, and is given up before a request comes, costs only itself", async () => {
  const { key, cert } = selfSigned();
  const trusted = getCACertificates("default");
  cleanUps.push(() => setDefaultCACertificates(trusted));
  setDefaultCACertificates([...trusted, cert]);
  const secure = createTlsServer({ key, cert }, (socket) => socket.on("data", () => socket.write(RESPONSE)));
  const tunnels: Socket[] = [];
  // Does not close its side, whatever the client does.
  const tunnel = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on("error", () => socket.destroy());
    if (tunnels.push(socket) > 1) secure.emit("connection", socket);
    else socket.resume();
  });
  tunnel.listen(0, "127.0.0.1");
  await once(tunnel, "listening");
  cleanUps.push(() => tunnel.close());
  const url = `https://localhost:${(tunnel.address() as AddressInfo).port}`;
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const http = client();
  http.preconnect(url);
  await turns(() => tunnels.length === 1);
  await vi.advanceTimersByTimeAsync(10_000);
  await turns(() => tunnels[0]?.readableEnded);
  vi.useRealTimers();
  expect(await get(http, url)).toMatchObject(OK);
});

test("one that no request uses is closed", async () => {
  const { port, connections } = await plain();
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const http = client();
  http.preconnect(`http://127.0.0.1:${port}`);
  await turns(() => connections.length === 1);
  await vi.advanceTimersByTimeAsync(9_999);
  expect(connections[0]?.readableEnded).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  await turns(() => connections[0]?.readableEnded);
  vi.useRealTimers();
  expect(await get(http, `http://127.0.0.1:${port}`)).toMatchObject(OK);
  expect(connections).toHaveLength(2);
});

test("one that a request uses is not closed", async () => {
  const { port, connections } = await plain();
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const http = client();
  http.preconnect(`http://127.0.0.1:${port}`);
  const first = get(http, `http://127.0.0.1:${port}`);
  await vi.advanceTimersByTimeAsync(10_000);
  vi.useRealTimers();
  expect(await first).toMatchObject(OK);
  expect(connections).toHaveLength(1);
});

test("none is opened where a proxy leads to the host, and none without TLS to another machine", async () => {
  const { port, connections } = await plain();
  await using proxy = await startProxy("open", port);
  client({ HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` }).preconnect(`https://127.0.0.1:${port}`);
  // Leads to loopback, but does not have to.
  client().preconnect(`http://0.0.0.0:${port}`);
  // On the same server, so that the ones before have had their chance.
  expect(await get(client(), `http://127.0.0.1:${port}`)).toMatchObject(OK);
  expect(connections).toHaveLength(1);
  expect(proxy.heads).toEqual([]);
});

test.each(["", "127.0.0.1", "http://ssl.intl.tencentcloudapi.com", "ftp://127.0.0.1"])(
  "none is opened to %j",
  (origin) => {
    expect(() => client().preconnect(origin)).not.toThrow();
  },
);

test("a cancel while it is being made sends nothing", async () => {
  const { port, requests } = await plain();
  const http = client();
  const cancel = new AbortController();
  http.preconnect(`http://127.0.0.1:${port}`);
  const url = `http://127.0.0.1:${port}`;
  const result = http.request({ method: "GET", url, headers: {}, cancel: cancel.signal });
  cancel.abort();
  expect(await result).toMatchObject({ failure: { code: "Network.Aborted", sent: false } });
  expect(await get(http, url)).toMatchObject(OK);
  expect(requests).toHaveLength(1);
});

test.each([
  ["with one that is unused", "http.preconnect(url);"],
  ["whose request has ended", 'http.preconnect(url); await http.request({ method: "GET", url, headers: {} });'],
])("a process %s ends by itself", async (_name, code) => {
  const { port } = await plain();
  const { spawn } = await import("node:child_process");
  const module = new URL("../../src/http/client.ts", import.meta.url);
  const script = `
    const { createHttpClient } = await import(${JSON.stringify(module.href)});
    const http = createHttpClient({});
    const url = "http://127.0.0.1:${port}";
    ${code}`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script], { stdio: "inherit" });
  cleanUps.unshift(() => child.kill("SIGKILL"));
  const timeout = setTimeout(() => child.kill("SIGKILL"), 8_000);
  expect(await once(child, "exit")).toEqual([0, null]);
  clearTimeout(timeout);
});

test("over TLS the certificate is verified, with NODE_TLS_REJECT_UNAUTHORIZED=0, too", async () => {
  vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
  cleanUps.push(() => vi.unstubAllEnvs());
  const { port, requests } = await start((listener) => createTlsServer(selfSigned(), listener));
  const http = client();
  http.preconnect(`https://localhost:${port}`);
  expect(await get(http, `https://localhost:${port}`)).toMatchObject({
    failure: { code: "Tls.Untrusted", sent: false },
  });
  expect(requests).toEqual([]);
});

test("over TLS the first request uses it, and one for another name does not", async () => {
  const { key, cert } = selfSigned();
  const trusted = getCACertificates("default");
  cleanUps.push(() => setDefaultCACertificates(trusted));
  setDefaultCACertificates([...trusted, cert]);
  const { port, connections, requests } = await start((listener) => createTlsServer({ key, cert }, listener));
  const http = client();
  http.preconnect(`https://localhost:${port}`);
  await turns(() => connections.length === 1);
  const getAs = (host: string) => http.request({ method: "GET", url: `https://localhost:${port}`, headers: { host } });
  expect(await getAs("example.com")).toMatchObject({ failure: { code: "Tls.WrongName" } });
  expect(requests).toEqual([]);
  expect(await getAs(`localhost:${port}`)).toMatchObject(OK);
  expect(connections).toHaveLength(1);
});
