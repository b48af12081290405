import { describe, expect, test } from "vitest";
import { assumeRoleWithWebIdentity, STS_REGION, STS_SERVICE, STS_VERSION } from "../../src/tencentcloud/sts.ts";
import { clientFor, never } from "../support/client-for.ts";
import { type FakeFault, fakeApi } from "../support/fake-api.ts";
import { virtualClock } from "../support/virtual-clock.ts";

const permit = { started() {}, release() {} };
const credentials = { Token: "example-token", TmpSecretId: "AKIDTEMPORARY", TmpSecretKey: "example-temporary-key" };
const valid = { Credentials: credentials, ExpiredTime: 1_800_000_000, RequestId: "r" };

async function assumeRole(fault: (number: number) => FakeFault) {
  const clock = virtualClock();
  const bodies: unknown[] = [];
  const api = fakeApi({ clock, inventory: [], fault: ({ number }) => fault(number) });
  const recording: typeof api = {
    ...api,
    requests: api.requests,
    post(request) {
      bodies.push(JSON.parse(request.body));
      return api.post(request);
    },
  };
  const { client } = clientFor(recording, clock, {
    host: "sts.intl.tencentcloudapi.com",
    service: STS_SERVICE,
    version: STS_VERSION,
    region: STS_REGION,
    authentication: "unsigned",
  });
  const identity = {
    providerId: "github",
    webIdentityToken: "example.jwt.token",
    roleArn: "qcs::cam::uin/1:roleName/csr",
    roleSessionName: "run-42",
    durationSeconds: 1800,
  };
  const result = await clock.until(assumeRoleWithWebIdentity(client, identity, permit, never));
  return { result, api, bodies };
}

const respond = (response: unknown) => (): FakeFault => ({
  kind: "body",
  body: JSON.stringify({ Response: response }),
  effect: false,
});

test("asks without a signature, with a region, for the role", async () => {
  const { api, bodies } = await assumeRole(respond(valid));
  const { headers } = api.requests[0] ?? {};
  expect(headers).toMatchObject({
    authorization: "SKIP",
    "x-tc-action": "AssumeRoleWithWebIdentity",
    "x-tc-version": "2018-08-13",
    "x-tc-region": "ap-guangzhou",
    host: "sts.intl.tencentcloudapi.com",
  });
  expect(headers).not.toHaveProperty("x-tc-token");
  expect(bodies).toEqual([
    {
      ProviderId: "github",
      WebIdentityToken: "example.jwt.token",
      RoleArn: "qcs::cam::uin/1:roleName/csr",
      RoleSessionName: "run-42",
      DurationSeconds: 1800,
    },
  ]);
});

test("takes the temporary credentials, and when they expire", async () => {
  const { result } = await assumeRole(respond(valid));
  expect(result).toEqual({
    ok: true,
    value: {
      secretId: "AKIDTEMPORARY",
      secretKey: "example-temporary-key",
      token: "example-token",
      expiresAt: 1_800_000_000_000,
    },
  });
});

describe.each([
  ["no credentials", { ...valid, Credentials: undefined }],
  ["credentials that are null", { ...valid, Credentials: null }],
  ["no token", { ...valid, Credentials: { ...credentials, Token: undefined } }],
  ["an empty ID", { ...valid, Credentials: { ...credentials, TmpSecretId: "" } }],
  ["a key that no header can hold", { ...valid, Credentials: { ...credentials, TmpSecretKey: "a\r\nb" } }],
  ["no time of expiry", { ...valid, ExpiredTime: undefined }],
  ["a time that is text", { ...valid, ExpiredTime: "soon" }],
  ["a time before all others", { ...valid, ExpiredTime: -1 }],
])("a response with %s", (_name, response) => {
  test("is malformed, and nothing of it is shown", async () => {
    const { result } = await assumeRole(respond(response));
    expect(result).toMatchObject({ ok: false, failure: { code: "Response.Malformed", requestId: "r" } });
    expect(JSON.stringify(result)).not.toMatch(/example-t|TEMPORARY/);
  });
});

test("a rate limit of STS is one although its code looks like a wrong parameter", async () => {
  const { result, api } = await assumeRole((number) =>
    number === 1 ? { kind: "code", code: "InvalidParameter.OverLimit" } : respond(valid)(),
  );
  expect(result.ok).toBe(true);
  expect(api.requests).toHaveLength(2);
});

test.each([
  ["InvalidParameter.WebIdentityTokenError", "credentials"],
  ["InvalidParameter.ParamError", "configuration"],
  ["InvalidParameter.OverTimeError", "configuration"],
  ["ResourceNotFound.RoleNotFound", "configuration"],
  ["UnauthorizedOperation", "permission"],
])("%s is a matter of %s, and not tried again", async (code, kind) => {
  const { result, api } = await assumeRole(() => ({ kind: "code", code, message: "m" }));
  expect(result).toMatchObject({ ok: false, failure: { code, kind, fatal: true } });
  expect(api.requests).toHaveLength(1);
});
