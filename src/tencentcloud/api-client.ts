/** A call with signature, rate limit, retries, and a correction of the clock. */
import type { HttpClient, HttpFailure } from "../http/client.ts";
import type { Clock, Random } from "../shared/clock.ts";
import type { Redactor } from "../shared/redactor.ts";
import { failed, type Result, success } from "../shared/result.ts";
import { type ApiFailure, apiFailure, errorInfo } from "./errors.ts";
import type { Permit, RateLimiter } from "./rate-limiter.ts";
import { type ApiResponse, parseResponse } from "./response.ts";
import { withRetries } from "./retry.ts";
import { type Credentials, type RequestFacts, signedHeaders } from "./signature.ts";

/** With less, something else is wrong; with more, the `Date` header. */
const CLOCK_ERROR_MS = { min: 60_000, max: 24 * 60 * 60_000 };

export interface ApiRequest {
  readonly action: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** How many resources the call is about. */
  readonly size: number;
}

/** One request that was made. */
export interface AttemptRecord {
  readonly action: string;
  readonly size: number;
  /** From 1; repeats because of the rate limit, the clock or an expired token keep the number. */
  readonly attempt: number;
  /** Not the first of its call. */
  readonly retry: boolean;
  /** UNIX milliseconds. */
  readonly startedAt: number;
  readonly durationMs: number;
  readonly requestId?: string;
  /** None: a success. */
  readonly code?: string;
}

export interface ClientObserver {
  onAttempt(record: AttemptRecord): void;
  onRetry(record: AttemptRecord, failure: ApiFailure, waitMs: number): void;
  /** From now on the API's time counts: the runner's plus `offsetMs`. */
  onClockCorrected(offsetMs: number): void;
}

export interface CredentialsProvider {
  /** May log in first. */
  current(signal: AbortSignal): Promise<Result<Credentials, ApiFailure>>;
  /** The token of `rejected` has ended. True if there are other credentials now. */
  renew(rejected: Credentials, signal: AbortSignal): Promise<Result<boolean, ApiFailure>>;
}

export interface ApiClientOptions extends Omit<RequestFacts, "action" | "body" | "timestamp"> {
  readonly http: HttpClient;
  /** URL without a path. */
  readonly origin: string;
  /** `unsigned`: a login, whose calls are one attempt, since each needs a new OIDC token. */
  readonly authentication: CredentialsProvider | "unsigned";
  /** Stands before the API's codes; responses are not quoted then. */
  readonly codePrefix?: string;
  readonly rateLimiter: RateLimiter;
  readonly clock: Clock;
  readonly random: Random;
  readonly redactor: Redactor;
  readonly observer: ClientObserver;
  /** Drops requests in flight. */
  readonly hardAbort: AbortSignal;
}

/** A call over all its requests; `record` and `failure` are those of the last one. */
interface Call {
  readonly request: ApiRequest;
  readonly signal: AbortSignal;
  /** For the first request. */
  permit?: Permit;
  renewed: boolean;
  mayHaveTakenEffect: boolean;
  record?: AttemptRecord;
  failure?: ApiFailure;
}

export class ApiClient {
  readonly redactor: Redactor;
  readonly #options: ApiClientOptions;
  /** When the API last responded with anything but a transient error. */
  #lastServedAt = Number.NEGATIVE_INFINITY;
  #callsInFlight = 0;
  /** By the monotonic clock: the runner's may be set right meanwhile. */
  #correction?: { readonly offsetMs: number; readonly timeAtZero: number };

  constructor(options: ApiClientOptions) {
    this.redactor = options.redactor;
    this.#options = options;
  }

  /** None: the runner's clock was not corrected. */
  get clockOffsetMs(): number | undefined {
    return this.#correction?.offsetMs;
  }

  /** By the API's clock, as far as it is known. */
  now(): number {
    const { clock } = this.#options;
    return this.#correction ? this.#correction.timeAtZero + clock.monotonicNow() : clock.now();
  }

  /** The permit for a new call; none once `signal` is aborted. */
  acquire(signal: AbortSignal): Promise<Permit | undefined> {
    return this.#options.rateLimiter.acquire(signal);
  }

  /** No request starts once `signal` is aborted. Never rejects for what the API does. */
  async call(request: ApiRequest, permit: Permit, signal: AbortSignal): Promise<Result<ApiResponse, ApiFailure>> {
    const { clock, random, observer } = this.#options;
    const call: Call = { request, signal, permit, renewed: false, mayHaveTakenEffect: false };
    const startedAt = clock.monotonicNow();
    this.#callsInFlight += 1;
    const result = await withRetries((number) => this.#attempt(call, number), {
      clock,
      random,
      signal,
      attempts: (failure) => this.#attemptsAfter(failure),
      throttledSince: () => Math.max(this.#lastServedAt, startedAt),
      onRetry: (failure, waitMs) => call.record && observer.onRetry(call.record, failure, waitMs),
    }).finally(() => {
      this.#callsInFlight -= 1;
    });
    const { mayHaveTakenEffect } = call;
    if (result.ok) return success({ ...result.value, mayHaveTakenEffect });
    const { failure } = result;
    // Nothing was served since the call began, or nothing will be.
    const isDown = failure.kind === "rate-limit" || signal.aborted || this.#lastServedAt <= startedAt;
    const fatal = failure.fatal || (isDown && errorInfo(failure.code).attempts > 1);
    return failed({ ...failure, fatal, mayHaveTakenEffect });
  }

  #attemptsAfter({ code, kind, fatal }: ApiFailure): number {
    // Before anything worked, a wrong proxy or certificate is no odd connection, unless other calls may still work.
    const isSetup =
      kind === "configuration" && this.#lastServedAt === Number.NEGATIVE_INFINITY && this.#callsInFlight === 1;
    return fatal || isSetup || this.#options.authentication === "unsigned" ? 1 : errorInfo(code).attempts;
  }

  /** One request; another if it only showed that the clock is off, or that the credentials have ended. */
  async #attempt(call: Call, number: number): Promise<Result<ApiResponse, ApiFailure>> {
    const { authentication } = this.#options;
    const { signal } = call;
    for (;;) {
      const permit = call.permit ?? (await this.acquire(signal));
      call.permit = undefined;
      if (!permit) return cancelled(call);
      const mayLogIn = authentication !== "unsigned" && !signal.aborted;
      const login = mayLogIn ? await authentication.current(signal) : success(undefined);
      if (!login.ok || signal.aborted) {
        permit.release();
        return login.ok || signal.aborted ? cancelled(call) : login;
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
      const renewal = await authentication.renew(login.value, signal);
      if (!renewal.ok || !renewal.value) return renewal.ok ? result : renewal;
    }
  }

  async #send(call: Call, attempt: number, permit: Permit, credentials?: Credentials) {
    const { http, origin, codePrefix, clock, observer, hardAbort } = this.#options;
    const { action, size, parameters } = call.request;
    const body = JSON.stringify(parameters);
    const startedAt = clock.now();
    const start = clock.monotonicNow();
    const facts = { ...this.#options, action, body, timestamp: Math.floor(this.now() / 1000) };
    const { headers, signature } = signedHeaders(facts, credentials);
    const signals = { onStarted: permit.started, cancel: call.signal, signal: hardAbort };
    const request = { method: "POST", url: origin, headers, body, ...signals } as const;
    const response = await http.request(request).finally(permit.release);
    if (!response.ok && !response.failure.sent && call.signal.aborted) return { result: cancelled(call) };
    // Proxies show on their error pages what they were sent.
    const redact = (text: string): string => this.redactor.redact(signature ? text.replaceAll(signature, "***") : text);
    const result = response.ok
      ? parseResponse(response.value, { redact, codePrefix })
      : failed(networkFailure(response.failure, redact));
    const { requestId, code } = result.ok ? { ...result.value, code: undefined } : result.failure;
    const durationMs = Math.round(clock.monotonicNow() - start);
    const retry = call.record !== undefined;
    call.record = { action, size, attempt, retry, startedAt, durationMs, requestId, code };
    observer.onAttempt(call.record);
    this.#note(call, result.ok ? undefined : result.failure, response.ok);
    return { result, date: response.ok ? response.value.headers.date : undefined };
  }

  #note(call: Call, failure: ApiFailure | undefined, hasResponse: boolean): void {
    const { clock, rateLimiter } = this.#options;
    call.failure = failure;
    if (failure) {
      const { attempts, mayHaveTakenEffect } = errorInfo(failure.code);
      const inPart = mayHaveTakenEffect === "in-part" && call.request.size > 1;
      call.mayHaveTakenEffect ||= failure.mayHaveTakenEffect || inPart;
      if (failure.kind === "rate-limit") rateLimiter.onThrottled();
      const isAnswer = attempts === 1 || failure.kind === "clock" || failure.kind === "credentials";
      if (!hasResponse || !isAnswer) return;
    }
    this.#lastServedAt = clock.monotonicNow();
    rateLimiter.onSuccess();
  }

  /** By the `Date` header, once a run; false if the clock is not what is wrong. */
  #correctClock(date = ""): boolean {
    const { clock, observer } = this.#options;
    const offsetMs = Date.parse(date) - clock.now();
    const isPlausible = Math.abs(offsetMs) >= CLOCK_ERROR_MS.min && Math.abs(offsetMs) <= CLOCK_ERROR_MS.max;
    if (this.#correction || !isPlausible) return false;
    this.#correction = { offsetMs, timeAtZero: clock.now() + offsetMs - clock.monotonicNow() };
    observer.onClockCorrected(offsetMs);
    return true;
  }
}

const cancelled = ({ failure }: Call) => failed(failure ?? apiFailure("Cancelled", ""));

const networkFailure = ({ code, message, sent }: HttpFailure, redact: (text: string) => string) =>
  apiFailure(code, redact(message), { mayHaveTakenEffect: sent });
