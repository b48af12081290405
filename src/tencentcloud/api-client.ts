/** A signed call with rate limit, retries and corrections of the clock. Knows no single action of the API. */
import type { Clock, Random } from "../shared/clock.ts";
import type { Redactor } from "../shared/redactor.ts";
import { failed, type Result, success } from "../shared/result.ts";
import type { CredentialsProvider } from "./credentials-provider.ts";
import { lookUpError } from "./error-catalog.ts";
import { type ApiFailure, apiFailure } from "./failure.ts";
import type { Permit, RateLimiter } from "./rate-limiter.ts";
import { type ApiResponse, parseResponse } from "./response.ts";
import { ServerClock } from "./server-clock.ts";
import type { Credentials } from "./signature.ts";
import { type SignedHeaders, signedHeaders } from "./signed-headers.ts";
import type { Transport } from "./transport.ts";

const MAX_ATTEMPTS = 5;
const FIRST_WAIT_MS = 500;
/** For this long a call may get nothing but "too many requests". */
const MAX_THROTTLED_MS = 120_000;

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
  /** From 1 to 5; a request that is made again because of the rate limit, the clock or an expired token keeps its number. */
  readonly attempt: number;
  /** Not the first request of its call. */
  readonly retry: boolean;
  /** UNIX milliseconds, by the runner's clock. */
  readonly startedAt: number;
  readonly durationMs: number;
  readonly requestId?: string | undefined;
  /** Missing when the call succeeded. */
  readonly code?: string | undefined;
}

/** Observers only observe: they print. The report is made from returned values. */
export interface ClientObserver {
  onAttempt(record: AttemptRecord): void;
  /** A failed request will be made again after `waitMs`. */
  onRetry(record: AttemptRecord, failure: ApiFailure, waitMs: number): void;
  /** From now on requests are signed with the API's time, which is the runner's plus `offsetMs`. */
  onClockCorrected(offsetMs: number): void;
}

export interface ApiClientOptions {
  /** Host (and port, if it is not the usual one) of the API, such as `ssl.intl.tencentcloudapi.com`. */
  readonly host: string;
  readonly service: string;
  readonly version: string;
  readonly region?: string;
  /** Who calls, for the account's audit log: at most 128 characters of `[0-9a-zA-Z-_ ,;.]`. */
  readonly auditTag: string;
  /** `unsigned`: `Authorization: SKIP` and no token, for AssumeRoleWithWebIdentity. */
  readonly authentication: CredentialsProvider | "unsigned";
  readonly transport: Transport;
  readonly rateLimiter: RateLimiter;
  readonly clock: Clock;
  readonly random: Random;
  readonly redactor: Redactor;
  readonly observer: ClientObserver;
  /** Aborted: requests in flight are dropped. */
  readonly hardAbort: AbortSignal;
  /** Codes that get another number of attempts than 5. */
  readonly maxAttempts?: (code: string) => number | undefined;
}

/** Exponential backoff with full jitter: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ */
export function backoff(attempt: number, random: Random): number {
  return random() * FIRST_WAIT_MS * 2 ** (attempt - 1);
}

/** A call over all its requests. */
interface Call {
  readonly request: ApiRequest;
  readonly body: string;
  /** By the monotonic clock. */
  readonly startedAt: number;
  attempt: number;
  /** Its credentials were renewed. */
  renewed: boolean;
  /** Of any request of this call. */
  mayHaveTakenEffect: boolean;
  lastFailure: ApiFailure | undefined;
}

/** A request that failed, and what it was signed with. */
interface FailedAttempt {
  readonly failure: ApiFailure;
  readonly record: AttemptRecord;
  readonly credentials: Credentials | undefined;
  /** The correction of the clock. */
  readonly correction: unknown;
  /** The `Date` header of the response. */
  readonly date: string | undefined;
}

export class ApiClient {
  readonly redactor: Redactor;
  readonly #options: ApiClientOptions;
  readonly #serverClock: ServerClock;
  readonly #attempts: AttemptRecord[] = [];
  /** When the API last responded with anything but a transient error, by the monotonic clock. */
  #lastServedAt = Number.NEGATIVE_INFINITY;
  #callsInFlight = 0;

  constructor(options: ApiClientOptions) {
    this.redactor = options.redactor;
    this.#options = options;
    this.#serverClock = new ServerClock(options.clock);
  }

  /** Every request so far, in the order of the responses. */
  get attempts(): readonly AttemptRecord[] {
    return this.#attempts;
  }

  /** What was added to the runner's clock, in milliseconds; `undefined` if it was never corrected. */
  get clockOffsetMs(): number | undefined {
    return this.#serverClock.offsetMs;
  }

  /** The permit for a new call; `undefined` once `signal` is aborted. */
  acquire(signal: AbortSignal): Promise<Permit | undefined> {
    return this.#options.rateLimiter.acquire(signal);
  }

  /** Makes the call, with retries; none of them starts once `signal` is aborted. Never rejects for what the API or the network do. */
  async call(request: ApiRequest, permit: Permit, signal: AbortSignal): Promise<Result<ApiSuccess, ApiFailure>> {
    this.#callsInFlight += 1;
    try {
      return await this.#run(request, permit, signal);
    } finally {
      this.#callsInFlight -= 1;
    }
  }

  async #run(request: ApiRequest, firstPermit: Permit, signal: AbortSignal): Promise<Result<ApiSuccess, ApiFailure>> {
    const call: Call = {
      request,
      body: JSON.stringify(request.parameters),
      startedAt: this.#options.clock.monotonicNow(),
      attempt: 1,
      renewed: false,
      mayHaveTakenEffect: false,
      lastFailure: undefined,
    };
    for (let permit: Permit | undefined = firstPermit; permit; permit = await this.acquire(signal)) {
      const credentials = await this.#credentials(signal);
      if (!credentials.ok) {
        permit.release();
        return failed(note(call, credentials.failure));
      }
      const sent = await this.#send(call, credentials.value, permit);
      if (sent.ok) return success({ ...sent.value, mayHaveTakenEffect: call.mayHaveTakenEffect });
      const final = await this.#afterFailure(call, sent.failure, signal);
      if (final) return failed(final);
    }
    return failed({ ...(call.lastFailure ?? apiFailure("Network.Aborted", "")), fatal: true });
  }

  async #credentials(signal: AbortSignal): Promise<Result<Credentials | undefined, ApiFailure>> {
    const { authentication } = this.#options;
    return authentication === "unsigned" ? success(undefined) : authentication.current(signal);
  }

  /** One request, signed now. */
  async #send(
    call: Call,
    credentials: Credentials | undefined,
    permit: Permit,
  ): Promise<Result<ApiResponse, FailedAttempt>> {
    const { clock, transport, observer, hardAbort } = this.#options;
    const { action, size } = call.request;
    const { correction } = this.#serverClock;
    const { headers, signature } = this.#sign(call, credentials);
    const startedAt = clock.now();
    const start = clock.monotonicNow();
    const response = await transport
      .post({ headers, body: call.body, onStarted: permit.started, signal: hardAbort })
      .finally(permit.release);
    // Proxies show on their error pages what they were sent.
    const redact = (text: string): string => this.redactor.redact(signature ? text.replaceAll(signature, "***") : text);
    const result = response.ok ? parseResponse(response.value, redact) : response;
    const record: AttemptRecord = {
      action,
      size,
      attempt: call.attempt,
      retry: call.lastFailure !== undefined,
      startedAt,
      durationMs: Math.round(clock.monotonicNow() - start),
      requestId: result.ok ? result.value.requestId : result.failure.requestId,
      code: result.ok ? undefined : result.failure.code,
    };
    this.#attempts.push(record);
    observer.onAttempt(record);
    if (result.ok) {
      this.#markServed();
      return result;
    }
    const failure = note(call, { ...result.failure, message: redact(result.failure.message) });
    return failed({ failure, record, credentials, correction, date: response.ok ? response.value.date : undefined });
  }

  #sign(call: Call, credentials: Credentials | undefined): SignedHeaders {
    const { host, service, version, region, auditTag } = this.#options;
    const timestamp = Math.floor(this.#serverClock.now() / 1000);
    const facts = { action: call.request.action, body: call.body, host, service, version, region, auditTag, timestamp };
    return signedHeaders(facts, credentials);
  }

  /** Prepares the next request of the call; resolves with the failure if there is to be none. */
  async #afterFailure(call: Call, attempt: FailedAttempt, signal: AbortSignal): Promise<ApiFailure | undefined> {
    const { failure } = attempt;
    if (failure.code === "Network.Aborted") return { ...failure, fatal: true };
    if (this.#options.maxAttempts?.(failure.code) === 1) return failure;
    if (failure.kind === "rate-limit") return this.#afterThrottling(call, attempt, signal);
    if (lookUpError(failure.code).retryable) return this.#backOff(call, attempt, signal);
    this.#markServed();
    if (failure.kind === "clock") return this.#correctClock(attempt);
    if (failure.code === "AuthFailure.TokenFailure") return this.#renewCredentials(call, attempt, signal);
    return failure;
  }

  #afterThrottling(call: Call, { failure, record }: FailedAttempt, signal: AbortSignal): ApiFailure | undefined {
    const { rateLimiter, clock, observer } = this.#options;
    rateLimiter.onThrottled();
    const throttledMs = clock.monotonicNow() - Math.max(this.#lastServedAt, call.startedAt);
    if (throttledMs > MAX_THROTTLED_MS) return { ...failure, fatal: true };
    if (!signal.aborted) observer.onRetry(record, failure, 0);
    return undefined;
  }

  async #backOff(call: Call, { failure, record }: FailedAttempt, signal: AbortSignal): Promise<ApiFailure | undefined> {
    const { clock, random, observer } = this.#options;
    if (call.attempt >= this.#maxAttempts(failure)) {
      // No call has succeeded since this one began: the endpoint is down.
      return { ...failure, fatal: failure.fatal || this.#lastServedAt <= call.startedAt };
    }
    const waitMs = backoff(call.attempt, random);
    call.attempt += 1;
    if (!signal.aborted) observer.onRetry(record, failure, waitMs);
    await clock.sleep(waitMs, signal);
    return undefined;
  }

  #maxAttempts({ code, kind }: ApiFailure): number {
    // A proxy or a certificate that is wrong before anything worked is no odd connection, unless other calls may still show that.
    const isSetup =
      kind !== "transient" && this.#lastServedAt === Number.NEGATIVE_INFINITY && this.#callsInFlight === 1;
    return isSetup ? 1 : (this.#options.maxAttempts?.(code) ?? MAX_ATTEMPTS);
  }

  #correctClock({ failure, correction, date }: FailedAttempt): ApiFailure | undefined {
    // Another call has corrected the clock since this request was signed.
    if (correction !== this.#serverClock.correction) return undefined;
    const result = this.#serverClock.correct(date);
    if (result === "too-far-off") {
      const serverTime = new Date(date ?? "").toISOString();
      return { ...failure, ...apiFailure("Clock.TooFarOff", `the server's time is ${serverTime}`) };
    }
    if (result === "refused") return failure;
    this.#options.observer.onClockCorrected(this.#serverClock.offsetMs ?? 0);
    return undefined;
  }

  async #renewCredentials(
    call: Call,
    { failure, credentials }: FailedAttempt,
    signal: AbortSignal,
  ): Promise<ApiFailure | undefined> {
    const { authentication } = this.#options;
    if (authentication === "unsigned" || !credentials || call.renewed) return failure;
    call.renewed = true;
    const renewal = await authentication.renew(credentials, signal);
    if (!renewal.ok) return note(call, renewal.failure);
    return renewal.value ? undefined : failure;
  }

  #markServed(): void {
    this.#lastServedAt = this.#options.clock.monotonicNow();
    this.#options.rateLimiter.onSuccess();
  }
}

/** The failure of a request becomes that of its call. An earlier request of the call may have taken effect. */
function note(call: Call, failure: ApiFailure): ApiFailure {
  call.mayHaveTakenEffect ||= failure.mayHaveTakenEffect;
  call.lastFailure = { ...failure, mayHaveTakenEffect: call.mayHaveTakenEffect };
  return call.lastFailure;
}
