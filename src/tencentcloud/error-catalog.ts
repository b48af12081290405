/**
 * What error codes mean, and what kind of failure they are. The API's codes come from
 * https://www.tencentcloud.com/document/product/1007/36594 (common),
 * https://www.tencentcloud.com/document/product/1007/56820 (BatchDeleteCSR),
 * https://www.tencentcloud.com/document/product/1150/49454 (AssumeRoleWithWebIdentity), and the error lists of the official Go SDK.
 * `Network.*`, `Tls.*`, `Http.*`, `Response.*`, `Clock.*`, `Oidc.*`, `Sts.*` and `Internal.*` are this action's own codes, for failures that are not
 * an error response of the API.
 */

/**
 * - `rate-limit`: too many requests; the call will succeed later
 * - `transient`: may pass by itself
 * - `clock`: the runner's clock is off
 * - `credentials`, `permission`, `configuration`: no further call can do better
 * - `ids`: about the IDs in the call
 * - `unexpected`: a code that the catalog does not know
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

/** What some codes have in common; each code also stands for every `<code>.<sub-code>` that has no longer entry of its own. */
export interface ErrorEntry {
  readonly codes: readonly string[];
  readonly kind: ErrorKind;
  /** A short clause without a full stop. */
  readonly meaning: string;
  /** The call may have been carried out although the response is an error, or there is none. */
  readonly mayHaveTakenEffect: boolean;
  /** No further call can do better. */
  readonly fatal: boolean;
  /** The same call may succeed later. */
  readonly retryable: boolean;
}

/** What the catalog says of one code. */
export interface CatalogedError extends Omit<ErrorEntry, "codes"> {
  /** The catalog's code: the one asked for, or its longest known prefix. */
  readonly code: string;
}

const KINDS: Readonly<Record<ErrorKind, Pick<ErrorEntry, "mayHaveTakenEffect" | "fatal" | "retryable">>> = {
  "rate-limit": { mayHaveTakenEffect: false, fatal: false, retryable: true },
  transient: { mayHaveTakenEffect: true, fatal: false, retryable: true },
  clock: { mayHaveTakenEffect: false, fatal: true, retryable: false },
  credentials: { mayHaveTakenEffect: false, fatal: true, retryable: false },
  permission: { mayHaveTakenEffect: false, fatal: true, retryable: false },
  configuration: { mayHaveTakenEffect: false, fatal: true, retryable: false },
  ids: { mayHaveTakenEffect: false, fatal: false, retryable: false },
  unexpected: { mayHaveTakenEffect: true, fatal: false, retryable: false },
};

/** One odd connection, while others work: the client tries again, and decides whether the failure is fatal. */
const CONNECTION = { fatal: false, retryable: true };
const NOTHING_SENT = { mayHaveTakenEffect: false };

const entry = (
  kind: ErrorKind,
  codes: readonly string[],
  meaning: string,
  exceptions: Partial<ErrorEntry> = {},
): ErrorEntry => ({ codes, kind, meaning, ...KINDS[kind], ...exceptions });

const HTTP_REFUSED = { ...CONNECTION, mayHaveTakenEffect: true };

export const ERROR_CATALOG: readonly ErrorEntry[] = [
  entry(
    "rate-limit",
    ["RequestLimitExceeded", "LimitExceeded.RateLimitExceeded", "InvalidParameter.OverLimit"],
    "too many requests per second for this account or address",
  ),
  entry("transient", ["InternalError", "FailedOperation.SystemError"], "an internal error of the API"),
  entry("transient", ["InternalError.GetRoleError"], "the API could not read the role"),
  entry("transient", ["ServiceUnavailable", "ResourceUnavailable"], "the API is temporarily unavailable"),
  entry("transient", ["FailedOperation.NetworkError"], "the API's certificate system is busy"),
  entry("clock", ["AuthFailure.SignatureExpire"], "the runner's clock is more than 5 minutes off the API's"),
  entry("clock", ["Clock.TooFarOff"], "the runner's clock is more than 24 hours off the API's"),
  entry(
    "credentials",
    ["AuthFailure.SignatureFailure"],
    "the signature is wrong: `secret-key` does not belong to `secret-id`",
  ),
  entry(
    "credentials",
    ["AuthFailure.SecretIdNotFound"],
    "the API does not know this `secret-id`: deleted, disabled, mistyped, or of the other site",
  ),
  entry(
    "credentials",
    ["AuthFailure.InvalidSecretId", "AuthFailure.AccessKeyIllegal"],
    "`secret-id` is not an API key of Tencent Cloud",
  ),
  entry("credentials", ["AuthFailure.InvalidAuthorization"], "the API could not read the Authorization header"),
  entry(
    "credentials",
    ["AuthFailure.TokenFailure"],
    "the session token is wrong, expired, or missing for a temporary key",
  ),
  entry("credentials", ["AuthFailure.MFAFailure"], "the account requires multi-factor authentication"),
  entry("credentials", ["AuthFailure"], "the credentials were refused"),
  entry("credentials", ["InvalidParameter.WebIdentityTokenError"], "the API refused the OIDC token"),
  entry(
    "permission",
    ["AuthFailure.UnauthorizedOperation", "UnauthorizedOperation", "FailedOperation.AuthError"],
    "the key or role has no permission for this operation",
  ),
  entry("permission", ["FailedOperation.CAMAuthorizedFail"], "Tencent Cloud CAM refused the operation"),
  entry("permission", ["FailedOperation.NoProjectPermission"], "the key or role has no permission for the project"),
  entry("configuration", ["FailedOperation.NoRealNameAuth"], "the account's identity is not verified"),
  entry("configuration", ["IpInBlacklist"], "the runner's address is on a deny list"),
  entry("configuration", ["IpNotInWhitelist"], "the runner's address is not on the allow list"),
  entry("configuration", ["ActionOffline"], "the API has taken this call out of service"),
  entry("configuration", ["InvalidAction"], "this endpoint does not know the call"),
  entry("configuration", ["NoSuchProduct", "NoSuchVersion"], "this endpoint does not know the service or its version"),
  entry("configuration", ["UnsupportedRegion"], "the service is not available in this region"),
  entry("configuration", ["UnsupportedProtocol"], "the endpoint requires another protocol"),
  entry(
    "configuration",
    ["InvalidRequest", "MissingParameter", "UnknownParameter", "InvalidParameter.ParamError", "DryRunOperation"],
    "the API did not accept the form of the request",
  ),
  entry(
    "configuration",
    ["RequestSizeLimitExceeded", "ResponseSizeLimitExceeded"],
    "the request or its response is too large",
  ),
  entry("configuration", ["LimitExceeded"], "a quota of the account is used up"),
  entry("configuration", ["ResourceNotFound.RoleNotFound"], "there is no such role"),
  entry("configuration", ["InvalidParameter.OverTimeError"], "the requested lifetime is longer than the role allows"),
  entry(
    "ids",
    ["InvalidParameter.InvalidCSRId"],
    "the API refuses this CSR ID: there is no such CSR, or it belongs to another account",
  ),
  entry("ids", ["InvalidParameter", "InvalidParameterValue"], "the API refuses the IDs"),
  entry("ids", ["FailedOperation"], "the API could not delete the CSR"),
  entry("ids", ["ResourceNotFound"], "there is no such CSR"),
  entry("ids", ["ResourceInUse"], "the CSR is in use"),
  entry("ids", ["ResourceInsufficient"], "the API lacks a resource for this operation"),
  entry("ids", ["UnsupportedOperation"], "the API does not support this operation for this CSR"),

  entry("transient", ["Network.NotFound"], "the name of the endpoint (or of the proxy) has no address", NOTHING_SENT),
  entry("transient", ["Network.ConnectFailed"], "no connection to the endpoint (or the proxy)", NOTHING_SENT),
  entry("transient", ["Network.ConnectTimeout"], "no connection within 10 seconds", NOTHING_SENT),
  entry(
    "transient",
    ["Network.ResponseTimeout"],
    "no response within 30 seconds, or no complete response within 60 seconds",
  ),
  entry("transient", ["Network.ConnectionLost"], "the connection broke before the response was complete"),
  entry("transient", ["Network.Aborted"], "the run was cancelled before a response came"),
  entry("transient", ["Http.ServerError"], "the server, or a proxy, responded with an HTTP error"),
  entry("transient", ["Response.Malformed"], "the response was not a valid API response"),
  entry("configuration", ["Network.ProxyRefused"], "the proxy refused to connect to the endpoint", CONNECTION),
  entry(
    "configuration",
    ["Tls.Untrusted"],
    "the server's certificate is not signed by a trusted authority",
    CONNECTION,
  ),
  entry("configuration", ["Tls.Expired"], "the server's certificate has expired, or is not valid yet", CONNECTION),
  entry("configuration", ["Tls.WrongName"], "the server's certificate is for another host", CONNECTION),
  entry("configuration", ["Tls.NotTls"], "the server did not respond with TLS", CONNECTION),
  entry("configuration", ["Tls.Protocol"], "the TLS handshake failed", CONNECTION),
  entry(
    "configuration",
    ["Http.Refused"],
    "the server, or a proxy, responded with an HTTP status that the API never uses",
    HTTP_REFUSED,
  ),
  entry(
    "configuration",
    ["Http.Redirect"],
    "the server, or a proxy, redirected the request; redirects are never followed",
    HTTP_REFUSED,
  ),
  entry("configuration", ["Response.TooLarge"], "the response was larger than 1 MiB", HTTP_REFUSED),
  entry(
    "permission",
    ["Sts.UnauthorizedOperation"],
    "the role does not trust this job: its OIDC token does not match the trust policy",
  ),
  entry("permission", ["Oidc.NotPermitted"], "GitHub issues no OIDC token to this job"),
  entry(
    "transient",
    ["Oidc.Unavailable"],
    "GitHub's OIDC service did not respond, or responded with an error",
    NOTHING_SENT,
  ),
  entry("configuration", ["Oidc.Malformed"], "GitHub's OIDC service responded without a token"),
  entry("unexpected", ["Internal.Error"], "an internal error of this action"),
];

const entries = new Map(ERROR_CATALOG.flatMap((found) => found.codes.map((code) => [code, found] as const)));
const UNKNOWN = entry("unexpected", [], "an error that this action does not know");

/** What is known of `code`, or of the longest prefix of it that ends before a dot; kind `unexpected` if nothing is. */
export function lookUpError(code: string): CatalogedError {
  for (let prefix = code; prefix !== ""; prefix = prefix.slice(0, Math.max(0, prefix.lastIndexOf(".")))) {
    const found = entries.get(prefix);
    if (found) return cataloged(prefix, found);
  }
  return cataloged(code, UNKNOWN);
}

function cataloged(code: string, { codes: _codes, ...facts }: ErrorEntry): CatalogedError {
  return { code, ...facts };
}
