import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  DEMO_AUDIENCE,
  DEMO_CREDENTIALS,
  DEMO_PROVIDER,
  DEMO_ROLE_ARN,
  type Emulator,
  type EmulatorOptions,
  type OidcEmulator,
  type StsOptions,
  startEmulator,
  startOidcEmulator,
  stsFor,
  trustPolicyFor,
} from "./emulator.ts";
import { call, deleteCsrs, signedRequest } from "./signed-request.ts";
import type { Trust } from "./tencentcloud/sts-for.ts";
import { assumeRole, credentialsOf, type StsRequest } from "./unsigned-request.ts";

const NO_LIMIT = Number.POSITIVE_INFINITY;
const SIGNATURE = signedRequest("http://127.0.0.1", "AssumeRoleWithWebIdentity").init.headers.authorization;
const WRONG_TOKEN = "InvalidParameter.WebIdentityTokenError";
const WRONG_PARAMETER = "InvalidParameter.ParamError";

let oidc: OidcEmulator;
beforeAll(async () => {
  oidc = await startOidcEmulator({ environment: "production" });
});
afterAll(() => oidc.close());

function start(sts: Partial<StsOptions> = {}, options: EmulatorOptions = {}): Promise<Emulator> {
  return startEmulator({
    csrs: [11, 22, 33],
    requestsPerSecond: NO_LIMIT,
    sts: { ...stsFor(oidc), ...sts },
    ...options,
  });
}

async function codeWith(emulator: Emulator, request: StsRequest = {}, token?: string): Promise<string | undefined> {
  const response = await assumeRole(emulator.url, token ?? (await oidc.issue(DEMO_AUDIENCE)), request);
  return response.Error?.Code;
}

describe("temporary credentials", () => {
  test("are handed out to whom the role trusts", async () => {
    await using emulator = await start();
    const before = Math.floor(Date.now() / 1000);
    const response = await assumeRole(emulator.url, await oidc.issue(DEMO_AUDIENCE));
    const { ExpiredTime = 0, Expiration = "" } = response;
    expect(response.RequestId).toBe(emulator.requests[0]?.requestId);
    expect(ExpiredTime).toBeGreaterThanOrEqual(before + 1800);
    expect(Date.parse(Expiration)).toBe(ExpiredTime * 1000);
    expect(Expiration).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(emulator.sessions).toEqual([
      {
        credentials: credentialsOf(response),
        roleArn: DEMO_ROLE_ARN,
        sessionName: "example-session",
        subject: "repo:octo-org/octo-repo:environment:production",
        durationSeconds: 1800,
        expiresAt: ExpiredTime,
      },
    ]);
  });

  test("differ each time", async () => {
    await using emulator = await start();
    await codeWith(emulator);
    await codeWith(emulator);
    const [first, second] = emulator.sessions.map(({ credentials }) => Object.values(credentials));
    expect(new Set([...(first ?? []), ...(second ?? [])]).size).toBe(6);
  });

  test("are accepted with their token, beside the permanent ones", async () => {
    await using emulator = await start();
    const credentials = credentialsOf(await assumeRole(emulator.url, await oidc.issue(DEMO_AUDIENCE)));
    expect(await deleteCsrs(emulator.url, [11], { credentials })).toMatchObject({ Success: [11] });
    expect(await deleteCsrs(emulator.url, [22])).toMatchObject({ Success: [22] });
  });

  test("are refused without their token, with another one, and with another key", async () => {
    await using emulator = await start();
    const { token, ...bare } = credentialsOf(await assumeRole(emulator.url, await oidc.issue(DEMO_AUDIENCE)));
    const code = async (credentials: typeof bare & { token?: string }) =>
      (await call(emulator.url, "DescribeCSRSet", { credentials })).Error?.Code;
    expect(await code(bare)).toBe("AuthFailure.TokenFailure");
    expect(await code({ ...bare, token: `${token}x` })).toBe("AuthFailure.TokenFailure");
    expect(await code({ ...bare, token, secretKey: "other" })).toBe("AuthFailure.SignatureFailure");
    expect(await code({ ...DEMO_CREDENTIALS, token })).toBe("AuthFailure.TokenFailure");
  });

  test("end when their time is over", async () => {
    await using emulator = await start({ lifetimeSeconds: 0 });
    const response = await assumeRole(emulator.url, await oidc.issue(DEMO_AUDIENCE));
    expect(response.ExpiredTime).toBeLessThanOrEqual(Date.now() / 1000);
    const listed = await call(emulator.url, "DescribeCSRSet", { credentials: credentialsOf(response) });
    expect(listed.Error?.Code).toBe("AuthFailure.TokenFailure");
  });

  test("can end after a number of requests", async () => {
    await using emulator = await start({ requestsPerSession: 2 });
    const credentials = credentialsOf(await assumeRole(emulator.url, await oidc.issue(DEMO_AUDIENCE)));
    const codes: (string | undefined)[] = [];
    for (let count = 0; count < 3; count += 1) {
      codes.push((await call(emulator.url, "DescribeCSRSet", { credentials })).Error?.Code);
    }
    expect(codes).toEqual([undefined, undefined, "AuthFailure.TokenFailure"]);
  });

  test("can be ended by a test, and handed out anew", async () => {
    await using emulator = await start();
    const old = credentialsOf(await assumeRole(emulator.url, await oidc.issue(DEMO_AUDIENCE)));
    emulator.expireSessions();
    const credentials = credentialsOf(await assumeRole(emulator.url, await oidc.issue(DEMO_AUDIENCE)));
    expect((await deleteCsrs(emulator.url, [11], { credentials: old })).Error?.Code).toBe("AuthFailure.TokenFailure");
    expect(await deleteCsrs(emulator.url, [11], { credentials })).toMatchObject({ Success: [11] });
  });
});

describe("a request is refused", () => {
  let emulator: Emulator;
  beforeAll(async () => {
    emulator = await start({ requestsPerSecond: NO_LIMIT });
  });
  afterAll(() => emulator.close());

  test.each<[string, string, StsRequest["headers"]]>([
    ["with a signature", "AuthFailure.InvalidAuthorization", { authorization: SIGNATURE }],
    ["without Authorization", "AuthFailure.InvalidAuthorization", { authorization: undefined }],
    ["with a token", "AuthFailure.TokenFailure", { "x-tc-token": "t" }],
    ["without a region", "MissingParameter", { "x-tc-region": undefined }],
    ["with a region of another form", "UnsupportedRegion", { "x-tc-region": "Guangzhou" }],
    ["without a time", "MissingParameter", { "x-tc-timestamp": undefined }],
    ["of the version of ssl", "NoSuchVersion", { "x-tc-version": "2019-12-05" }],
    ["of another action", "InvalidAction", { "x-tc-action": "AssumeRole" }],
    ["with another content type", "InvalidRequest", { "content-type": "text/plain" }],
    ["with a wrong RequestClient", "InvalidParameter", { "x-tc-requestclient": "a/b" }],
  ])("%s", async (_, code, headers = {}) => {
    expect(await codeWith(emulator, { headers })).toBe(code);
  });

  test.each<[string, string, StsRequest["parameters"]]>([
    ["without a provider", "MissingParameter", { ProviderId: undefined }],
    ["with another provider", WRONG_PARAMETER, { ProviderId: "gitlab" }],
    ["without a token", "MissingParameter", { WebIdentityToken: undefined }],
    ["with a token that is no text", "InvalidParameter", { WebIdentityToken: 1 }],
    ["without a role", "MissingParameter", { RoleArn: undefined }],
    ["with a role in another form", WRONG_PARAMETER, { RoleArn: "arn:aws:iam::1:role/r" }],
    ["with another role", "ResourceNotFound.RoleNotFound", { RoleArn: `${DEMO_ROLE_ARN}-2` }],
    ["without a session name", "MissingParameter", { RoleSessionName: undefined }],
    ["with a session name of one character", WRONG_PARAMETER, { RoleSessionName: "a" }],
    ["with a session name of 129 characters", WRONG_PARAMETER, { RoleSessionName: "a".repeat(129) }],
    ["with a slash in the session name", WRONG_PARAMETER, { RoleSessionName: "octo-org/octo-repo" }],
    ["with a duration that is a text", "InvalidParameter", { DurationSeconds: "1800" }],
    ["with a duration of zero", WRONG_PARAMETER, { DurationSeconds: 0 }],
    ["with a duration of more than 12 hours", WRONG_PARAMETER, { DurationSeconds: 43_201 }],
    ["with a duration longer than the role's", "InvalidParameter.OverTimeError", { DurationSeconds: 7201 }],
    ["with a parameter that does not exist", "UnknownParameter", { Policy: "{}" }],
  ])("%s", async (_, code, parameters = {}) => {
    expect(await codeWith(emulator, { parameters })).toBe(code);
    expect(emulator.sessions).toEqual([]);
  });

  test.each<[string, string, () => Promise<string> | string]>([
    ["that has expired", "exp: expired", () => oidc.issue(DEMO_AUDIENCE, { exp: 1 })],
    ["that is not valid yet", "nbf: check_failed", () => oidc.issue(DEMO_AUDIENCE, { nbf: 9_999_999_999 })],
    ["without an end", "exp: missing", () => oidc.issue(DEMO_AUDIENCE, { exp: undefined })],
    ["for another audience", "aud: check_failed", () => oidc.issue("https://github.com/octo-org")],
    ["of another issuer", "iss: check_failed", () => oidc.issue(DEMO_AUDIENCE, { iss: "https://example.com" })],
    ["without a subject", "sub: missing", () => oidc.issue(DEMO_AUDIENCE, { sub: undefined })],
    [
      "with a changed signature",
      "ERR_JWS_SIGNATURE_VERIFICATION_FAILED",
      async () => (await oidc.issue(DEMO_AUDIENCE)).replace(/\.[^.]{9}([^.]*)$/, ".AAAAAAAAA$1"),
    ],
    ["that is no JWT", "ERR_JWS_INVALID", () => "token"],
  ])("with a token %s", async (_, reason, token) => {
    const response = await assumeRole(emulator.url, await token());
    expect(response.Error).toEqual({ Code: WRONG_TOKEN, Message: "WebIdentityToken parameter error." });
    expect(emulator.requests.at(-1)).toMatchObject({ outcome: WRONG_TOKEN, reason });
  });
});

test("a token signed with a key that CAM does not have is refused", async () => {
  await using rotating = await startOidcEmulator();
  await using emulator = await start(stsFor(rotating));
  expect(await codeWith(emulator, {}, await rotating.issue(DEMO_AUDIENCE))).toBeUndefined();
  await rotating.rotateKey();
  expect(await codeWith(emulator, {}, await rotating.issue(DEMO_AUDIENCE))).toBe(WRONG_TOKEN);
});

describe("a trust policy", () => {
  const trusted: Trust = {
    roleArn: DEMO_ROLE_ARN,
    providerName: DEMO_PROVIDER,
    issuer: "https://token.actions.githubusercontent.com",
    audience: DEMO_AUDIENCE,
    subject: "repo:octo-org/octo-repo:environment:production",
  };

  async function codeFor(trust: Partial<Trust>): Promise<string | undefined> {
    const trustPolicy = trustPolicyFor({ ...trusted, ...trust });
    await using emulator = await start({ roles: [{ arn: DEMO_ROLE_ARN, trustPolicy }] });
    return await codeWith(emulator);
  }

  test("accepts one of several subjects", async () => {
    expect(await codeFor({ subject: ["repo:o/r:ref:refs/heads/main", oidc.subject] })).toBeUndefined();
  });

  test.each([
    [{ subject: "repo:octo-org/octo-repo:environment:staging" }],
    [{ subject: "repo:Octo-Org/octo-repo:environment:production" }],
    [{ subject: "repo:octo-org/octo-repo:*" }],
    [{ audience: "other" }],
    [{ issuer: "https://example.com" }],
    [{ providerName: "other" }],
  ])("refuses what it does not list: %o", async (trust) => {
    expect(await codeFor(trust)).toBe("UnauthorizedOperation");
  });

  test("is quoted in the error, but only its condition on the subject", async () => {
    await using emulator = await start(stsFor(oidc, { subject: "repo:other/repo:ref:refs/heads/main" }));
    const response = await assumeRole(emulator.url, await oidc.issue(DEMO_AUDIENCE));
    expect(response.Error).toEqual({
      Code: "UnauthorizedOperation",
      Message:
        `[request id:${response.RequestId}]you are not authorized to perform operation ` +
        `(sts:AssumeRoleWithWebIdentity)\nresource (${DEMO_ROLE_ARN}) has no permission\n` +
        'condition: {"string_equal":{"oidc:sub":["repo:other/repo:ref:refs/heads/main"]}}',
    });
    expect(emulator.requests[0]?.reason).toBe(`the role does not trust ${oidc.subject}`);
  });

  test.each<[string, object]>([
    ["without an issuer", { string_equal: { "oidc:sub": "s" } }],
    ["with another operator", { string_like: { "oidc:iss": "i" } }],
    ["with another key", { string_equal: { "oidc:iss": "i", "oidc:actor": "a" } }],
    ["with more than 10 subjects", { string_equal: { "oidc:iss": "i", "oidc:sub": Array(11).fill("s") } }],
  ])("%s cannot be saved", async (_, condition) => {
    const { version, statement } = trustPolicyFor(trusted);
    const changed = statement.map((one) => ({ ...one, condition: condition as typeof one.condition }));
    const role = { arn: DEMO_ROLE_ARN, trustPolicy: { version, statement: changed } };
    await expect(start({ roles: [role] })).rejects.toThrow(`The trust policy of ${DEMO_ROLE_ARN}`);
  });
});

test("the maximum of a role can be raised", async () => {
  await using emulator = await start(stsFor(oidc, { maxSessionSeconds: 43_200 }));
  expect(await codeWith(emulator, { parameters: { DurationSeconds: 43_200 } })).toBeUndefined();
  expect(await codeWith(emulator, { parameters: { DurationSeconds: undefined } })).toBeUndefined();
  expect(emulator.sessions.map(({ durationSeconds }) => durationSeconds)).toEqual([43_200, 7200]);
});

test("STS has a rate limit of its own", async () => {
  await using emulator = await start({ requestsPerSecond: 1 }, { requestsPerSecond: 1 });
  const token = await oidc.issue(DEMO_AUDIENCE);
  const responses = await Promise.all([assumeRole(emulator.url, token), assumeRole(emulator.url, token)]);
  expect(responses.map(({ Error: error }) => error?.Code).sort()).toEqual(["RequestLimitExceeded", undefined]);
  expect((await call(emulator.url, "DescribeCSRSet")).Total).toBe(3);
});

test("faults can be injected into STS alone", async () => {
  const fault = { kind: "api-error", code: "InvalidParameter.OverLimit" } as const;
  await using emulator = await start({}, { faults: [{ action: "AssumeRoleWithWebIdentity", times: 1, fault }] });
  expect((await call(emulator.url, "DescribeCSRSet")).Error).toBeUndefined();
  expect(await codeWith(emulator)).toBe("InvalidParameter.OverLimit");
  expect(await codeWith(emulator)).toBeUndefined();
});

test("a fault without effect hands out nothing", async () => {
  await using emulator = await start({}, { faults: [{ times: 1, fault: { kind: "truncate" } }] });
  await expect(codeWith(emulator)).rejects.toThrow();
  expect(emulator.sessions).toEqual([]);
});

test("without the option, there is no STS", async () => {
  await using emulator = await startEmulator();
  expect(await codeWith(emulator)).toBe("AuthFailure.InvalidAuthorization");
});
