import { describe, expect, test } from "vitest";
import { assumeRoleWithWebIdentity, STS_CLIENT } from "../../src/tencentcloud/sts.ts";
import { clientFor, never } from "../support/client-for.ts";
import { type FakeFault, fakeApi } from "../support/fake-api.ts";
import { virtualClock } from "../support/virtual-clock.ts";

const credentials = { Token: "example-token", TmpSecretId: "AKIDTEMPORARY", TmpSecretKey: "example-temporary-key" };
const final = { fatal: true, mayHaveTakenEffect: false };
const valid = { Credentials: credentials, ExpiredTime: 1_800_000_000, RequestId: "r" };

async function assumeRole(fault: (number: number) => FakeFault) {
  const clock = virtualClock();
  const api = fakeApi({ clock, inventory: [], fault: ({ number }) => fault(number) });
  const { client } = clientFor(api, clock, { host: "sts.intl.tencentcloudapi.com", ...STS_CLIENT });
  const parameters = {
    ProviderId: "github",
    WebIdentityToken: "example.jwt.token",
    RoleArn: "qcs::cam::uin/1:roleName/csr",
    RoleSessionName: "run-42",
    DurationSeconds: 1800,
  };
  const result = await clock.until(assumeRoleWithWebIdentity(client, parameters, never));
  return { result, api };
}

const respond = (response: unknown) => (): FakeFault => ({
  kind: "body",
  body: JSON.stringify({ Response: response }),
  effect: false,
});

test("asks without a signature, with a region, for the role", async () => {
  const { api } = await assumeRole(respond(valid));
  const { headers } = api.requests[0] ?? {};
  expect(headers).toMatchObject({
    authorization: "SKIP",
    "x-tc-action": "AssumeRoleWithWebIdentity",
    "x-tc-version": "2018-08-13",
    "x-tc-region": "ap-guangzhou",
    host: "sts.intl.tencentcloudapi.com",
  });
  expect(headers).not.toHaveProperty("x-tc-token");
  expect(api.requests.map(({ body }) => JSON.parse(body))).toEqual([
    {
      ProviderId: "github",
      WebIdentityToken: "example.jwt.token",
      RoleArn: "qcs::cam::uin/1:roleName/csr",
      RoleSessionName: "run-42",
      DurationSeconds: 1800,
    },
  ]);
});

test("takes the temporary credentials", async () => {
  const { result } = await assumeRole(respond(valid));
  expect(result).toEqual({
    ok: true,
    value: {
      secretId: "AKIDTEMPORARY",
      secretKey: "example-temporary-key",
      token: "example-token",
    },
  });
});

describe.each([
  ["no credentials", { ...valid, Credentials: undefined }],
  ["credentials that are null", { ...valid, Credentials: null }],
  ["no token", { ...valid, Credentials: { ...credentials, Token: undefined } }],
  ["an empty ID", { ...valid, Credentials: { ...credentials, TmpSecretId: "" } }],
  ...Object.entries({ "a line break": "a\r\nb", "a blank": "a b", "a DEL": "a\x7f", "an umlaut": "ä" }).map(
    ([what, TmpSecretKey]): [string, object] => [
      `${what}, which no header can hold`,
      { ...valid, Credentials: { ...credentials, TmpSecretKey } },
    ],
  ),
  ["credentials that are a text", { ...valid, Credentials: "example-token" }],
  ["an ID that is a number", { ...valid, Credentials: { ...credentials, TmpSecretId: 7 } }],
])("a response with %s", (_name, response) => {
  test("is malformed, and nothing of it is shown", async () => {
    const { result } = await assumeRole(respond(response));
    expect(result).toMatchObject({
      ok: false,
      failure: {
        code: "Response.Malformed",
        message: "there were no temporary credentials in it",
        requestId: "r",
        ...final,
      },
    });
    expect(JSON.stringify(result)).not.toMatch(/example-t|TEMPORARY/);
  });
});

test.each([
  ["InvalidParameter.WebIdentityTokenError", "credentials"],
  ["InvalidParameter.ParamError", "configuration"],
  ["InvalidParameter.OverLimit", "rate-limit"],
  ["InvalidParameter.OverTimeError", "configuration"],
  ["InternalError.GetRoleError", "transient"],
  ["InternalError.SystemError", "transient"],
  ["ResourceNotFound.RoleNotFound", "configuration"],
  ["UnauthorizedOperation", "permission"],
  ["FailedOperation.SomethingNew", "configuration"],
  ["SomethingNew", "configuration"],
])("%s is a matter of %s: one request, since the next one needs another token", async (code, kind) => {
  const { result, api } = await assumeRole(() => ({ kind: "code", code, message: "m" }));
  expect(result).toMatchObject({ ok: false, failure: { code: `Sts.${code}`, kind, message: "", ...final } });
  expect(api.requests).toHaveLength(1);
});

test.each<FakeFault>([
  { kind: "http", status: 502, effect: false },
  { kind: "connection-lost", effect: false },
  { kind: "no-connection", code: "Tls.Untrusted" },
])("a failure on the way ends the run, and has changed nothing: %j", async (fault) => {
  const { result, api } = await assumeRole(() => fault);
  expect(result).toMatchObject({ ok: false, failure: final });
  expect(api.requests).toHaveLength(1);
});
