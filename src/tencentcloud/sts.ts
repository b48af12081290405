/** Trades an OIDC token for temporary credentials: https://www.tencentcloud.com/document/product/1150/49454 */
import { failed, success } from "../shared/result.ts";
import type { ApiClient } from "./api-client.ts";
import { apiFailure } from "./errors.ts";
import { objectIn } from "./response.ts";

export const STS_CLIENT = {
  service: "sts",
  version: "2018-08-13",
  region: "ap-guangzhou",
  authentication: undefined,
};

type WebIdentity = Readonly<Record<"ProviderId" | "WebIdentityToken" | "RoleArn" | "RoleSessionName", string>>;

/** Every failure is fatal: without credentials nothing is deleted. */
export async function assumeRoleWithWebIdentity(
  client: ApiClient,
  parameters: WebIdentity & { readonly DurationSeconds: number },
  signal: AbortSignal,
) {
  const result = await client.call({ action: "AssumeRoleWithWebIdentity", parameters, size: 1 }, signal);
  const facts = { fatal: true, mayHaveTakenEffect: false };
  if (!result.ok) return failed({ ...result.failure, ...facts });
  const { response, requestId } = result.value;
  const { TmpSecretId, TmpSecretKey, Token } = objectIn(response.Credentials);
  if (isHeaderText(TmpSecretId) && isHeaderText(TmpSecretKey) && isHeaderText(Token))
    return success({ secretId: TmpSecretId, secretKey: TmpSecretKey, token: Token });
  return failed(apiFailure("Response.Malformed", "there were no temporary credentials in it", { requestId, ...facts }));
}

const isHeaderText = (value: unknown): value is string => typeof value === "string" && /^[\x21-\x7e]+$/.test(value);
