import { expect, test } from "vitest";
import { decodeClaims, type LoginIdentity, sessionName, trustPolicy } from "../../src/credentials/identity.ts";
import { CLAIMS, jwt } from "./keyless-for.ts";

test("the claims of a token are read, as far as they are text", () => {
  expect(decodeClaims(jwt())).toEqual({
    iss: CLAIMS.iss,
    sub: CLAIMS.sub,
    aud: CLAIMS.aud,
    jobWorkflowRef: CLAIMS.job_workflow_ref,
  });
  expect(decodeClaims(jwt(1, { sub: 1, aud: ["a"] }))).toEqual({
    iss: undefined,
    sub: undefined,
    aud: undefined,
    jobWorkflowRef: undefined,
  });
});

test.each(["", "a", "a.b.c", `a.${Buffer.from("null").toString("base64url")}.c`])("%j has no claims", (token) => {
  expect(decodeClaims(token)).toBeUndefined();
});

const identity: LoginIdentity = {
  roleArn: "qcs::cam::uin/100012345678:roleName/csr-cleanup",
  provider: "github",
  sessionName: "octo-org.release@42.1",
  claims: decodeClaims(jwt()),
};

test("the trust policy accepts exactly the subject of the token, as it came", () => {
  expect(JSON.parse(trustPolicy(identity) ?? "")).toEqual({
    version: "2.0",
    statement: [
      {
        effect: "allow",
        action: ["name/sts:AssumeRoleWithWebIdentity"],
        principal: { federated: ["qcs::cam::uin/100012345678:oidc-provider/github"] },
        condition: {
          string_equal: { "oidc:iss": [CLAIMS.iss], "oidc:aud": [CLAIMS.aud], "oidc:sub": [CLAIMS.sub] },
        },
      },
    ],
  });
});

test.each([undefined, decodeClaims(jwt(1, { ...CLAIMS, sub: undefined }))])(
  "without a subject there is none: it would trust all of GitHub (%j)",
  (claims) => {
    expect(trustPolicy({ ...identity, claims })).toBeUndefined();
  },
);

test.each([
  [{ GITHUB_REPOSITORY: "octo-org/release", GITHUB_RUN_ID: "42", GITHUB_RUN_ATTEMPT: "3" }, "octo-org.release@42.3"],
  [{ GITHUB_REPOSITORY: "octo/päivä x", GITHUB_RUN_ID: "42" }, "octo.p-iv--x@42.1"],
  [{}, "delete-tencentcloud-ssl-csrs@0.1"],
])("the session of %j is %s", (env, name) => {
  expect(sessionName(env)).toBe(name);
});

test("a session name has at most 64 characters that STS takes, and keeps the run", () => {
  const name = sessionName({ GITHUB_REPOSITORY: `octo/${"x".repeat(200)}`, GITHUB_RUN_ID: "1234567890" });
  expect(name).toMatch(/^[\w+=,.@-]{64}$/);
  expect(name).toMatch(/@1234567890\.1$/);
});
