import type { HttpClient } from "../http/client.ts";
import { failed, success } from "../shared/result.ts";

const TIMEOUT_MS = 10_000;

const refuse = (code: string, message: string) => failed({ code: `Oidc.${code}`, message });

/**
 * Asks GitHub once for an OIDC token for `audience`: https://docs.github.com/en/actions/reference/security/oidc
 * A failure quotes nothing of a response, which may hold a token.
 */
export async function fetchIdToken(
  audience: string,
  { env, http, signal }: { env: NodeJS.ProcessEnv; http: HttpClient; signal: AbortSignal },
) {
  const { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: bearer } = env;
  if (!url || !bearer) return refuse("NotPermitted", "ACTIONS_ID_TOKEN_REQUEST_URL is not set");
  const response = await http.request({
    method: "GET",
    url: `${url}&audience=${encodeURIComponent(audience)}`,
    headers: {
      accept: "application/json",
      authorization: `Bearer ${bearer}`,
      "user-agent": "delete-tencentcloud-ssl-csrs",
    },
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
  });
  if (!response.ok) {
    const { code, message } = response.failure;
    if (code === "Network.Insecure") return refuse("Malformed", "ACTIONS_ID_TOKEN_REQUEST_URL is not an https URL");
    const isLate = code === "Network.Aborted";
    return refuse("Unavailable", isLate ? `no response within ${TIMEOUT_MS / 1000} seconds` : `${code} ${message}`);
  }
  const { status, body } = response.value;
  if (status >= 500 || status === 408 || status === 429) return refuse("Unavailable", `HTTP ${status}`);
  if (status >= 400) return refuse("NotPermitted", `HTTP ${status}`);
  const token = status === 200 && tokenIn(body);
  return token ? success(token) : refuse("Malformed", `HTTP ${status}, but no token (a JWT) in the response`);
}

function tokenIn(body: string) {
  try {
    return /^[\w-]+\.[\w-]+\.[\w-]+$/.exec(JSON.parse(body).value)?.[0];
  } catch {
    return undefined;
  }
}
