import { setTimeout as sleep } from "node:timers/promises";
import type { Fault, HttpRecord, Rule, RunningService, ServiceOptions } from "../types.ts";
import { type Body, readBody } from "./body.ts";
import { deliver, type HttpResponse } from "./delivery.ts";
import type { Exchange } from "./exchange.ts";
import { FaultRules, hasEffect, needsReply } from "./fault-rules.ts";
import type { Random } from "./random.ts";
import { listen } from "./server.ts";

/** A record while it is filled in. */
export type Open<Log> = { -readonly [Key in keyof Log]: Log[Key] };

/** What a service makes of a request, before any fault. */
export interface Reply extends HttpResponse {
  outcome: string;
  /** Does what the request asks for. It is left out if there is nothing to do. */
  takeEffect?: () => void;
}

/** Faults that only a service itself can turn into a response. */
export type ServiceFault = Extract<Fault, { kind: "api-error" | "success" }>;

/** A request whose head has arrived. */
export interface Arrival<Log extends HttpRecord> {
  readonly record: Open<Log>;
  /** What rules with `csrIds` match. */
  readonly csrIds: readonly number[];
  /** Completes the record from the body. */
  read(body: Body): void;
  /** Processes the request, and has no effect. */
  process(body: Body): Reply | Promise<Reply>;
  /** The response that carries a fault. */
  alter(fault: ServiceFault, reply: Reply | undefined): HttpResponse;
  /** Called when the outcome is in the record. */
  settle(): void;
  /** Called right before the response is sent. */
  respond(fault: Fault | undefined): void;
}

/** What is behind an HTTP server. */
export interface Service<Log extends HttpRecord> {
  /** The action of a request, which must be known from its head. */
  actionOf(exchange: Exchange): string;
  arrive(exchange: Exchange, record: HttpRecord): Arrival<Log>;
  /** Headers of every response. */
  headers(): Record<string, string>;
}

type AnyRule = Rule<string, Fault>;

const EMPTY: HttpResponse = { status: 200, headers: {}, body: Buffer.alloc(0) };

function isServiceFault(fault: Fault | undefined): fault is ServiceFault {
  return fault?.kind === "api-error" || fault?.kind === "success";
}

/** Takes requests through a service: record, fault, effect, latency, response. */
class Host<Log extends HttpRecord> {
  readonly requests: Open<Log>[] = [];
  faults: FaultRules;
  readonly #service: Service<Log>;
  readonly #options: ServiceOptions<Log>;
  readonly #random: Random;
  readonly #requestsOfAction = new Map<string, number>();
  readonly #closed = new AbortController();

  constructor(
    service: Service<Log>,
    options: ServiceOptions<Log> & { faults?: readonly AnyRule[] | undefined },
    random: Random,
  ) {
    this.#service = service;
    this.#options = options;
    this.#random = random;
    this.faults = new FaultRules(options.faults);
  }

  handle(exchange: Exchange): void {
    this.#serve(exchange).catch((error) => {
      // Requests that are pending when the emulator is closed get no response. Any other error is a bug of the emulator.
      if (!this.#closed.signal.aborted) throw error;
    });
  }

  close(): void {
    this.#closed.abort();
  }

  async #serve(exchange: Exchange): Promise<void> {
    const { arrivalDelayMs } = this.#options;
    if (arrivalDelayMs !== undefined) await this.#sleep(this.#oneOf(arrivalDelayMs));
    const at = performance.now();
    const action = this.#service.actionOf(exchange);
    const numberOfAction = (this.#requestsOfAction.get(action) ?? 0) + 1;
    this.#requestsOfAction.set(action, numberOfAction);
    const arrival = this.#service.arrive(exchange, this.#newRecord(exchange, action, at));
    this.requests.push(arrival.record);
    const body = await readBody(exchange.body);
    if (body === undefined) {
      arrival.record.outcome = "aborted";
      return;
    }
    arrival.record.body = body.content.toString();
    arrival.read(body);
    this.#options.onRequest?.(arrival.record);
    await this.#respond(exchange, arrival, body, numberOfAction);
    this.#options.onResponse?.(arrival.record);
  }

  #newRecord({ method, path, headers }: Exchange, action: string, at: number): HttpRecord {
    const number = this.requests.length + 1;
    const host = headers.host ?? "";
    return { number, action, at, method, path, host, headers, body: "", outcome: "pending" };
  }

  /** The effect comes first and the response `latencyMs` later, so that a client can miss the one and not the other. */
  async #respond(exchange: Exchange, arrival: Arrival<Log>, body: Body, numberOfAction: number): Promise<void> {
    const { record, csrIds } = arrival;
    const { action, number } = record;
    const fault = this.faults.next({ action, number, numberOfAction, csrIds });
    const result = needsReply(fault) ? arrival.process(body) : undefined;
    // Without `await` where there is nothing to wait for: no other request may come between a reply and its effect.
    const reply = result instanceof Promise ? await result : result;
    record.outcome = fault?.kind === "api-error" ? fault.code : (fault?.kind ?? reply?.outcome ?? "ok");
    if (hasEffect(fault)) this.#takeEffect(reply, fault);
    arrival.settle();
    if (fault?.kind !== "hang") await this.#sleep(this.#oneOf(this.#options.latencyMs ?? 0));
    arrival.respond(fault);
    const altered = isServiceFault(fault) ? arrival.alter(fault, reply) : undefined;
    const response = altered ?? reply ?? EMPTY;
    const headers = this.#service.headers();
    const delivery = { exchange, response, headers, sleep: (ms: number) => this.#sleep(ms) };
    await deliver(delivery, isServiceFault(fault) ? undefined : fault);
  }

  #takeEffect(reply: Reply | undefined, fault: Fault | undefined): void {
    const { takeEffect } = reply ?? {};
    const delayMs = fault?.effectDelayMs ?? this.#options.effectDelayMs ?? 0;
    if (takeEffect === undefined) return;
    if (delayMs === 0) takeEffect();
    else void this.#sleep(delayMs).then(takeEffect, () => {});
  }

  async #sleep(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#closed.signal });
  }

  #oneOf(ms: number | { min: number; max: number }): number {
    return typeof ms === "number" ? ms : ms.min + this.#random() * (ms.max - ms.min);
  }
}

/** Starts a server for a service. */
export async function startService<Log extends HttpRecord, R extends AnyRule>(
  service: Service<Log>,
  options: ServiceOptions<Log> & { faults?: readonly R[] },
  random: Random,
): Promise<RunningService<Log, R>> {
  const host = new Host(service, options, random);
  const server = await listen(options, (exchange) => host.handle(exchange));
  const close = () => {
    host.close();
    return server.close();
  };
  return {
    url: server.url,
    port: server.port,
    requests: host.requests,
    setFaults(rules) {
      host.faults = new FaultRules(rules);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
