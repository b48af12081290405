import type { Body } from "../http/body.ts";
import type { HttpResponse } from "../http/delivery.ts";
import { isWhole } from "../http/delivery.ts";
import type { Arrival, Open, Reply, ServiceFault } from "../http/service.ts";
import type { Fault, RequestRecord } from "../types.ts";
import { type ApiResult, bodyOf, errorResult } from "./api-result.ts";
import type { ApiRequest } from "./gateway.ts";
import type { Permit, RateLimiter } from "./rate-limiter.ts";
import { withUnexpectedSuccess } from "./unexpected-success.ts";

const JSON_TYPE = { "content-type": "application/json" };

/** What processes requests to one of the APIs. */
export interface Api {
  rateLimiter: RateLimiter;
  process(request: ApiRequest, permit: Permit, record: Open<RequestRecord>): ApiResult | Promise<ApiResult>;
}

/** The integers in `CSRIds`, even if the body is invalid. */
function lenientCsrIds(text: string): number[] {
  try {
    const ids: unknown = JSON.parse(text).CSRIds;
    return Array.isArray(ids) ? ids.filter((id) => Number.isSafeInteger(id)) : [];
  } catch {
    return [];
  }
}

/** A request to Tencent Cloud whose head has arrived. */
export class TencentCloudArrival implements Arrival<RequestRecord> {
  readonly record: Open<RequestRecord>;
  readonly #api: Api;
  readonly #permit: Permit;
  readonly #requestId: string;
  readonly #minBytes: number;
  #result: ApiResult | undefined;

  constructor(api: Api, record: Open<RequestRecord>, requestId: string, minBytes: number) {
    this.record = record;
    this.#api = api;
    this.#permit = api.rateLimiter.acquire(record.action, record.at);
    this.#requestId = requestId;
    this.#minBytes = minBytes;
  }

  get csrIds(): readonly number[] {
    return this.record.csrIds;
  }

  read(): void {
    this.record.csrIds = lenientCsrIds(this.record.body);
  }

  process({ content, bytes, hash }: Body): Reply | Promise<Reply> {
    const { method, path, headers } = this.record;
    const requestId = this.#requestId;
    const request = { method, path, headers, body: content, bodyBytes: bytes, payloadHash: hash, requestId };
    const result = this.#api.process(request, this.#permit, this.record);
    return result instanceof Promise ? result.then((value) => this.#replyOf(value)) : this.#replyOf(result);
  }

  alter(fault: ServiceFault): HttpResponse {
    if (fault.kind === "success") {
      const response = withUnexpectedSuccess(this.#result?.response ?? {}, fault.as, this.csrIds);
      return { status: 200, headers: JSON_TYPE, body: bodyOf({ response }) };
    }
    const message = fault.message ?? `An injected fault: ${fault.code}.`;
    const { RequestId, ...error } = errorResult(fault.code, message, this.#requestId).response;
    const response = fault.requestId === false ? error : { ...error, RequestId };
    return { status: fault.status ?? 200, headers: JSON_TYPE, body: bodyOf({ response }) };
  }

  settle(): void {
    // A request that is refused for its rate does not count, whether the rate limiter or a fault refuses it.
    if (this.record.outcome.startsWith("RequestLimitExceeded")) this.#api.rateLimiter.release(this.#permit);
  }

  respond(fault: Fault | undefined): void {
    const sent = fault?.kind === "api-error" ? fault.requestId !== false : isWhole(fault);
    if (sent) this.record.requestId = this.#requestId;
  }

  #replyOf(result: ApiResult): Reply {
    this.#result = result;
    const { code, takeEffect, reason } = result;
    if (reason !== undefined) this.record.reason = reason;
    const json = bodyOf(result);
    // White space after a JSON value belongs to it.
    const body = Buffer.concat([json, Buffer.alloc(Math.max(0, this.#minBytes - json.length), " ")]);
    const reply: Reply = { outcome: code, status: 200, headers: JSON_TYPE, body };
    return takeEffect === undefined ? reply : { ...reply, takeEffect };
  }
}
