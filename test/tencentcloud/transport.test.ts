import { createServer } from "node:net";
import { afterEach, describe, expect, test, vi } from "vitest";
import { createTransport, networkFault } from "../../src/tencentcloud/transport.ts";
import { type Fault, startEmulator } from "../emulator/emulator.ts";

afterEach(() => vi.unstubAllEnvs());

const post = {
  headers: { "content-type": "application/json", "x-tc-action": "BatchDeleteCSR" },
  body: '{"CSRIds":[1]}',
};

async function postTo(origin: string, more: Partial<Parameters<ReturnType<typeof createTransport>["post"]>[0]> = {}) {
  const transport = createTransport(origin);
  try {
    return await transport.post({ ...post, ...more });
  } finally {
    await transport.close();
  }
}

async function meet(fault: Fault) {
  await using emulator = await startEmulator({ faults: [{ fault }] });
  return await postTo(emulator.url);
}

test("an answer has status, date and body, whatever it is", async () => {
  expect(
    await meet({ kind: "http", status: 503, body: "<p>", headers: { date: "Tue, 24 Nov 2026 00:00:00 GMT" } }),
  ).toEqual({
    status: 503,
    date: "Tue, 24 Nov 2026 00:00:00 GMT",
    body: "<p>",
  });
});

test("it is told when a request goes onto the wire", async () => {
  await using emulator = await startEmulator();
  const onSent = vi.fn();
  await postTo(emulator.url, { onSent });
  expect(onSent).toHaveBeenCalledOnce();
  onSent.mockReset();
  await emulator.close();
  await postTo(emulator.url, { onSent });
  expect(onSent).not.toHaveBeenCalled();
});

test("a redirect is not followed", async () => {
  await using other = await startEmulator();
  expect(await meet({ kind: "http", status: 302, headers: { location: other.url } })).toMatchObject({ status: 302 });
  expect(other.requests).toHaveLength(0);
});

test.each<[string, Fault, object]>([
  ["a reset", { kind: "reset" }, { code: "Network.ConnectionLost", lost: true }],
  ["a cut-off answer", { kind: "truncate" }, { code: "Network.ConnectionLost", lost: true }],
  ["256 MB", { kind: "huge", bytes: 256 * 1024 * 1024 }, { code: "Answer.TooLarge", lost: true }],
])("%s is a fault", async (_name, fault, expected) => {
  expect(await meet(fault)).toMatchObject(expected);
});

test("a server that is not there is a fault, and nothing was sent", async () => {
  expect(await postTo("http://127.0.0.1:9")).toMatchObject({ code: "Network.ConnectFailed", lost: false });
});

describe("giving up", () => {
  test("ends a request that is out", async () => {
    await using emulator = await startEmulator({ faults: [{ fault: { kind: "hang" } }] });
    const giveUp = new AbortController();
    const waiting = postTo(emulator.url, { signal: giveUp.signal });
    setTimeout(() => giveUp.abort(), 50);
    expect(await waiting).toMatchObject({ code: "Network.GivenUp", lost: true });
  });

  test("beforehand sends nothing", async () => {
    await using emulator = await startEmulator();
    expect(await postTo(emulator.url, { signal: AbortSignal.abort() })).toMatchObject({ lost: false });
    expect(emulator.requests).toHaveLength(0);
  });
});

test("plain http on loopback passes by a proxy", async () => {
  vi.stubEnv("HTTP_PROXY", "http://127.0.0.1:9");
  vi.stubEnv("http_proxy", "http://127.0.0.1:9");
  await using emulator = await startEmulator();
  expect(await postTo(emulator.url)).toMatchObject({ status: 200 });
});

test("a proxy that refuses is a fault, and nothing was sent", async () => {
  const proxy = createServer((socket) =>
    socket.once("data", () => socket.end("HTTP/1.1 407 No\r\ncontent-length: 0\r\n\r\n")),
  );
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const address = proxy.address();
  vi.stubEnv("HTTPS_PROXY", `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`);
  expect(await postTo("https://ssl.intl.tencentcloudapi.com")).toMatchObject({
    code: "Network.ProxyRefused",
    lost: false,
  });
  proxy.close();
});

test.each([
  [{ code: "ENOTFOUND" }, false, "Network.NotFound"],
  [{ code: "EAI_AGAIN" }, false, "Network.NotFound"],
  [{ code: "UND_ERR_CONNECT_TIMEOUT" }, false, "Network.ConnectTimeout"],
  [{ code: "ETIMEDOUT" }, false, "Network.ConnectTimeout"],
  [{ code: "UND_ERR_HEADERS_TIMEOUT" }, true, "Network.AnswerTimeout"],
  [{ code: "UND_ERR_BODY_TIMEOUT" }, true, "Network.AnswerTimeout"],
  [{ code: "UND_ERR_RES_EXCEEDED_MAX_SIZE" }, true, "Answer.TooLarge"],
  [{ code: "ERR_TLS_CERT_ALTNAME_INVALID" }, false, "Network.TlsFailed"],
  [{ code: "DEPTH_ZERO_SELF_SIGNED_CERT" }, false, "Network.TlsFailed"],
  [{ code: "CERT_HAS_EXPIRED" }, false, "Network.TlsFailed"],
  [{ code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" }, false, "Network.TlsFailed"],
  [{ code: "EPROTO" }, false, "Network.TlsFailed"],
  [{ code: "ECONNREFUSED" }, false, "Network.ConnectFailed"],
  [{ code: "ECONNRESET" }, true, "Network.ConnectionLost"],
  [{ message: "Proxy response (503) !== 200 when HTTP Tunneling" }, false, "Network.ConnectFailed"],
  [{ message: "Proxy response (403) !== 200 when HTTP Tunneling" }, false, "Network.ProxyRefused"],
  [undefined, false, "Network.ConnectFailed"],
])("%j (sent: %s) is %s", (error, sent, code) => {
  expect(networkFault(error, sent)).toMatchObject({ code, lost: sent });
});

test("a fault names the code of the system once", () => {
  expect(networkFault({ code: "ENOTFOUND", message: "lookup failed" }, false).message).toBe(
    "lookup failed (ENOTFOUND)",
  );
  expect(networkFault({ code: "ENOTFOUND", message: "ENOTFOUND x" }, false).message).toBe("ENOTFOUND x");
});
