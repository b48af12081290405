/** The headers of one request: https://www.tencentcloud.com/document/product/1007/36574 */
import { authorizationHeader, type Credentials, computeSignature, type RequestToSign } from "./signature.ts";

const CONTENT_TYPE = "application/json";

export interface RequestFacts {
  readonly action: string;
  readonly body: string;
  readonly host: string;
  readonly service: string;
  readonly version: string;
  readonly region?: string | undefined;
  readonly auditTag: string;
  /** UNIX seconds, by the API's clock. */
  readonly timestamp: number;
}

export interface SignedHeaders {
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined if the request is not signed. */
  readonly signature: string | undefined;
}

/** Without `credentials` the request is not signed, as AssumeRoleWithWebIdentity requires. */
export function signedHeaders(facts: RequestFacts, credentials: Credentials | undefined): SignedHeaders {
  const { action, body, host, service, timestamp, region } = facts;
  const signed = { "content-type": CONTENT_TYPE, host, "x-tc-action": action };
  const toSign: RequestToSign = { headers: signed, body, service, timestamp };
  const signature = credentials && computeSignature(toSign, credentials.secretKey);
  return {
    headers: {
      ...signed,
      authorization: credentials && signature ? authorizationHeader(toSign, credentials.secretId, signature) : "SKIP",
      "x-tc-version": facts.version,
      "x-tc-timestamp": String(timestamp),
      "x-tc-language": "en-US",
      "x-tc-requestclient": facts.auditTag,
      ...(region ? { "x-tc-region": region } : {}),
      ...(credentials?.token ? { "x-tc-token": credentials.token } : {}),
    },
    signature,
  };
}
