import { describe, expect, test } from "vitest";
import { errorInfo } from "../../src/tencentcloud/errors.ts";
import { never } from "../support/client-for.ts";
import { CLAIMS, GRANTED, jwt, keylessFor, type Step, type StsStep } from "./keyless-for.ts";

const times = <T>(count: number, step: T): readonly T[] => Array.from({ length: count }, () => step);

test("a login trades GitHub's token for credentials, without a signature", async () => {
  const { clock, provider, tokenRequests, stsRequests, attempts, identities } = keylessFor();
  expect(await clock.until(provider.current(never))).toEqual({
    ok: true,
    value: { secretId: "AKIDtemporary1", secretKey: "temporary-key-1", token: "token-1" },
  });
  expect(tokenRequests).toMatchObject([
    {
      method: "GET",
      url: "https://token.example.com/idtoken?api-version=2.0&audience=sts.tencentcloudapi.com",
      headers: { authorization: "Bearer request-token" },
    },
  ]);
  expect(stsRequests).toMatchObject([
    {
      method: "POST",
      url: expect.stringMatching(/^https:\/\/sts\.intl\.tencentcloudapi\.com\/?$/),
      parameters: {
        ProviderId: "github",
        WebIdentityToken: jwt(1),
        RoleArn: "qcs::cam::uin/100012345678:roleName/csr-cleanup",
        RoleSessionName: "octo-org.release@42.1",
        DurationSeconds: 1800,
      },
      headers: { authorization: "SKIP", "x-tc-action": "AssumeRoleWithWebIdentity", "x-tc-version": "2018-08-13" },
    },
  ]);
  expect(stsRequests[0]?.headers).toHaveProperty("x-tc-region");
  expect(stsRequests[0]?.headers).not.toHaveProperty("x-tc-token");
  expect(attempts).toMatchObject([{ action: "AssumeRoleWithWebIdentity", attempt: 1, retry: false }]);
  expect(identities).toHaveLength(1);
});

test("connections to STS and the API are opened while GitHub issues the token", async () => {
  const { clock, provider, traffic } = keylessFor();
  await clock.until(provider.current(never));
  expect(traffic).toEqual([
    "GET token.example.com",
    "preconnect sts.intl.tencentcloudapi.com",
    "preconnect ssl.intl.tencentcloudapi.com",
    "POST sts.intl.tencentcloudapi.com",
  ]);
});

test("nothing is asked for before the first call, and one login serves all calls", async () => {
  const { clock, provider, traffic, stsRequests } = keylessFor();
  expect(traffic).toEqual([]);
  await clock.until(Promise.all([provider.current(never), provider.current(never)]));
  await clock.until(provider.current(never));
  expect(stsRequests).toHaveLength(1);
});

test("token, its parts, and the credentials are masked; the token before it is sent", async () => {
  const { clock, provider, secrets, redactor, stsRequests } = keylessFor();
  await clock.until(provider.current(never));
  expect(stsRequests).toMatchObject([{ secretsKnown: 4 }]);
  expect(secrets).toEqual([
    jwt(1),
    ...jwt(1).split("."),
    "AKIDtemporary1",
    "akidtemporary1",
    "temporary-key-1",
    "token-1",
  ]);
  expect(redactor.redact(`a ${jwt(1)} b akidtemporary1`)).toBe("a *** b ***");
});

test("the identity names role, session, repository and the claims of the token, also after a refusal", async () => {
  const run = keylessFor({ sts: ["UnauthorizedOperation"] });
  await run.clock.until(run.provider.current(never));
  expect(run.identities).toEqual([
    {
      roleArn: "qcs::cam::uin/100012345678:roleName/csr-cleanup",
      provider: "github",
      repository: "octo-org/release",
      sessionName: "octo-org.release@42.1",
      claims: {
        iss: CLAIMS.iss,
        sub: CLAIMS.sub,
        aud: CLAIMS.aud,
        jobWorkflowRef: CLAIMS.job_workflow_ref,
        kid: "key-1",
      },
    },
  ]);
});

describe("a failure of STS", () => {
  test.each<[StsStep, string]>([
    ["InternalError.SystemError", "Sts.InternalError.SystemError"],
    ["InternalError.UnknownError", "Sts.InternalError.UnknownError"],
    ["InternalError.GetRoleError", "Sts.InternalError.GetRoleError"],
    ["InvalidParameter.WebIdentityTokenError", "Sts.InvalidParameter.WebIdentityTokenError"],
    ["InvalidParameter.ParamError", "Sts.InvalidParameter.ParamError"],
    ["UnauthorizedOperation", "Sts.UnauthorizedOperation"],
    ["AuthFailure.UnauthorizedOperation", "Sts.AuthFailure.UnauthorizedOperation"],
    ["SomethingNew", "Sts.SomethingNew"],
    [{ network: "Network.ConnectionLost" }, "Network.ConnectionLost"],
    [{ status: 502, body: "<p>" }, "Http.ServerError"],
  ])("%j is tried as often as the table of errors says, each time with a token of its own", async (step, code) => {
    const { clock, provider, stsRequests, retries, attempts: records } = keylessFor({ sts: times(9, step) });
    const result = await clock.until(provider.current(never));
    expect(result).toMatchObject({ ok: false, failure: { code, fatal: true, mayHaveTakenEffect: false } });
    const { attempts } = errorInfo(code);
    const numbers = Array.from({ length: attempts }, (_, n) => n + 1);
    expect(stsRequests.map(({ parameters }) => parameters.WebIdentityToken)).toEqual(numbers.map((n) => jwt(n)));
    expect(records.map(({ attempt, retry }) => [attempt, retry])).toEqual(numbers.map((n) => [n, n > 1]));
    expect(records[0]?.code).toBe(code);
    expect(retries).toEqual(numbers.slice(0, -1).map((n) => `Login ${n} ${code}`));
  });

  test.each(["RequestLimitExceeded", "InvalidParameter.OverLimit"])("%s is tried for two minutes", async (code) => {
    const { clock, provider, stsRequests } = keylessFor({ sts: times(10_000, code) });
    const result = await clock.until(provider.current(never));
    expect(result).toMatchObject({ ok: false, failure: { code: `Sts.${code}`, fatal: true } });
    expect(clock.monotonicNow()).toBeGreaterThan(120_000);
    expect(clock.monotonicNow()).toBeLessThan(150_000);
    // Not five times a second.
    expect(stsRequests.length).toBeLessThan(300);
  });

  test("that passes is none", async () => {
    const { clock, provider, stsRequests } = keylessFor({
      sts: ["RequestLimitExceeded", { network: "Network.ConnectFailed" }, "InternalError.SystemError"],
    });
    expect(await clock.until(provider.current(never))).toMatchObject({ ok: true, value: { token: "token-4" } });
    expect(stsRequests).toHaveLength(4);
  });

  test("by a wrong clock is mended by the time of STS, with the same token", async () => {
    const body = JSON.stringify({ Response: { Error: { Code: "AuthFailure.SignatureExpire" } } });
    const { clock, provider, tokenRequests, stsRequests, clockOffsets } = keylessFor({
      sts: [{ body, headers: { date: "Tue, 24 Nov 2026 00:10:00 GMT" } }],
    });
    expect(await clock.until(provider.current(never))).toMatchObject({ ok: true });
    const [first, second] = stsRequests.map(({ headers }) => Number(headers["x-tc-timestamp"]));
    expect(Number(second) - Number(first)).toBe(600);
    expect([tokenRequests.length, clockOffsets]).toEqual([1, [600_000]]);
  });

  test("is one for all calls that waited, and a later call logs in anew", async () => {
    const { clock, provider, stsRequests } = keylessFor({ sts: ["UnauthorizedOperation"] });
    const [first, second] = await clock.until(Promise.all([provider.current(never), provider.current(never)]));
    expect(second).toEqual(first);
    expect(stsRequests).toHaveLength(1);
    expect(await clock.until(provider.current(never))).toMatchObject({ ok: true });
  });
});

describe("of a response of STS nothing is quoted:", () => {
  const SECRET = /temporary-key|AKID|token-1|hunter2/i;

  test.each<[string, Step]>([
    ["credentials with status 203", { status: 203, body: GRANTED }],
    ["credentials with status 502", { status: 502, body: GRANTED }],
    ["credentials that are cut off", { body: GRANTED.slice(0, -20) }],
    [
      "credentials of another form",
      { body: '{"Response":{"Credentials":{"TmpSecretKey":"hunter2"},"RequestId":"x"}}' },
    ],
    ["a RequestId that is none", { body: '{"Response":{"Credentials":{},"RequestId":"hunter2 AKIDx"}}' }],
    [
      "an error beside them",
      { body: GRANTED.replace('{"Response":{', '{"Response":{"Error":{"Code":"X","Message":"hunter2"},') },
    ],
  ])("%s", async (_name, step) => {
    const { clock, provider, attempts } = keylessFor({ sts: times(9, step) });
    const result = await clock.until(provider.current(never));
    expect(result).toMatchObject({ ok: false, failure: { fatal: true } });
    expect(JSON.stringify([result, attempts])).not.toMatch(SECRET);
  });
});

describe("a response of GitHub", () => {
  test.each<[string, Step, string, number]>([
    ["500", { status: 500, body: "hunter2" }, "Oidc.Unavailable", 5],
    ["408", { status: 408, body: "hunter2" }, "Oidc.Unavailable", 5],
    ["429", { status: 429, body: "hunter2" }, "Oidc.Unavailable", 5],
    ["400", { status: 400, body: "hunter2" }, "Oidc.NotPermitted", 1],
    ["a broken connection", { network: "Network.ConnectionLost" }, "Oidc.Unavailable", 5],
    ["401", { status: 401, body: "hunter2" }, "Oidc.NotPermitted", 1],
    ["404", { status: 404, body: "hunter2" }, "Oidc.NotPermitted", 1],
    ["a redirect", { status: 302, body: "hunter2" }, "Oidc.Malformed", 1],
    ["a token with a redirect", { status: 302, body: JSON.stringify({ value: jwt() }) }, "Oidc.Malformed", 1],
    ["no value", { body: '{"values":"hunter2"}' }, "Oidc.Malformed", 1],
    ["no object", { body: "null" }, "Oidc.Malformed", 1],
    ["no JSON", { body: "hunter2" }, "Oidc.Malformed", 1],
    ["a JWT with more before it", { body: '{"value":"hunter2 a.b.c"}' }, "Oidc.Malformed", 1],
    ["a JWT with more behind it", { body: '{"value":"a.b.c hunter2"}' }, "Oidc.Malformed", 1],
    ["what is not a JWT", { body: '{"value":"hunter2"}' }, "Oidc.Malformed", 1],
  ])("%s", async (_name, step, code, attempts) => {
    const { clock, provider, tokenRequests, stsRequests } = keylessFor({ idToken: times(9, step) });
    const result = await clock.until(provider.current(never));
    expect(result).toMatchObject({ ok: false, failure: { code, fatal: true, mayHaveTakenEffect: false } });
    expect(JSON.stringify(result)).not.toMatch(/hunter2|request-token/);
    expect(tokenRequests).toHaveLength(attempts);
    expect(stsRequests).toEqual([]);
  });

  test("is not waited for where the job may not ask", async () => {
    const run = keylessFor({ env: {} });
    const result = await run.clock.until(run.provider.current(never));
    expect(result).toMatchObject({ ok: false, failure: { code: "Oidc.NotPermitted" } });
    expect(run.tokenRequests).toEqual([]);
    expect(run.identities).toEqual([]);
  });

  test.each([
    ["idToken", "Network.NotFound the ***"],
    ["sts", "the ***"],
  ])("that fails is shown without secrets, as one of STS is: %s", async (name, message) => {
    const { clock, provider, redactor } = keylessFor({ [name]: times(9, { network: "Network.NotFound" }) });
    redactor.registerSecrets(["network is down"]);
    expect(await clock.until(provider.current(never))).toMatchObject({ failure: { message } });
  });

  test("that fails is an attempt of the login, beside those of STS", async () => {
    const value = { body: JSON.stringify({ value: jwt() }) };
    const run = keylessFor({ sts: ["InternalError"], idToken: [value, { status: 500, body: "" }] });
    expect(await run.clock.until(run.provider.current(never))).toMatchObject({ ok: true });
    expect(run.retries).toEqual(["Login 1 Sts.InternalError", "Login 2 Oidc.Unavailable"]);
    expect(run.attempts.map(({ attempt }) => attempt)).toEqual([1, 3]);
  });

  test("that fails again and again keeps no later login from STS", async () => {
    const { clock, provider } = keylessFor({ idToken: times(10, { status: 500, body: "" }) });
    for (const ok of [false, false, true]) expect(await clock.until(provider.current(never))).toMatchObject({ ok });
  });

  test("that follows a failure is used", async () => {
    const { clock, provider, tokenRequests } = keylessFor({ idToken: times(2, { status: 503, body: "" }) });
    expect(await clock.until(provider.current(never))).toMatchObject({ ok: true });
    expect(tokenRequests).toHaveLength(3);
    expect(clock.monotonicNow()).toBe(250 + 500);
  });
});

describe("renewal", () => {
  /** A run that is logged in. */
  async function loggedIn(sts: readonly StsStep[] = []) {
    const run = keylessFor({ sts: ["ok", ...sts] });
    const current = async () => {
      const result = await run.clock.until(run.provider.current(never));
      if (!result.ok) throw new Error(result.failure.code);
      return result.value;
    };
    await current();
    return { ...run, current };
  }

  test("does not take place by the clock", async () => {
    const { clock, current, stsRequests } = await loggedIn();
    await clock.until(clock.sleep(7_200_000));
    expect(await current()).toMatchObject({ token: "token-1" });
    expect(stsRequests).toHaveLength(1);
  });

  test("takes place when credentials are rejected, once for all calls", async () => {
    const { clock, provider, current, stsRequests } = await loggedIn();
    const rejected = await current();
    const renewed = { ok: true, value: { token: "token-2" } };
    const renewals = [1, 2, 3].map(() => provider.current(never, rejected));
    expect(await clock.until(Promise.all(renewals))).toMatchObject(renewals.map(() => renewed));
    // A response to a request that was signed before the renewal.
    expect(await clock.until(provider.current(never, rejected))).toMatchObject(renewed);
    expect(await current()).toMatchObject({ token: "token-2" });
    expect(stsRequests).toHaveLength(2);
  });

  test("takes place up to five times a second", async () => {
    const { clock, provider, current } = await loggedIn();
    const startedAt: number[] = [];
    for (let logins = 1; logins <= 5; logins += 1) {
      startedAt.push(clock.monotonicNow());
      await clock.until(provider.current(never, await current()));
    }
    expect([...startedAt, clock.monotonicNow()]).toEqual([0, 0, 0, 0, 0, 1_040]);
  });

  test("makes calls that come meanwhile wait for the new credentials", async () => {
    const { clock, provider, current } = await loggedIn();
    const renewal = provider.current(never, await current());
    const meanwhile = provider.current(never);
    expect(await clock.until(meanwhile)).toMatchObject({ value: { token: "token-2" } });
    await clock.until(renewal);
  });

  test("that fails once is tried again", async () => {
    const { clock, provider, current } = await loggedIn(["InternalError"]);
    const renewed = { ok: true, value: { token: "token-3" } };
    expect(await clock.until(provider.current(never, await current()))).toMatchObject(renewed);
    expect(await current()).toMatchObject({ token: "token-3" });
  });

  test("that is refused is a failure, and the next call logs in anew", async () => {
    const { clock, provider, current } = await loggedIn(["ResourceNotFound.RoleNotFound"]);
    expect(await clock.until(provider.current(never, await current()))).toMatchObject({
      ok: false,
      failure: { code: "Sts.ResourceNotFound.RoleNotFound", fatal: true, mayHaveTakenEffect: false },
    });
    expect(await current()).toMatchObject({ token: "token-3" });
  });

  test("starts nothing after a cancel", async () => {
    const { clock, provider, current, traffic } = await loggedIn();
    const rejected = await current();
    const before = traffic.length;
    expect(await clock.until(provider.current(AbortSignal.abort(), rejected))).toMatchObject({
      ok: false,
      failure: { code: "Cancelled" },
    });
    expect(traffic).toHaveLength(before);
  });
});

describe("a cancel", () => {
  const message = "cancelled during the login";
  const cancelled = { ok: false, failure: { code: "Cancelled", message, fatal: true, mayHaveTakenEffect: false } };

  test.each<[string, Parameters<typeof keylessFor>[0], number]>([
    ["GitHub", { idToken: ["hang"] }, 0],
    ["STS, if it is a hard abort, too", { sts: ["hang"] }, 1],
  ])("ends the wait for %s", async (_name, script, stsCount) => {
    const cancel = new AbortController();
    const { clock, provider, stsRequests } = keylessFor({ ...script, hardAbort: cancel.signal });
    const login = provider.current(cancel.signal);
    void clock.sleep(1_000).then(() => cancel.abort());
    expect(await clock.until(login)).toMatchObject(cancelled);
    expect([clock.monotonicNow(), stsRequests.length]).toEqual([1_000, stsCount]);
  });

  test("before the login sends nothing", async () => {
    const { clock, provider, traffic } = keylessFor();
    expect(await clock.until(provider.current(AbortSignal.abort()))).toMatchObject(cancelled);
    expect(traffic).toEqual([]);
  });

  test.each([
    ["id-token", 0],
    ["token", 0],
    ["sts", 1],
    ["wait", 1],
  ])("at the step %s starts no further request", async (name, stsCount) => {
    const cancel = new AbortController();
    const run = keylessFor({ sts: times(9, "InternalError"), at: (step) => step === name && cancel.abort() });
    expect(await run.clock.until(run.provider.current(cancel.signal))).toMatchObject(cancelled);
    expect(run.tokenRequests).toHaveLength(1);
    expect(run.stsRequests).toHaveLength(stsCount);
  });
});
