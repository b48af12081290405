/**
 * The API as a transport in virtual time, for thousands of runs a second. Simpler than the emulator: no signatures, no HTTP; but
 * with connections and transits that take their time, and a limit that counts at arrival.
 */
import { fault } from "../src/tencentcloud/fault.ts";
import type { HttpAnswer, HttpPost, Transport } from "../src/tencentcloud/transport.ts";
import type { VirtualTime } from "./virtual-time.ts";

export interface FakeRequest {
  /** From 1, over all actions. */
  readonly number: number;
  readonly action: string;
  readonly ids: readonly number[];
  readonly offset: number;
  readonly headers: Readonly<Record<string, string>>;
}

export type FakeFault =
  | { readonly kind: "code"; readonly code: string; readonly message?: string; readonly date?: string }
  /** The connection breaks; with `effect`, after the work was done. */
  | { readonly kind: "lost"; readonly effect: boolean }
  | { readonly kind: "http"; readonly status: number; readonly effect: boolean }
  | { readonly kind: "body"; readonly body: string; readonly effect: boolean }
  /** No connection at all. */
  | { readonly kind: "refused" };

export interface FakeApiOptions {
  readonly time: VirtualTime;
  readonly inventory: Iterable<number>;
  /** Exist, but are left out of `Success` and stay. */
  readonly kept?: ReadonlySet<number>;
  /** IDs that make the API refuse the whole call, with the code. */
  readonly bad?: ReadonlyMap<number, string>;
  readonly fault?: (request: FakeRequest) => FakeFault | undefined;
  /** Milliseconds; asked for each request. */
  readonly connectMs?: () => number;
  readonly transitMs?: () => number;
  readonly latencyMs?: () => number;
  /** Requests in any sliding second at arrival. */
  readonly limit?: number;
  /** Whether a refused request counts towards the limit too: how the real API does it is not known. */
  readonly refusedCount?: boolean;
}

export interface FakeApi extends Transport {
  readonly inventory: Set<number>;
  readonly deleted: Set<number>;
  readonly requests: readonly FakeRequest[];
  /** When each request went onto the wire. */
  readonly sentAt: readonly number[];
  readonly rateLimited: number;
}

const zero = (): number => 0;

export function fakeApi(options: FakeApiOptions): FakeApi {
  const {
    time,
    kept = new Set(),
    bad = new Map(),
    connectMs = zero,
    transitMs = zero,
    latencyMs = zero,
    limit = Number.POSITIVE_INFINITY,
    refusedCount = false,
  } = options;
  const inventory = new Set(options.inventory);
  const deleted = new Set<number>();
  const requests: FakeRequest[] = [];
  const sentAt: number[] = [];
  const arrivals: number[] = [];
  let rateLimited = 0;

  const answer = (response: unknown, date?: string): HttpAnswer => ({
    status: 200,
    date,
    body: JSON.stringify({ Response: response }),
  });
  const error = (request: FakeRequest, code: string, message = "", date?: string): HttpAnswer =>
    answer({ Error: { Code: code, Message: message }, RequestId: `request-${request.number}` }, date);

  function serve(request: FakeRequest): HttpAnswer {
    const RequestId = `request-${request.number}`;
    if (request.action === "DescribeCSRSet") {
      const ids = [...inventory].sort((a, b) => a - b).slice(request.offset, request.offset + 100);
      return answer({ Total: inventory.size, Set: ids.map((Id) => ({ Id })), RequestId });
    }
    const refusal = request.ids.map((id) => bad.get(id)).find((code) => code !== undefined);
    if (refusal !== undefined) return error(request, refusal);
    const done = request.ids.filter((id) => inventory.has(id) && !kept.has(id));
    for (const id of done) {
      inventory.delete(id);
      deleted.add(id);
    }
    return answer({ Success: done, RequestId });
  }

  async function post({ headers, body, onSent, signal }: HttpPost) {
    const parameters = JSON.parse(body) as { CSRIds?: number[]; Offset?: number };
    const request: FakeRequest = {
      number: requests.length + 1,
      action: headers["x-tc-action"] ?? "",
      ids: parameters.CSRIds ?? [],
      offset: parameters.Offset ?? 0,
      headers,
    };
    requests.push(request);
    const wrong = options.fault?.(request);
    await time.sleep(connectMs(), signal);
    if (wrong?.kind === "refused") return fault("Network.ConnectFailed", "connection refused");
    sentAt.push(time.elapsed());
    onSent?.();
    await time.sleep(transitMs(), signal);

    const now = time.elapsed();
    if (arrivals.filter((at) => at > now - 1000).length >= limit) {
      if (refusedCount) arrivals.push(now);
      rateLimited += 1;
      return error(request, "RequestLimitExceeded");
    }
    arrivals.push(now);
    if (wrong?.kind === "code") {
      await time.sleep(latencyMs(), signal);
      return error(request, wrong.code, wrong.message, wrong.date);
    }
    if (wrong && !wrong.effect) {
      await time.sleep(latencyMs(), signal);
      return broken(wrong);
    }
    const result = serve(request);
    await time.sleep(latencyMs(), signal);
    if (signal?.aborted) return fault("Network.GivenUp", "", { lost: true });
    return wrong ? broken(wrong) : result;
  }

  function broken(wrong: Exclude<FakeFault, { kind: "code" | "refused" }>) {
    if (wrong.kind === "lost") return fault("Network.ConnectionLost", "connection lost", { lost: true });
    return {
      status: wrong.kind === "http" ? wrong.status : 200,
      date: undefined,
      body: wrong.kind === "http" ? "<p>busy" : wrong.body,
    };
  }

  return {
    post,
    close: async () => undefined,
    inventory,
    deleted,
    requests,
    sentAt,
    get rateLimited() {
      return rateLimited;
    },
  };
}
