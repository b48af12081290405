/**
 * What each error code means, and what to do: by the official Go SDK, and 1007/36594 (common), 1007/56820
 * (BatchDeleteCSR) and 1150/49454 (login) at https://www.tencentcloud.com/document/product.
 */

type SetupKind = "clock" | "credentials" | "permission" | "configuration";

export interface ErrorInfo {
  readonly code: string;
  /** `transient`: may pass by itself. `unexpected`: not in the table, or not an error of the API. */
  readonly kind: "rate-limit" | "transient" | "ids" | "unexpected" | SetupKind;
  readonly meaning: string;
  readonly remedy: string;
  /** Requests in all, at most; Infinity: until 2 minutes have passed. */
  readonly attempts: number;
  /** The call may have been carried out; "in-part": for some of several IDs. */
  readonly mayHaveTakenEffect: boolean | "in-part";
  /** No further call can do better. */
  readonly fatal: boolean;
}

const RUN_AGAIN = "Run the step again: it deletes only what is still there.";
const LATER = "Run the step again later, or give Tencent Cloud support the RequestId.";
const MESSAGE = "Read the API's message, or give Tencent Cloud support the RequestId.";
const SLOWER = "Lower `requests-per-second`, or run fewer jobs on this account at once.";
const KEY_PAIR = "Check that secret ID and secret key are whole, and belong to the same enabled API key.";
const SITE =
  "Check the key (keyless: the role) and `endpoint`: `ssl.intl.tencentcloudapi.com` is for tencentcloud.com, `ssl.tencentcloudapi.com` for cloud.tencent.com.";
const TOKEN = "Get new temporary credentials just before this step, and pass all three parts.";
const POLICY = "Grant `ssl:BatchDeleteCSR` on the CSRs and `ssl:DescribeCSRSet` on `*` (policy in the README).";
const ADDRESS = "Allow the runner's IP address in CAM, or use an allowed one.";
const ENDPOINT = "Use the default `endpoint`, or another https host of the SSL service.";
const BUG = "This is a bug of the action: open an issue with log, code and RequestId.";
const ORIGIN = "Check where the ID comes from, and that the key's account owns the CSR.";
const IN_USE = "Check in the console whether the CSR is in use, then run the step again.";
const LOOK_UP = "Run the step again, with the permission `ssl:DescribeCSRSet`.";
const QUIET = "Run the step again while no other job or person changes the CSRs.";
const CLOCK = "Set the runner's clock (NTP), then run the step again.";
const FEWER_LOGINS = "Run fewer jobs at once: the login has a rate limit of its own.";
const LOGIN =
  "Check `role-arn`, `oidc-provider`, `oidc-audience` and the role's trusted entity in CAM; see https://www.tencentcloud.com/document/product/1150/49454.";
const KID =
  "Check `oidc-provider`, `oidc-audience`, and that CAM has the token's key (`kid`): on the international site, add it by hand.";
const TRUST = "In the role's trust policy, set `oidc:iss`, `oidc:aud` and `oidc:sub` to the token's claims.";
const DURATION = "Set the role's maximum session duration in CAM to 30 minutes or more.";
const ID_TOKEN = "Give the job itself `permissions: id-token: write`; pull requests from forks get no token.";
const GITHUB = "Run the step again later; see https://www.githubstatus.com, or your Enterprise Server's OIDC setup.";
const NETWORK = "Check network, firewall, DNS, the proxy variables and `endpoint`.";
const PROXY = "Check the proxy variables and the proxy's rules, or list the host in `NO_PROXY`.";
const TLS = "Check port and scheme of `endpoint` and the proxy: the API supports TLS 1.2 and newer.";
const NOT_THE_API = "Check `endpoint` and the proxy, then run the step again.";
const INTERCEPTED =
  "If a proxy intercepts TLS, set `NODE_EXTRA_CA_CERTS` to its CA certificate's file, or list the host in `NO_PROXY`.";

/** Codes with the same facts. A blank separates those with the same texts. */
const rows = (
  kind: ErrorInfo["kind"],
  attempts: number,
  effect: ErrorInfo["mayHaveTakenEffect"] | "fatal",
  texts: Record<string, [meaning: string, remedy: string]>,
) => {
  const facts = { kind, attempts, mayHaveTakenEffect: effect !== "fatal" && effect, fatal: effect === "fatal" };
  return Object.entries(texts).flatMap(([codes, [meaning, remedy]]) =>
    codes.split(" ").map((code) => ({ code, meaning, remedy, ...facts })),
  );
};

/** Codes of the API, of STS (`Sts.`), and of this action. Each also stands for its sub-codes that have no row. */
export const ERROR_TABLE: readonly ErrorInfo[] = [
  rows("rate-limit", Infinity, false, {
    "RequestLimitExceeded LimitExceeded.RateLimitExceeded": ["too many requests a second, by account or IP", SLOWER],
  }),
  rows("rate-limit", Infinity, "fatal", {
    "Sts.RequestLimitExceeded Sts.InvalidParameter.OverLimit": ["too many logins for this account", FEWER_LOGINS],
  }),
  rows("transient", 5, true, {
    "InternalError FailedOperation.SystemError": ["an internal error of the API", LATER],
    "ServiceUnavailable ResourceUnavailable FailedOperation.NetworkError": [
      "the API is temporarily unavailable",
      LATER,
    ],
    "Network.ResponseTimeout": ["no response within 30 seconds, or no complete one within 60", LATER],
    "Network.ConnectionLost": ["the connection broke before the response was complete", RUN_AGAIN],
    "Http.ServerError": ["an HTTP error of the server, or of a proxy", LATER],
    "Response.Malformed": ["not a valid API response", NOT_THE_API],
  }),
  rows("transient", 5, false, {
    "Network.NotFound": ["the name of the endpoint or proxy has no address", NETWORK],
    "Network.ConnectFailed Network.ConnectTimeout": ["no connection to endpoint or proxy in 10 seconds", NETWORK],
  }),
  rows("transient", 5, "fatal", {
    "Sts.InternalError Sts.ServiceUnavailable Sts.ResourceUnavailable": ["an internal error of STS", LATER],
    "Oidc.Unavailable": ["GitHub's OIDC service did not respond, or with an error", GITHUB],
  }),
  rows("transient", 2, "fatal", {
    "Sts.InternalError.GetRoleError": ["STS could not read the role", `Check \`role-arn\`. ${LATER}`],
  }),
  // Once more: with the API's time, or with new credentials of a keyless login.
  rows("clock", 2, "fatal", {
    "AuthFailure.SignatureExpire Sts.AuthFailure.SignatureExpire": ["the clock is more than 5 minutes off", CLOCK],
  }),
  rows("credentials", 2, "fatal", {
    "AuthFailure.TokenFailure": ["the session token is wrong, expired or missing", TOKEN],
  }),
  rows("credentials", 1, "fatal", {
    "AuthFailure.SignatureFailure": ["the signature is wrong: secret ID and secret key do not match", KEY_PAIR],
    "AuthFailure.SecretIdNotFound": ["no such secret ID: deleted, disabled, mistyped, or of the other site", SITE],
    "AuthFailure.InvalidAuthorization": ["the API could not read the Authorization header", BUG],
    "AuthFailure.MFAFailure": ["the account requires multi-factor authentication", "Use a key that needs no MFA."],
    "AuthFailure.InvalidSecretId AuthFailure": ["the credentials were refused", KEY_PAIR],
    "Sts.InvalidParameter.WebIdentityTokenError": ["STS refused the OIDC token: expired, wrong audience or key", KID],
    "Sts.AuthFailure.AccessKeyIllegal": ["STS refused an access key, although a login sends none", LOGIN],
  }),
  rows("permission", 1, "fatal", {
    "UnauthorizedOperation AuthFailure.UnauthorizedOperation": ["the key or role has no permission for this", POLICY],
    "FailedOperation.AuthError FailedOperation.CAMAuthorizedFail": ["CAM refused the operation", POLICY],
    "FailedOperation.NoProjectPermission": ["no permission for the project", POLICY],
    "Sts.UnauthorizedOperation Sts.AuthFailure.UnauthorizedOperation": ["the role does not trust this job", TRUST],
    "Sts.InvalidParameter.GrantOtherResource": ["no access to resources of another account", LOGIN],
    "Oidc.NotPermitted": ["GitHub issues no OIDC token to this job", ID_TOKEN],
  }),
  rows("configuration", 1, "fatal", {
    "FailedOperation.NoRealNameAuth": ["the account's identity is not verified", "Verify it in the console."],
    "IpInBlacklist IpNotInWhitelist": ["the runner's address is on a deny list, or not on the allow list", ADDRESS],
    ActionOffline: ["this call is out of service", "Use a newer version of this action."],
    "InvalidAction NoSuchProduct NoSuchVersion": ["this endpoint does not know the call, or its version", ENDPOINT],
    "UnsupportedRegion UnsupportedProtocol": ["this endpoint is for another region or protocol", ENDPOINT],
    "InvalidRequest MissingParameter UnknownParameter DryRunOperation": ["the API did not accept the request", BUG],
    "RequestSizeLimitExceeded ResponseSizeLimitExceeded": ["the request or its response is too large", BUG],
    LimitExceeded: ["a quota of the account is used up", "Look at the quotas in the console."],
    "Sts.ResourceNotFound.RoleNotFound Sts.InvalidParameter.AccountNotAvaliable": ["no such role or account", LOGIN],
    "Sts.InternalError.IllegalRole Sts.UnsupportedOperation": ["the role is not valid for this login", LOGIN],
    "Sts.InvalidParameter.ResouceError": ["STS refused the role or the identity provider", LOGIN],
    "Sts.InvalidParameter.ParamError Sts.InvalidParameter": ["STS refused a parameter of the login", LOGIN],
    "Sts.InvalidParameter.OverTimeError": ["the login needs a longer session than the role allows", DURATION],
    "Sts.FailedOperation Sts": ["STS refused the login, or could not carry it out", LOGIN],
    "Oidc.Malformed": ["GitHub's OIDC service responded without a token", GITHUB],
    "Network.Insecure": ["plain http is for loopback only", ENDPOINT],
  }),
  // One odd connection. If none works, the client fails at once.
  rows("configuration", 5, false, {
    "Network.ProxyRefused": ["the proxy refused to connect to the endpoint", PROXY],
    "Tls.Untrusted": ["the certificate is not signed by a trusted authority", INTERCEPTED],
    "Tls.Expired": ["the certificate has expired, or is not valid yet", `${CLOCK} ${INTERCEPTED}`],
    "Tls.WrongName": ["the certificate is for another host", `${NETWORK} ${INTERCEPTED}`],
    "Tls.NotTls Tls.Protocol": ["the server did not respond with TLS, or the handshake failed", TLS],
  }),
  rows("configuration", 5, true, {
    "Http.Refused Http.Redirect": ["a redirect, or another HTTP status that the API never uses", NOT_THE_API],
    "Response.TooLarge": ["the response was larger than 1 MiB", NOT_THE_API],
  }),
  rows("ids", 1, false, {
    "InvalidParameter.InvalidCSRId": ["there is no such CSR, or it belongs to another account", ORIGIN],
    "InvalidParameter InvalidParameterValue": ["the API refuses the IDs", MESSAGE],
  }),
  // These do not say that nothing was done.
  rows("ids", 1, "in-part", {
    "FailedOperation UnsupportedOperation": ["the API could not delete the CSR", MESSAGE],
    ResourceNotFound: ["there is no such CSR", ORIGIN],
    ResourceInUse: ["the CSR is in use", IN_USE],
    ResourceInsufficient: ["the API lacks a resource for this", LATER],
  }),
  rows("unexpected", 1, "fatal", {
    "Cancelled Network.Aborted": ["the run was cancelled before the API responded", RUN_AGAIN],
  }),
  rows("unexpected", 1, false, {
    LeftOut: ["the API left the CSR out of `Success`, and it is still there", IN_USE],
    StillListed: ["the API confirmed the deletion, but the CSR is still in the listing", LATER],
    NotConfirmed: ["the API did not confirm the deletion, and the CSR could not be looked up", LOOK_UP],
    ListChanged: ["the listing changed, or was incomplete, each time it was read", QUIET],
  }),
  rows("unexpected", 1, true, { "Internal.Error": ["an internal error of this action", BUG] }),
].flat();

/** The row of `code`, or of its longest prefix with a row. */
export function errorInfo(code: string): ErrorInfo {
  // No code in the table has more parts; one from outside may have a million.
  for (const parts = code.split(".", 3); parts.length > 0; parts.pop()) {
    const known = parts.join(".");
    const info = ERROR_TABLE.find((row) => row.code === known);
    if (info) return info;
  }
  const facts = { kind: "unexpected", attempts: 1, mayHaveTakenEffect: true, fatal: false } as const;
  return { code, meaning: "an error that this action does not know", remedy: MESSAGE, ...facts };
}

export interface ApiFailure extends Pick<ErrorInfo, "kind" | "fatal"> {
  readonly code: string;
  /** Foreign text, redacted. */
  readonly message: string;
  readonly requestId?: string;
  readonly status?: number;
  readonly mayHaveTakenEffect: boolean;
}

/** What is not given comes from the table. */
export function apiFailure(code: string, message: string, given: Partial<ApiFailure> = {}): ApiFailure {
  const { kind, fatal, mayHaveTakenEffect } = errorInfo(code);
  return { code, kind, message, fatal, mayHaveTakenEffect: mayHaveTakenEffect === true, ...given };
}
