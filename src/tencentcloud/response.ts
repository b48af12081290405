/** What the API said. Its errors come with HTTP 200: https://www.tencentcloud.com/document/product/1007/36594 */
import type { HttpResponse } from "../http/client.ts";
import { failed, type Result, success } from "../shared/result.ts";
import { type ApiFailure, apiFailure, errorInfo } from "./errors.ts";

export interface ApiResponse {
  /** As the API sent it, not redacted: decisions are made from it. */
  readonly response: Readonly<Record<string, unknown>>;
  readonly requestId?: string;
}

export interface Reading {
  redact(text: string): string;
  /** `Sts.`: stands before the API's codes. Then nothing of the response is quoted: it may hold credentials. */
  readonly codePrefix?: string;
}

const MAX_LENGTH = { page: 20_000, excerpt: 200, message: 1_000, code: 100 };
/** Where a page begins to show the headers of the request: nothing from there on is shown, however it is written. */
const REQUEST_HEADERS = /(authorization|x-tc-|TC3-HMAC).*$/is;

type JsonObject = Readonly<Record<string, unknown>>;
/** The object that `value` is; an empty one if it is anything else. */
const objectIn = (value: unknown): JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};

const textIn = (value: unknown): string => (typeof value === "string" ? value : "");

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body.replace(/^\uFEFF/, ""));
  } catch {
    return undefined;
  }
}

/** The beginning of a body that is not the API's, on one line. Redacted, then cut: half a secret would not be found. */
function excerpt(body: string, { redact, codePrefix }: Reading): string {
  if (codePrefix) return "(not shown: it may hold credentials)";
  const text = redact(body)
    .slice(0, MAX_LENGTH.page)
    .replace(REQUEST_HEADERS, "$1 …")
    .replace(/<[^>]*>?/g, " ")
    .replace(/\s+/g, " ")
    .trim();
  return text === "" ? "(empty)" : text.slice(0, MAX_LENGTH.excerpt);
}

/** What the table knows of a code stays, since it decides. The rest is redacted, shortened, and made harmless. */
function readCode(raw: string, { redact, codePrefix = "" }: Reading): string {
  const { code, kind } = errorInfo(codePrefix + raw);
  const known = kind === "unexpected" ? "" : code;
  const rest = redact((codePrefix + raw).slice(known.length));
  if (codePrefix && !/^[A-Za-z.]{0,60}$/.test(rest)) return known;
  return known + rest.replace(/[^\w.*-]/g, "_").slice(0, MAX_LENGTH.code);
}

const readRequestId = (value: unknown, { redact }: Reading): string | undefined =>
  /^[\w-]{1,64}$/.test(textIn(value)) ? redact(textIn(value)) : undefined;

/** The API's error, in today's form or that of API 2.0, if there is one. */
function apiError(parsed: unknown, status: number, reading: Reading): ApiFailure | undefined {
  const { Response, codeDesc, message } = objectIn(parsed);
  const { Error: error, RequestId } = objectIn(Response);
  const { Code, Message } = objectIn(error);
  const code = textIn(Code) || textIn(codeDesc === "Success" ? "" : codeDesc);
  if (code === "") return undefined;
  const text = reading.codePrefix ? "" : reading.redact(textIn(textIn(Code) ? Message : message));
  const requestId = readRequestId(RequestId, reading);
  return apiFailure(readCode(code, reading), text.slice(0, MAX_LENGTH.message), { requestId, status });
}

function codeOfStatus(status: number): string {
  if (status >= 300 && status < 400) return "Http.Redirect";
  return status >= 500 || status === 429 || status === 408 ? "Http.ServerError" : "Http.Refused";
}

/** Tells success from failure; a success is an HTTP 200 with a `Response` object that holds no `Error`. */
export function parseResponse({ status, body }: HttpResponse, reading: Reading): Result<ApiResponse, ApiFailure> {
  const parsed = parseJson(body);
  const error = apiError(parsed, status, reading);
  if (error) return failed(error);
  if (status !== 200)
    return failed(apiFailure(codeOfStatus(status), `HTTP ${status}: ${excerpt(body, reading)}`, { status }));
  const response = objectIn(objectIn(parsed).Response);
  if (objectIn(parsed).Response !== response || "Error" in response) {
    const message = `HTTP 200, but not an API response: ${excerpt(body, reading)}`;
    return failed(apiFailure("Response.Malformed", message, { status }));
  }
  return success({ response, requestId: readRequestId(response.RequestId, reading) });
}
