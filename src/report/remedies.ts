/** What an error code means, and what to do about it. Pure. */
import { type LoginIdentity, trustPolicy } from "../credentials/identity.ts";
import type { Cause } from "../csrs/outcome.ts";
import { type ErrorKind, lookUpError } from "../tencentcloud/error-catalog.ts";
import { codeSpan } from "./text.ts";

export interface Explanation {
  /** A clause without a full stop. */
  readonly meaning: string;
  /** One or two sentences. */
  readonly remedy: string;
}

const RUN_AGAIN = "Run the step again: that is safe, and it deletes only what is still there.";
const LATER = "Run the step again later; if the error persists, give Tencent Cloud support the RequestId.";
const SLOWER = "Lower `requests-per-second`, or run fewer jobs on this account at the same time.";
const POLICY =
  "Grant `ssl:BatchDeleteCSR` on the CSRs and `ssl:DescribeCSRSet` on `*` to the user or role (policy in the README).";
const BUG = "This is a bug of the action: open an issue with the code and the RequestId.";
const NETWORK = "Check the runner's network, firewall and DNS, the proxy variables, and `endpoint`.";
const NOT_THE_API = "Check `endpoint` and the proxy: this response did not come from the API.";
const INTERCEPTED =
  "If a proxy intercepts TLS, set `NODE_EXTRA_CA_CERTS` to a file with its CA certificate, or list the host in `NO_PROXY`.";
const TRUST =
  "Change the role's trust policy in CAM: `oidc:iss`, `oidc:aud` and `oidc:sub` must equal the claims of the token exactly.";
const IDENTITY_PROVIDER =
  "Check `oidc-provider` and `oidc-audience`, and in CAM the provider's URL, client IDs and public keys: on the international site the keys must be replaced by hand when GitHub rotates them.";

/** What the causes of this action mean; the meanings of error codes are in the error catalog. */
const MEANINGS: Readonly<Record<string, string>> = {
  LeftOut: "the API responded without an error, but left the CSR out of `Success`, and it is still there",
  NotConfirmed: "the API left the CSR out of `Success`, and whether it is still there could not be looked up",
  ListChanged: "the listing of the CSRs changed, or was incomplete, each time it was read",
  Cancelled: "the run was cancelled first",
};

/** By code; an entry also holds for every code below it that has none of its own. */
const REMEDIES: Readonly<Record<string, string>> = {
  LeftOut: "Look at the CSR in the Tencent Cloud console: it may be in use. Then run the step again.",
  NotConfirmed: "Run the step again. To look CSRs up it needs `ssl:DescribeCSRSet`.",
  ListChanged: "Run the step again when no other job or person creates or deletes CSRs.",
  Cancelled: RUN_AGAIN,
  "Internal.Error": "This is a bug of the action: open an issue with the log. Then run the step again.",
  "AuthFailure.SecretIdNotFound":
    "Check `secret-id`, and that `endpoint` belongs to the site of the key: `ssl.intl.tencentcloudapi.com` (tencentcloud.com) or `ssl.tencentcloudapi.com` (cloud.tencent.com).",
  "AuthFailure.InvalidAuthorization": BUG,
  "AuthFailure.TokenFailure":
    "Get new temporary credentials in the job, just before this step, and pass all three of them.",
  "AuthFailure.MFAFailure": "Use the key of a sub-account that needs no MFA for API calls.",
  "FailedOperation.NoRealNameAuth": "Verify the account's identity in the Tencent Cloud console.",
  IpInBlacklist: "Allow the runner's IP address in CAM, or use a runner or proxy with an allowed one.",
  IpNotInWhitelist: "Allow the runner's IP address in CAM, or use a runner or proxy with an allowed one.",
  ActionOffline: "Check `endpoint`, and look for a newer version of this action.",
  InvalidAction: "Check `endpoint`: it must be a host of the SSL service that has the CSR calls.",
  NoSuchProduct: "Check `endpoint`.",
  NoSuchVersion: "Check `endpoint`.",
  UnsupportedRegion: "Use the default `endpoint`.",
  UnsupportedProtocol: "Use the default `endpoint`, over https.",
  InvalidRequest: BUG,
  MissingParameter: BUG,
  UnknownParameter: BUG,
  RequestSizeLimitExceeded: BUG,
  ResponseSizeLimitExceeded: BUG,
  DryRunOperation: BUG,
  LimitExceeded: "Look at the account's quotas in the Tencent Cloud console.",
  "LimitExceeded.RateLimitExceeded": SLOWER,
  ResourceInsufficient: LATER,
  "InvalidParameter.InvalidCSRId":
    "Check where the ID comes from, and that the key belongs to the account that owns the CSR.",
  ResourceNotFound: "Check where the ID comes from.",
  ResourceInUse: "Find out in the Tencent Cloud console what uses the CSR, then run the step again.",
  "InvalidParameter.WebIdentityTokenError": IDENTITY_PROVIDER,
  "InvalidParameter.ParamError": "Check `role-arn` and `oidc-provider`.",
  "InvalidParameter.OverTimeError":
    "Raise the role's maximum session duration in CAM to 30 minutes or more, then run the step again.",
  "ResourceNotFound.RoleNotFound": "Check `role-arn`: there is no such role in the account.",
  "InternalError.GetRoleError": "Check `role-arn`; if it is right, run the step again.",
  "Sts.UnauthorizedOperation": TRUST,
  "Oidc.NotPermitted":
    "Give the job `permissions: id-token: write`; a `permissions` block of the job replaces the one of the workflow. Runs for pull requests from forks get no OIDC token.",
  "Oidc.Unavailable": "Run the step again later; see https://www.githubstatus.com.",
  "Oidc.Malformed": "Run the step again; on GitHub Enterprise Server, check the OIDC setup.",
  Network: NETWORK,
  "Network.ConnectionLost": RUN_AGAIN,
  "Network.ResponseTimeout": LATER,
  "Network.Aborted": RUN_AGAIN,
  "Network.ProxyRefused":
    "Check the proxy variables, and the proxy's rules for `endpoint`; or list the host in `NO_PROXY`.",
  Tls: INTERCEPTED,
  "Tls.Expired": `Check the runner's clock. ${INTERCEPTED}`,
  "Tls.WrongName": `Check \`endpoint\` and the runner's DNS. ${INTERCEPTED}`,
  "Tls.NotTls": "Check `endpoint` and the proxy variables: scheme and port must match the server's.",
  "Tls.Protocol": "Check the proxy: the API supports TLS 1.2 and newer.",
  "Http.ServerError": LATER,
  Http: NOT_THE_API,
  Response: NOT_THE_API,
  "Response.Malformed": "Check the proxy, then run the step again.",
  "Clock.TooFarOff": "Set the runner's clock (NTP), then run the step again.",
};

const DEFAULTS: Readonly<Record<ErrorKind, string>> = {
  "rate-limit": SLOWER,
  transient: LATER,
  clock: "Set the runner's clock (NTP).",
  credentials: "Check that `secret-id` and `secret-key` belong together, are enabled, and were copied whole.",
  permission: POLICY,
  configuration: "Check `endpoint`, and read the message of the API.",
  ids: "Read the message of the API, and look at the CSRs in the Tencent Cloud console.",
  unexpected: "Read the message of the API; if it does not help, give Tencent Cloud support the RequestId.",
};

/** Meaning and remedy of an error code, or of a cause that no code stands for. */
export function explain(code: string): Explanation {
  const { kind, meaning } = lookUpError(code);
  return { meaning: find(MEANINGS, code) ?? meaning, remedy: find(REMEDIES, code) ?? DEFAULTS[kind] };
}

/** The entry of `code`, or of the longest prefix of it that ends before a dot. */
function find(entries: Readonly<Record<string, string>>, code: string): string | undefined {
  const parts = code.split(".", 5);
  const prefixes = parts.map((_, index) => parts.slice(0, parts.length - index).join("."));
  const found = prefixes.find((prefix) => Object.hasOwn(entries, prefix));
  return found && entries[found];
}

const bare = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();

/** The message behind a code, if it says more than the meaning does. */
export function messageOfCause({ code, message }: Pick<Cause, "code" | "message">): string {
  const span = codeSpan(message);
  if (span === "" || bare(message) === bare(explain(code).meaning)) return "";
  const label = /^(Network|Tls|Http|Response|Internal|Clock|Oidc)\./.test(code) ? "Details" : "The API's message";
  return `${label}: ${span}.`;
}

/** A cause in a few sentences of Markdown: code, meaning, message, remedy, RequestId. */
export function describeCause(cause: Cause): string {
  const { meaning, remedy } = explain(cause.code);
  return [
    `${codeSpan(cause.code, 100)}: ${meaning}.`,
    messageOfCause(cause),
    `What to do: ${remedy}`,
    cause.requestId ? `RequestId: ${codeSpan(cause.requestId, 100)}.` : "",
  ]
    .filter((part) => part !== "")
    .join(" ");
}

/** A failed login that the job's identity explains. */
const isLoginRefusal = (code: string): boolean => /^Sts\.|WebIdentityTokenError/.test(code);

/**
 * What GitHub's token says about the job, if `code` is a refused login; and if the role refused it, the trust policy that would accept
 * it. A token that the identity provider refuses is not helped by one.
 */
export function describeIdentity(code: string, identity: LoginIdentity | undefined): string {
  if (!identity?.claims || !isLoginRefusal(code)) return "";
  const { iss, sub, aud, jobWorkflowRef } = identity.claims;
  const claims = Object.entries({ iss, sub, aud, job_workflow_ref: jobWorkflowRef })
    .filter(([, claim]) => claim)
    .map(([name, claim]) => `\`${name}\` ${codeSpan(claim ?? "")}`);
  const policy = code.startsWith("Sts.") ? codeSpan(trustPolicy(identity) ?? "", 2_000) : "";
  return [`The token says: ${claims.join(", ")}.`, policy && `This trust policy accepts it: ${policy}`]
    .filter((line) => line !== "")
    .join("\n");
}
