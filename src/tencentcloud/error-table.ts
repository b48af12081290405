/**
 * What an error code means, what kind of fault it is, and what to do about it. The API's codes come from
 * https://www.tencentcloud.com/document/product/1007/36594 (common) and
 * https://www.tencentcloud.com/document/product/1007/56820 (BatchDeleteCSR), and from the error list of the official Go SDK's
 * ssl/v20191205; the `Network.*`, `Http.*` and `Answer.*` codes are this action's own, for faults that never reached the API
 * or came back from it in no form that it has, and `Action.Failed` is for its own mistakes.
 */

/**
 * - `rate-limit`: too many requests; wait, and the call will do
 * - `transient`: may pass by itself
 * - `clock`: the runner's clock is off
 * - `credentials`, `permission`, `configuration`: no further call can mend it
 * - `ids`: a matter of the IDs in the call
 * - `unexpected`: a code that the table does not know
 */
export type ErrorKind =
  | "rate-limit"
  | "transient"
  | "clock"
  | "credentials"
  | "permission"
  | "configuration"
  | "ids"
  | "unexpected";

/** One row; it also covers every `<code>.<sub-code>` that has no longer row of its own. */
export interface ErrorRow {
  readonly code: string;
  readonly kind: ErrorKind;
  readonly meaning: string;
  readonly remedy: string;
}

const row = (code: string, kind: ErrorKind, meaning: string, remedy: string): ErrorRow => ({
  code,
  kind,
  meaning,
  remedy,
});

const WAIT = "Run the step again later; if it lasts, tell Tencent Cloud support the RequestId.";
const REPORT = "This is a fault of the action: open an issue with the RequestId.";
const POLICY =
  "Grant `ssl:BatchDeleteCSR` on the CSRs and `ssl:DescribeCSRSet` on `*` to the key's user or role (see the README's policy).";
const KEY = "Check that `secret-id` and `secret-key` belong together, are enabled, and were copied whole.";

export const errorTable: readonly ErrorRow[] = [
  row(
    "RequestLimitExceeded",
    "rate-limit",
    "too many requests per second for this account or address",
    "Lower `requests-per-second`, or run fewer jobs on this account at once.",
  ),
  row(
    "LimitExceeded.RateLimitExceeded",
    "rate-limit",
    "too many requests per second for the SSL service",
    "Lower `requests-per-second`, or run fewer jobs on this account at once.",
  ),
  row("InternalError", "transient", "an internal error of the API", WAIT),
  row("ServiceUnavailable", "transient", "the API is down for the moment", WAIT),
  row("ResourceUnavailable", "transient", "the resource is not available for the moment", WAIT),
  row("FailedOperation.NetworkError", "transient", "the API's certificate system is busy", WAIT),
  row("FailedOperation.SystemError", "transient", "a system error of the SSL service", WAIT),
  row(
    "AuthFailure.SignatureExpire",
    "clock",
    "the runner's clock is more than 5 minutes off the API's",
    "Set the runner's clock (NTP).",
  ),
  row(
    "AuthFailure.SignatureFailure",
    "credentials",
    "the signature is wrong: `secret-key` does not fit `secret-id`",
    KEY,
  ),
  row(
    "AuthFailure.SecretIdNotFound",
    "credentials",
    "the API does not know this `secret-id`: deleted, disabled, mistyped, or of the other site",
    "Check `secret-id`, and that `endpoint` is of the key's site: `ssl.intl.tencentcloudapi.com` (international) or `ssl.tencentcloudapi.com` (mainland China).",
  ),
  row("AuthFailure.InvalidSecretId", "credentials", "`secret-id` is no API key of Tencent Cloud", KEY),
  row("AuthFailure.InvalidAuthorization", "credentials", "the Authorization header was not understood", REPORT),
  row(
    "AuthFailure.TokenFailure",
    "credentials",
    "`session-token` is wrong, expired, or missing for a temporary key",
    "Fetch new temporary credentials in the job, just before this step, and pass all three of them.",
  ),
  row(
    "AuthFailure.MFAFailure",
    "credentials",
    "the account asks for multi-factor authentication",
    "Use an API key of a sub-account that needs no MFA for API calls.",
  ),
  row("AuthFailure.UnauthorizedOperation", "permission", "the key may not do this", POLICY),
  row("AuthFailure", "credentials", "the credentials were refused", KEY),
  row("UnauthorizedOperation", "permission", "the key may not do this", POLICY),
  row("FailedOperation.CAMAuthorizedFail", "permission", "Tencent Cloud CAM refused the operation", POLICY),
  row("FailedOperation.AuthError", "permission", "the key has no permission for this operation", POLICY),
  row("FailedOperation.NoProjectPermission", "permission", "the key has no permission for the project", POLICY),
  row(
    "FailedOperation.NoRealNameAuth",
    "configuration",
    "the account's identity is not verified",
    "Verify the account's identity in the Tencent Cloud console.",
  ),
  row(
    "IpInBlacklist",
    "configuration",
    "the runner's address is on a deny list",
    "Allow the runner's address in CAM, or use a runner or proxy with an allowed one.",
  ),
  row(
    "IpNotInWhitelist",
    "configuration",
    "the runner's address is not on the allow list",
    "Allow the runner's address in CAM, or use a runner or proxy with an allowed one.",
  ),
  row(
    "ActionOffline",
    "configuration",
    "the API has taken this call out of service",
    "Check `endpoint`, and for a newer version of this action.",
  ),
  row(
    "InvalidAction",
    "configuration",
    "this endpoint does not know the call",
    "Check `endpoint`: it must be a host of the SSL service that has the CSR calls.",
  ),
  row("NoSuchProduct", "configuration", "this endpoint does not know the SSL service", "Check `endpoint`."),
  row("NoSuchVersion", "configuration", "this endpoint does not know version 2019-12-05", "Check `endpoint`."),
  row("UnsupportedRegion", "configuration", "the SSL service is not in this region", "Use the default `endpoint`."),
  row(
    "UnsupportedProtocol",
    "configuration",
    "the endpoint wants another protocol",
    "Use the default `endpoint`, over https.",
  ),
  row("InvalidRequest", "configuration", "the request was not understood", REPORT),
  row("MissingParameter", "configuration", "the request lacks a parameter", REPORT),
  row("UnknownParameter", "configuration", "the request has a parameter that the API does not know", REPORT),
  row("RequestSizeLimitExceeded", "configuration", "the request is too large", REPORT),
  row("ResponseSizeLimitExceeded", "configuration", "the answer would be too large", REPORT),
  row("DryRunOperation", "configuration", "the API only tried the call out", REPORT),
  row(
    "LimitExceeded",
    "configuration",
    "a quota of the account is used up",
    "Look at the account's quotas in the Tencent Cloud console.",
  ),
  row(
    "InvalidParameter.InvalidCSRId",
    "ids",
    "the API refuses this CSR ID: no such CSR, or one of another account",
    "Check where the ID came from, and that the key is of the account that owns the CSR.",
  ),
  row(
    "InvalidParameter",
    "ids",
    "the API refuses the IDs",
    "Read the API's message, and check the IDs in the Tencent Cloud console.",
  ),
  row(
    "InvalidParameterValue",
    "ids",
    "the API refuses the IDs",
    "Read the API's message, and check the IDs in the Tencent Cloud console.",
  ),
  row(
    "FailedOperation",
    "ids",
    "the API could not delete it",
    "Read the API's message, and look at the CSR in the Tencent Cloud console.",
  ),
  row("ResourceNotFound", "ids", "there is no such CSR", "Check where the ID came from."),
  row(
    "ResourceInUse",
    "ids",
    "the CSR is in use",
    "Find out in the Tencent Cloud console what uses it, and run the step again.",
  ),
  row("ResourceInsufficient", "ids", "the API lacks what it needs for this operation", WAIT),
  row(
    "UnsupportedOperation",
    "ids",
    "the API does not do this with this CSR",
    "Look at the CSR in the Tencent Cloud console.",
  ),
  row(
    "Network.NotFound",
    "transient",
    "the endpoint's (or the proxy's) name has no address",
    "Check `endpoint`, the runner's DNS, and the proxy variables.",
  ),
  row(
    "Network.ConnectFailed",
    "transient",
    "no connection to the endpoint (or the proxy)",
    "Check the runner's network, firewall and proxy variables.",
  ),
  row(
    "Network.ConnectTimeout",
    "transient",
    "no connection within 10 seconds",
    "Check the runner's network, firewall and proxy variables.",
  ),
  row("Network.AnswerTimeout", "transient", "no whole answer within 30 seconds", WAIT),
  row(
    "Network.ConnectionLost",
    "transient",
    "the connection broke before the answer was whole",
    "Check the runner's network; run the step again.",
  ),
  row(
    "Network.TlsFailed",
    "configuration",
    "the server's certificate was not accepted",
    "Something between the runner and Tencent Cloud breaks TLS: check the proxy, and `NODE_EXTRA_CA_CERTS` if it has a certificate of its own.",
  ),
  row(
    "Network.ProxyRefused",
    "configuration",
    "the proxy did not open a way to the endpoint",
    "Check the proxy variables and the proxy's rules for `endpoint`; or list the host in `NO_PROXY`.",
  ),
  row(
    "Network.GivenUp",
    "transient",
    "the run was cancelled before an answer came",
    "Run the step again: that is safe, and picks up what is left.",
  ),
  row("Http.ServerError", "transient", "the server, or a proxy, answered with an HTTP error", WAIT),
  row(
    "Http.Refused",
    "configuration",
    "the server, or a proxy, answered with an HTTP status that the API never uses",
    "Check `endpoint` and the proxy: this answer did not come from the API.",
  ),
  row(
    "Http.Redirect",
    "configuration",
    "the server, or a proxy, wanted to send the request elsewhere; that is never followed",
    "Check `endpoint` and the proxy: the API never redirects.",
  ),
  row(
    "Answer.NotUnderstood",
    "transient",
    "the answer was not in the form of the API",
    "Check the proxy; run the step again.",
  ),
  row(
    "Answer.TooLarge",
    "configuration",
    "the answer was larger than 1 MiB",
    "Check `endpoint` and the proxy: this answer did not come from the API.",
  ),
  row(
    "Action.Failed",
    "unexpected",
    "a mistake inside this action",
    "Open an issue with the log; what was done up to then is in the outputs.",
  ),
];

const rows = new Map(errorTable.map((entry) => [entry.code, entry]));

/** The row of `code`: the code itself, or the longest prefix of it that ends before a dot; a row of kind `unexpected` if none. */
export function explain(code: string): ErrorRow {
  for (let prefix = code; prefix !== ""; prefix = prefix.slice(0, Math.max(0, prefix.lastIndexOf(".")))) {
    const found = rows.get(prefix);
    if (found) return found;
  }
  return {
    code,
    kind: "unexpected",
    meaning: "an error that this action does not know",
    remedy: "Read the API's message; if it is no help, tell Tencent Cloud support the RequestId.",
  };
}
