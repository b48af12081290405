import { expect, onTestFinished, test, vi } from "vitest";
import { fetchIdToken } from "../../src/github/id-token.ts";
import { createHttpClient, type HttpClient } from "../../src/http/client.ts";
import { startOidcEmulator } from "../emulator/emulator.ts";
import { never } from "../support/client-for.ts";

const URL = "https://token.example.com/idtoken?api-version=2.0";
const ENV = { ACTIONS_ID_TOKEN_REQUEST_URL: URL, ACTIONS_ID_TOKEN_REQUEST_TOKEN: "request-token" };

test("a token is for the audience, and each request gets a new one", async () => {
  await using oidc = await startOidcEmulator();
  const http = createHttpClient({});
  const options = { env: oidc.environment, http, signal: never };
  const first = await fetchIdToken("a b&c=d", options);
  const second = await fetchIdToken("sts.tencentcloudapi.com", options);
  expect([first, second]).toEqual(oidc.tokens.map(({ token }) => ({ ok: true, value: token })));
  expect(oidc.tokens.map(({ claims }) => claims.aud)).toEqual(["a b&c=d", "sts.tencentcloudapi.com"]);
});

test("a redirect is not followed: the bearer goes nowhere else", async () => {
  await using other = await startOidcEmulator();
  await using oidc = await startOidcEmulator({
    faults: [{ fault: { kind: "http", status: 302, headers: { location: other.url } } }],
  });
  const http = createHttpClient({});
  const result = await fetchIdToken("a", { env: oidc.environment, http, signal: never });
  expect(result).toMatchObject({
    ok: false,
    failure: { code: "Oidc.Malformed", message: expect.stringContaining("302") },
  });
  expect(other.requests).toEqual([]);
});

test("plain http is for loopback only", async () => {
  const env = { ...ENV, ACTIONS_ID_TOKEN_REQUEST_URL: URL.replace("https:", "http:") };
  const result = await fetchIdToken("a", { env, http: createHttpClient({}), signal: never });
  expect(result).toMatchObject({
    ok: false,
    failure: { code: "Oidc.Malformed", message: expect.stringContaining("https") },
  });
});

test.each([{}, { ACTIONS_ID_TOKEN_REQUEST_URL: URL }, { ACTIONS_ID_TOKEN_REQUEST_TOKEN: "request-token" }])(
  "without %j nothing is sent",
  async (env) => {
    const http = { request: () => expect.unreachable() } as unknown as HttpClient;
    const result = await fetchIdToken("a", { env, http, signal: never });
    expect(result).toMatchObject({ ok: false, failure: { code: "Oidc.NotPermitted" } });
  },
);

test("a response that does not come is given up", async () => {
  await using oidc = await startOidcEmulator({ faults: [{ fault: { kind: "hang" } }] });
  const http = createHttpClient({});
  const { timeout } = AbortSignal;
  const timeoutSpy = vi.spyOn(AbortSignal, "timeout").mockImplementation((ms) => timeout.call(AbortSignal, ms / 200));
  onTestFinished(() => timeoutSpy.mockRestore());
  const result = await fetchIdToken("a", { env: oidc.environment, http, signal: never });
  expect(result).toEqual({
    ok: false,
    failure: { code: "Oidc.Unavailable", message: "no response within 10 seconds" },
  });
});

test.each([
  [500, "Oidc.Unavailable"],
  [429, "Oidc.Unavailable"],
  [408, "Oidc.Unavailable"],
  [400, "Oidc.NotPermitted"],
  [403, "Oidc.NotPermitted"],
  [204, "Oidc.Malformed"],
])("a response with status %d is %s, and the message has the status", async (status, code) => {
  const http = {
    request: async () => ({ ok: true, value: { status, headers: {}, body: '{"value":"a.b.c"}' } }),
  } as unknown as HttpClient;
  const result = await fetchIdToken("a", { env: ENV, http, signal: never });
  expect(result).toMatchObject({ ok: false, failure: { code, message: expect.stringContaining(`HTTP ${status}`) } });
});

test.each(['{"value":"a.b"}', '{"value":7}', "{}", "null", "x", '{"value":"a.b.c d"}'])(
  "a body %s has no token, and is not quoted",
  async (body) => {
    const http = { request: async () => ({ ok: true, value: { status: 200, headers: {}, body } }) };
    const result = await fetchIdToken("a", { env: ENV, http: http as unknown as HttpClient, signal: never });
    const message = "HTTP 200, but no token (a JWT) in the response";
    expect(result).toEqual({ ok: false, failure: { code: "Oidc.Malformed", message } });
  },
);
