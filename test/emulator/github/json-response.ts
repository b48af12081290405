import type { HttpResponse } from "../http/delivery.ts";
import type { Reply } from "../http/service.ts";

/** An HTTP response with a JSON body. */
export function jsonResponse(status: number, value: unknown, headers: Record<string, string> = {}): HttpResponse {
  return {
    status,
    headers: { "content-type": "application/json; charset=utf-8", ...headers },
    body: Buffer.from(JSON.stringify(value)),
  };
}

/** A reply with a JSON body. Its outcome is `ok`, or the status of an error. */
export function jsonReply(status: number, value: unknown, headers: Record<string, string> = {}): Reply {
  return { ...jsonResponse(status, value, headers), outcome: status < 400 ? "ok" : String(status) };
}
