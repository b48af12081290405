import { describe, expect, test } from "vitest";
import { apiFailure, ERROR_TABLE, errorInfo } from "../../src/tencentcloud/errors.ts";

/**
 * Every code that the documentation and the official SDK name for the calls that are used, and this action's own: what kind it is, how
 * many requests there are in all, whether the call may have taken effect, whether the run ends; and words that its meaning and its
 * remedy must have, by what the API reference says of the code.
 */
const FACTS = `
code                                       | kind          | requests | effect  | run ends | meaning                        | remedy
RequestLimitExceeded                       | rate-limit    | Infinity | no      | no       | too many requests, account, IP | requests-per-second, fewer jobs
LimitExceeded.RateLimitExceeded            | rate-limit    | Infinity | no      | no       | too many requests, account, IP | requests-per-second, fewer jobs
InternalError                              | transient     | 5        | yes     | no       | internal error of the API      | again later, RequestId
FailedOperation.SystemError                | transient     | 5        | yes     | no       | internal error of the API      | again later, RequestId
ServiceUnavailable                         | transient     | 5        | yes     | no       | temporarily unavailable        | again later, RequestId
ResourceUnavailable                        | transient     | 5        | yes     | no       | temporarily unavailable        | again later, RequestId
FailedOperation.NetworkError               | transient     | 5        | yes     | no       | temporarily unavailable        | again later, RequestId
AuthFailure.SignatureExpire                | clock         | 2        | no      | yes      | clock, 5 minutes               | NTP
AuthFailure.TokenFailure                   | credentials   | 2        | no      | yes      | session token, wrong, expired, missing | new temporary credentials, all three
AuthFailure.SignatureFailure               | credentials   | 1        | no      | yes      | signature is wrong, do not match | secret ID, secret key, whole, belong to the same
AuthFailure.SecretIdNotFound               | credentials   | 1        | no      | yes      | secret ID, deleted, disabled, mistyped, other site | keyless, endpoint, ssl.intl.tencentcloudapi.com, ssl.tencentcloudapi.com
AuthFailure.InvalidSecretId                | credentials   | 1        | no      | yes      | credentials were refused       | secret ID, secret key, same enabled API key
AuthFailure.InvalidAuthorization           | credentials   | 1        | no      | yes      | Authorization header           | bug
AuthFailure.MFAFailure                     | credentials   | 1        | no      | yes      | multi-factor                   | no MFA
AuthFailure                                | credentials   | 1        | no      | yes      | credentials were refused       | same enabled API key
UnauthorizedOperation                      | permission    | 1        | no      | yes      | no permission for this         | ssl:BatchDeleteCSR, ssl:DescribeCSRSet
AuthFailure.UnauthorizedOperation          | permission    | 1        | no      | yes      | no permission for this         | ssl:BatchDeleteCSR, ssl:DescribeCSRSet
FailedOperation.AuthError                  | permission    | 1        | no      | yes      | CAM refused                    | ssl:BatchDeleteCSR
FailedOperation.CAMAuthorizedFail          | permission    | 1        | no      | yes      | CAM refused                    | ssl:BatchDeleteCSR
FailedOperation.NoProjectPermission        | permission    | 1        | no      | yes      | no permission for the project  | ssl:BatchDeleteCSR
FailedOperation.NoRealNameAuth             | configuration | 1        | no      | yes      | identity is not verified       | Verify it in the console
IpInBlacklist                              | configuration | 1        | no      | yes      | address is on a deny list      | IP address, CAM
IpNotInWhitelist                           | configuration | 1        | no      | yes      | not on the allow list          | IP address, CAM
ActionOffline                              | configuration | 1        | no      | yes      | out of service                 | newer version
InvalidAction                              | configuration | 1        | no      | yes      | endpoint does not know the call | endpoint, SSL service
NoSuchProduct                              | configuration | 1        | no      | yes      | endpoint does not know, version | endpoint, SSL service
NoSuchVersion                              | configuration | 1        | no      | yes      | endpoint does not know, version | endpoint, SSL service
UnsupportedRegion                          | configuration | 1        | no      | yes      | region                         | default, endpoint
UnsupportedProtocol                        | configuration | 1        | no      | yes      | protocol                       | default, endpoint, https
InvalidRequest                             | configuration | 1        | no      | yes      | did not accept the request     | bug
MissingParameter                           | configuration | 1        | no      | yes      | did not accept the request     | bug
UnknownParameter                           | configuration | 1        | no      | yes      | did not accept the request     | bug
DryRunOperation                            | configuration | 1        | no      | yes      | did not accept the request     | bug
RequestSizeLimitExceeded                   | configuration | 1        | no      | yes      | too large                      | bug
ResponseSizeLimitExceeded                  | configuration | 1        | no      | yes      | too large                      | bug
LimitExceeded                              | configuration | 1        | no      | yes      | quota                          | quotas
InvalidParameter.InvalidCSRId              | ids           | 1        | no      | no       | no such CSR, another account   | where the ID comes from, key's account owns
InvalidParameter                           | ids           | 1        | no      | no       | refuses the IDs                | message, RequestId
InvalidParameterValue                      | ids           | 1        | no      | no       | refuses the IDs                | message
FailedOperation                            | ids           | 1        | in-part | no       | could not delete the CSR       | message, RequestId
ResourceNotFound                           | ids           | 1        | in-part | no       | no such CSR                    | where the ID comes from
ResourceInUse                              | ids           | 1        | in-part | no       | in use                         | console, in use
ResourceInsufficient                       | ids           | 1        | in-part | no       | lacks a resource               | again later, RequestId
UnsupportedOperation                       | ids           | 1        | in-part | no       | could not delete the CSR       | message, RequestId
Sts.RequestLimitExceeded                   | rate-limit    | Infinity | no      | yes      | too many logins                | rate limit of its own, fewer jobs
Sts.InvalidParameter.OverLimit             | rate-limit    | Infinity | no      | yes      | too many logins                | rate limit of its own, fewer jobs
Sts.InternalError                          | transient     | 5        | no      | yes      | internal error of STS          | again later, RequestId
Sts.ServiceUnavailable                     | transient     | 5        | no      | yes      | internal error of STS          | again later, RequestId
Sts.ResourceUnavailable                    | transient     | 5        | no      | yes      | internal error of STS          | again later, RequestId
Sts.InternalError.GetRoleError             | transient     | 2        | no      | yes      | could not read the role        | role-arn, again later
Sts.AuthFailure.SignatureExpire            | clock         | 2        | no      | yes      | clock, 5 minutes               | NTP
Sts.InvalidParameter.WebIdentityTokenError | credentials   | 1        | no      | yes      | OIDC token, expired, audience, key | oidc-provider, oidc-audience, kid, CAM, international site, by hand
Sts.AuthFailure.AccessKeyIllegal           | credentials   | 1        | no      | yes      | access key, sends none         | 1150/49454
Sts.UnauthorizedOperation                  | permission    | 1        | no      | yes      | role does not trust this job   | trust policy, oidc:iss, oidc:aud, oidc:sub
Sts.AuthFailure.UnauthorizedOperation      | permission    | 1        | no      | yes      | role does not trust this job   | trust policy, oidc:sub
Sts.InvalidParameter.GrantOtherResource    | permission    | 1        | no      | yes      | no access to resources of another account | role-arn, trusted entity
Sts.ResourceNotFound.RoleNotFound          | configuration | 1        | no      | yes      | no such role                   | role-arn, trusted entity
Sts.InternalError.IllegalRole              | configuration | 1        | no      | yes      | role is not valid              | role-arn, trusted entity
Sts.InvalidParameter.AccountNotAvaliable   | configuration | 1        | no      | yes      | no such role or account        | role-arn, trusted entity
Sts.InvalidParameter.ResouceError          | configuration | 1        | no      | yes      | role or the identity provider  | role-arn, oidc-provider, oidc-audience
Sts.InvalidParameter.ParamError            | configuration | 1        | no      | yes      | parameter of the login         | role-arn, oidc-provider, oidc-audience
Sts.InvalidParameter                       | configuration | 1        | no      | yes      | parameter of the login         | role-arn, oidc-provider, oidc-audience
Sts.InvalidParameter.OverTimeError         | configuration | 1        | no      | yes      | longer session                 | maximum session duration, 30 minutes
Sts.UnsupportedOperation                   | configuration | 1        | no      | yes      | not valid for this login       | role-arn, trusted entity
Sts.FailedOperation                        | configuration | 1        | no      | yes      | could not carry it out         | role-arn, 1150/49454
Sts                                        | configuration | 1        | no      | yes      | STS refused the login          | role-arn, 1150/49454
Oidc.NotPermitted                          | permission    | 1        | no      | yes      | no OIDC token to this job      | job itself, id-token: write, forks
Oidc.Unavailable                           | transient     | 5        | no      | yes      | OIDC service did not respond   | githubstatus.com
Oidc.Malformed                             | configuration | 1        | no      | yes      | without a token                | Enterprise Server
Network.Insecure                           | configuration | 1        | no      | yes      | loopback only                  | endpoint, https
Network.NotFound                           | transient     | 5        | no      | no       | name, no address               | DNS, endpoint
Network.ConnectFailed                      | transient     | 5        | no      | no       | no connection, proxy           | network, firewall, proxy variables
Network.ConnectTimeout                     | transient     | 5        | no      | no       | no connection, 10 seconds      | network, firewall, proxy variables
Network.ResponseTimeout                    | transient     | 5        | yes     | no       | 30 seconds, 60                 | again later, RequestId
Network.ConnectionLost                     | transient     | 5        | yes     | no       | broke before the response      | Run the step again: it deletes only
Network.ProxyRefused                       | configuration | 5        | no      | no       | proxy refused                  | proxy's rules, NO_PROXY
Network.Aborted                            | unexpected    | 1        | no      | yes      | cancelled before the API responded | Run the step again: it deletes only
Tls.Untrusted                              | configuration | 5        | no      | no       | trusted authority              | NODE_EXTRA_CA_CERTS
Tls.Expired                                | configuration | 5        | no      | no       | expired, not valid yet         | clock, NODE_EXTRA_CA_CERTS
Tls.WrongName                              | configuration | 5        | no      | no       | another host                   | DNS, endpoint, NODE_EXTRA_CA_CERTS
Tls.NotTls                                 | configuration | 5        | no      | no       | not respond with TLS           | port, scheme
Tls.Protocol                               | configuration | 5        | no      | no       | handshake                      | TLS 1.2
Http.ServerError                           | transient     | 5        | yes     | no       | HTTP error                     | again later, RequestId
Http.Refused                               | configuration | 5        | yes     | no       | status that the API never uses | endpoint, proxy, run the step again
Http.Redirect                              | configuration | 5        | yes     | no       | redirect                       | endpoint, proxy, run the step again
Response.TooLarge                          | configuration | 5        | yes     | no       | 1 MiB                          | endpoint, proxy, run the step again
Response.Malformed                         | transient     | 5        | yes     | no       | not a valid API response       | endpoint, proxy, run the step again
Cancelled                                  | unexpected    | 1        | no      | yes      | run was cancelled              | Run the step again: it deletes only
LeftOut                                    | unexpected    | 1        | no      | no       | left the CSR out, still there  | in use
StillListed                                | unexpected    | 1        | no      | no       | confirmed, still in the listing | again later, RequestId
NotConfirmed                               | unexpected    | 1        | no      | no       | did not confirm, could not be looked up | step again, ssl:DescribeCSRSet
ListChanged                                | unexpected    | 1        | no      | no       | listing, changed               | no other job
Internal.Error                             | unexpected    | 1        | yes     | no       | error of this action           | bug, log
`;

const facts = FACTS.trim()
  .split("\n")
  .slice(1)
  .map((line) => line.split("|").map((cell) => cell.trim()))
  .map(([code = "", kind, attempts, effect = "", fatal, meaning = "", remedy = ""]) => ({
    code,
    kind,
    attempts: Number(attempts),
    mayHaveTakenEffect: effect === "in-part" ? effect : effect === "yes",
    fatal: fatal === "yes",
    meaning: meaning.split(", "),
    remedy: remedy.split(", "),
  }));

describe.each(facts)("$code", ({ code, meaning, remedy, ...expected }) => {
  test("has a row with these facts and words", () => {
    const info = errorInfo(code);
    expect(info).toMatchObject({ code, ...expected });
    for (const words of meaning) expect(info.meaning).toContain(words);
    for (const words of remedy) expect(info.remedy).toContain(words);
  });
});

test("the table has each of these codes once, and no other", () => {
  const codes = ERROR_TABLE.map(({ code }) => code);
  expect([...codes].sort()).toEqual(facts.map(({ code }) => code).sort());
});

test("a meaning is a clause without a full stop, a remedy one or more sentences", () => {
  for (const { meaning, remedy } of [...ERROR_TABLE, errorInfo("SomethingNew")]) {
    expect(meaning).toMatch(/^[^.].{5,}[^.]$/);
    expect(remedy).toMatch(/^[A-Z].*\.$/);
  }
});

describe("a login", () => {
  const login = ERROR_TABLE.filter(({ code }) => /^(Sts|Oidc)\b/.test(code));

  test("that fails ends the run and changes nothing", () => {
    for (const row of login) expect(row).toMatchObject({ fatal: true, mayHaveTakenEffect: false });
  });

  test("has words of its own; so have certificates", () => {
    for (const row of ERROR_TABLE) {
      const text = `${row.code}: ${row.meaning}. ${row.remedy}`;
      if (login.includes(row)) expect(text).not.toMatch(/requests-per-second|CSR|the IDs|`secret-(id|key)`/);
      else expect(text).not.toMatch(/role-arn|oidc-|OIDC|STS|githubstatus/);
      if (!row.code.startsWith("Tls.")) expect(text).not.toContain("NODE_EXTRA_CA_CERTS");
    }
  });

  test.each([
    ["Sts.InvalidParameter.PolicyTooLong", "Sts.InvalidParameter", "configuration"],
    ["Sts.FailedOperation.SomethingNew", "Sts.FailedOperation", "configuration"],
    ["Sts.InternalError.DbError", "Sts.InternalError", "transient"],
    ["Sts.RequestLimitExceeded.IPLimitExceeded", "Sts.RequestLimitExceeded", "rate-limit"],
    ["Sts.UnauthorizedOperation.NoPermission", "Sts.UnauthorizedOperation", "permission"],
    ["Sts.SomethingNew.Deep", "Sts", "configuration"],
  ])("that fails with %s is one that fails with %s", (code, known, kind) => {
    expect(errorInfo(code)).toMatchObject({ code: known, kind });
  });
});

test("in a run with a stored key or a keyless one, words about keys are right: they name no input", () => {
  for (const { kind, meaning, remedy } of ERROR_TABLE)
    if (kind === "credentials") expect(`${meaning} ${remedy}`).not.toMatch(/`secret-(id|key)`|`session-token`/);
});

test.each([
  ["RequestLimitExceeded.UinLimitExceeded", "RequestLimitExceeded"],
  ["RequestLimitExceeded.GlobalRegionUinLimitExceeded", "RequestLimitExceeded"],
  ["RequestLimitExceeded.IPLimitExceeded", "RequestLimitExceeded"],
  ["InternalError.BackendResponseEmpty", "InternalError"],
  ["InternalError.BackendResponseError", "InternalError"],
  ["InvalidParameter.WithDetailReason", "InvalidParameter"],
  ["FailedOperation.SystemError.Deep", "FailedOperation.SystemError"],
  ["FailedOperation.SystemErrorLike", "FailedOperation"],
  ["AuthFailure.SomethingNew", "AuthFailure"],
  ["LimitExceeded.SomeQuota", "LimitExceeded"],
])("a sub-code has the row of its longest prefix: %s is %s", (code, known) => {
  expect(errorInfo(code)).toEqual(errorInfo(known));
});

test.each([
  "SomethingNew",
  "RequestLimitExceededOfAnotherKind",
  "internalerror",
  "",
  ".",
  "Network.SomethingNew",
  "constructor",
])("an unknown code keeps its name, and may have taken effect: %j", (code) => {
  expect(errorInfo(code)).toMatchObject({
    code,
    kind: "unexpected",
    attempts: 1,
    mayHaveTakenEffect: true,
    fatal: false,
    meaning: "an error that this action does not know",
    remedy: expect.stringContaining("message"),
  });
});

test("a code from outside may have any length", () => {
  const code = "InternalError.".repeat(100_000);
  expect(errorInfo(code).code).toBe("InternalError");
  expect(errorInfo(".".repeat(1_000_000)).kind).toBe("unexpected");
});

test("a failure has the facts that are given, and the table's for the others", () => {
  expect(apiFailure("InternalError", "text")).toEqual({
    code: "InternalError",
    kind: "transient",
    message: "text",
    mayHaveTakenEffect: true,
    fatal: false,
  });
  expect(apiFailure("FailedOperation", "").mayHaveTakenEffect).toBe(false);
  expect(apiFailure("InternalError.Sub", "").code).toBe("InternalError.Sub");
  const given = { requestId: "r", status: 200, mayHaveTakenEffect: false, fatal: true };
  expect(apiFailure("InternalError", "", given)).toMatchObject(given);
});
