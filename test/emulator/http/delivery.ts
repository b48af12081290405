import { once } from "node:events";
import { Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Fault } from "../types.ts";
import type { Exchange } from "./exchange.ts";

/** A complete response. */
export interface HttpResponse {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: Buffer;
}

/** What is needed to respond to a request. */
export interface Delivery {
  exchange: Exchange;
  /** The real response, if the request was processed. */
  response: HttpResponse;
  /** Headers of every response. */
  headers: Readonly<Record<string, string>>;
  /** Waits, unless the emulator is closed meanwhile. */
  sleep: (ms: number) => Promise<void>;
}

/** A fault that any service can inject. */
type Injected = Exclude<Fault, { kind: "api-error" | "success" }>;
type FaultOf<Kind extends Injected["kind"]> = Extract<Injected, { kind: Kind }>;

const JSON_TYPE = { "content-type": "application/json" };
const PIECE = Buffer.alloc(16_384, "x");

function writeHead(delivery: Delivery, status: number, headers: Readonly<Record<string, string>>): Writable {
  return delivery.exchange.head(status, { ...delivery.headers, ...headers });
}

function send(delivery: Delivery, { status, headers, body }: HttpResponse): void {
  writeHead(delivery, status, { "content-length": String(body.length), ...headers }).end(body);
}

function beginReal(delivery: Delivery): Writable {
  const { status, headers, body } = delivery.response;
  return writeHead(delivery, status, { ...headers, "content-length": String(body.length) });
}

function sendRaw(delivery: Delivery, fault: FaultOf<"http">): void {
  const lowered = Object.entries(fault.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]);
  const headers: Record<string, string> = Object.fromEntries(lowered);
  const hasNoBody = fault.status === 204 || fault.status === 304;
  if (hasNoBody) writeHead(delivery, fault.status, headers).end();
  else send(delivery, { status: fault.status, headers, body: Buffer.from(fault.body ?? "") });
}

async function hang(delivery: Delivery, fault: FaultOf<"hang">): Promise<void> {
  if (fault.ms === undefined) return;
  await delivery.sleep(fault.ms);
  delivery.exchange.destroy();
}

function truncate(delivery: Delivery): void {
  const { body } = delivery.response;
  const stream = beginReal(delivery);
  stream.write(body.subarray(0, Math.floor(body.length / 2)), () => delivery.exchange.abort());
}

function* pieces(bytes: number): Generator<Buffer> {
  for (let left = bytes; left > 0; left -= PIECE.length) yield left < PIECE.length ? PIECE.subarray(0, left) : PIECE;
}

async function sendHuge(delivery: Delivery, fault: FaultOf<"huge">): Promise<void> {
  const length: Record<string, string> = fault.contentLength ? { "content-length": String(fault.bytes) } : {};
  const stream = writeHead(delivery, 200, { ...JSON_TYPE, ...length });
  // A client that stops reading makes the pipeline fail, which is expected.
  await pipeline(Readable.from(pieces(fault.bytes), { objectMode: false }), stream).catch(() => {});
}

async function drip(delivery: Delivery, fault: FaultOf<"drip">): Promise<void> {
  const { body } = delivery.response;
  const stream = beginReal(delivery);
  for (let at = 0; at < body.length && !stream.destroyed; at += fault.bytes) {
    await delivery.sleep(fault.everyMs);
    if (!stream.write(body.subarray(at, at + fault.bytes)))
      await Promise.race([once(stream, "drain"), once(stream, "close")]);
  }
  stream.end();
}

/** Responds to a request, with the real response or with a fault. */
export async function deliver(delivery: Delivery, fault: Injected | undefined): Promise<void> {
  switch (fault?.kind) {
    case undefined:
      return send(delivery, delivery.response);
    case "delay":
      await delivery.sleep(fault.ms);
      return send(delivery, delivery.response);
    case "http":
      return sendRaw(delivery, fault);
    case "response":
      return send(delivery, {
        status: 200,
        headers: JSON_TYPE,
        body: Buffer.from(JSON.stringify(fault.response) ?? ""),
      });
    case "reset":
      return delivery.exchange.destroy();
    case "hang":
      return hang(delivery, fault);
    case "truncate":
      return truncate(delivery);
    case "huge":
      return sendHuge(delivery, fault);
    case "drip":
      return drip(delivery, fault);
  }
}

/** Whether the client gets the real response in full. */
export function isWhole(fault: Fault | undefined): boolean {
  return fault === undefined || ["delay", "drip", "success"].includes(fault.kind);
}
