import type { Reply } from "../http/service.ts";
import { githubError, notAccessible } from "./github-errors.ts";
import { jsonReply } from "./json-response.ts";

/** The one query that is known, with any white space, and with or without a name. */
const VIEWER = /^(?:query(?: ?\w+)? ?)?\{ ?viewer ?\{ ?login ?\} ?\}$/;

function queryOf(json: string): string | undefined {
  try {
    const { query } = JSON.parse(json);
    return typeof query === "string" ? query.replace(/[\s,]+/g, " ").trim() : undefined;
  } catch {
    return undefined;
  }
}

/** `GET /user`, which the tokens of apps may not use. */
export function userReply(login: string): Reply {
  return login.endsWith("[bot]") ? notAccessible() : jsonReply(200, { login, type: "User" });
}

/** `{ viewer { login } }`. GraphQL sends its errors with HTTP 200. */
export function graphqlReply(json: string, login: string, hasViewer: boolean): Reply {
  const query = queryOf(json);
  if (query === undefined) return githubError(400, "A query attribute must be specified and must be a string.");
  if (!VIEWER.test(query)) {
    return {
      ...jsonReply(200, { errors: [{ message: "The emulator knows only { viewer { login } }." }] }),
      outcome: "error",
    };
  }
  if (hasViewer) return jsonReply(200, { data: { viewer: { login } } });
  const errors = [{ type: "FORBIDDEN", path: ["viewer"], message: "Resource not accessible by integration" }];
  return { ...jsonReply(200, { data: null, errors }), outcome: "FORBIDDEN" };
}
