import type { HttpClient, HttpRequest } from "./client.ts";

/** A page of 100 comments of 65,536 characters each, most of them of one byte. */
const MAX_RESPONSE_BYTES = 16 * 1024 * 1024;
const BODILESS = new Set([204, 205, 304]);

/** A `fetch` over `http` for octokit, which sends text only. Requests share a deadline and a bound on their number. */
export function createFetch(
  http: HttpClient,
  { signal, maxRequests }: { readonly signal: AbortSignal; readonly maxRequests: number },
): typeof fetch {
  let requests = 0;
  return async (input, init = {}) => {
    requests += 1;
    if (requests > maxRequests) throw new Error(`more than ${maxRequests} requests`);
    const result = await http.request({
      method: (init.method ?? "GET") as HttpRequest["method"],
      url: String(input),
      headers: init.headers as Record<string, string>,
      body: init.body as string | undefined,
      signal,
      maxResponseBytes: MAX_RESPONSE_BYTES,
    });
    if (!result.ok) throw new Error(`${result.failure.code} ${result.failure.message}`.trim());
    const { status, headers, body } = result.value;
    return new Response(BODILESS.has(status) ? null : body, { status, headers });
  };
}
