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
  /** Stands before the API's codes. Then nothing of the response is quoted: it may hold credentials. */
  readonly codePrefix?: string;
}

const MAX_LENGTH = { excerpt: 200, message: 1_000, code: 100 };
/** The headers of the request, as a page may show them, and all that follows. */
const REQUEST_HEADERS = /(authorization|x-tc-|TC3-HMAC).*$/is;

/** An empty object, if `value` is none. */
export const objectIn = (value: unknown): JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};

const textIn = (value: unknown): string => (typeof value === "string" ? value : "");

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body.replace(/^\uFEFF/, ""));
  } catch {
    return undefined;
  }
}

/** Redacts before it cuts: half a secret would not be found. */
function excerpt(body: string, { redact, codePrefix }: Reading): string {
  if (codePrefix) return "(not shown: it may hold credentials)";
  const text = redact(body)
    .replace(REQUEST_HEADERS, "$1 …")
    .replace(/<[^>]*>?/g, " ")
    .replace(/\s+/g, " ")
    .trim();
  return text === "" ? "(empty)" : text.slice(0, MAX_LENGTH.excerpt);
}

/** What the table knows of a code stays, since it decides. */
function readCode(raw: string, { redact, codePrefix = "" }: Reading): string {
  const { code, kind } = errorInfo(codePrefix + raw);
  const known = kind === "unexpected" ? "" : code;
  const rest = redact((codePrefix + raw).slice(known.length));
  if (codePrefix && !/^[A-Za-z.]{0,60}$/.test(rest)) return known;
  return known + rest.replace(/[^\w.*-]/g, "_").slice(0, MAX_LENGTH.code);
}

const readRequestId = (value: unknown, { redact }: Reading): string | undefined =>
  /^[\w-]{1,64}$/.test(textIn(value)) ? redact(textIn(value)) : undefined;

/** In today's form, or in that of API 2.0. */
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

/** A success is an HTTP 200 with a `Response` object that holds no `Error`. */
export function parseResponse({ status, body }: HttpResponse, reading: Reading): Result<ApiResponse, ApiFailure> {
  const parsed = parseJson(body);
  const error = apiError(parsed, status, reading);
  if (error) return failed(error);
  const fail = (code: string, what: string) =>
    failed(apiFailure(code, `HTTP ${status}${what}: ${excerpt(body, reading)}`, { status }));
  if (status !== 200) return fail(codeOfStatus(status), "");
  const { Response } = objectIn(parsed);
  const response = objectIn(Response);
  if (Response !== response || "Error" in response) return fail("Response.Malformed", ", but not an API response");
  return success({ response, requestId: readRequestId(response.RequestId, reading) });
}
