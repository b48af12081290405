import { DEMO_CREDENTIALS } from "./credentials.ts";
import { computeSignature, sha256, utcDate } from "./tencentcloud/signature.ts";
import type { Credentials } from "./types.ts";

/** How a request differs from a valid one. `undefined` in `headers` leaves a header out. */
export interface Request {
  credentials?: Credentials;
  /** UNIX seconds. */
  timestamp?: number;
  service?: string;
  date?: string;
  /** Headers to sign besides content-type and host. */
  sign?: readonly string[];
  signedHost?: string;
  headers?: Readonly<Record<string, string | undefined>>;
  /** A string is sent as it is. */
  body?: unknown;
  path?: string;
}

/** Everything that `fetch` needs to send a signed request. */
export interface SignedRequest {
  url: string;
  init: { method: string; headers: Record<string, string>; body: string };
}

function usualHeaders(action: string, timestamp: number, credentials: Credentials): Record<string, string> {
  return {
    "content-type": "application/json; charset=utf-8",
    "x-tc-action": action,
    "x-tc-version": "2019-12-05",
    "x-tc-timestamp": String(timestamp),
    ...(credentials.token === undefined ? {} : { "x-tc-token": credentials.token }),
  };
}

function authorization(url: URL, headers: Record<string, string>, body: string, request: Request): string {
  const { secretId, secretKey } = request.credentials ?? DEMO_CREDENTIALS;
  const { service = "ssl", sign = ["x-tc-action"], signedHost = url.host } = request;
  const timestamp = Number(headers["x-tc-timestamp"]);
  const names = ["content-type", "host", ...sign].sort();
  const values: Record<string, string> = { ...headers, host: signedHost };
  const signed = Object.fromEntries(names.map((name) => [name, values[name] ?? ""]));
  const signature = computeSignature({ secretKey, timestamp, service, headers: signed, payloadHash: sha256(body) });
  const credential = `${secretId}/${request.date ?? utcDate(timestamp)}/${service}/tc3_request`;
  return `TC3-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names.join(";")}, Signature=${signature}`;
}

/** Signs a request for the emulator at `base`. */
export function signedRequest(base: string, action: string, request: Request = {}): SignedRequest {
  const { timestamp = Math.floor(Date.now() / 1000), credentials = DEMO_CREDENTIALS, body = {} } = request;
  const url = new URL(request.path ?? "/", base);
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const headers = usualHeaders(action, timestamp, credentials);
  headers.authorization = authorization(url, headers, text, request);
  const overridden = Object.entries({ ...headers, ...request.headers });
  const present = overridden.filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { url: url.href, init: { method: "POST", headers: Object.fromEntries(present), body: text } };
}

/** The content of `Response`. */
export interface ApiResponse {
  Error?: { Code: string; Message: string };
  RequestId?: string;
  Success?: unknown;
  Total?: number;
  Set?: { Id: number; Domain: string; EncryptAlgo: string; [field: string]: unknown }[];
}

/** Sends a signed request, and returns its `Response`. */
export async function call(base: string, action: string, request: Request = {}): Promise<ApiResponse> {
  const { url, init } = signedRequest(base, action, request);
  const response = await fetch(url, { ...init, redirect: "manual" });
  const { Response } = (await response.json()) as { Response: ApiResponse };
  return Response;
}

/** Deletes CSRs. */
export function deleteCsrs(base: string, ids: unknown, request: Request = {}): Promise<ApiResponse> {
  return call(base, "BatchDeleteCSR", { body: { CSRIds: ids }, ...request });
}
