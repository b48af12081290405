import { setTimeout as sleep } from "node:timers/promises";
import { type Account, type Answer, answerOf } from "./api.ts";
import { type Body, lenientCsrIds, readBody } from "./body.ts";
import { DEMO_CREDENTIALS } from "./credentials.ts";
import { type Delivery, deliver, sentRequestId } from "./delivery.ts";
import type { Exchange } from "./exchange.ts";
import { FaultBook, hasEffect, needsAnswer } from "./faults.ts";
import { Inventory } from "./inventory.ts";
import { Lister } from "./listing.ts";
import { PermissionRules } from "./permissions.ts";
import { type Random, randomUuid, seededRandom } from "./random.ts";
import { RateLimit, type Ticket } from "./rate-limit.ts";
import { listen } from "./server.ts";
import type { Emulator, EmulatorOptions, Fault, FaultRule, RequestRecord } from "./types.ts";

export { DEMO_CREDENTIALS } from "./credentials.ts";
export type * from "./types.ts";

const DEFAULT_REQUESTS_PER_SECOND = 10;

/** A record while the emulator fills it in. */
type OpenRecord = { -readonly [Key in keyof RequestRecord]: RequestRecord[Key] };

/** A request whose head has arrived. */
interface Arrival {
  exchange: Exchange;
  record: OpenRecord;
  numberOfAction: number;
  ticket: Ticket;
}

/** Everything that a running emulator knows. */
interface State {
  options: EmulatorOptions;
  account: Account;
  random: Random;
  faults: FaultBook;
  requests: OpenRecord[];
  deleted: number[];
  requestsOfAction: Map<string, number>;
  closed: AbortController;
}

function accountOf(options: EmulatorOptions, random: Random): Account {
  const inventory = new Inventory(options.csrs);
  const { requestsPerSecond = DEFAULT_REQUESTS_PER_SECOND, otherTrafficPerSecond = 0 } = options;
  return {
    credentials: options.credentials ?? DEMO_CREDENTIALS,
    inventory,
    lister: new Lister(inventory, random, options.listing),
    rateLimit: new RateLimit(requestsPerSecond, otherTrafficPerSecond),
    permissions: new PermissionRules(options.permissions),
    unknownIds: options.unknownIds ?? "leave-out",
    keptIds: new Set(options.keptIds),
    now: () => Date.now() + (options.clockSkewMs ?? 0),
  };
}

function stateOf(options: EmulatorOptions): State {
  const random = seededRandom(options.seed ?? 1);
  return {
    options,
    account: accountOf(options, random),
    random,
    faults: new FaultBook(options.faults),
    requests: [],
    deleted: [],
    requestsOfAction: new Map(),
    closed: new AbortController(),
  };
}

function arrive(state: State, exchange: Exchange): Arrival {
  const at = performance.now();
  const { headers } = exchange;
  const action = headers["x-tc-action"] ?? "";
  const numberOfAction = (state.requestsOfAction.get(action) ?? 0) + 1;
  state.requestsOfAction.set(action, numberOfAction);
  const record: OpenRecord = {
    number: state.requests.length + 1,
    action,
    at,
    csrIds: [],
    headers,
    body: "",
    outcome: "pending",
    deleted: [],
    host: headers.host ?? "",
  };
  state.requests.push(record);
  return { exchange, record, numberOfAction, ticket: state.account.rateLimit.arrive(action, at) };
}

function process(state: State, arrival: Arrival, body: Body, fault: Fault | undefined, requestId: string): Answer {
  const { method, path, headers } = arrival.exchange;
  const { kept, bytes, hash } = body;
  const request = { method, path, headers, body: kept, bodyBytes: bytes, payloadHash: hash, ticket: arrival.ticket };
  const answer = answerOf(request, state.account, requestId, hasEffect(fault));
  state.deleted.push(...answer.deleted);
  return answer;
}

function outcomeOf(fault: Fault | undefined, answer: Answer | undefined): string {
  if (fault?.kind === "api-error") return fault.code;
  return fault?.kind ?? answer?.code ?? "ok";
}

function latencyOf({ options, random }: State): number {
  const { latencyMs = 0 } = options;
  return typeof latencyMs === "number" ? latencyMs : latencyMs.min + random() * (latencyMs.max - latencyMs.min);
}

function deliveryOf(state: State, arrival: Arrival, answer: Answer | undefined, requestId: string): Delivery {
  const { signal } = state.closed;
  const date = { date: new Date(state.account.now()).toUTCString() };
  return {
    exchange: arrival.exchange,
    answer,
    requestId,
    csrIds: arrival.record.csrIds,
    headers: state.options.dateHeader === false ? {} : date,
    sleep: (ms) => sleep(ms, undefined, { signal }),
  };
}

/** A request has its effect first and its answer `latencyMs` later, so that a client can miss the one but not the other. */
async function respond(state: State, arrival: Arrival, body: Body): Promise<void> {
  const { record, numberOfAction, ticket } = arrival;
  const fault = state.faults.strike({ ...record, numberOfAction });
  const requestId = randomUuid(state.random);
  const answer = needsAnswer(fault) ? process(state, arrival, body, fault, requestId) : undefined;
  record.outcome = outcomeOf(fault, answer);
  record.deleted = answer?.deleted ?? [];
  // A request that is refused for its rate does not count, whoever refuses it.
  if (record.outcome.startsWith("RequestLimitExceeded")) state.account.rateLimit.release(ticket);
  if (fault?.kind !== "hang") await sleep(latencyOf(state), undefined, { signal: state.closed.signal });
  const delivery = deliveryOf(state, arrival, answer, requestId);
  const sent = sentRequestId(delivery, fault);
  if (sent !== undefined) record.requestId = sent;
  await deliver(delivery, fault);
}

async function handle(state: State, exchange: Exchange): Promise<void> {
  const arrival = arrive(state, exchange);
  const { record } = arrival;
  const body = await readBody(exchange.body);
  if (body === undefined) {
    record.outcome = "aborted";
    return;
  }
  record.body = body.kept.toString();
  record.csrIds = lenientCsrIds(record.body);
  state.options.onRequest?.(record);
  await respond(state, arrival, body);
  state.options.onAnswer?.(record);
}

/** Starts a server that answers `BatchDeleteCSR` and `DescribeCSRSet` as Tencent Cloud does. */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const state = stateOf(options);
  const { account, closed } = state;
  const server = await listen(options, (exchange) => {
    handle(state, exchange).catch((error) => {
      // Whoever still waits when the emulator is closed gets no answer. Any other error is a fault of the emulator.
      if (!closed.signal.aborted) throw error;
    });
  });
  const close = () => {
    closed.abort();
    return server.close();
  };
  return {
    url: server.url,
    port: server.port,
    requests: state.requests,
    inventory: account.inventory.ids,
    deleted: state.deleted,
    addCsrs: (ids) => account.inventory.add(ids),
    removeCsrs: (ids) => void account.inventory.remove(ids),
    setFaults(rules: readonly FaultRule[]) {
      state.faults = new FaultBook(rules);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
