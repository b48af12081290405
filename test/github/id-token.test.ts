import { expect, onTestFinished, test, vi } from "vitest";
import { fetchIdToken } from "../../src/github/id-token.ts";
import { createHttpClient, type HttpClient, type HttpRequest } from "../../src/http/client.ts";
import { failed } from "../../src/shared/result.ts";
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

test("the bearer is in a header alone, an abort reaches the request, and a failure has its words", async () => {
  const abort = new AbortController();
  const requests: HttpRequest[] = [];
  const request: HttpClient["request"] = async (sent) => {
    requests.push(sent);
    return failed({ code: "Network.NotFound", message: "no such host", sent: false });
  };
  const http = { request, preconnect() {} };
  expect(await fetchIdToken("a b", { env: ENV, http, signal: abort.signal })).toEqual({
    ok: false,
    failure: { code: "Oidc.Unavailable", message: "Network.NotFound no such host" },
  });
  const headers = {
    accept: "application/json",
    authorization: "Bearer request-token",
    "user-agent": "delete-tencentcloud-ssl-csrs",
  };
  expect(requests).toMatchObject([{ method: "GET", url: `${URL}&audience=a%20b`, headers }]);
  abort.abort();
  expect(requests[0]?.signal?.aborted).toBe(true);
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
    const message = "ACTIONS_ID_TOKEN_REQUEST_URL is not set";
    expect(result).toEqual({ ok: false, failure: { code: "Oidc.NotPermitted", message } });
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
])("a response with status %d is %s, and the message has the status, not the token", async (status, code) => {
  const http = {
    request: async () => ({ ok: true, value: { status, headers: {}, body: '{"value":"a.b.c"}' } }),
  } as unknown as HttpClient;
  const result = await fetchIdToken("a", { env: ENV, http, signal: never });
  expect(result).toMatchObject({ ok: false, failure: { code, message: expect.stringContaining(`HTTP ${status}`) } });
  expect(JSON.stringify(result)).not.toContain("a.b.c");
});

test.each(['{"value":"a.b"}', '{"value":"d a.b.c"}', '{"value":7}', "{}", "null", "x", '{"value":"a.b.c d"}'])(
  "a body %s has no token, and is not quoted",
  async (body) => {
    const http = { request: async () => ({ ok: true, value: { status: 200, headers: {}, body } }) };
    const result = await fetchIdToken("a", { env: ENV, http: http as unknown as HttpClient, signal: never });
    const message = "HTTP 200, but no token (a JWT) in the response";
    expect(result).toEqual({ ok: false, failure: { code: "Oidc.Malformed", message } });
  },
);
