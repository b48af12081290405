import { describe, expect, test } from "vitest";
import { never } from "../support/client-for.ts";
import { CLAIMS, type IdTokenStep, jwt, keylessFor, type StsStep } from "./keyless-for.ts";

const MINUTE = 60_000;

test("a login trades GitHub's token for credentials, without a signature", async () => {
  const { clock, credentials, audiences, requests } = keylessFor();
  expect(await clock.until(credentials.current(never))).toMatchObject({
    ok: true,
    value: { secretId: "AKIDtemporary1", secretKey: "temporary-key-1", token: "token-1" },
  });
  expect(audiences).toEqual(["sts.tencentcloudapi.com"]);
  expect(requests).toMatchObject([
    {
      body: {
        ProviderId: "github",
        WebIdentityToken: jwt(1),
        RoleArn: "qcs::cam::uin/100012345678:roleName/csr-cleanup",
        RoleSessionName: "octo-org.release@42.1",
        DurationSeconds: 1800,
      },
      headers: { authorization: "SKIP", "x-tc-action": "AssumeRoleWithWebIdentity", "x-tc-version": "2018-08-13" },
    },
  ]);
  expect(requests[0]?.headers).toHaveProperty("x-tc-region");
  expect(requests[0]?.headers).not.toHaveProperty("x-tc-token");
});

test("nothing is asked for before the first call, and one login serves all calls", async () => {
  const { clock, credentials, requests } = keylessFor();
  expect(credentials.identity).toBeUndefined();
  expect(requests).toEqual([]);
  await clock.until(Promise.all([credentials.current(never), credentials.current(never)]));
  await clock.until(credentials.current(never));
  expect(requests).toHaveLength(1);
  expect(credentials.attempts).toMatchObject([{ action: "AssumeRoleWithWebIdentity", requestId: "request-1" }]);
});

test("token, its parts, and the credentials are masked; the token before it is sent", async () => {
  const { clock, credentials, secrets, redactor, requests } = keylessFor();
  await clock.until(credentials.current(never));
  expect(requests).toMatchObject([{ secretsKnown: 4 }]);
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

test("the identity names role, session and the claims of the token", async () => {
  const { clock, credentials } = keylessFor({ sts: ["UnauthorizedOperation"] });
  await clock.until(credentials.current(never));
  expect(credentials.identity).toEqual({
    roleArn: "qcs::cam::uin/100012345678:roleName/csr-cleanup",
    provider: "github",
    sessionName: "octo-org.release@42.1",
    claims: { iss: CLAIMS.iss, sub: CLAIMS.sub, aud: CLAIMS.aud, jobWorkflowRef: CLAIMS.job_workflow_ref },
  });
});

describe("a response of STS", () => {
  test.each<[StsStep, number]>([
    ["InvalidParameter.OverLimit", 5],
    ["RequestLimitExceeded", 5],
    ["InternalError.SystemError", 5],
    ["InternalError.UnknownError", 5],
    [{ network: "Network.ConnectionLost" }, 5],
    ["InternalError.GetRoleError", 2],
    ["InvalidParameter.WebIdentityTokenError", 1],
    ["InvalidParameter.ParamError", 1],
    ["InvalidParameter.OverTimeError", 1],
    ["UnauthorizedOperation", 1],
    ["AuthFailure.UnauthorizedOperation", 1],
    ["ResourceNotFound.RoleNotFound", 1],
    ["SomethingNew", 1],
  ])("%j: %d attempts, each with a token of its own", async (step, attempts) => {
    const { clock, credentials, requests, retries } = keylessFor({ sts: Array.from({ length: 9 }, () => step) });
    const result = await clock.until(credentials.current(never));
    const code = typeof step === "object" && "network" in step ? step.network : String(step);
    const expected = /UnauthorizedOperation/.test(code) ? "Sts.UnauthorizedOperation" : code;
    expect(result).toMatchObject({ ok: false, failure: { code: expected, fatal: true, mayHaveTakenEffect: false } });
    const tokens = requests.map(({ body }) => body.WebIdentityToken);
    expect(tokens).toEqual(Array.from({ length: attempts }, (_, n) => jwt(n + 1)));
    expect(retries).toHaveLength(attempts - 1);
  });

  test("that is malformed is not shown: it may hold credentials", async () => {
    const body = '{"Response":{"Credentials":{"TmpSecretKey":"hunter2","TmpSec';
    const { clock, credentials } = keylessFor({ sts: Array.from({ length: 5 }, () => ({ body })) });
    const result = await clock.until(credentials.current(never));
    expect(result).toMatchObject({ ok: false, failure: { code: "Response.Malformed", fatal: true } });
    expect(JSON.stringify(result)).not.toContain("hunter2");
  });

  test("that is transient is retried", async () => {
    const { clock, credentials, requests } = keylessFor({
      sts: ["RequestLimitExceeded", { network: "Network.ConnectFailed" }, "InternalError.SystemError"],
    });
    expect(await clock.until(credentials.current(never))).toMatchObject({ ok: true, value: { token: "token-4" } });
    expect(requests).toHaveLength(4);
  });

  test("that is final is not requested again by calls that waited", async () => {
    const { clock, credentials, requests } = keylessFor({ sts: ["UnauthorizedOperation"] });
    const first = await clock.until(credentials.current(never));
    expect(await clock.until(credentials.current(never))).toEqual(first);
    expect(requests).toHaveLength(1);
  });
});

describe("a response of GitHub", () => {
  const error = (status: number | undefined): Error =>
    new Error(
      `Error message: Failed to get ID Token. \n \n        Error Code : ${status}\n \n        Error Message: no token`,
    );

  test.each<[string, IdTokenStep, string, number]>([
    ["500", error(500), "Oidc.Unavailable", 5],
    ["429", error(429), "Oidc.Unavailable", 5],
    ["a broken connection", error(undefined), "Oidc.Unavailable", 5],
    ["nothing", "hang", "Oidc.Unavailable", 5],
    ["401", error(401), "Oidc.NotPermitted", 1],
    ["404", error(404), "Oidc.NotPermitted", 1],
    [
      "no URL to ask",
      new Error("Error message: Unable to get ACTIONS_ID_TOKEN_REQUEST_URL env variable"),
      "Oidc.NotPermitted",
      1,
    ],
    ["no value", new Error("Error message: Response json body do not have ID Token field"), "Oidc.Malformed", 1],
    ["what is not a JWT", "hunter2", "Oidc.Malformed", 1],
  ])("%s", async (_name, step, code, attempts) => {
    const { clock, credentials, audiences, requests } = keylessFor({ idToken: Array.from({ length: 9 }, () => step) });
    const result = await clock.until(credentials.current(never));
    expect(result).toMatchObject({ ok: false, failure: { code, fatal: true, mayHaveTakenEffect: false } });
    expect(result.ok || result.failure.message).not.toMatch(/\n|hunter2/);
    expect(audiences).toHaveLength(attempts);
    expect(requests).toEqual([]);
  });

  test("that is late, or follows a failure, is used", async () => {
    const { clock, credentials, audiences } = keylessFor({ idToken: ["hang", error(503)] });
    expect(await clock.until(credentials.current(never))).toMatchObject({ ok: true });
    expect(audiences).toHaveLength(3);
    // 10 s for the request that hung, and two waits.
    expect(clock.monotonicNow()).toBe(10_000 + 250 + 500);
  });
});

describe("renewal", () => {
  /** A session after its first login, and what it is asked at `minutes`. */
  async function loggedIn(sts: readonly StsStep[]) {
    const run = keylessFor({ sts });
    await run.clock.until(run.credentials.current(never));
    const at = (minutes: number) => run.clock.until(run.clock.sleep(minutes * MINUTE - run.clock.monotonicNow()));
    const current = async () => {
      const result = await run.clock.until(run.credentials.current(never));
      if (!result.ok) throw new Error(result.failure.code);
      return result.value;
    };
    return { ...run, at, current };
  }

  test("takes place when less than 5 minutes are left, once for all calls", async () => {
    const { at, current, clock, credentials, requests } = await loggedIn([{ seconds: 1_800 }]);
    await at(24.9);
    expect(await current()).toMatchObject({ token: "token-1" });
    await at(25.1);
    await clock.until(Promise.all([credentials.current(never), credentials.current(never), current()]));
    expect(await current()).toMatchObject({ token: "token-2" });
    expect(requests).toHaveLength(2);
  });

  test("follows the lifetime that STS grants", async () => {
    const { at, current } = await loggedIn([{ seconds: 900 }]);
    await at(9.9);
    expect(await current()).toMatchObject({ token: "token-1" });
    await at(10.1);
    expect(await current()).toMatchObject({ token: "token-2" });
  });

  test.each([
    ["ahead of", -3_600],
    ["behind", 7_200],
  ])("does not depend on the runner's clock, if that is %s the server's", async (_word, seconds) => {
    const { at, current } = await loggedIn([{ seconds: 1_800 + seconds }]);
    await at(24.9);
    expect(await current()).toMatchObject({ token: "token-1" });
    await at(25.1);
    expect(await current()).toMatchObject({ token: "token-2" });
  });

  test("takes place when credentials are rejected, once for all calls", async () => {
    const { current, clock, credentials, requests } = await loggedIn([]);
    const rejected = await current();
    const renewals = [1, 2, 3].map(() => credentials.renew(rejected, never));
    expect(await clock.until(Promise.all(renewals))).toEqual(renewals.map(() => ({ ok: true, value: true })));
    // A response to a request that was signed before the renewal.
    expect(await clock.until(credentials.renew(rejected, never))).toEqual({ ok: true, value: true });
    expect(await current()).toMatchObject({ token: "token-2" });
    expect(requests).toHaveLength(2);
  });

  test("does not happen twice in a row", async () => {
    const { current, clock, credentials, requests } = await loggedIn([]);
    await clock.until(credentials.renew(await current(), never));
    expect(await clock.until(credentials.renew(await current(), never))).toEqual({ ok: true, value: false });
    expect(requests).toHaveLength(2);
  });

  test("is possible after a rejection again, once credentials were renewed on time", async () => {
    const { at, current, clock, credentials } = await loggedIn([]);
    await clock.until(credentials.renew(await current(), never));
    await at(30);
    expect(await clock.until(credentials.renew(await current(), never))).toEqual({ ok: true, value: true });
    expect(await current()).toMatchObject({ token: "token-4" });
  });

  test("that is refused is a failure, which ends the run", async () => {
    const { at, clock, credentials } = await loggedIn([{ seconds: 1_800 }, "ResourceNotFound.RoleNotFound"]);
    await at(26);
    expect(await clock.until(credentials.current(never))).toMatchObject({
      ok: false,
      failure: { code: "ResourceNotFound.RoleNotFound", fatal: true, mayHaveTakenEffect: false },
    });
  });
});

describe("a cancel", () => {
  const cancelled = { ok: false, failure: { code: "Network.Aborted", fatal: true, mayHaveTakenEffect: false } };

  test("ends the wait for GitHub", async () => {
    const { clock, credentials, requests } = keylessFor({ idToken: ["hang"] });
    const cancel = new AbortController();
    const login = credentials.current(cancel.signal);
    void clock.sleep(1_000).then(() => cancel.abort());
    expect(await clock.until(login)).toMatchObject(cancelled);
    expect(clock.monotonicNow()).toBe(1_000);
    expect(requests).toEqual([]);
  });

  test("ends the retries", async () => {
    const { clock, credentials, requests } = keylessFor({ sts: ["InternalError", "InternalError"] });
    const cancel = new AbortController();
    const login = credentials.current(cancel.signal);
    void clock.sleep(100).then(() => cancel.abort());
    expect(await clock.until(login)).toMatchObject(cancelled);
    expect(requests).toHaveLength(1);
  });

  test("before the login sends nothing", async () => {
    const { clock, credentials, audiences } = keylessFor();
    expect(await clock.until(credentials.current(AbortSignal.abort()))).toMatchObject(cancelled);
    expect(audiences).toEqual([]);
  });
});
