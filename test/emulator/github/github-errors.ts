import type { Reply } from "../http/service.ts";
import type { TransportFault } from "../types.ts";
import { jsonReply, jsonResponse } from "./json-response.ts";

const DOCUMENTATION = "https://docs.github.com/rest/issues/comments";
const NOT_ACCESSIBLE = "Resource not accessible by integration";

/** An error of GitHub's REST API. */
export function githubError(status: number, message: string, more: object = {}): Reply {
  return jsonReply(status, { message, ...more, documentation_url: DOCUMENTATION, status: String(status) });
}

/** The token lacks a permission. */
export function notAccessible(): Reply {
  return githubError(403, NOT_ACCESSIBLE);
}

/** The body of a comment is not acceptable. */
export function invalidBody(message: string): Reply {
  const errors = [{ resource: "IssueComment", code: "unprocessable", field: "data", message }];
  return githubError(422, "Validation Failed", { errors });
}

function faultOf(status: number, message: string, headers: Record<string, string> = {}): TransportFault {
  const { body, headers: own } = jsonResponse(status, {
    message,
    documentation_url: DOCUMENTATION,
    status: String(status),
  });
  return { kind: "http", status, headers: { ...own, ...headers }, body: body.toString() };
}

/** Faults with the messages of GitHub, for rules. */
export const GITHUB_FAULTS = {
  /** `pull-requests: write` is missing, or the run is of a fork. */
  notAccessible: (): TransportFault => faultOf(403, NOT_ACCESSIBLE),
  /** Too much at once: https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api. */
  secondaryRateLimit: (status: 403 | 429 = 403, retryAfterSeconds = 60): TransportFault =>
    faultOf(
      status,
      "You have exceeded a secondary rate limit. Please wait a few minutes before you try again. " +
        "If you reach out to GitHub Support for help, please include the request ID 0000:0000:00000:00000:00000000.",
      { "retry-after": String(retryAfterSeconds) },
    ),
  /** The limit of the hour. */
  primaryRateLimit: (resetInSeconds = 3600): TransportFault =>
    faultOf(403, "API rate limit exceeded for installation.", {
      "x-ratelimit-limit": "1000",
      "x-ratelimit-remaining": "0",
      "x-ratelimit-reset": String(Math.floor(Date.now() / 1000) + resetInSeconds),
    }),
  serverError: (status = 500): TransportFault => faultOf(status, "Server Error"),
} as const;
