import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DEMO_CREDENTIALS, type Emulator, startEmulator } from "./emulator.ts";
import { call, type Request, signedRequest } from "./signed-request.ts";

const NOW = Math.floor(Date.now() / 1000);
const LIST = "DescribeCSRSet";

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({ requestsPerSecond: Number.POSITIVE_INFINITY });
});
afterAll(() => emulator.close());

async function codeOf(request: Request, url = emulator.url): Promise<string | undefined> {
  return (await call(url, LIST, request)).Error?.Code;
}

describe("a signature is accepted", () => {
  test.each<[string, Request]>([
    ["with the action signed, as in the documentation", {}],
    ["without the action signed, as in the SDKs", { sign: [] }],
    ["with any other header signed", { sign: ["x-tc-timestamp", "x-tc-version"] }],
    ["for the host without its port, as in the Node.js SDK", { signedHost: "127.0.0.1" }],
    ["four minutes early", { timestamp: NOW + 240 }],
    ["four minutes late", { timestamp: NOW - 240 }],
  ])("%s", async (_, request) => {
    expect(await call(emulator.url, LIST, request)).toMatchObject({ Total: 0, Set: [] });
  });
});

describe("a signature is refused", () => {
  test.each<[string, string, Request]>([
    ["that is missing", "AuthFailure.InvalidAuthorization", { headers: { authorization: undefined } }],
    ["that is malformed", "AuthFailure.InvalidAuthorization", { headers: { authorization: "TC3-HMAC-SHA256 x" } }],
    ["of an old version", "AuthFailure.InvalidAuthorization", { headers: { authorization: "SKIP" } }],
    ["of an unknown ID", "AuthFailure.SecretIdNotFound", { credentials: { ...DEMO_CREDENTIALS, secretId: "other" } }],
    ["with a wrong key", "AuthFailure.SignatureFailure", { credentials: { ...DEMO_CREDENTIALS, secretKey: "other" } }],
    ["that is six minutes early", "AuthFailure.SignatureExpire", { timestamp: NOW + 360 }],
    ["that is six minutes late", "AuthFailure.SignatureExpire", { timestamp: NOW - 360 }],
    ["of another day", "AuthFailure.SignatureFailure", { date: "2019-02-25" }],
    ["for another service", "AuthFailure.SignatureFailure", { service: "cvm" }],
    ["for another host", "AuthFailure.SignatureFailure", { signedHost: "ssl.tencentcloudapi.com" }],
    ["of another content type", "AuthFailure.SignatureFailure", { headers: { "content-type": "application/json" } }],
    ["of another action", "AuthFailure.SignatureFailure", { headers: { "x-tc-action": "BatchDeleteCSR" } }],
    ["of a header that was not sent", "AuthFailure.SignatureFailure", { sign: ["x-tc-region"] }],
    ["with a token though the credentials have none", "AuthFailure.TokenFailure", { headers: { "x-tc-token": "t" } }],
    ["with no time", "MissingParameter", { headers: { "x-tc-timestamp": undefined } }],
    ["with a time that is no integer", "InvalidParameter", { headers: { "x-tc-timestamp": "1.5" } }],
  ])("%s", async (_, code, request) => {
    expect(await codeOf(request)).toBe(code);
  });

  test("of another body", async () => {
    const { url, init } = signedRequest(emulator.url, LIST, { body: { Limit: 1 } });
    const response = await fetch(url, { ...init, body: '{"Limit":2}' });
    expect(await response.json()).toMatchObject({ Response: { Error: { Code: "AuthFailure.SignatureFailure" } } });
  });

  test.each(["host", "content-type"])("that leaves %s out", async (name) => {
    const { url, init } = signedRequest(emulator.url, LIST);
    const authorization = init.headers.authorization?.replace(`${name};`, "") ?? "";
    const response = await fetch(url, { ...init, headers: { ...init.headers, authorization } });
    expect(await response.json()).toMatchObject({ Response: { Error: { Code: "AuthFailure.SignatureFailure" } } });
  });
});

test("an error comes with HTTP 200 and a RequestId", async () => {
  const { url, init } = signedRequest(emulator.url, LIST, { service: "cvm" });
  const response = await fetch(url, init);
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({
    Response: {
      Error: { Code: "AuthFailure.SignatureFailure", Message: expect.any(String) },
      RequestId: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
    },
  });
});

test("temporary credentials need their token", async () => {
  const credentials = { ...DEMO_CREDENTIALS, token: "example-token" };
  await using temporary = await startEmulator({ credentials });
  expect(await codeOf({ credentials }, temporary.url)).toBeUndefined();
  expect(await codeOf({}, temporary.url)).toBe("AuthFailure.TokenFailure");
  expect(await codeOf({ credentials: { ...credentials, token: "old" } }, temporary.url)).toBe(
    "AuthFailure.TokenFailure",
  );
});

test("a skewed clock shows in the check and in the Date header", async () => {
  await using skewed = await startEmulator({ clockSkewMs: 600_000 });
  const { url, init } = signedRequest(skewed.url, LIST);
  const response = await fetch(url, init);
  const ahead = Date.parse(response.headers.get("date") ?? "") - Date.now();
  expect(ahead).toBeGreaterThan(540_000);
  expect(ahead).toBeLessThan(660_000);
  expect(await response.json()).toMatchObject({ Response: { Error: { Code: "AuthFailure.SignatureExpire" } } });
  expect(await codeOf({ timestamp: NOW + 600 }, skewed.url)).toBeUndefined();
});

test("the Date header can be left out", async () => {
  await using dateless = await startEmulator({ dateHeader: false });
  const { url, init } = signedRequest(dateless.url, LIST);
  const response = await fetch(url, init);
  expect(response.headers.has("date")).toBe(false);
});
