import { below, type Random } from "../http/random.ts";
import type { OidcProvider, StsAction, StsOptions, StsRole, StsSession } from "../types.ts";
import { ApiError } from "./api-error.ts";
import { type ApiResult, resultOfError, successResult } from "./api-result.ts";
import type { CredentialStore } from "./credential-store.ts";
import { type ApiRequest, checkAction, checkForm, checkOptionalHeaders, checkSize, timestampOf } from "./gateway.ts";
import { checkNames, parseParameters } from "./parameters.ts";
import type { Permit, RateLimiter } from "./rate-limiter.ts";
import { type AssumeRoleRequest, assumeRoleRequestOf, parameterError, STS_PARAMETERS } from "./sts-parameters.ts";
import { checkTrust } from "./trust-policy.ts";
import { type Identity, verifyToken } from "./web-identity.ts";

export const STS_VERSION = "2018-08-13";

const ACTIONS: readonly StsAction[] = ["AssumeRoleWithWebIdentity"];
const DEFAULT_MAXIMUM_SECONDS = 7200;
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** What STS knows. */
export interface StsAccount {
  options: StsOptions;
  credentials: CredentialStore;
  rateLimiter: RateLimiter;
  random: Random;
  /** Server time in milliseconds. */
  now: () => number;
}

// The call is unsigned, because the caller has no credentials yet: https://www.tencentcloud.com/document/product/1150/49454.
function checkUnsigned(headers: ApiRequest["headers"]): void {
  if (headers.authorization !== "SKIP") {
    throw new ApiError("AuthFailure.InvalidAuthorization", "The Authorization header must be SKIP.");
  }
  if (headers["x-tc-token"] !== undefined) {
    throw new ApiError("AuthFailure.TokenFailure", "The request must not carry X-TC-Token.");
  }
}

function checkRegion({ "x-tc-region": region }: ApiRequest["headers"]): void {
  if (region === undefined) throw new ApiError("MissingParameter", "The header X-TC-Region is missing.");
  if (/^[a-z]{2}-[a-z]+(-[a-z0-9]+)*$/.test(region)) return;
  throw new ApiError("UnsupportedRegion", `The region \`${region}\` is not supported.`);
}

function checkHead(request: ApiRequest): void {
  checkForm(request);
  checkUnsigned(request.headers);
  timestampOf(request.headers);
  checkAction(request.headers, STS_VERSION, ACTIONS);
  checkRegion(request.headers);
  checkOptionalHeaders(request.headers);
}

function parametersOf(request: ApiRequest): AssumeRoleRequest {
  checkSize(request);
  const parameters = parseParameters(request.body);
  checkNames(parameters, STS_PARAMETERS);
  return assumeRoleRequestOf(parameters);
}

function providerOf(name: string, { providers }: StsOptions): OidcProvider {
  const provider = providers.find((candidate) => candidate.name === name);
  if (provider === undefined) throw parameterError(`there is no provider ${name}`);
  return provider;
}

function roleOf(arn: string, { roles }: StsOptions): StsRole {
  const role = roles.find((candidate) => candidate.arn === arn);
  if (role === undefined) throw new ApiError("ResourceNotFound.RoleNotFound", "The role does not exist.");
  return role;
}

function checkDuration(seconds: number, { maxSessionSeconds = DEFAULT_MAXIMUM_SECONDS }: StsRole): void {
  if (seconds <= maxSessionSeconds) return;
  const reason = `DurationSeconds is more than the maximum of the role, ${maxSessionSeconds}`;
  throw new ApiError("InvalidParameter.OverTimeError", "The expiration time exceeds the threshold.", reason);
}

function letters(count: number, random: Random): string {
  return Array.from({ length: count }, () => LETTERS[below(LETTERS.length, random)]).join("");
}

function sessionOf(request: AssumeRoleRequest, identity: Identity, account: StsAccount): StsSession {
  const { random, options, now } = account;
  const { roleArn, sessionName, durationSeconds } = request;
  const lifetime = options.lifetimeSeconds ?? durationSeconds;
  return {
    credentials: {
      secretId: `AKIDEXAMPLE-${letters(52, random)}`,
      secretKey: letters(44, random),
      token: letters(320, random),
    },
    roleArn,
    sessionName,
    subject: identity.subject,
    durationSeconds,
    expiresAt: Math.floor(now() / 1000) + lifetime,
  };
}

function responseOf({ credentials, expiresAt }: StsSession): object {
  const { secretId, secretKey, token } = credentials;
  return {
    Credentials: { Token: token, TmpSecretId: secretId, TmpSecretKey: secretKey },
    ExpiredTime: expiresAt,
    Expiration: new Date(expiresAt * 1000).toISOString().replace(".000Z", "Z"),
  };
}

/** Processes a request to STS. */
export async function processStsRequest(request: ApiRequest, permit: Permit, account: StsAccount): Promise<ApiResult> {
  try {
    checkHead(request);
    account.rateLimiter.check(permit);
    const assume = parametersOf(request);
    const provider = providerOf(assume.providerId, account.options);
    const identity = await verifyToken(assume.token, provider, account.now());
    const role = roleOf(assume.roleArn, account.options);
    checkDuration(assume.durationSeconds, role);
    checkTrust(role, provider.name, identity, request.requestId);
    const session = sessionOf(assume, identity, account);
    return successResult(responseOf(session), request.requestId, () => account.credentials.add(session));
  } catch (error) {
    return resultOfError(error, request.requestId);
  }
}
