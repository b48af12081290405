import { once } from "node:events";
import { Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type Answer, errorAnswer } from "./api.ts";
import type { Exchange } from "./exchange.ts";
import { withStrangeSuccess } from "./strange-success.ts";
import type { Fault } from "./types.ts";

/** What is needed to answer a request. */
export interface Delivery {
  exchange: Exchange;
  /** The real answer, if the request was processed. */
  answer: Answer | undefined;
  /** The ID of the answer, if it carries one. */
  requestId: string;
  csrIds: readonly number[];
  /** Headers of every answer. */
  headers: Readonly<Record<string, string>>;
  /** Waits, unless the emulator is closed meanwhile. */
  sleep: (ms: number) => Promise<void>;
}

type FaultOf<Kind extends Fault["kind"]> = Extract<Fault, { kind: Kind }>;

const JSON_TYPE = { "content-type": "application/json" };
const PIECE = Buffer.alloc(16_384, "x");

function jsonBody(response: unknown): Buffer {
  return Buffer.from(JSON.stringify({ Response: response }));
}

function realBody({ answer }: Delivery): Buffer {
  return jsonBody(answer?.response);
}

function head(delivery: Delivery, status: number, headers: Record<string, string>): Writable {
  return delivery.exchange.head(status, { ...delivery.headers, ...headers });
}

function send(delivery: Delivery, body: Buffer, status = 200, headers: Record<string, string> = JSON_TYPE): void {
  const length = { "content-length": String(body.length) };
  head(delivery, status, { ...length, ...headers }).end(body);
}

function sendApiError(delivery: Delivery, fault: FaultOf<"api-error">): void {
  const message = fault.message ?? `The emulator was told to answer ${fault.code}.`;
  const { RequestId: requestId, ...response } = errorAnswer(fault.code, message, delivery.requestId).response;
  const body = fault.requestId === false ? response : { ...response, RequestId: requestId };
  send(delivery, jsonBody(body), fault.status);
}

function sendRaw(delivery: Delivery, fault: FaultOf<"http">): void {
  const lowered = Object.entries(fault.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]);
  const body = Buffer.from(fault.body ?? "");
  const bodiless = fault.status === 204 || fault.status === 304;
  const headers: Record<string, string> = Object.fromEntries(lowered);
  if (bodiless) head(delivery, fault.status, headers).end();
  else send(delivery, body, fault.status, headers);
}

async function hang(delivery: Delivery, fault: FaultOf<"hang">): Promise<void> {
  if (fault.ms === undefined) return;
  await delivery.sleep(fault.ms);
  delivery.exchange.destroy();
}

function truncate(delivery: Delivery): void {
  const body = realBody(delivery);
  const stream = head(delivery, 200, { ...JSON_TYPE, "content-length": String(body.length) });
  stream.write(body.subarray(0, Math.floor(body.length / 2)), () => delivery.exchange.breakOff());
}

function* pieces(bytes: number): Generator<Buffer> {
  for (let left = bytes; left > 0; left -= PIECE.length) yield left < PIECE.length ? PIECE.subarray(0, left) : PIECE;
}

async function sendHuge(delivery: Delivery, fault: FaultOf<"huge">): Promise<void> {
  const length = fault.contentLength ? { "content-length": String(fault.bytes) } : {};
  const stream = head(delivery, 200, { ...JSON_TYPE, ...length });
  // A client that has had enough goes away, which is an error of the pipeline but not of ours.
  await pipeline(Readable.from(pieces(fault.bytes), { objectMode: false }), stream).catch(() => {});
}

async function drip(delivery: Delivery, fault: FaultOf<"drip">): Promise<void> {
  const body = realBody(delivery);
  const stream = head(delivery, 200, { ...JSON_TYPE, "content-length": String(body.length) });
  for (let at = 0; at < body.length && !stream.destroyed; at += fault.bytes) {
    await delivery.sleep(fault.everyMs);
    if (!stream.write(body.subarray(at, at + fault.bytes)))
      await Promise.race([once(stream, "drain"), once(stream, "close")]);
  }
  stream.end();
}

/** Answers a request, truly or not. */
export async function deliver(delivery: Delivery, fault: Fault | undefined): Promise<void> {
  switch (fault?.kind) {
    case undefined:
      return send(delivery, realBody(delivery));
    case "delay":
      await delivery.sleep(fault.ms);
      return send(delivery, realBody(delivery));
    case "api-error":
      return sendApiError(delivery, fault);
    case "http":
      return sendRaw(delivery, fault);
    case "response":
      return send(delivery, Buffer.from(JSON.stringify(fault.response) ?? ""));
    case "success":
      return (
        delivery.answer && send(delivery, jsonBody(withStrangeSuccess(delivery.answer, fault.as, delivery.csrIds)))
      );
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

/** The `RequestId` that the client gets in full, if it gets one. */
export function sentRequestId(delivery: Delivery, fault: Fault | undefined): string | undefined {
  if (fault?.kind === "api-error") return fault.requestId === false ? undefined : delivery.requestId;
  const whole = fault === undefined || ["delay", "drip", "success"].includes(fault.kind);
  return whole ? delivery.requestId : undefined;
}
