/** Trades an OIDC token for temporary credentials: https://www.tencentcloud.com/document/product/1150/49454 */
import { failed, type Result, success } from "../shared/result.ts";
import type { ApiClient } from "./api-client.ts";
import { type ApiFailure, apiFailure } from "./errors.ts";
import type { Permit } from "./rate-limiter.ts";
import { objectIn } from "./response.ts";
import type { Credentials } from "./signature.ts";

/** Options of its client. */
export const STS_CLIENT = {
  service: "sts",
  version: "2018-08-13",
  region: "ap-guangzhou",
  authentication: "unsigned",
  codePrefix: "Sts.",
} as const;

type WebIdentity = Readonly<Record<"providerId" | "webIdentityToken" | "roleArn" | "roleSessionName", string>>;

/** Every failure is fatal: without credentials nothing is deleted. */
export async function assumeRoleWithWebIdentity(
  client: ApiClient,
  identity: WebIdentity & { readonly durationSeconds: number },
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
  const facts = { fatal: true, mayHaveTakenEffect: false };
  if (!result.ok) return failed({ ...result.failure, ...facts });
  const { response, requestId } = result.value;
  const { TmpSecretId, TmpSecretKey, Token } = objectIn(response.Credentials);
  if (isHeaderText(TmpSecretId) && isHeaderText(TmpSecretKey) && isHeaderText(Token))
    return success({ secretId: TmpSecretId, secretKey: TmpSecretKey, token: Token });
  return failed(apiFailure("Response.Malformed", "there were no temporary credentials in it", { requestId, ...facts }));
}

const isHeaderText = (value: unknown): value is string => typeof value === "string" && /^[\x21-\x7e]+$/.test(value);
