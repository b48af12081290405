import { ApiError } from "./api-error.ts";

/** What an API makes of a request. */
export interface ApiResult {
  /** `ok` or the code of the error. */
  code: string;
  /** What is inside `Response`. */
  response: Record<string, unknown>;
  /** Does what the request asks for; nothing has been done before. */
  takeEffect?: () => void;
  /** See `ApiError`. */
  reason?: string;
}

/** The result that carries an error. */
export function errorResult(code: string, message: string, requestId: string): ApiResult {
  return { code, response: { Error: { Code: code, Message: message }, RequestId: requestId } };
}

/** The result of an error that was thrown; throws it again if it is not one of the API. */
export function resultOfError(error: unknown, requestId: string, language = "en-US"): ApiResult {
  if (!(error instanceof ApiError)) throw error;
  const message = language === "zh-CN" ? `请求失败（${error.code}）。` : error.message;
  const result = errorResult(error.code, message, requestId);
  return error.reason === undefined ? result : { ...result, reason: error.reason };
}

/** The result of a request that succeeded. */
export function successResult(response: object, requestId: string, takeEffect?: () => void): ApiResult {
  const result: ApiResult = { code: "ok", response: { ...response, RequestId: requestId } };
  return takeEffect === undefined ? result : { ...result, takeEffect };
}

/** The body of the HTTP response. */
export function bodyOf({ response }: Pick<ApiResult, "response">): Buffer {
  return Buffer.from(JSON.stringify({ Response: response }));
}
