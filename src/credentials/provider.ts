/** The run's credentials: a stored key, or those of a role for GitHub's OIDC token, which stay in this process. */
import { fetchIdToken } from "../github/id-token.ts";
import type { Endpoint } from "../inputs/endpoint.ts";
import type { KeylessLogin, Login } from "../inputs/login.ts";
import { failed, success } from "../shared/result.ts";
import {
  ApiClient,
  type ApiClientOptions,
  type AttemptRecord,
  type CredentialsProvider,
} from "../tencentcloud/api-client.ts";
import { apiFailure } from "../tencentcloud/errors.ts";
import { RateLimiter } from "../tencentcloud/rate-limiter.ts";
import { type RetryOptions, withRetries } from "../tencentcloud/retry.ts";
import type { Credentials } from "../tencentcloud/signature.ts";
import { assumeRoleWithWebIdentity, STS_CLIENT } from "../tencentcloud/sts.ts";
import { identityOf, type LoginIdentity } from "./identity.ts";

/** Enough for hundreds of thousands of IDs. If the API says that they have ended, another login follows. */
const DURATION_SECONDS = 1_800;
/** STS allows 20. */
const REQUESTS_PER_SECOND = 5;

export interface CredentialsOptions
  extends Pick<ApiClientOptions, "auditTag" | "clock" | "random" | "redactor" | "observer" | "hardAbort" | "http"> {
  readonly endpoint: Endpoint;
  readonly env: NodeJS.ProcessEnv;
  readonly onLogin?: (identity: LoginIdentity) => void;
}

/** `identity`: of a keyless login, once there was an OIDC token. */
export type RunCredentials = CredentialsProvider & { identity?: LoginIdentity };

/** Undefined without a login. Nothing is sent before the credentials are needed. */
export function createCredentials(login: Login, options: CredentialsOptions): RunCredentials | undefined {
  if (login.kind === "none") return undefined;
  if (login.kind === "keyless") return keylessCredentials(login, options);
  return { current: async () => success(login.credentials), renew: async () => success(false) };
}

function keylessCredentials(login: KeylessLogin, options: CredentialsOptions): RunCredentials {
  const { endpoint, env, http, clock, random, redactor, observer, onLogin } = options;
  const keyless: RunCredentials = { current, renew };
  let credentials: Credentials | undefined;
  /** Calls in flight share one login. */
  let loginInFlight: ReturnType<CredentialsProvider["current"]> | undefined;
  let attempt = 0;
  /** Of this attempt's request to STS. */
  let record: AttemptRecord | undefined;
  const onAttempt = (request: AttemptRecord): void => {
    record = { ...request, attempt, retry: attempt > 1 };
    observer.onAttempt(record);
  };
  const own = { rateLimiter: new RateLimiter(REQUESTS_PER_SECOND, clock), observer: { ...observer, onAttempt } };
  const sts = new ApiClient({ ...options, ...endpoint.sts, ...STS_CLIENT, ...own });

  /** With a new OIDC token: they live for minutes only. */
  async function assumeRole(number: number, signal: AbortSignal) {
    attempt = number;
    record = undefined;
    const permit = await sts.acquire(signal);
    if (!permit) return cancelled();
    const request = fetchIdToken(login.audience, { env, http, signal });
    // While GitHub issues the token.
    http.preconnect(endpoint.sts.origin);
    http.preconnect(endpoint.origin);
    const token = await request;
    if (!token.ok) {
      permit.release();
      return failed(apiFailure(token.failure.code, redactor.redact(token.failure.message)));
    }
    const webIdentityToken = token.value;
    redactor.registerSecrets([webIdentityToken, ...webIdentityToken.split(".")]);
    const identity = identityOf(login, env, webIdentityToken);
    keyless.identity = identity;
    const { roleArn, provider: providerId, sessionName: roleSessionName } = identity;
    const parameters = { webIdentityToken, providerId, roleArn, roleSessionName, durationSeconds: DURATION_SECONDS };
    const result = await assumeRoleWithWebIdentity(sts, parameters, permit, signal);
    if (!result.ok) return result;
    const { secretId, secretKey, token: sessionToken } = result.value;
    redactor.registerSecrets([secretId], { ignoreCase: true });
    redactor.registerSecrets([secretKey, sessionToken]);
    credentials = result.value;
    onLogin?.(identity);
    return result;
  }

  async function logIn(signal: AbortSignal) {
    const onRetry: RetryOptions["onRetry"] = (failure, waitMs) => record && observer.onRetry(record, failure, waitMs);
    const result = await withRetries((number) => assumeRole(number, signal), { clock, random, signal, onRetry });
    return !result.ok && signal.aborted ? cancelled() : result;
  }

  async function current(signal: AbortSignal) {
    if (credentials) return success(credentials);
    loginInFlight ??= logIn(signal).finally(() => {
      loginInFlight = undefined;
    });
    return loginInFlight;
  }

  async function renew(rejected: Credentials, signal: AbortSignal) {
    // Of the calls that were signed with them, the first one renews.
    if (credentials?.token === rejected.token) credentials = undefined;
    const result = await current(signal);
    return result.ok ? success(true) : result;
  }

  return keyless;
}

const cancelled = () => failed(apiFailure("Cancelled", "cancelled during the login"));
