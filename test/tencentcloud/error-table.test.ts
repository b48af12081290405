import { describe, expect, test } from "vitest";
import { type ErrorKind, errorTable, explain } from "../../src/tencentcloud/error-table.ts";
import { fault, isFatal } from "../../src/tencentcloud/fault.ts";

/** Every code that the API's documentation and the official SDK's ssl errors name, with sub-codes as they occur. */
const kinds: Readonly<Record<ErrorKind, readonly string[]>> = {
  "rate-limit": [
    "RequestLimitExceeded",
    "RequestLimitExceeded.UinLimitExceeded",
    "RequestLimitExceeded.GlobalRegionUinLimitExceeded",
    "RequestLimitExceeded.IPLimitExceeded",
    "LimitExceeded.RateLimitExceeded",
  ],
  transient: [
    "InternalError",
    "InternalError.BackendResponseEmpty",
    "InternalError.BackendResponseError",
    "ServiceUnavailable",
    "ResourceUnavailable",
    "FailedOperation.NetworkError",
    "FailedOperation.SystemError",
    "Network.NotFound",
    "Network.ConnectFailed",
    "Network.ConnectTimeout",
    "Network.AnswerTimeout",
    "Network.ConnectionLost",
    "Network.GivenUp",
    "Http.ServerError",
    "Answer.NotUnderstood",
  ],
  clock: ["AuthFailure.SignatureExpire"],
  credentials: [
    "AuthFailure",
    "AuthFailure.SignatureFailure",
    "AuthFailure.SecretIdNotFound",
    "AuthFailure.InvalidSecretId",
    "AuthFailure.InvalidAuthorization",
    "AuthFailure.TokenFailure",
    "AuthFailure.MFAFailure",
    "AuthFailure.SomethingNew",
  ],
  permission: [
    "AuthFailure.UnauthorizedOperation",
    "UnauthorizedOperation",
    "UnauthorizedOperation.NoPermission",
    "FailedOperation.CAMAuthorizedFail",
    "FailedOperation.AuthError",
    "FailedOperation.NoProjectPermission",
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
    "Network.TlsFailed",
    "Network.ProxyRefused",
    "Http.Refused",
    "Http.Redirect",
    "Answer.TooLarge",
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
  unexpected: ["Action.Failed", "SomethingNew", "RequestLimitExceededOfAnotherKind", "internalerror", ""],
};

describe.each(Object.entries(kinds))("%s", (kind, codes) => {
  test.each(codes)("%s", (code) => {
    expect(explain(code).kind).toBe(kind);
  });
});

test("every row is named above, says what it means and what to do, and stands once", () => {
  const named = Object.values(kinds).flat();
  for (const { code, meaning, remedy } of errorTable) {
    expect(named).toContain(code);
    expect(meaning).toMatch(/^[^.].{5,}[^.]$/);
    expect(remedy).toMatch(/^[A-Z`].*\.$/);
  }
  expect(new Set(errorTable.map(({ code }) => code)).size).toBe(errorTable.length);
});

test("a sub-code has the row of its longest prefix", () => {
  expect(explain("RequestLimitExceeded.UinLimitExceeded").meaning).toBe(explain("RequestLimitExceeded").meaning);
  expect(explain("FailedOperation.SystemError.Deep").code).toBe("FailedOperation.SystemError");
});

test("an unknown code keeps its name, and tells how to go on", () => {
  expect(explain("SomethingNew")).toMatchObject({ code: "SomethingNew", remedy: expect.stringContaining("RequestId") });
});

test("no further call mends credentials, policy, configuration or the clock; the others may pass or are about the IDs", () => {
  const fatal = Object.entries(kinds).flatMap(([kind, codes]) => (isFatal(fault(codes[0] ?? "", "")) ? [kind] : []));
  expect(fatal).toEqual(["clock", "credentials", "permission", "configuration"]);
});

test("a fault holds only the facts that there are", () => {
  expect(fault("InternalError", "text")).not.toHaveProperty("requestId");
  expect(fault("InternalError", "text")).toMatchObject({ code: "InternalError", message: "text", lost: false });
  expect(fault("InternalError", "", { requestId: "r", status: 200, lost: true })).toMatchObject({
    requestId: "r",
    status: 200,
    lost: true,
  });
});
