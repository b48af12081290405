import { timingSafeEqual } from "node:crypto";
import { ApiError } from "./api-error.ts";
import type { CredentialStore, KnownCredentials } from "./credential-store.ts";
import { timestampOf } from "./gateway.ts";
import { computeSignature, utcDate } from "./signature.ts";

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
export interface SignedRequest {
  headers: Readonly<Record<string, string>>;
  payloadHash: string;
}

function parse(header: string | undefined): Authorization {
  const [, secretId, date, service, end, names, signature] = FORM.exec(header ?? "") ?? [];
  if (!secretId || !names || !signature) {
    throw new ApiError("AuthFailure.InvalidAuthorization", "The Authorization header is missing or malformed.");
  }
  return { secretId, scope: `${date}/${service}/${end}`, signedHeaders: names.split(";"), signature };
}

function find(secretId: string, store: CredentialStore): KnownCredentials {
  const known = store.find(secretId);
  if (known !== undefined) return known;
  throw new ApiError("AuthFailure.SecretIdNotFound", "The SecretId is not found, please ensure that it is correct.");
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

// Content-type and host must be signed, as the SDKs do; more may be, such as x-tc-action in the documentation.
function selectHeaders(names: readonly string[], request: SignedRequest): Record<string, string> {
  if (!names.includes("content-type") || !names.includes("host")) throw signatureFailure();
  const entries = names.map((name): [string, string] => {
    const value = request.headers[name];
    if (value === undefined) throw signatureFailure();
    return [name, value];
  });
  return Object.fromEntries(entries);
}

function equal(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}

function checkSignature(authorization: Authorization, secretKey: string, request: SignedRequest): void {
  const { signedHeaders, signature, scope } = authorization;
  const timestamp = timestampOf(request.headers);
  if (scope !== `${utcDate(timestamp)}/${SERVICE}/tc3_request`) throw signatureFailure();
  // Names must come sorted, once each, and in lower case, as they do in the text that is signed.
  if ([...new Set(signedHeaders)].sort().join(";") !== signedHeaders.join(";")) throw signatureFailure();
  const headers = selectHeaders(signedHeaders, request);
  const matches = hostsOf(headers.host ?? "").some((host) => {
    const input = { secretKey, timestamp, service: SERVICE, payloadHash: request.payloadHash };
    return equal(signature, computeSignature({ ...input, headers: { ...headers, host } }));
  });
  if (!matches) throw signatureFailure();
}

function checkToken(token: string | undefined, known: KnownCredentials, now: number): void {
  if (token !== known.credentials.token) {
    throw new ApiError("AuthFailure.TokenFailure", "The token is invalid or has expired.");
  }
  if (!known.use(now)) throw new ApiError(known.endedCode, "The token is invalid or has expired.");
}

/**
 * Throws the error of the API if the request was not sent by the owner of the credentials just now. `now` is the time of
 * the server in milliseconds.
 */
export function checkAuthorization(request: SignedRequest, store: CredentialStore, now: number): void {
  const authorization = parse(request.headers.authorization);
  const known = find(authorization.secretId, store);
  checkAge(timestampOf(request.headers), now);
  checkSignature(authorization, known.credentials.secretKey, request);
  checkToken(request.headers["x-tc-token"], known, now);
}
