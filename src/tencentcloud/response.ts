/** From an HTTP response to what the API said. API errors come with HTTP 200: https://www.tencentcloud.com/document/product/1007/36594 */
import { failed, type Result, success } from "../shared/result.ts";
import { lookUpError } from "./error-catalog.ts";
import { type ApiFailure, apiFailure } from "./failure.ts";
import type { HttpResponse } from "./http.ts";

/** The response to a call that succeeded. */
export interface ApiResponse {
  /** As the API sent it, not redacted: decisions are made from it. */
  readonly response: Readonly<Record<string, unknown>>;
  readonly requestId: string | undefined;
}

type Redact = (text: string) => string;

/** The excerpt is taken from the beginning of a page. */
const MAX_PAGE_LENGTH = 20_000;
const MAX_EXCERPT_LENGTH = 200;
/** Where a page begins to show the headers of the request: nothing from there on is shown, however it is written. */
const REQUEST_HEADERS = /(authorization|x-tc-|TC3-HMAC).*$/is;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const nonEmptyText = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body.replace(/^\uFEFF/, ""));
  } catch {
    return undefined;
  }
}

/** The beginning of a body that is not the API's, on one line. Redacted before it is cut: half a secret would not be found. */
function excerpt(body: string, redact: Redact): string {
  const text = redact(body)
    .slice(0, MAX_PAGE_LENGTH)
    .replace(REQUEST_HEADERS, "$1 …")
    .replace(/<[^>]*>?/g, " ")
    .replace(/\s+/g, " ")
    .trim();
  return text === "" ? "(empty)" : text.slice(0, MAX_EXCERPT_LENGTH);
}

/** The API's error in `parsed`, in today's form or that of API 2.0, if there is one. */
function apiError(parsed: unknown, status: number, redact: Redact): ApiFailure | undefined {
  if (!isRecord(parsed)) return undefined;
  const { Response: response, codeDesc, message } = parsed;
  const text = (value: unknown): string => redact(nonEmptyText(value) ?? "");
  if (isRecord(response) && isRecord(response.Error)) {
    const code = nonEmptyText(response.Error.Code);
    const requestId = nonEmptyText(response.RequestId);
    if (code !== undefined)
      return apiFailure(redactCode(code, redact), text(response.Error.Message), {
        requestId: requestId === undefined ? undefined : redact(requestId),
        status,
      });
  }
  const oldCode = nonEmptyText(codeDesc);
  if (oldCode === undefined || oldCode === "Success") return undefined;
  return apiFailure(redactCode(oldCode, redact), text(message), { status });
}

/** What the catalog knows of a code stays: the failure is handled by it. */
function redactCode(code: string, redact: Redact): string {
  const known = lookUpError(code);
  return known.kind === "unexpected" ? redact(code) : known.code + redact(code.slice(known.code.length));
}

function codeOfStatus(status: number): string {
  if (status >= 300 && status < 400) return "Http.Redirect";
  return status >= 500 || status === 429 || status === 408 ? "Http.ServerError" : "Http.Refused";
}

/**
 * Tells success from failure; a success is an HTTP 200 with a `Response` object that holds no `Error`.
 * @param redact hides secrets in foreign text; only applied to text for people, never to what decisions are made from
 */
export function parseResponse({ status, body }: HttpResponse, redact: Redact): Result<ApiResponse, ApiFailure> {
  const parsed = parseJson(body);
  const error = apiError(parsed, status, redact);
  if (error) return failed(error);
  if (status !== 200) {
    return failed(apiFailure(codeOfStatus(status), `HTTP ${status}: ${excerpt(body, redact)}`, { status }));
  }
  const response = isRecord(parsed) ? parsed.Response : undefined;
  if (!isRecord(response) || "Error" in response) {
    const message = `HTTP 200, but not an API response: ${excerpt(body, redact)}`;
    return failed(apiFailure("Response.Malformed", message, { status }));
  }
  const requestId = nonEmptyText(response.RequestId);
  return success({ response, requestId: requestId === undefined ? undefined : redact(requestId) });
}
