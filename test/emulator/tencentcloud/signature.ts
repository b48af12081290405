import { createHash, createHmac } from "node:crypto";

/** What TC3-HMAC-SHA256 signs. */
export interface SignatureInput {
  secretKey: string;
  /** UNIX seconds, as in `X-TC-Timestamp`. */
  timestamp: number;
  service: string;
  /** Names in lower case, values as sent. */
  headers: Readonly<Record<string, string>>;
  /** SHA-256 of the body, in hexadecimal digits. */
  payloadHash: string;
}

/** SHA-256 in hexadecimal digits. */
export function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

/** The UTC date of a timestamp, as `YYYY-MM-DD`. */
export function utcDate(timestamp: number): string {
  return new Date(timestamp * 1000).toISOString().slice(0, 10);
}

function hmac(key: string | Buffer, data: string): Buffer {
  return createHmac("sha256", key).update(data).digest();
}

// The documentation's example signs the action in lower case, and everything else as it is sent.
function canonicalValue(name: string, value: string): string {
  return name === "x-tc-action" ? value.trim().toLowerCase() : value.trim();
}

/** The canonical form of `POST /`. */
export function canonicalRequest(headers: SignatureInput["headers"], payloadHash: string): string {
  const names = Object.keys(headers).sort();
  const lines = names.map((name) => `${name}:${canonicalValue(name, headers[name] ?? "")}\n`);
  return ["POST", "/", "", lines.join(""), names.join(";"), payloadHash].join("\n");
}

/** The signature in hexadecimal digits. */
export function computeSignature(input: SignatureInput): string {
  const date = utcDate(input.timestamp);
  const scope = `${date}/${input.service}/tc3_request`;
  const canonicalHash = sha256(canonicalRequest(input.headers, input.payloadHash));
  const stringToSign = ["TC3-HMAC-SHA256", input.timestamp, scope, canonicalHash].join("\n");
  const dateKey = hmac(`TC3${input.secretKey}`, date);
  const signingKey = hmac(hmac(dateKey, input.service), "tc3_request");
  return hmac(signingKey, stringToSign).toString("hex");
}
