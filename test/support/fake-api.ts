/**
 * The API as an HTTP client in virtual time, for thousands of runs a second. Simpler than the emulator: no signatures, no sockets; but
 * with connections and transits that take their time, and a rate limit that counts at arrival.
 */
import type { HttpClient, HttpFailure, HttpRequest, HttpResponse } from "../../src/http/client.ts";
import { failed, type Result, success } from "../../src/shared/result.ts";
import type { VirtualClock } from "./virtual-clock.ts";

/** A row of DescribeCSRSet. */
export interface FakeCsr {
  readonly Id: number;
  readonly OwnerUin?: string | null;
  readonly Domain?: string | null;
  readonly CreateTime?: string | null;
  readonly Remarks?: string | null;
}

export interface FakeRequest {
  /** From 1, over all actions. */
  readonly number: number;
  readonly action: string;
  readonly ids: readonly number[];
  readonly offset: number;
  readonly limit: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Method and URL. */
  readonly target: string;
  /** The parameters, as JSON. */
  readonly body: string;
}

export type FakeFault =
  | { readonly kind: "code"; readonly code: string; readonly message?: string; readonly date?: string }
  /** An error response although the work was done (or will be, `effectAfterMs` later). */
  | { readonly kind: "code-after-effect"; readonly code: string; readonly effectAfterMs?: number }
  /** The connection breaks; with `effect`, after the work was done (or will be, `effectAfterMs` later). */
  | { readonly kind: "connection-lost"; readonly effect: boolean; readonly effectAfterMs?: number }
  | { readonly kind: "http"; readonly status: number; readonly effect: boolean; readonly body?: string }
  | { readonly kind: "body"; readonly body: string; readonly effect: boolean }
  /** No request gets through: the HTTP client's own failure with this code. */
  | { readonly kind: "no-connection"; readonly code?: string };

export interface FakeApiOptions {
  readonly clock: VirtualClock;
  /** IDs, or whole rows. */
  readonly inventory: Iterable<number | FakeCsr>;
  /** Exist, but are left out of `Success` and stay. */
  readonly kept?: ReadonlySet<number>;
  /** IDs that make the API refuse the whole call, with the code. */
  readonly rejected?: ReadonlyMap<number, string>;
  readonly fault?: (request: FakeRequest) => FakeFault | undefined;
  /** Another page than the true one; `undefined` for the true one. */
  readonly listing?: (
    request: FakeRequest,
    inventory: ReadonlyMap<number, FakeCsr>,
  ) => { readonly Total: unknown; readonly Set: unknown } | undefined;
  /** Milliseconds; asked for each request. */
  readonly connectMs?: () => number;
  readonly transitMs?: () => number;
  readonly latencyMs?: () => number;
  /** Requests in any sliding second at arrival. */
  readonly limit?: number;
  /** Whether a refused request counts towards the limit, too: how the real API does it is not known. */
  readonly refusedCount?: boolean;
}

export interface FakeApi extends HttpClient {
  readonly inventory: Map<number, FakeCsr>;
  readonly deleted: ReadonlySet<number>;
  readonly requests: readonly FakeRequest[];
  /** When each request went onto the wire. */
  readonly startedAt: readonly number[];
  /** How many requests the rate limit refused. */
  readonly rateLimited: number;
}

const zero = (): number => 0;
const headersOf = (date?: string): HttpResponse["headers"] => (date ? { date } : {});

export function fakeApi(options: FakeApiOptions): FakeApi {
  const { clock, kept = new Set(), rejected = new Map(), refusedCount = false } = options;
  const { connectMs = zero, transitMs = zero, latencyMs = zero, limit = Number.POSITIVE_INFINITY } = options;
  const inventory = new Map(
    [...options.inventory].map((csr) => (typeof csr === "number" ? [csr, { Id: csr }] : [csr.Id, csr])),
  );
  const deleted = new Set<number>();
  const requests: FakeRequest[] = [];
  const startedAt: number[] = [];
  const arrivals: number[] = [];
  let rateLimited = 0;

  const respond = (response: unknown, date?: string): Result<HttpResponse, HttpFailure> =>
    success({ status: 200, headers: headersOf(date), body: JSON.stringify({ Response: response }) });
  const respondWithError = ({ number }: FakeRequest, code: string, message = "", date?: string) =>
    respond({ Error: { Code: code, Message: message }, RequestId: `request-${number}` }, date);

  function truePage({ offset, limit: size }: FakeRequest): { Total: number; Set: readonly FakeCsr[] } {
    const rows = [...inventory.values()].sort((a, b) => a.Id - b.Id);
    return { Total: rows.length, Set: rows.slice(offset, offset + size) };
  }

  function remove(ids: readonly number[]): readonly number[] {
    const removed = ids.filter((id) => inventory.has(id) && !kept.has(id));
    for (const id of removed) {
      inventory.delete(id);
      deleted.add(id);
    }
    return removed;
  }

  function serve(request: FakeRequest): Result<HttpResponse, HttpFailure> {
    const RequestId = `request-${request.number}`;
    if (request.action === "DescribeCSRSet")
      return respond({ ...(options.listing?.(request, inventory) ?? truePage(request)), RequestId });
    const code = request.ids.map((id) => rejected.get(id)).find((found) => found !== undefined);
    if (code !== undefined) return respondWithError(request, code);
    return respond({ Success: remove(request.ids), RequestId });
  }

  /** Does the work that a fault hides, now or later. */
  function takeEffect(request: FakeRequest, fault: FakeFault): void {
    const hidden = fault.kind === "code-after-effect" || ("effect" in fault && fault.effect);
    if (!hidden || request.action === "DescribeCSRSet") return;
    const afterMs = "effectAfterMs" in fault ? (fault.effectAfterMs ?? 0) : 0;
    if (afterMs === 0) serve(request);
    else void clock.sleep(afterMs).then(() => serve(request));
  }

  function respondTo(request: FakeRequest, fault: FakeFault): Result<HttpResponse, HttpFailure> {
    switch (fault.kind) {
      case "code":
        return respondWithError(request, fault.code, fault.message, fault.date);
      case "code-after-effect":
        return respondWithError(request, fault.code);
      case "http":
        return success({ status: fault.status, headers: {}, body: fault.body ?? "<p>busy" });
      case "body":
        return success({ status: 200, headers: {}, body: fault.body });
      case "connection-lost":
        return failed({ code: "Network.ConnectionLost", message: "connection lost", sent: true });
      case "no-connection":
        return failed({ code: fault.code ?? "Network.ConnectFailed", message: "no connection", sent: false });
    }
  }

  function overLimit(): boolean {
    const now = clock.monotonicNow();
    const refused = arrivals.filter((at) => at > now - 1000).length >= limit;
    if (!refused || refusedCount) arrivals.push(now);
    if (refused) rateLimited += 1;
    return refused;
  }

  async function request(sent: HttpRequest): Promise<Result<HttpResponse, HttpFailure>> {
    const { method, url, headers, body = "{}", onStarted, cancel, signal } = sent;
    const parameters = JSON.parse(body) as { CSRIds?: number[]; Offset?: number; Limit?: number };
    const received: FakeRequest = {
      number: requests.length + 1,
      action: headers["x-tc-action"] ?? "",
      ids: parameters.CSRIds ?? [],
      offset: parameters.Offset ?? 0,
      limit: parameters.Limit ?? 10,
      headers,
      target: `${method} ${url}`,
      body,
    };
    const isCancelled = (): boolean => cancel?.aborted === true || signal?.aborted === true;
    const cancelled = failed({ code: "Network.Aborted", message: "", sent: false });
    if (isCancelled()) return cancelled;
    requests.push(received);
    const fault = options.fault?.(received);
    const connectionMs = connectMs();
    await clock.sleep(connectionMs, signal);
    // Without a wait there is no moment between the beginning and the wire; a fault may cancel what it sees.
    if (signal?.aborted || (connectionMs > 0 && isCancelled())) return cancelled;
    if (fault?.kind === "no-connection") return respondTo(received, fault);
    startedAt.push(clock.monotonicNow());
    onStarted?.();
    await clock.sleep(transitMs(), signal);
    if (overLimit()) return respondWithError(received, "RequestLimitExceeded");
    if (fault) takeEffect(received, fault);
    const response = fault ? respondTo(received, fault) : serve(received);
    await clock.sleep(latencyMs(), signal);
    if (signal?.aborted) return failed({ code: "Network.Aborted", message: "", sent: true });
    return response;
  }

  return {
    request,
    preconnect() {},
    inventory,
    deleted,
    requests,
    startedAt,
    get rateLimited() {
      return rateLimited;
    },
  };
}
