/** From an HTTP answer to what the API said. API errors come with HTTP 200: https://www.tencentcloud.com/document/product/1007/36594 */
import { type Fault, fault } from "./fault.ts";
import type { HttpAnswer } from "./transport.ts";

/** What the API said, when it did what was asked. */
export interface Success {
  readonly response: Readonly<Record<string, unknown>>;
  readonly requestId: string | undefined;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function parse(body: string): unknown {
  try {
    return JSON.parse(body.replace(/^\uFEFF/, ""));
  } catch {
    return undefined;
  }
}

/** Where a page begins to show the headers that it was sent: nothing from there on is shown, however it is written. */
const SENT_HEADERS = /(authorization|x-tc-token|TC3-HMAC).*$/is;

/** The beginning of a page that is not the API's, on one line. */
function excerpt(body: string): string {
  const text = body
    .slice(0, 2_000)
    .replace(SENT_HEADERS, "$1 …")
    .replace(/<[^>]*>?/g, " ")
    .replace(/\s+/g, " ")
    .trim();
  return text === "" ? "(empty)" : text.slice(0, 200);
}

/** The API's error in `parsed`, in today's form or that of API 2.0, if there is one. */
function apiError(parsed: unknown, status: number): Fault | undefined {
  if (!isRecord(parsed)) return undefined;
  const response = parsed.Response;
  if (isRecord(response) && isRecord(response.Error)) {
    const { Code, Message } = response.Error;
    const requestId = asText(response.RequestId);
    if (typeof Code === "string" && Code !== "") return fault(Code, asText(Message) ?? "", { requestId, status });
  }
  const { codeDesc, message } = parsed;
  if (typeof codeDesc === "string" && codeDesc !== "" && codeDesc !== "Success") {
    return fault(codeDesc, asText(message) ?? "", { status });
  }
  return undefined;
}

const asText = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

function httpFault(status: number, body: string): Fault {
  const message = `HTTP ${status}: ${excerpt(body)}`;
  if (status >= 300 && status < 400) return fault("Http.Redirect", message, { status });
  if (status >= 500 || status === 429 || status === 408)
    return fault("Http.ServerError", message, { status, lost: true });
  return fault("Http.Refused", message, { status });
}

/** Tells success from failure. A success is an HTTP 200 with a `Response` object that holds no `Error`. */
export function interpret({ status, body }: HttpAnswer): Success | Fault {
  const parsed = parse(body);
  const error = apiError(parsed, status);
  if (error) return error;
  if (status !== 200) return httpFault(status, body);
  const response = isRecord(parsed) ? parsed.Response : undefined;
  if (!isRecord(response) || "Error" in response) {
    return fault("Answer.NotUnderstood", `HTTP 200, but not an answer of the API: ${excerpt(body)}`, {
      status,
      lost: true,
    });
  }
  return { response, requestId: asText(response.RequestId) };
}
