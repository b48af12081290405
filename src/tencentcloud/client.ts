/** A signed call with pace, retries and one correction of the clock. Knows no single action of the API. */

import { redactor } from "../redaction.ts";
import { interpret, type Success } from "./answer.ts";
import { type Fault, fault, isFatal } from "./fault.ts";
import type { Pace, Turn } from "./pace.ts";
import { authorization, type Credentials } from "./signature.ts";
import type { Time } from "./time.ts";
import type { HttpAnswer, Transport } from "./transport.ts";

const CONTENT_TYPE = "application/json";
const MAX_ATTEMPTS = 5;
const FIRST_WAIT_MS = 500;
/** So long may a run get nothing but "too many requests". */
const MAX_REFUSED_MS = 120_000;
/** The API accepts less; a smaller difference is not what it complained about. */
const MIN_CLOCK_ERROR_MS = 60_000;

/** One request that was made, as the report shows it. */
export interface CallRecord {
  readonly action: string;
  /** How many resources the call was about. */
  readonly size: number;
  /** Attempts count up to 5; a request that the rate limit refused, or a wrong clock, is made again under the same number. */
  readonly attempt: number;
  /** Not the first request of its call. */
  readonly retry: boolean;
  /** UNIX time in milliseconds, by the runner's clock. */
  readonly startedAt: number;
  readonly durationMs: number;
  readonly requestId?: string | undefined;
  /** Missing when the call did what it was for. */
  readonly code?: string | undefined;
}

/** What a client tells while it works. */
export interface ClientEvents {
  onCall(record: CallRecord): void;
  /** A failed request will be made again after `waitMs`. */
  onRetry(record: CallRecord, fault: Fault, waitMs: number): void;
  /** The runner's clock is `errorMs` behind (or, if negative, ahead of) the API's; from now on requests are signed with the API's. */
  onClockCorrected(errorMs: number): void;
}

export interface ClientOptions {
  readonly credentials: Credentials;
  /** Host (and port, if it is not the usual one) of the API, such as `ssl.intl.tencentcloudapi.com`. */
  readonly host: string;
  readonly service: string;
  readonly version: string;
  /** Who calls, for the account's audit log: at most 128 characters of `[0-9a-zA-Z-_ ,;.]`. */
  readonly requestClient: string;
  readonly transport: Transport;
  readonly pace: Pace;
  readonly time: Time;
  readonly events: ClientEvents;
  /** Aborted: requests that are out are given up. */
  readonly abandon: AbortSignal;
}

export interface Call {
  readonly action: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** How many resources the call is about. */
  readonly size: number;
}

/** A call that did not do what it was for. */
export interface Failure {
  readonly ok: false;
  /** The last fault; `lost` if any request of this call may have been carried out unseen. */
  readonly fault: Fault;
  /** Further calls cannot do better. */
  readonly hopeless: boolean;
}

export type CallResult =
  | ({
      readonly ok: true /** An earlier request of this call may have been carried out unseen. */;
      readonly lost: boolean;
    } & Success)
  | Failure;

export interface Client {
  /** Resolves when a call may start; with `undefined` when `stop` is aborted first. */
  turn(stop: AbortSignal): Promise<Turn | undefined>;
  /** Makes the call, with retries; none of them starts once `stop` is aborted. Does not reject for what the API or the network does. */
  call(call: Call, turn: Turn, stop: AbortSignal): Promise<CallResult>;
}

/** Exponential backoff with full jitter: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ */
export function backoff(attempt: number, random: () => number): number {
  return random() * FIRST_WAIT_MS * 2 ** (attempt - 1);
}

/** Proxies show on their error pages what they were sent. What is secret in it goes before the text is cut. */
function withoutCredentials(answer: HttpAnswer, authorization: string, { secretId, token }: Credentials): HttpAnswer {
  const signature = authorization.slice(authorization.lastIndexOf("=") + 1);
  return { ...answer, body: redactor([signature, secretId, token ?? ""])(answer.body) };
}

export function createClient(options: ClientOptions): Client {
  const { time, pace, events } = options;
  /** Added to the runner's clock. `undefined` until the API has complained. */
  let clockError: number | undefined;
  /** When the API last answered with something other than a passing fault. */
  let lastServedAt = time.elapsed();

  function onServed(): void {
    lastServedAt = time.elapsed();
    pace.served();
  }

  /** True if signing again makes sense: the clock is corrected, now or by another call. */
  function correctClock(date: string | undefined): boolean {
    if (clockError !== undefined) return true;
    const serverTime = Date.parse(date ?? "");
    const error = serverTime - time.now();
    if (Number.isNaN(error) || Math.abs(error) < MIN_CLOCK_ERROR_MS) return false;
    clockError = error;
    events.onClockCorrected(error);
    return true;
  }

  function headersFor({ action }: Call, body: string): { authorization: string; [name: string]: string } {
    const { credentials, host, service, version, requestClient } = options;
    const timestamp = Math.floor((time.now() + (clockError ?? 0)) / 1000);
    // The SDKs sign these two and no more.
    const signed = { "content-type": CONTENT_TYPE, host };
    return {
      ...signed,
      authorization: authorization({ headers: signed, body, service, timestamp }, credentials),
      "x-tc-action": action,
      "x-tc-version": version,
      "x-tc-timestamp": String(timestamp),
      "x-tc-language": "en-US",
      "x-tc-requestclient": requestClient,
      ...(credentials.token ? { "x-tc-token": credentials.token } : {}),
    };
  }

  /** One request, signed now. */
  async function request(call: Call, attempt: number, retry: boolean, turn: Turn) {
    const body = JSON.stringify(call.parameters);
    const startedAt = time.now();
    const start = time.elapsed();
    const headers = headersFor(call, body);
    const answer = await options.transport
      .post({ headers, body, onSent: turn.sent, signal: options.abandon })
      .finally(turn.done);
    const result =
      "body" in answer ? interpret(withoutCredentials(answer, headers.authorization, options.credentials)) : answer;
    const failed = "code" in result;
    const record: CallRecord = {
      action: call.action,
      size: call.size,
      attempt,
      retry,
      startedAt,
      durationMs: Math.round(time.elapsed() - start),
      requestId: result.requestId,
      code: failed ? result.code : undefined,
    };
    events.onCall(record);
    return { result, record, date: "date" in answer ? answer.date : undefined };
  }

  async function call(what: Call, firstTurn: Turn, stop: AbortSignal): Promise<CallResult> {
    const startedAt = time.elapsed();
    let lost = false;
    let clockTried = false;
    let attempt = 1;
    let turn: Turn | undefined = firstTurn;
    let last: Fault | undefined;
    while (turn) {
      const { result, record, date } = await request(what, attempt, last !== undefined, turn);
      if (!("code" in result)) {
        onServed();
        return { ok: true, lost, ...result };
      }
      lost ||= result.lost;
      last = { ...result, lost };
      const passing = result.kind === "rate-limit" || result.kind === "transient";
      if (!passing) onServed();

      if (result.kind === "rate-limit") {
        pace.slowDown();
        if (time.elapsed() - Math.max(lastServedAt, startedAt) > MAX_REFUSED_MS)
          return { ok: false, fault: last, hopeless: true };
        if (!stop.aborted) events.onRetry(record, last, 0);
      } else if (result.kind === "clock" && !clockTried) {
        clockTried = true;
        if (!correctClock(date)) return { ok: false, fault: last, hopeless: true };
      } else if (result.kind === "transient" && attempt < MAX_ATTEMPTS) {
        const wait = backoff(attempt, time.random);
        attempt += 1;
        if (!stop.aborted) events.onRetry(record, last, wait);
        await time.sleep(wait, stop);
      } else {
        // A call that never got through, while no other did either: there is nobody there.
        const nobodyServed = passing && lastServedAt <= startedAt;
        return { ok: false, fault: last, hopeless: nobodyServed || isFatal(result) };
      }
      turn = await pace.turn(stop);
    }
    return { ok: false, fault: last ?? fault("Network.GivenUp", ""), hopeless: true };
  }

  return { turn: (stop) => pace.turn(stop), call };
}
