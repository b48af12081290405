/** A signed call with rate limit, retries and a correction of the clock. Knows no single action of the API. */
import type { HttpClient, HttpFailure } from "../http/client.ts";
import type { Clock, Random } from "../shared/clock.ts";
import type { Redactor } from "../shared/redactor.ts";
import { failed, type Result, success } from "../shared/result.ts";
import { type ApiFailure, apiFailure, errorInfo } from "./errors.ts";
import type { Permit, RateLimiter } from "./rate-limiter.ts";
import { type ApiResponse, parseResponse } from "./response.ts";
import { withRetries } from "./retry.ts";
import { type Credentials, type RequestFacts, signedHeaders } from "./signature.ts";

/** With less, the clock is not what the API complained about; with more, the `Date` header is wrong itself. */
const CLOCK_ERROR_MS = { min: 60_000, max: 24 * 60 * 60_000 };

export interface ApiRequest {
  readonly action: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** How many resources the call is about. */
  readonly size: number;
}

/** `mayHaveTakenEffect`: an earlier attempt of the call. */
export type ApiSuccess = ApiResponse & Pick<ApiFailure, "mayHaveTakenEffect">;

/** One request that was made, as the report shows it. */
export interface AttemptRecord {
  readonly action: string;
  readonly size: number;
  /** From 1; a request that is made again because of the rate limit, the clock or an expired token keeps its number. */
  readonly attempt: number;
  /** Not the first request of its call. */
  readonly retry: boolean;
  /** UNIX milliseconds, by the runner's clock. */
  readonly startedAt: number;
  readonly durationMs: number;
  readonly requestId?: string;
  /** Missing when the call succeeded. */
  readonly code?: string;
}

export interface ClientObserver {
  onAttempt(record: AttemptRecord): void;
  /** A failed request will be made again after `waitMs`. */
  onRetry(record: AttemptRecord, failure: ApiFailure, waitMs: number): void;
  /** From now on requests are signed with the API's time, which is the runner's plus `offsetMs`. */
  onClockCorrected(offsetMs: number): void;
}

export interface CredentialsProvider {
  /** The credentials to sign the next request with; may log in first. */
  current(signal: AbortSignal): Promise<Result<Credentials, ApiFailure>>;
  /** The API refused the token of `rejected` as ended. True if there are others now. Shared by calls in flight. */
  renew(rejected: Credentials, signal: AbortSignal): Promise<Result<boolean, ApiFailure>>;
}

export interface ApiClientOptions extends Omit<RequestFacts, "action" | "body" | "timestamp"> {
  readonly http: HttpClient;
  /** URL of the API without a path. */
  readonly origin: string;
  /** `unsigned`: `Authorization: SKIP` and no token, for the login. */
  readonly authentication: CredentialsProvider | "unsigned";
  /** Stands before the API's codes; responses are not quoted then, since they hold credentials. */
  readonly codePrefix?: string;
  /** False: each call is one attempt. */
  readonly retries?: boolean;
  readonly rateLimiter: RateLimiter;
  readonly clock: Clock;
  readonly random: Random;
  readonly redactor: Redactor;
  readonly observer: ClientObserver;
  /** Aborted: requests in flight are dropped. */
  readonly hardAbort: AbortSignal;
}

/** A call over all its requests. */
interface Call {
  readonly request: ApiRequest;
  readonly body: string;
  readonly signal: AbortSignal;
  /** For its next request, if it has one. */
  permit?: Permit;
  renewed: boolean;
  mayHaveTakenEffect: boolean;
  /** Of its last request. */
  record?: AttemptRecord;
  failure?: ApiFailure;
}

export class ApiClient {
  readonly redactor: Redactor;
  readonly #options: ApiClientOptions;
  /** When the API last responded with anything but a transient error, by the monotonic clock. */
  #lastServedAt = Number.NEGATIVE_INFINITY;
  #callsInFlight = 0;
  /** Counted by the monotonic clock: a runner's clock that is set right meanwhile changes nothing. */
  #correction?: { readonly offsetMs: number; readonly timeAtZero: number };

  constructor(options: ApiClientOptions) {
    this.redactor = options.redactor;
    this.#options = options;
  }

  /** What was added to the runner's clock, in milliseconds; `undefined` if it was never corrected. */
  get clockOffsetMs(): number | undefined {
    return this.#correction?.offsetMs;
  }

  /** The permit for a new call; `undefined` once `signal` is aborted. */
  acquire(signal: AbortSignal): Promise<Permit | undefined> {
    return this.#options.rateLimiter.acquire(signal);
  }

  /** Makes the call, with retries; no request starts once `signal` is aborted. Never rejects for what the API does. */
  async call(request: ApiRequest, permit: Permit, signal: AbortSignal): Promise<Result<ApiSuccess, ApiFailure>> {
    const { clock, random, observer, retries = true } = this.#options;
    const body = JSON.stringify(request.parameters);
    const call: Call = { request, body, signal, permit, renewed: false, mayHaveTakenEffect: false };
    const startedAt = clock.monotonicNow();
    // Before anything worked, a wrong proxy or certificate is no odd connection, unless other calls may still work.
    const isSetup = ({ kind }: ApiFailure): boolean =>
      kind === "configuration" && this.#lastServedAt === Number.NEGATIVE_INFINITY && this.#callsInFlight === 1;
    this.#callsInFlight += 1;
    const result = await withRetries((number) => this.#attempt(call, number), {
      clock,
      random,
      signal,
      attempts: (failure) => (!retries || failure.fatal || isSetup(failure) ? 1 : errorInfo(failure.code).attempts),
      throttledSince: () => Math.max(this.#lastServedAt, startedAt),
      onRetry: (failure, waitMs) => call.record && observer.onRetry(call.record, failure, waitMs),
    }).finally(() => {
      this.#callsInFlight -= 1;
    });
    const { mayHaveTakenEffect } = call;
    if (result.ok) return success({ ...result.value, mayHaveTakenEffect });
    const { failure } = result;
    // Nothing was served since this call began, or nothing will be.
    const isDown = failure.kind === "rate-limit" || signal.aborted || this.#lastServedAt <= startedAt;
    const fatal = failure.fatal || (isDown && errorInfo(failure.code).attempts > 1);
    return failed({ ...failure, fatal, mayHaveTakenEffect });
  }

  /** One request; another if it only showed that the clock is off, or that the credentials have ended. */
  async #attempt(call: Call, number: number): Promise<Result<ApiResponse, ApiFailure>> {
    const { authentication } = this.#options;
    for (;;) {
      const permit = call.permit ?? (await this.acquire(call.signal));
      call.permit = undefined;
      if (!permit) return cancelled(call);
      const mayLogIn = authentication !== "unsigned" && !call.signal.aborted;
      const login = mayLogIn ? await authentication.current(call.signal) : success(undefined);
      if (!login.ok || call.signal.aborted) {
        permit.release();
        return login.ok || call.signal.aborted ? cancelled(call) : login;
      }
      const correction = this.#correction;
      const { result, date } = await this.#send(call, number, permit, login.value);
      if (result.ok) return result;
      const { code, kind } = result.failure;
      // Another call may have corrected the clock meanwhile.
      if (kind === "clock" && (correction !== this.#correction || this.#correctClock(date))) continue;
      const hasEnded = errorInfo(code).code === "AuthFailure.TokenFailure" && !call.renewed;
      if (!hasEnded || authentication === "unsigned" || !login.value) return result;
      call.renewed = true;
      const renewal = await authentication.renew(login.value, call.signal);
      if (!renewal.ok || !renewal.value) return renewal.ok ? result : renewal;
    }
  }

  /** One request, signed now. */
  async #send(call: Call, attempt: number, permit: Permit, credentials?: Credentials) {
    const { http, origin, codePrefix, clock, observer, hardAbort } = this.#options;
    const { body, signal: cancel } = call;
    const { action, size } = call.request;
    const startedAt = clock.now();
    const start = clock.monotonicNow();
    const time = this.#correction ? this.#correction.timeAtZero + start : startedAt;
    const facts = { ...this.#options, action, body, timestamp: Math.floor(time / 1000) };
    const { headers, signature } = signedHeaders(facts, credentials);
    const rest = { url: origin, onStarted: permit.started, cancel, signal: hardAbort };
    const response = await http.request({ method: "POST", headers, body, ...rest }).finally(permit.release);
    if (!response.ok && !response.failure.sent && cancel.aborted) return { result: cancelled(call) };
    // Proxies show on their error pages what they were sent.
    const redact = (text: string): string => this.redactor.redact(signature ? text.replaceAll(signature, "***") : text);
    const result = response.ok
      ? parseResponse(response.value, { redact, codePrefix })
      : failed(networkFailure(response.failure, redact));
    const { requestId } = result.ok ? result.value : result.failure;
    const code = result.ok ? undefined : result.failure.code;
    const durationMs = Math.round(clock.monotonicNow() - start);
    const retry = call.failure !== undefined;
    call.record = { action, size, attempt, retry, startedAt, durationMs, requestId, code };
    observer.onAttempt(call.record);
    if (result.ok) this.#noteServed();
    else this.#noteFailure(call, result.failure, response.ok);
    return { result, date: response.ok ? response.value.headers.date : undefined };
  }

  #noteServed(): void {
    this.#lastServedAt = this.#options.clock.monotonicNow();
    this.#options.rateLimiter.onSuccess();
  }

  #noteFailure(call: Call, failure: ApiFailure, hasResponse: boolean): void {
    const { attempts, mayHaveTakenEffect } = errorInfo(failure.code);
    call.failure = failure;
    const inPart = mayHaveTakenEffect === "in-part" && call.request.size > 1;
    call.mayHaveTakenEffect ||= failure.mayHaveTakenEffect || inPart;
    if (failure.kind === "rate-limit") this.#options.rateLimiter.onThrottled();
    const isAnswer = attempts === 1 || failure.kind === "clock" || failure.kind === "credentials";
    if (hasResponse && isAnswer) this.#noteServed();
  }

  /** Takes over the time of the server's `Date` header, once a run; false if that is not what is wrong. */
  #correctClock(date: string | undefined): boolean {
    const { clock, observer } = this.#options;
    const offsetMs = Date.parse(date ?? "") - clock.now();
    const isPlausible = Math.abs(offsetMs) >= CLOCK_ERROR_MS.min && Math.abs(offsetMs) <= CLOCK_ERROR_MS.max;
    if (this.#correction || !isPlausible) return false;
    this.#correction = { offsetMs, timeAtZero: clock.now() + offsetMs - clock.monotonicNow() };
    observer.onClockCorrected(offsetMs);
    return true;
  }
}

const networkFailure = ({ code, message, sent }: HttpFailure, redact: (text: string) => string): ApiFailure =>
  apiFailure(code, redact(message), { mayHaveTakenEffect: sent });

/** For a request that is not sent any more. */
const cancelled = ({ failure }: Call): { readonly ok: false; readonly failure: ApiFailure } =>
  failed(failure ?? apiFailure("Cancelled", ""));
