/**
 * What each error code means, what to do about it, and how a call goes on. By the official Go SDK and the documents
 * 1007/36594 (common), 1007/56820 (BatchDeleteCSR), 1150/49454 (login) at https://www.tencentcloud.com/document/product.
 * Codes of STS begin with `Sts.`, since the same code means something else there.
 */

type SetupKind = "clock" | "credentials" | "permission" | "configuration";
/** `transient`: may pass by itself. `unexpected`: not in the table, or not an error of the API. */
export type ErrorKind = "rate-limit" | "transient" | "ids" | "unexpected" | SetupKind;

export interface ErrorInfo {
  /** The code in the table: the one asked for, or its longest known prefix. */
  readonly code: string;
  readonly kind: ErrorKind;
  /** A clause without a full stop. */
  readonly meaning: string;
  /** One or two sentences. */
  readonly remedy: string;
  /** Requests in all, at most. 1: not retried; Infinity: until 2 minutes have passed. */
  readonly attempts: number;
  /** The call may have been carried out all the same; "in-part": only one for several IDs, for some of them. */
  readonly mayHaveTakenEffect: boolean | "in-part";
  /** No further call can do better. */
  readonly fatal: boolean;
}

/** A row of the table; each code also stands for every `<code>.<sub-code>` that has no row of its own. */
export type ErrorRow = Omit<ErrorInfo, "code"> & { readonly codes: readonly string[] };

const RUN_AGAIN = "Run the step again: that is safe, and it deletes only what is still there.";
const LATER = "Run the step again later; if the error persists, give Tencent Cloud support the RequestId.";
const SLOWER = "Lower `requests-per-second`, or run fewer jobs on this account at the same time.";
const KEY_PAIR = "Check that the secret ID and the secret key belong together, are enabled, and were copied whole.";
const SITE =
  "Check the key (in a keyless run, the role), and that `endpoint` belongs to its site: `ssl.intl.tencentcloudapi.com` (tencentcloud.com) or `ssl.tencentcloudapi.com` (cloud.tencent.com).";
const TOKEN = "Get new temporary credentials just before this step, and pass all three parts of them.";
const POLICY =
  "Grant `ssl:BatchDeleteCSR` on the CSRs and `ssl:DescribeCSRSet` on `*` to the user or role (policy in the README).";
const ADDRESS = "Allow the runner's IP address in CAM, or use a runner or proxy with an allowed one.";
const ENDPOINT = "Check `endpoint`: it must be a host of the SSL service that has the CSR calls.";
const BUG = "This is a bug of the action: open an issue with the log, the code and the RequestId.";
const MESSAGE = "Read the message of the API, and look at the CSRs in the Tencent Cloud console.";
const ORIGIN = "Check where the ID comes from, and that the key belongs to the account that owns the CSR.";
const IN_USE = "Look at the CSR in the Tencent Cloud console: it may be in use. Then run the step again.";
const LOOK_UP = "Run the step again. To look CSRs up it needs `ssl:DescribeCSRSet`.";
const QUIET = "Run the step again when no other job or person creates or deletes CSRs.";
const CLOCK = "Set the runner's clock (NTP), then run the step again.";
const FEWER_LOGINS = "Run fewer jobs that log in at once: the login has a rate limit of its own.";
const LOGIN_INPUTS = "Check `role-arn`, `oidc-provider` and `oidc-audience`.";
const ROLE = "Check `role-arn`, and that the role's trusted entity in CAM is the identity provider.";
const ROLE_LATER = `Check \`role-arn\`. If it is right: ${LATER}`;
const KID =
  "Compare the token's `kid` with the keys of the identity provider in CAM: on the international site they must be replaced by hand when GitHub rotates its keys. Check `oidc-provider` and `oidc-audience`, too.";
const TRUST =
  "Change the role's trust policy in CAM: `oidc:iss`, `oidc:aud` and `oidc:sub` must equal the claims of the token exactly.";
const DURATION = "Raise the role's maximum session duration in CAM to 30 minutes or more, then run the step again.";
const STS = "Check `role-arn`, and look the code up at https://www.tencentcloud.com/document/product/1150/49454.";
const ID_TOKEN =
  "Give the job `permissions: id-token: write`; a `permissions` block of the job replaces the one of the workflow. Runs for pull requests from forks get no OIDC token.";
const GHES = "Run the step again; on GitHub Enterprise Server, check the OIDC setup.";
const GITHUB_STATUS = "Run the step again later; see https://www.githubstatus.com.";
const NETWORK = "Check the runner's network, firewall and DNS, the proxy variables, and `endpoint`.";
const PROXY = "Check the proxy variables, and the proxy's rules for `endpoint`; or list the host in `NO_PROXY`.";
const NOT_THE_API = "Check `endpoint` and the proxy: this response did not come from the API.";
const INTERCEPTED =
  "If a proxy intercepts TLS, set `NODE_EXTRA_CA_CERTS` to a file with its CA certificate, or list the host in `NO_PROXY`.";

/** Rows with the same facts, by their codes: several codes of one row are separated by blanks. */
const rows = (
  kind: ErrorKind,
  attempts: number,
  effect: ErrorInfo["mayHaveTakenEffect"] | "fatal",
  texts: Record<string, [meaning: string, remedy: string]>,
): readonly ErrorRow[] => {
  const facts = { kind, attempts, mayHaveTakenEffect: effect !== "fatal" && effect, fatal: effect === "fatal" };
  return Object.entries(texts).map(([codes, [meaning, remedy]]) => ({
    codes: codes.split(" "),
    meaning,
    remedy,
    ...facts,
  }));
};

/** All codes that the action knows: the API's, those of STS (`Sts.`), and its own. */
export const ERROR_TABLE: readonly ErrorRow[] = [
  ...rows("rate-limit", Number.POSITIVE_INFINITY, false, {
    "RequestLimitExceeded LimitExceeded.RateLimitExceeded": ["too many requests a second, by account or IP", SLOWER],
  }),
  ...rows("transient", 5, true, {
    "InternalError FailedOperation.SystemError": ["an internal error of the API", LATER],
    "ServiceUnavailable ResourceUnavailable": ["the API is temporarily unavailable", LATER],
    "FailedOperation.NetworkError": ["the API's certificate system is busy", LATER],
    "Network.ResponseTimeout": ["no response within 30 seconds, or no complete one within 60 seconds", LATER],
    "Network.ConnectionLost": ["the connection broke before the response was complete", RUN_AGAIN],
    "Http.ServerError": ["the server, or a proxy, responded with an HTTP error", LATER],
    "Response.Malformed": ["the response was not a valid API response", "Check the proxy, then run the step again."],
  }),
  ...rows("transient", 5, false, {
    "Network.NotFound": ["the name of the endpoint (or of the proxy) has no address", NETWORK],
    "Network.ConnectFailed": ["no connection to the endpoint (or the proxy)", NETWORK],
    "Network.ConnectTimeout": ["no connection within 10 seconds", NETWORK],
  }),
  // Once more, with the API's time.
  ...rows("clock", 2, "fatal", {
    "AuthFailure.SignatureExpire": ["the runner's clock is more than 5 minutes off the API's", CLOCK],
    "Sts.AuthFailure.SignatureExpire": ["the runner's clock is more than 5 minutes off that of STS", CLOCK],
  }),
  // Once more, if a keyless login gets new credentials.
  ...rows("credentials", 2, "fatal", {
    "AuthFailure.TokenFailure": ["the session token is wrong, expired, or missing for a temporary key", TOKEN],
  }),
  ...rows("credentials", 1, "fatal", {
    "AuthFailure.SignatureFailure": ["the signature is wrong: secret ID and secret key do not match", KEY_PAIR],
    "AuthFailure.SecretIdNotFound": ["no such secret ID: deleted, disabled, mistyped, or of the other site", SITE],
    "AuthFailure.InvalidSecretId": ["the secret ID is not that of a Tencent Cloud API key", KEY_PAIR],
    "AuthFailure.InvalidAuthorization": ["the API could not read the Authorization header", BUG],
    "AuthFailure.MFAFailure": ["the account requires multi-factor authentication", "Use a key that needs no MFA."],
    AuthFailure: ["the credentials were refused", KEY_PAIR],
    "Sts.InvalidParameter.WebIdentityTokenError": ["STS refused the OIDC token: expired, wrong audience or key", KID],
    "Sts.AuthFailure.AccessKeyIllegal": ["STS refused an access key, although a login sends none", STS],
  }),
  ...rows("permission", 1, "fatal", {
    "UnauthorizedOperation AuthFailure.UnauthorizedOperation": ["the key or role has no permission for this", POLICY],
    "FailedOperation.AuthError FailedOperation.CAMAuthorizedFail": ["Tencent Cloud CAM refused the operation", POLICY],
    "FailedOperation.NoProjectPermission": ["the key or role has no permission for the project", POLICY],
    "Sts.UnauthorizedOperation Sts.AuthFailure.UnauthorizedOperation": ["the role does not trust this job", TRUST],
    "Sts.InvalidParameter.GrantOtherResource": ["STS grants no access to resources of another account", ROLE],
    "Oidc.NotPermitted": ["GitHub issues no OIDC token to this job", ID_TOKEN],
  }),
  ...rows("configuration", 1, "fatal", {
    "FailedOperation.NoRealNameAuth": ["the account's identity is not verified", "Verify it in the console."],
    IpInBlacklist: ["the runner's address is on a deny list", ADDRESS],
    IpNotInWhitelist: ["the runner's address is not on the allow list", ADDRESS],
    ActionOffline: ["the API has taken this call out of service", "Look for a newer version of this action."],
    InvalidAction: ["this endpoint does not know the call", ENDPOINT],
    "NoSuchProduct NoSuchVersion": ["this endpoint does not know the service or its version", ENDPOINT],
    UnsupportedRegion: ["the service is not available in this region", "Use the default `endpoint`."],
    UnsupportedProtocol: ["the endpoint requires another protocol", "Use the default `endpoint`, over https."],
    "InvalidRequest MissingParameter UnknownParameter DryRunOperation": ["the API did not accept the request", BUG],
    "RequestSizeLimitExceeded ResponseSizeLimitExceeded": ["the request or its response is too large", BUG],
    LimitExceeded: ["a quota of the account is used up", "Look at the quotas in the Tencent Cloud console."],
    "Sts.ResourceNotFound.RoleNotFound": ["the account has no such role", "Check `role-arn`."],
    "Sts.InternalError.IllegalRole": ["the role is not valid for this login", ROLE],
    "Sts.InvalidParameter.AccountNotAvaliable": ["the role's account does not exist, or is not available", ROLE],
    "Sts.InvalidParameter.ResouceError": ["STS refused the role or the identity provider", LOGIN_INPUTS],
    "Sts.InvalidParameter.ParamError Sts.InvalidParameter": ["STS refused a parameter of the login", LOGIN_INPUTS],
    "Sts.InvalidParameter.OverTimeError": ["the login asks for a longer session than the role allows", DURATION],
    "Sts.UnsupportedOperation": ["STS does not support this login for the role", ROLE],
    "Sts.FailedOperation": ["STS could not carry out the login", LATER],
    Sts: ["STS refused the login", STS],
    "Oidc.Malformed": ["GitHub's OIDC service responded without a token", GHES],
    "Network.Insecure": ["plain http is for loopback only", "Use an `endpoint` over https."],
  }),
  // One odd connection while others work; if nothing works, the client fails at once.
  ...rows("configuration", 5, false, {
    "Network.ProxyRefused": ["the proxy refused to connect to the endpoint", PROXY],
    "Tls.Untrusted": ["the server's certificate is not signed by a trusted authority", INTERCEPTED],
    "Tls.Expired": ["the server's certificate has expired, or is not valid yet", `${CLOCK} ${INTERCEPTED}`],
    "Tls.WrongName": ["the server's certificate is for another host", `${NETWORK} ${INTERCEPTED}`],
    "Tls.NotTls": ["the server did not respond with TLS", "Check port and scheme of `endpoint` and the proxy."],
    "Tls.Protocol": ["the TLS handshake failed", "Check the proxy: the API supports TLS 1.2 and newer."],
  }),
  ...rows("configuration", 5, true, {
    "Http.Refused": ["the server, or a proxy, responded with an HTTP status that the API never uses", NOT_THE_API],
    "Http.Redirect": ["the server, or a proxy, redirected the request; redirects are never followed", NOT_THE_API],
    "Response.TooLarge": ["the response was larger than 1 MiB", NOT_THE_API],
  }),
  ...rows("ids", 1, false, {
    "InvalidParameter.InvalidCSRId": ["there is no such CSR, or it belongs to another account", ORIGIN],
    "InvalidParameter InvalidParameterValue": ["the API refuses the IDs", MESSAGE],
  }),
  // These do not say that nothing was done.
  ...rows("ids", 1, "in-part", {
    FailedOperation: ["the API could not delete the CSR", MESSAGE],
    ResourceNotFound: ["there is no such CSR", ORIGIN],
    ResourceInUse: ["the CSR is in use", IN_USE],
    ResourceInsufficient: ["the API lacks a resource for this operation", LATER],
    UnsupportedOperation: ["the API does not support this operation for this CSR", MESSAGE],
  }),
  ...rows("rate-limit", Number.POSITIVE_INFINITY, "fatal", {
    "Sts.RequestLimitExceeded Sts.InvalidParameter.OverLimit": ["too many logins for this account", FEWER_LOGINS],
  }),
  ...rows("transient", 5, "fatal", {
    "Sts.InternalError Sts.ServiceUnavailable Sts.ResourceUnavailable": ["an internal error of STS", LATER],
    "Oidc.Unavailable": ["GitHub's OIDC service did not respond, or with an error", GITHUB_STATUS],
  }),
  ...rows("transient", 2, "fatal", { "Sts.InternalError.GetRoleError": ["STS could not read the role", ROLE_LATER] }),
  ...rows("unexpected", 1, "fatal", {
    Cancelled: ["the run was cancelled first", RUN_AGAIN],
    "Network.Aborted": ["the run was cancelled before a response came", RUN_AGAIN],
  }),
  ...rows("unexpected", 1, false, {
    LeftOut: ["the API left the CSR out of `Success` without an error, and it is still there", IN_USE],
    StillListed: ["the API confirmed the deletion, but the CSR is still in the listing", LATER],
    NotConfirmed: ["the API did not confirm the deletion, and the CSR could not be looked up", LOOK_UP],
    ListChanged: ["the listing of the CSRs changed, or was incomplete, each time it was read", QUIET],
  }),
  ...rows("unexpected", 1, true, { "Internal.Error": ["an internal error of this action", BUG] }),
];

const INFOS = new Map(
  ERROR_TABLE.flatMap(({ codes, ...row }) => codes.map((code) => [code, { code, ...row }] as const)),
);
const UNKNOWN: Omit<ErrorInfo, "code"> = {
  ...{ kind: "unexpected", attempts: 1, mayHaveTakenEffect: true, fatal: false },
  meaning: "an error that this action does not know",
  remedy: "Read the message of the API; if it does not help, give Tencent Cloud support the RequestId.",
};

/** What is known of `code`, or of the longest prefix of it that ends before a dot; kind `unexpected` if nothing is. */
export function errorInfo(code: string): ErrorInfo {
  // No code in the table has more than three parts; one from outside may have a million.
  const parts = code.split(".", 3);
  const infos = [3, 2, 1].map((length) => INFOS.get(parts.slice(0, length).join(".")));
  return infos.find((info) => info !== undefined) ?? { code, ...UNKNOWN };
}

export interface ApiFailure extends Pick<ErrorInfo, "kind" | "fatal"> {
  /** The API's code, or one of this action's own. */
  readonly code: string;
  /** Foreign text: the API's, the proxy's or the network's own words, redacted. It may hold anything else. */
  readonly message: string;
  readonly requestId?: string;
  readonly status?: number;
  /** The call may have been carried out although no response says so. */
  readonly mayHaveTakenEffect: boolean;
}

/** The failure of `code`; what is not given comes from the table. */
export function apiFailure(code: string, message: string, given: Partial<ApiFailure> = {}): ApiFailure {
  const { kind, fatal, mayHaveTakenEffect } = errorInfo(code);
  return { code, kind, message, fatal, mayHaveTakenEffect: mayHaveTakenEffect === true, ...given };
}
