/** A signed call with rate limit, retries and a correction of the clock. Knows no single action of the API. */
import type { HttpClient, HttpFailure } from "../http/client.ts";
import type { Clock, Random } from "../shared/clock.ts";
import type { Redactor } from "../shared/redactor.ts";
import { failed, type Result, success } from "../shared/result.ts";
import { type ApiFailure, apiFailure, errorInfo } from "./errors.ts";
import type { Permit, RateLimiter } from "./rate-limiter.ts";
import { type ApiResponse, parseResponse } from "./response.ts";
import { withRetries } from "./retry.ts";
import { type Credentials, signedHeaders } from "./signature.ts";

/** A clock that is less off than this is not what the API complained about: it accepts 5 minutes. */
const MIN_CLOCK_ERROR_MS = 60_000;
/** A `Date` further off is more likely wrong itself. */
const MAX_CLOCK_ERROR_MS = 24 * 60 * 60_000;

export interface ApiRequest {
  readonly action: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** How many resources the call is about. */
  readonly size: number;
}

export interface ApiSuccess extends ApiResponse {
  /** An earlier attempt of this call may have taken effect. */
  readonly mayHaveTakenEffect: boolean;
}

/** One request that was made, as the report shows it. */
export interface AttemptRecord {
  readonly action: string;
  /** How many resources the call was about. */
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

/** Where the client gets its credentials, at each request. */
export interface CredentialsProvider {
  /** The credentials to sign with now; may log in first. */
  current(signal: AbortSignal): Promise<Result<Credentials, ApiFailure>>;
  /**
   * The API answered `AuthFailure.TokenFailure` to a request signed with `rejected`. Resolves to true if there are other
   * credentials now, so that signing again makes sense; calls in flight share one renewal.
   */
  renew(rejected: Credentials, signal: AbortSignal): Promise<Result<boolean, ApiFailure>>;
}

export interface ApiClientOptions {
  readonly http: HttpClient;
  /** URL of the API without a path. */
  readonly origin: string;
  /** Its host, with the port if that is not the usual one. */
  readonly host: string;
  readonly service: string;
  readonly version: string;
  readonly region?: string;
  /** Who calls, for the account's audit log: at most 128 characters of `[0-9a-zA-Z-_ ,;.]`. */
  readonly auditTag: string;
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
  /** Of any request so far. */
  mayHaveTakenEffect: boolean;
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

  /** Makes the call, with retries; no request starts once `signal` is aborted. Never rejects for what the API or the network do. */
  async call(request: ApiRequest, permit: Permit, signal: AbortSignal): Promise<Result<ApiSuccess, ApiFailure>> {
    const { clock, random, observer, retries = true } = this.#options;
    const body = JSON.stringify(request.parameters);
    const call: Call = { request, body, signal, permit, renewed: false, mayHaveTakenEffect: false };
    const startedAt = clock.monotonicNow();
    // A proxy or a certificate that is wrong before anything worked is no odd connection, unless other calls may still show that.
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
      const login = authentication === "unsigned" ? undefined : await authentication.current(call.signal);
      if (call.signal.aborted || login?.ok === false) {
        permit.release();
        return login?.ok === false && !call.signal.aborted ? login : cancelled(call);
      }
      const credentials = login?.value;
      const correction = this.#correction;
      const { result, date } = await this.#send(call, number, permit, credentials);
      if (result.ok) return result;
      const { code, kind } = result.failure;
      // Another call may have corrected the clock meanwhile.
      if (kind === "clock" && (correction !== this.#correction || this.#correctClock(date))) continue;
      const hasEnded = errorInfo(code).code === "AuthFailure.TokenFailure" && !call.renewed;
      if (!hasEnded || authentication === "unsigned" || !credentials) return result;
      call.renewed = true;
      const renewal = await authentication.renew(credentials, call.signal);
      if (!renewal.ok) return renewal;
      if (!renewal.value) return result;
    }
  }

  /** One request, signed now. */
  async #send(call: Call, attempt: number, permit: Permit, credentials?: Credentials) {
    const { http, origin, codePrefix, clock, observer, hardAbort } = this.#options;
    const { action, size } = call.request;
    const startedAt = clock.now();
    const start = clock.monotonicNow();
    const time = this.#correction ? this.#correction.timeAtZero + start : startedAt;
    const facts = { ...this.#options, action, body: call.body, timestamp: Math.floor(time / 1000) };
    const { headers, signature } = signedHeaders(facts, credentials);
    const signals = { onStarted: permit.started, cancel: call.signal, signal: hardAbort };
    const response = await http
      .request({ method: "POST", url: origin, headers, body: call.body, ...signals })
      .finally(permit.release);
    if (!response.ok && !response.failure.sent && call.signal.aborted) return { result: cancelled(call) };
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
    this.#learn(call, result, response.ok);
    return { result, date: response.ok ? response.value.headers.date : undefined };
  }

  #learn(call: Call, result: Result<ApiResponse, ApiFailure>, hasResponse: boolean): void {
    const { clock, rateLimiter } = this.#options;
    if (!result.ok) {
      const { code, kind, mayHaveTakenEffect } = result.failure;
      const known = errorInfo(code);
      const inPart = known.mayHaveTakenEffect === "in-part" && call.request.size > 1;
      call.failure = result.failure;
      call.mayHaveTakenEffect ||= mayHaveTakenEffect || inPart;
      if (kind === "rate-limit") rateLimiter.onThrottled();
      if (!hasResponse || (known.attempts > 1 && kind !== "clock" && kind !== "credentials")) return;
    }
    this.#lastServedAt = clock.monotonicNow();
    rateLimiter.onSuccess();
  }

  /** Takes over the time of the server's `Date` header, once a run; false if that is not what is wrong. */
  #correctClock(date: string | undefined): boolean {
    const { clock, observer } = this.#options;
    const offsetMs = Date.parse(date ?? "") - clock.now();
    const isPlausible = Math.abs(offsetMs) >= MIN_CLOCK_ERROR_MS && Math.abs(offsetMs) <= MAX_CLOCK_ERROR_MS;
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
