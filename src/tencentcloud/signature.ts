/**
 * TC3-HMAC-SHA256, the signature of Tencent Cloud API 3.0, as pure functions.
 * Rules: https://www.tencentcloud.com/document/product/1007/36574
 */
import { createHash, createHmac } from "node:crypto";

const ALGORITHM = "TC3-HMAC-SHA256";
const TERMINATOR = "tc3_request";

/** A key pair of Tencent Cloud CAM; `token` only with temporary keys. */
export interface Credentials {
  readonly secretId: string;
  readonly secretKey: string;
  readonly token?: string | undefined;
}

/** What is signed: a POST to `/` without a query. Names of `headers` in any case; values as they are sent. */
export interface RequestToSign {
  /** Must hold `content-type` and `host`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** First label of the API's host, such as `ssl`. */
  readonly service: string;
  /** UNIX time in whole seconds; the server refuses more than 5 minutes of difference. */
  readonly timestamp: number;
}

const sha256 = (text: string): string => createHash("sha256").update(text, "utf8").digest("hex");
const hmac = (key: string | Buffer, text: string): Buffer => createHmac("sha256", key).update(text, "utf8").digest();

/** The UTC date of a UNIX time in seconds, as `YYYY-MM-DD`. */
export function utcDate(timestamp: number): string {
  return new Date(timestamp * 1000).toISOString().slice(0, 10);
}

/** Header lines and their names, both sorted by name. Values are trimmed and lower-cased, as in the documentation's example. */
function canonicalHeaders(headers: Readonly<Record<string, string>>): { lines: string; names: string } {
  const sorted = Object.entries(headers)
    .map(([name, value]) => [name.toLowerCase(), value.trim().toLowerCase()] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    lines: sorted.map(([name, value]) => `${name}:${value}\n`).join(""),
    names: sorted.map(([name]) => name).join(";"),
  };
}

/** Step 1: the request in its canonical form. */
export function canonicalRequest({ headers, body }: Pick<RequestToSign, "headers" | "body">): string {
  const { lines, names } = canonicalHeaders(headers);
  return ["POST", "/", "", lines, names, sha256(body)].join("\n");
}

/** Step 2: the text that the signature is computed from. */
export function stringToSign(canonical: string, service: string, timestamp: number): string {
  return [ALGORITHM, String(timestamp), `${utcDate(timestamp)}/${service}/${TERMINATOR}`, sha256(canonical)].join("\n");
}

/** Step 3: the three keys, each derived from the one before. The last one signs. */
export function deriveSigningKeys(
  secretKey: string,
  service: string,
  timestamp: number,
): { readonly secretDate: Buffer; readonly secretService: Buffer; readonly secretSigning: Buffer } {
  const secretDate = hmac(`TC3${secretKey}`, utcDate(timestamp));
  const secretService = hmac(secretDate, service);
  const secretSigning = hmac(secretService, TERMINATOR);
  return { secretDate, secretService, secretSigning };
}

/** The lower-case hexadecimal signature of `request`. */
export function computeSignature(request: RequestToSign, secretKey: string): string {
  const { secretSigning } = deriveSigningKeys(secretKey, request.service, request.timestamp);
  const text = stringToSign(canonicalRequest(request), request.service, request.timestamp);
  return hmac(secretSigning, text).toString("hex");
}

/** Step 4: the value of the `Authorization` header, with the `signature` of `request`. */
export function authorizationHeader(request: RequestToSign, secretId: string, signature: string): string {
  const scope = `${utcDate(request.timestamp)}/${request.service}/${TERMINATOR}`;
  const { names } = canonicalHeaders(request.headers);
  return `${ALGORITHM} Credential=${secretId}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
}
