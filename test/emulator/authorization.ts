import { timingSafeEqual } from "node:crypto";
import { ApiError } from "./api-error.ts";
import { signatureOf, utcDate } from "./signature.ts";
import type { Credentials } from "./types.ts";

const SERVICE = "ssl";
const MAXIMUM_AGE_SECONDS = 300;
const FORM =
  /^TC3-HMAC-SHA256 Credential=([^/,\s]+)\/([^/,\s]+)\/([^/,\s]+)\/([^/,\s]+), ?SignedHeaders=([^,\s]+), ?Signature=([0-9a-f]{64})$/;

interface Authorization {
  secretId: string;
  scope: string;
  signedHeaders: string[];
  signature: string;
}

/** What is needed to check who sent a request. */
export interface Claim {
  headers: Readonly<Record<string, string>>;
  payloadHash: string;
  credentials: Credentials;
  /** Server time in milliseconds. */
  now: number;
}

function parse(header: string | undefined): Authorization {
  const [, secretId, date, service, end, names, signature] = FORM.exec(header ?? "") ?? [];
  if (!secretId || !names || !signature) {
    throw new ApiError("AuthFailure.InvalidAuthorization", "The Authorization header is missing or malformed.");
  }
  return { secretId, scope: `${date}/${service}/${end}`, signedHeaders: names.split(";"), signature };
}

function checkSecretId(secretId: string, credentials: Credentials): void {
  if (secretId === credentials.secretId) return;
  throw new ApiError("AuthFailure.SecretIdNotFound", "The SecretId is not found, please ensure that it is correct.");
}

function timestampOf(header: string | undefined): number {
  if (header === undefined) throw new ApiError("MissingParameter", "The header X-TC-Timestamp is missing.");
  if (!/^[0-9]{1,12}$/.test(header)) throw new ApiError("InvalidParameter", "X-TC-Timestamp is not an integer.");
  return Number(header);
}

function checkAge(timestamp: number, now: number): void {
  if (Math.abs(now / 1000 - timestamp) <= MAXIMUM_AGE_SECONDS) return;
  throw new ApiError(
    "AuthFailure.SignatureExpire",
    "The signature has expired: X-TC-Timestamp differs from the server time by more than five minutes.",
  );
}

function signatureFailure(): ApiError {
  return new ApiError(
    "AuthFailure.SignatureFailure",
    "The provided credentials could not be validated. Please check your signature is correct.",
  );
}

// The official Node.js SDK signs the name of the host, and sends it with the port.
function hostsOf(host: string): string[] {
  return [...new Set([host, host.replace(/:[0-9]+$/, "")])];
}

function selectHeaders(names: readonly string[], claim: Claim): Record<string, string> {
  if (!names.includes("content-type") || !names.includes("host")) throw signatureFailure();
  const entries = names.map((name): [string, string] => {
    const value = claim.headers[name];
    if (value === undefined) throw signatureFailure();
    return [name, value];
  });
  return Object.fromEntries(entries);
}

function equal(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}

function checkSignature(authorization: Authorization, timestamp: number, claim: Claim): void {
  const { signedHeaders, signature, scope } = authorization;
  if (scope !== `${utcDate(timestamp)}/${SERVICE}/tc3_request`) throw signatureFailure();
  // Names must come sorted, once each, and in lower case, as they do in the text that is signed.
  if ([...new Set(signedHeaders)].sort().join(";") !== signedHeaders.join(";")) throw signatureFailure();
  const headers = selectHeaders(signedHeaders, claim);
  const matches = hostsOf(headers.host ?? "").some((host) => {
    const { secretKey } = claim.credentials;
    const signed = { secretKey, timestamp, service: SERVICE, payloadHash: claim.payloadHash };
    return equal(signature, signatureOf({ ...signed, headers: { ...headers, host } }));
  });
  if (!matches) throw signatureFailure();
}

function checkToken(token: string | undefined, credentials: Credentials): void {
  if (token === credentials.token) return;
  throw new ApiError("AuthFailure.TokenFailure", "The token is invalid or has expired.");
}

/** Throws the error that the API would answer if the request was not sent by the owner of the credentials just now. */
export function checkAuthorization(claim: Claim): void {
  const authorization = parse(claim.headers.authorization);
  checkSecretId(authorization.secretId, claim.credentials);
  const timestamp = timestampOf(claim.headers["x-tc-timestamp"]);
  checkAge(timestamp, claim.now);
  checkSignature(authorization, timestamp, claim);
  checkToken(claim.headers["x-tc-token"], claim.credentials);
}
