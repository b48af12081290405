/** Calls with signature, rate limit, retries, and a correction of the clock. */
import type { HttpClient, HttpFailure } from "../http/client.ts";
import type { Clock, Random } from "../shared/clock.ts";
import type { Redactor } from "../shared/redactor.ts";
import { failed, type Result, success } from "../shared/result.ts";
import { type ApiFailure, apiFailure, errorInfo } from "./errors.ts";
import type { Permit, RateLimiter } from "./rate-limiter.ts";
import { type ApiResponse, parseResponse } from "./response.ts";
import { type RetryObserver, withRetries } from "./retry.ts";
import { type Credentials, type RequestFacts, signedHeaders } from "./signature.ts";

/** With less, it is not the clock that is wrong; with more, it is the `Date` header. */
const CLOCK_ERROR_MS = { min: 60_000, max: 24 * 60 * 60_000 };

export interface ApiRequest {
  readonly action: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** How many resources it is about. */
  readonly size: number;
}

export interface AttemptRecord extends Pick<ApiRequest, "action" | "size"> {
  /** From 1. Repeated because of the rate limit, the clock or an expired token, a request keeps its number. */
  readonly attempt: number;
  /** Not the first request of its call. */
  readonly retry: boolean;
  /** UNIX milliseconds. */
  readonly startedAt: number;
  readonly durationMs: number;
  readonly requestId?: string;
  readonly code?: string;
}

export interface ClientObserver extends RetryObserver {
  onAttempt(record: AttemptRecord): void;
  /** The API's time counts now: the runner's plus `offsetMs`. */
  onClockCorrected(offsetMs: number): void;
}

export interface CredentialsProvider {
  /** May log in first. @param rejected their token has ended; returned again if there are no others */
  current(signal: AbortSignal, rejected?: Credentials): Promise<Result<Credentials, ApiFailure>>;
}

export interface ApiClientOptions extends Omit<RequestFacts, "action" | "body" | "timestamp"> {
  readonly http: HttpClient;
  readonly origin: string;
  /** None: a login, whose calls are one attempt, since each needs a new OIDC token. */
  readonly authentication: CredentialsProvider | undefined;
  readonly rateLimiter: RateLimiter;
  readonly clock: Clock;
  readonly random: Random;
  readonly redactor: Redactor;
  readonly observer: ClientObserver;
  /** Drops requests in flight. */
  readonly hardAbort: AbortSignal;
}

interface Call extends ApiRequest {
  readonly signal: AbortSignal;
  /** For the first request. */
  permit?: Permit;
  isRenewed?: boolean;
  mayHaveTakenEffect: boolean;
  /** Of the last request. */
  failure?: ApiFailure;
}

export class ApiClient {
  readonly redactor: Redactor;
  readonly #options: ApiClientOptions;
  /** When the API last answered: with a success, or an error that does not pass by itself. */
  #lastServedAt = -Infinity;
  #callsInFlight = 0;
  /** Once corrected: the API's time at 0 of the monotonic clock, since the runner's may be set right meanwhile. */
  #timeAtZero?: number;

  constructor(options: ApiClientOptions) {
    this.redactor = options.redactor;
    this.#options = options;
  }

  /** By the API's clock, as far as it is known. */
  now(): number {
    const { clock } = this.#options;
    return this.#timeAtZero === undefined ? clock.now() : this.#timeAtZero + clock.monotonicNow();
  }

  /** For a new call; none once `signal` is aborted. */
  acquire(signal: AbortSignal): Promise<Permit | undefined> {
    return this.#options.rateLimiter.acquire(signal);
  }

  /** No request starts once `signal` is aborted. @param permit if it was acquired before */
  async call(request: ApiRequest, signal: AbortSignal, permit?: Permit): Promise<Result<ApiResponse, ApiFailure>> {
    const { authentication, clock } = this.#options;
    // Before the start: what is served during the wait says nothing about this call.
    const first = permit ?? (await this.acquire(signal));
    const call: Call = { ...request, signal, permit: first, mayHaveTakenEffect: false };
    const startedAt = clock.monotonicNow();
    this.#callsInFlight += 1;
    const result = await withRetries((number) => this.#attempt(call, number), {
      ...this.#options,
      action: request.action,
      signal,
      attempts: ({ code, kind, fatal }) => {
        // Nothing worked yet, and no other call may: a wrong proxy or certificate is no odd connection then.
        const isSetup = kind === "configuration" && this.#lastServedAt === -Infinity && this.#callsInFlight === 1;
        return fatal || isSetup || !authentication ? 1 : errorInfo(code).attempts;
      },
      throttledSince: () => Math.max(this.#lastServedAt, startedAt),
    });
    this.#callsInFlight -= 1;
    const { mayHaveTakenEffect } = call;
    if (result.ok) return success({ ...result.value, mayHaveTakenEffect });
    const { failure } = result;
    // No answer since the call began, or none to come.
    const isDown = failure.kind === "rate-limit" || signal.aborted || this.#lastServedAt <= startedAt;
    const fatal = failure.fatal || (isDown && errorInfo(failure.code).attempts > 1);
    return failed({ ...failure, fatal, mayHaveTakenEffect });
  }

  /** One request; another if it only showed that the clock is off, or that the credentials have ended. */
  async #attempt(call: Call, number: number) {
    const { authentication } = this.#options;
    const { signal } = call;
    for (;;) {
      const permit = call.permit ?? (await this.acquire(signal));
      call.permit = undefined;
      if (!permit) return cancelled(call);
      const login = signal.aborted ? undefined : await authentication?.current(signal);
      if (signal.aborted || login?.ok === false) permit.release();
      if (signal.aborted) return cancelled(call);
      if (login?.ok === false) return login;
      const timeAtZero = this.#timeAtZero;
      const result = await this.#send(call, number, permit, login?.value);
      if (result.ok) return result;
      const { code, kind } = result.failure;
      // Corrected by this call, or by another one meanwhile.
      if (kind === "clock" && this.#timeAtZero !== timeAtZero) continue;
      const hasEnded = errorInfo(code).code === "AuthFailure.TokenFailure" && !call.isRenewed;
      if (!hasEnded || !authentication || !login) return result;
      call.isRenewed = true;
      const renewal = await authentication.current(signal, login.value);
      if (!renewal.ok) return renewal;
      if (renewal.value === login.value) return result;
    }
  }

  async #send(call: Call, attempt: number, permit: Permit, credentials?: Credentials) {
    const { http, origin, authentication, clock, rateLimiter, observer, hardAbort } = this.#options;
    const { action, size, signal: cancel } = call;
    const body = JSON.stringify(call.parameters);
    const startedAt = clock.now();
    const start = clock.monotonicNow();
    const facts = { ...this.#options, action, body, timestamp: Math.floor(this.now() / 1000) };
    const { headers, signature } = signedHeaders(facts, credentials);
    const request = { method: "POST", url: origin, headers, body, cancel, signal: hardAbort };
    const response = await http.request({ ...request, onStarted: permit.started }).finally(permit.release);
    if (!response.ok && !response.failure.sent && cancel.aborted) return cancelled(call);
    // Proxies show on their error pages what they were sent.
    const redact = (text: string) => this.redactor.redact(signature ? text.replaceAll(signature, "***") : text);
    const result = response.ok
      ? parseResponse(response.value, { redact, isLogin: !authentication })
      : failed(networkFailure(response.failure, redact));
    const { requestId, code }: Partial<ApiFailure> = result.ok ? result.value : result.failure;
    const durationMs = Math.round(clock.monotonicNow() - start);
    const retry = call.failure !== undefined;
    observer.onAttempt({ action, size, attempt, retry, startedAt, durationMs, requestId, code });
    if (!result.ok) {
      call.failure = result.failure;
      const { kind, attempts, mayHaveTakenEffect } = errorInfo(result.failure.code);
      const inPart = mayHaveTakenEffect === "in-part" && size > 1;
      call.mayHaveTakenEffect ||= result.failure.mayHaveTakenEffect || inPart;
      if (kind === "rate-limit") rateLimiter.onThrottled();
      if (kind === "clock" && response.ok) this.#correctClock(response.value.headers.date);
      // What may pass by itself is no answer.
      const isAnswer = attempts === 1 || kind === "clock" || kind === "credentials";
      if (!response.ok || !isAnswer) return result;
    }
    this.#lastServedAt = clock.monotonicNow();
    rateLimiter.onSuccess();
    return result;
  }

  /** Once, by the `Date` header. */
  #correctClock(date = "") {
    const { clock, observer } = this.#options;
    const time = Date.parse(date);
    const offsetMs = time - clock.now();
    const isPlausible = Math.abs(offsetMs) >= CLOCK_ERROR_MS.min && Math.abs(offsetMs) <= CLOCK_ERROR_MS.max;
    if (this.#timeAtZero !== undefined || !isPlausible) return;
    this.#timeAtZero = time - clock.monotonicNow();
    observer.onClockCorrected(offsetMs);
  }
}

const cancelled = ({ failure }: Call) => failed(failure ?? apiFailure("Cancelled", ""));

const networkFailure = ({ code, message, sent }: HttpFailure, redact: (text: string) => string) =>
  apiFailure(code, redact(message), { mayHaveTakenEffect: sent });
