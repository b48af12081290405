/** What the API said. Its errors come with HTTP 200: https://www.tencentcloud.com/document/product/1007/36594 */
import type { HttpResponse } from "../http/client.ts";
import { failed, type Result, success } from "../shared/result.ts";
import { type ApiFailure, apiFailure, errorInfo } from "./errors.ts";

type JsonObject = Readonly<Record<string, unknown>>;

export interface ApiResponse {
  /** Not redacted: decisions are made from it. */
  readonly response: JsonObject;
  readonly requestId?: string;
  /** An earlier attempt of the call may have. */
  readonly mayHaveTakenEffect?: boolean;
}

interface Reading {
  redact(text: string): string;
  /** Then codes begin with `Sts.`, and nothing is quoted. */
  readonly isLogin: boolean;
}

const MAX_LENGTH = { excerpt: 200, message: 1_000, code: 100 };

export const objectIn = (value: unknown): JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};

export const textIn = (value: unknown) => (typeof value === "string" ? value : undefined);

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body.replace(/^\uFEFF/, ""));
  } catch {
    return undefined;
  }
}

/** Redacts before it cuts: half a secret would not be found. */
function excerpt(body: string, { redact, isLogin }: Reading) {
  if (isLogin) return "(not shown: it may hold credentials)";
  const text = redact(body)
    // The headers of the request, and all that follows.
    .replace(/(authorization|x-tc-|TC3-HMAC).*$/is, "$1 …")
    .replace(/<[^>]*>?/g, " ")
    .replace(/\s+/g, " ")
    .trim();
  return text === "" ? "(empty)" : text.slice(0, MAX_LENGTH.excerpt);
}

/** The part that the table knows stays as it is: decisions are made from it. */
function readCode(raw: string, { redact, isLogin }: Reading) {
  const full = isLogin ? `Sts.${raw}` : raw;
  const { code, kind } = errorInfo(full);
  const known = kind === "unexpected" ? "" : code;
  const rest = redact(full.slice(known.length));
  if (isLogin && !/^[A-Za-z.]{0,60}$/.test(rest)) return known;
  return known + rest.replace(/[^\w.*-]/g, "_").slice(0, MAX_LENGTH.code);
}

const readRequestId = (value: unknown, { redact }: Reading) =>
  typeof value === "string" && /^[\w-]{1,64}$/.test(value) ? redact(value) : undefined;

/** Of a response that has no code of its own. */
function codeOfStatus(status: number) {
  if (status === 200) return "Response.Malformed";
  if (status >= 300 && status < 400) return "Http.Redirect";
  return status >= 500 || status === 429 || status === 408 ? "Http.ServerError" : "Http.Refused";
}

/** A success is an HTTP 200 with a `Response` object that holds no `Error`. */
export function parseResponse({ status, body }: HttpResponse, reading: Reading): Result<ApiResponse, ApiFailure> {
  const { Response, codeDesc, message } = objectIn(parseJson(body));
  const response = objectIn(Response);
  const requestId = readRequestId(response.RequestId, reading);
  const { Code, Message } = objectIn(response.Error);
  // In today's form, or in that of API 2.0.
  const code = textIn(Code) || textIn(codeDesc === "Success" ? "" : codeDesc);
  if (code) {
    const text = reading.isLogin ? "" : reading.redact(textIn(Message ?? message) ?? "");
    return failed(apiFailure(readCode(code, reading), text.slice(0, MAX_LENGTH.message), { requestId, status }));
  }
  if (status === 200 && Response === response && !("Error" in response)) return success({ response, requestId });
  const what = status === 200 ? ", but not an API response" : "";
  return failed(apiFailure(codeOfStatus(status), `HTTP ${status}${what}: ${excerpt(body, reading)}`, { status }));
}
