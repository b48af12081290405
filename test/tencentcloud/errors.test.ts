import { describe, expect, test } from "vitest";
import { ERROR_CATALOG, type ErrorKind, lookUpError } from "../../src/tencentcloud/error-catalog.ts";
import { apiFailure } from "../../src/tencentcloud/failure.ts";

/** Every code that the API's documentation and the official SDK name for the calls that are used, with sub-codes as they occur. */
const kinds: Readonly<Record<ErrorKind, readonly string[]>> = {
  "rate-limit": [
    "RequestLimitExceeded",
    "RequestLimitExceeded.UinLimitExceeded",
    "RequestLimitExceeded.GlobalRegionUinLimitExceeded",
    "RequestLimitExceeded.IPLimitExceeded",
    "LimitExceeded.RateLimitExceeded",
    "InvalidParameter.OverLimit",
  ],
  transient: [
    "InternalError",
    "InternalError.BackendResponseEmpty",
    "InternalError.BackendResponseError",
    "InternalError.GetRoleError",
    "InternalError.SystemError",
    "InternalError.UnknownError",
    "ServiceUnavailable",
    "ResourceUnavailable",
    "FailedOperation.NetworkError",
    "FailedOperation.SystemError",
    "Network.NotFound",
    "Network.ConnectFailed",
    "Network.ConnectTimeout",
    "Network.ResponseTimeout",
    "Network.ConnectionLost",
    "Network.Aborted",
    "Http.ServerError",
    "Response.Malformed",
    "Oidc.Unavailable",
  ],
  clock: ["AuthFailure.SignatureExpire", "Clock.TooFarOff"],
  credentials: [
    "AuthFailure",
    "AuthFailure.SignatureFailure",
    "AuthFailure.SecretIdNotFound",
    "AuthFailure.InvalidSecretId",
    "AuthFailure.InvalidAuthorization",
    "AuthFailure.TokenFailure",
    "AuthFailure.MFAFailure",
    "AuthFailure.AccessKeyIllegal",
    "AuthFailure.SomethingNew",
    "InvalidParameter.WebIdentityTokenError",
  ],
  permission: [
    "AuthFailure.UnauthorizedOperation",
    "UnauthorizedOperation",
    "UnauthorizedOperation.NoPermission",
    "FailedOperation.CAMAuthorizedFail",
    "FailedOperation.AuthError",
    "FailedOperation.NoProjectPermission",
    "Sts.UnauthorizedOperation",
    "Oidc.NotPermitted",
  ],
  configuration: [
    "FailedOperation.NoRealNameAuth",
    "IpInBlacklist",
    "IpNotInWhitelist",
    "ActionOffline",
    "InvalidAction",
    "NoSuchProduct",
    "NoSuchVersion",
    "UnsupportedRegion",
    "UnsupportedProtocol",
    "InvalidRequest",
    "MissingParameter",
    "UnknownParameter",
    "RequestSizeLimitExceeded",
    "ResponseSizeLimitExceeded",
    "DryRunOperation",
    "LimitExceeded",
    "LimitExceeded.SomeQuota",
    "InvalidParameter.ParamError",
    "InvalidParameter.OverTimeError",
    "ResourceNotFound.RoleNotFound",
    "Oidc.Malformed",
    "Network.ProxyRefused",
    "Tls.Untrusted",
    "Tls.Expired",
    "Tls.WrongName",
    "Tls.NotTls",
    "Tls.Protocol",
    "Http.Refused",
    "Http.Redirect",
    "Response.TooLarge",
  ],
  ids: [
    "InvalidParameter",
    "InvalidParameter.InvalidCSRId",
    "InvalidParameter.WithDetailReason",
    "InvalidParameterValue",
    "InvalidParameterValue.Any",
    "FailedOperation",
    "FailedOperation.SomethingElse",
    "ResourceNotFound",
    "ResourceInUse",
    "ResourceInsufficient",
    "UnsupportedOperation",
  ],
  unexpected: ["Internal.Error", "SomethingNew", "RequestLimitExceededOfAnotherKind", "internalerror", ""],
};
const all = Object.values(kinds).flat();
const where = (holds: (code: string) => boolean): readonly string[] => all.filter(holds);

describe.each(Object.entries(kinds))("%s", (kind, codes) => {
  test.each(codes)("%s", (code) => {
    expect(lookUpError(code).kind).toBe(kind);
  });
});

test("every code of the catalog is named above and occurs once, and every entry says what it means", () => {
  const codes = ERROR_CATALOG.flatMap((entry) => entry.codes);
  expect(all).toEqual(expect.arrayContaining(codes));
  expect(new Set(codes).size).toBe(codes.length);
  for (const { meaning } of ERROR_CATALOG) expect(meaning).toMatch(/^[^.].{5,}[^.]$/);
});

test("a sub-code has the entry of its longest prefix", () => {
  expect(lookUpError("FailedOperation.SystemError.Deep")).toEqual(lookUpError("FailedOperation.SystemError"));
  expect(lookUpError("FailedOperation.SystemErrorLike").code).toBe("FailedOperation");
});

test("an unknown code keeps its name", () => {
  expect(lookUpError("SomethingNew")).toMatchObject({ code: "SomethingNew", kind: "unexpected", fatal: false });
});

test("credentials, permissions, configuration and the clock are fatal, but for what may be one odd connection", () => {
  const odd = where((code) => /^(Tls|Http|Response|Network)\./.test(code));
  const fatalKinds: readonly ErrorKind[] = ["clock", "credentials", "permission", "configuration"];
  const expected = fatalKinds.flatMap((kind) => kinds[kind]).filter((code) => !odd.includes(code));
  expect(new Set(where((code) => lookUpError(code).fatal))).toEqual(new Set(expected));
});

test("what may pass is retryable: transient errors, the rate limit, and odd connections", () => {
  const odd = where((code) => /^(Tls|Http|Response|Network)\./.test(code));
  expect(new Set(where((code) => lookUpError(code).retryable))).toEqual(
    new Set([...kinds["rate-limit"], ...kinds.transient, ...odd]),
  );
});

test.each([
  "InternalError",
  "ServiceUnavailable",
  "FailedOperation.SystemError",
  "Http.ServerError",
  "Response.Malformed",
  "Network.ConnectionLost",
  "SomethingNew",
])("%s: the call may have taken effect", (code) => {
  expect(apiFailure(code, "").mayHaveTakenEffect).toBe(true);
});

test.each([
  ...kinds.credentials,
  ...kinds.permission,
  ...kinds.clock,
  ...kinds.ids,
  ...kinds["rate-limit"],
  "ActionOffline",
  "Network.NotFound",
  "Network.ConnectFailed",
  "Network.ConnectTimeout",
  "Network.ProxyRefused",
  "Tls.Untrusted",
])("%s: the call cannot have taken effect", (code) => {
  expect(apiFailure(code, "").mayHaveTakenEffect).toBe(false);
});

test("a failure has the facts that there are, and the catalog's for the others", () => {
  expect(apiFailure("InternalError", "text")).toEqual({
    code: "InternalError",
    kind: "transient",
    message: "text",
    mayHaveTakenEffect: true,
    fatal: false,
  });
  const facts = { requestId: "r", status: 200, mayHaveTakenEffect: false, fatal: true };
  expect(apiFailure("InternalError", "", facts)).toMatchObject(facts);
});
