import type { ApiResponse } from "./signed-request.ts";
import { DEMO_PROVIDER, DEMO_ROLE_ARN } from "./tencentcloud/sts-for.ts";
import type { Credentials } from "./types.ts";

/** How a request to STS differs from a valid one. `undefined` leaves a header or a parameter out. */
export interface StsRequest {
  headers?: Readonly<Record<string, string | undefined>>;
  parameters?: Readonly<Record<string, unknown>>;
}

/** The content of `Response`. */
export interface StsResponse extends Pick<ApiResponse, "Error" | "RequestId"> {
  Credentials?: { TmpSecretId: string; TmpSecretKey: string; Token: string };
  ExpiredTime?: number;
  Expiration?: string;
}

/** Asks STS for temporary credentials. */
export async function assumeRole(base: string, token: string, request: StsRequest = {}): Promise<StsResponse> {
  const headers = {
    "content-type": "application/json",
    authorization: "SKIP",
    "x-tc-action": "AssumeRoleWithWebIdentity",
    "x-tc-version": "2018-08-13",
    "x-tc-timestamp": String(Math.floor(Date.now() / 1000)),
    "x-tc-region": "ap-guangzhou",
    ...request.headers,
  };
  const parameters = {
    ProviderId: DEMO_PROVIDER,
    WebIdentityToken: token,
    RoleArn: DEMO_ROLE_ARN,
    RoleSessionName: "example-session",
    DurationSeconds: 1800,
    ...request.parameters,
  };
  const present = Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const init = { method: "POST", headers: Object.fromEntries(present), body: JSON.stringify(parameters) };
  const response = await fetch(base, init);
  const { Response } = (await response.json()) as { Response: StsResponse };
  return Response;
}

/** The credentials of a response; throws if it has none. */
export function credentialsOf({ Credentials: given, Error: error }: StsResponse): Required<Credentials> {
  if (given === undefined) throw new Error(`STS refused: ${error?.Code}`);
  return { secretId: given.TmpSecretId, secretKey: given.TmpSecretKey, token: given.Token };
}
