/** The call of STS that trades an OIDC token for temporary credentials: https://www.tencentcloud.com/document/product/1150/49454 */
import { failed, type Result, success } from "../shared/result.ts";
import type { ApiClient } from "./api-client.ts";
import { type ApiFailure, apiFailure } from "./failure.ts";
import type { Permit } from "./rate-limiter.ts";
import type { Credentials } from "./signature.ts";

export const STS_SERVICE = "sts";
export const STS_VERSION = "2018-08-13";
/** The call needs a region, whichever: the official SDKs send this one. */
export const STS_REGION = "ap-guangzhou";

export interface TemporaryCredentials extends Credentials {
  readonly token: string;
  /** UNIX milliseconds, by the API's clock. */
  readonly expiresAt: number;
}

export interface WebIdentity {
  /** Name of the identity provider in CAM. */
  readonly providerId: string;
  readonly webIdentityToken: string;
  readonly roleArn: string;
  readonly roleSessionName: string;
  readonly durationSeconds: number;
}

/** @param client one that does not sign */
export async function assumeRoleWithWebIdentity(
  client: ApiClient,
  { providerId, webIdentityToken, roleArn, roleSessionName, durationSeconds }: WebIdentity,
  permit: Permit,
  signal: AbortSignal,
): Promise<Result<TemporaryCredentials, ApiFailure>> {
  const parameters = {
    ProviderId: providerId,
    WebIdentityToken: webIdentityToken,
    RoleArn: roleArn,
    RoleSessionName: roleSessionName,
    DurationSeconds: durationSeconds,
  };
  const result = await client.call({ action: "AssumeRoleWithWebIdentity", parameters, size: 1 }, permit, signal);
  if (!result.ok) return result;
  const { response, requestId } = result.value;
  const credentials = parseCredentials(response);
  if (credentials) return success(credentials);
  // The response is not quoted: it may hold a part of the credentials.
  return failed(
    apiFailure("Response.Malformed", "the temporary credentials were not in the documented form", { requestId }),
  );
}

function parseCredentials(response: Readonly<Record<string, unknown>>): TemporaryCredentials | undefined {
  const { Credentials: credentials, ExpiredTime: expiredTime } = response;
  const { TmpSecretId, TmpSecretKey, Token } = (credentials ?? {}) as Readonly<Record<string, unknown>>;
  if (!isText(TmpSecretId) || !isText(TmpSecretKey) || !isText(Token)) return undefined;
  if (typeof expiredTime !== "number" || !Number.isSafeInteger(expiredTime) || expiredTime <= 0) return undefined;
  return { secretId: TmpSecretId, secretKey: TmpSecretKey, token: Token, expiresAt: expiredTime * 1000 };
}

/** Credentials go into headers: visible characters only. */
const isText = (value: unknown): value is string => typeof value === "string" && /^[\x21-\x7e]+$/.test(value);
