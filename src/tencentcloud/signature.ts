/** TC3-HMAC-SHA256 and the headers of a request: https://www.tencentcloud.com/document/product/1007/36574 */
import { createHash, createHmac } from "node:crypto";

/** A key pair of Tencent Cloud CAM; `token` only with temporary keys. */
export interface Credentials {
  readonly secretId: string;
  readonly secretKey: string;
  readonly token?: string;
}

export interface RequestFacts {
  readonly action: string;
  readonly body: string;
  /** With the port, if it is not the usual one. */
  readonly host: string;
  readonly service: string;
  readonly version: string;
  readonly region?: string;
  /** Who calls, for the account's audit log. */
  readonly auditTag: string;
  /** UNIX seconds; the API refuses more than 5 minutes of difference. */
  readonly timestamp: number;
}

const ALGORITHM = "TC3-HMAC-SHA256";
const sha256 = (text: string): string => createHash("sha256").update(text, "utf8").digest("hex");
const hmac = (key: string | Buffer, text: string): Buffer => createHmac("sha256", key).update(text, "utf8").digest();
const scopeOf = (timestamp: number, service: string): readonly string[] =>
  `${new Date(timestamp * 1000).toISOString().slice(0, 10)} ${service} tc3_request`.split(" ");

/** Step 1, of a POST to `/`. @param signed headers with names in lower case, in alphabetical order */
export function canonicalRequest(signed: Readonly<Record<string, string>>, body: string): string {
  const lines = Object.entries(signed).map(([name, value]) => `${name}:${value.toLowerCase()}\n`);
  return ["POST", "/", "", lines.join(""), Object.keys(signed).join(";"), sha256(body)].join("\n");
}

/** Step 2. */
export const stringToSign = (canonical: string, timestamp: number, service: string): string =>
  [ALGORITHM, timestamp, scopeOf(timestamp, service).join("/"), sha256(canonical)].join("\n");

/** Step 3. */
export const computeSignature = (text: string, secretKey: string, timestamp: number, service: string): string =>
  hmac(scopeOf(timestamp, service).reduce<string | Buffer>(hmac, `TC3${secretKey}`), text).toString("hex");

/** All headers of a request. Without credentials it is not signed, as the login requires. */
export function signedHeaders(facts: RequestFacts, credentials?: Credentials) {
  const { action, body, host, service, timestamp, region } = facts;
  const signed = { "content-type": "application/json", host, "x-tc-action": action };
  const text = stringToSign(canonicalRequest(signed, body), timestamp, service);
  const signature = credentials && computeSignature(text, credentials.secretKey, timestamp, service);
  const scope = `Credential=${credentials?.secretId}/${scopeOf(timestamp, service).join("/")}`;
  const headers: Record<string, string> = {
    ...signed,
    authorization: credentials
      ? `${ALGORITHM} ${scope}, SignedHeaders=${Object.keys(signed).join(";")}, Signature=${signature}`
      : "SKIP",
    "x-tc-version": facts.version,
    "x-tc-timestamp": String(timestamp),
    "x-tc-language": "en-US",
    "x-tc-requestclient": facts.auditTag,
  };
  if (region) headers["x-tc-region"] = region;
  if (credentials?.token) headers["x-tc-token"] = credentials.token;
  return { headers, signature };
}
