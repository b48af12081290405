import { expect, test } from "vitest";
import { identityOf, type LoginIdentity, trustPolicy } from "../../src/credentials/identity.ts";
import { CLAIMS, jwt } from "./keyless-for.ts";

const LOGIN = {
  kind: "keyless",
  roleArn: "qcs::cam::uin/100012345678:roleName/csr-cleanup",
  provider: "github",
  audience: "sts.tencentcloudapi.com",
} as const;
const ENV = { GITHUB_REPOSITORY: "octo-org/release", GITHUB_RUN_ID: "42" };

const claimsOf = (token: string) => identityOf(LOGIN, ENV, token).claims;
const sessionName = (env: NodeJS.ProcessEnv): string => identityOf(LOGIN, env, jwt()).sessionName;

test("the claims of a token, and the ID of its key, are read, as far as they are text", () => {
  expect(claimsOf(jwt())).toEqual({
    iss: CLAIMS.iss,
    sub: CLAIMS.sub,
    aud: CLAIMS.aud,
    jobWorkflowRef: CLAIMS.job_workflow_ref,
    kid: "key-1",
  });
  expect(claimsOf(jwt(1, { sub: 1, aud: ["a"] }))).toEqual({ kid: "key-1" });
});

test.each(["", "a", "a.b.c", `e30.${Buffer.from("null").toString("base64url")}.c`])("%j has no claims", (token) => {
  expect(claimsOf(token)).toBeUndefined();
});

/** The login of a job of octo-org/release with these claims. */
const identity = (claims: object = {}): LoginIdentity => identityOf(LOGIN, ENV, jwt(1, { ...CLAIMS, ...claims }));

test("an identity names role, identity provider and repository", () => {
  const { roleArn, provider } = LOGIN;
  expect(identity()).toMatchObject({ roleArn, provider, repository: "octo-org/release" });
  expect(identityOf(LOGIN, {}, jwt()).repository).toBe("");
});

test("the trust policy accepts exactly the subject of the token, as it came", () => {
  const { policy = "" } = trustPolicy(identity());
  // To be read, and copied.
  expect(policy).toContain('\n  "version"');
  expect(JSON.parse(policy)).toEqual({
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

test.each([
  "repo:octo-org/release:environment:csr-deletion",
  "repo:octo-org@12/release@345:environment:csr-deletion",
  "repo:Octo-Org/Release:environment:a%3Ab",
  "repo:octo-org/release:environment:prod:job_workflow_ref:octo-org/release/.github/workflows/clean.yml@refs/heads/main",
])("a subject that names this repository and an environment gets one: %s", (sub) => {
  expect(trustPolicy(identity({ sub }))).toEqual({ policy: expect.stringContaining(JSON.stringify(sub)) });
});

test.each([
  ["repo:octo-org/release:ref:refs/heads/main", "repo:octo-org/release"],
  ["repo:octo-org/release:pull_request", "repo:octo-org/release"],
  ["repo:octo-org@12/release@345:ref:refs/heads/main", "repo:octo-org@12/release@345"],
  ["repo:octo-org/release", "repo:octo-org/release"],
  ["repo:octo-org/release:environment:", "repo:octo-org/release"],
])("without an environment there is none, but the subject to aim for: %s", (sub, prefix) => {
  const { policy, reason } = trustPolicy(identity({ sub }));
  expect(policy).toBeUndefined();
  expect(reason).toMatch(/names no environment/);
  expect(reason).toContain(`\`${prefix}:environment:NAME\``);
});

test.each([
  undefined,
  "",
  "repo:octo-org/other:environment:prod",
  "repo:mallory/release:environment:prod",
  "repo:octo-org/release-2:environment:prod",
  "repository_owner:octo-org",
  "environment:prod:repo:octo-org/release",
  "x-repo:octo-org/release:environment:prod",
])("for a subject that does not name this repository there is none: %s", (sub) => {
  const { policy, reason } = trustPolicy(identity({ sub }));
  expect(policy).toBeUndefined();
  expect(reason).toMatch(/does not name this repository .*`repo:octo-org\/release:environment:NAME`/);
});

test("without claims, issuer, or a known repository there is none", () => {
  expect(trustPolicy({ ...identity(), claims: undefined }).policy).toBeUndefined();
  expect(trustPolicy(identity({ iss: undefined })).policy).toBeUndefined();
  expect(trustPolicy({ ...identity(), repository: "" }).policy).toBeUndefined();
  expect(trustPolicy({ ...identity({ sub: "repo:undefined/undefined:x" }), repository: "" }).policy).toBeUndefined();
});

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
