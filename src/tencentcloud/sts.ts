/** The call of STS that trades an OIDC token for temporary credentials: https://www.tencentcloud.com/document/product/1150/49454 */
import { failed, type Result, success } from "../shared/result.ts";
import type { ApiClient } from "./api-client.ts";
import { type ApiFailure, apiFailure } from "./errors.ts";
import type { Permit } from "./rate-limiter.ts";
import type { Credentials } from "./signature.ts";

/**
 * Options of a client for this call. It is not signed; it needs a region, but any will do: the official SDKs send this one. Each
 * attempt needs a new OIDC token, so the client makes one only.
 */
export const STS_CLIENT = {
  service: "sts",
  version: "2018-08-13",
  region: "ap-guangzhou",
  authentication: "unsigned",
  codePrefix: "Sts.",
  retries: false,
} as const;

export interface WebIdentity {
  /** Name of the identity provider in CAM. */
  readonly providerId: string;
  readonly webIdentityToken: string;
  readonly roleArn: string;
  readonly roleSessionName: string;
  readonly durationSeconds: number;
}

/** Every failure is fatal, since nothing can be deleted without credentials, and changes nothing. */
export async function assumeRoleWithWebIdentity(
  client: ApiClient,
  identity: WebIdentity,
  permit: Permit,
  signal: AbortSignal,
): Promise<Result<Required<Credentials>, ApiFailure>> {
  const parameters = {
    ProviderId: identity.providerId,
    WebIdentityToken: identity.webIdentityToken,
    RoleArn: identity.roleArn,
    RoleSessionName: identity.roleSessionName,
    DurationSeconds: identity.durationSeconds,
  };
  const result = await client.call({ action: "AssumeRoleWithWebIdentity", parameters, size: 1 }, permit, signal);
  if (!result.ok) return failed({ ...result.failure, fatal: true, mayHaveTakenEffect: false });
  const { response, requestId } = result.value;
  const { TmpSecretId, TmpSecretKey, Token } = (response.Credentials ?? {}) as Readonly<Record<string, unknown>>;
  if (isHeaderText(TmpSecretId) && isHeaderText(TmpSecretKey) && isHeaderText(Token))
    return success({ secretId: TmpSecretId, secretKey: TmpSecretKey, token: Token });
  const message = "the temporary credentials were not in the documented form";
  return failed(apiFailure("Response.Malformed", message, { requestId, fatal: true, mayHaveTakenEffect: false }));
}

const isHeaderText = (value: unknown): value is string => typeof value === "string" && /^[\x21-\x7e]+$/.test(value);
