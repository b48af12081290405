/** The run's credentials: a stored key, or those of a role for GitHub's OIDC token, which stay in this process. */
import { fetchIdToken } from "../github/id-token.ts";
import type { Endpoint } from "../inputs/endpoint.ts";
import type { KeylessLogin, Login } from "../inputs/login.ts";
import type { Env } from "../shared/env.ts";
import { failed, type Result, success } from "../shared/result.ts";
import {
  ApiClient,
  type ApiClientOptions,
  type AttemptRecord,
  type CredentialsProvider,
} from "../tencentcloud/api-client.ts";
import { type ApiFailure, apiFailure } from "../tencentcloud/errors.ts";
import { RateLimiter } from "../tencentcloud/rate-limiter.ts";
import { withRetries } from "../tencentcloud/retry.ts";
import type { Credentials } from "../tencentcloud/signature.ts";
import { assumeRoleWithWebIdentity, STS_CLIENT } from "../tencentcloud/sts.ts";
import { decodeClaims, type LoginIdentity, sessionName } from "./identity.ts";

/** Enough for hundreds of thousands of IDs; if the API says that they have ended, another login follows. */
const DURATION_SECONDS = 1_800;
/** Far below the limit of STS (20 a second and account), which is not that of the SSL service. */
const REQUESTS_PER_SECOND = 5;

export interface CredentialsOptions
  extends Pick<ApiClientOptions, "auditTag" | "clock" | "random" | "redactor" | "observer" | "hardAbort" | "http"> {
  readonly endpoint: Endpoint;
  readonly env: Env;
  /** Called after each login. */
  readonly onLogin?: (identity: LoginIdentity) => void;
}

export interface RunCredentials {
  readonly provider: CredentialsProvider;
  /** Of the keyless login, once there was an OIDC token. */
  readonly identity?: LoginIdentity;
}

/** The credentials that `login` stands for; undefined if it stands for none. Nothing is sent before they are needed. */
export function createCredentials(login: Login, options: CredentialsOptions): RunCredentials | undefined {
  if (login.kind === "none") return undefined;
  if (login.kind === "keyless") return keylessCredentials(login, options);
  return { provider: { current: async () => success(login.credentials), renew: async () => success(false) } };
}

/** Credentials that log in when they are first needed, and again when the API refuses them as ended. */
function keylessCredentials(login: KeylessLogin, options: CredentialsOptions): RunCredentials {
  const { endpoint, env, http, clock, random, redactor, observer, onLogin } = options;
  let identity: LoginIdentity | undefined;
  let credentials: Credentials | undefined;
  /** Calls in flight share one login. */
  let loginInFlight: Promise<Result<Credentials, ApiFailure>> | undefined;
  let attempt = 0;
  /** Of this attempt's request to STS. */
  let record: AttemptRecord | undefined;
  const sts = new ApiClient({
    ...options,
    ...endpoint.sts,
    ...STS_CLIENT,
    rateLimiter: new RateLimiter(REQUESTS_PER_SECOND, clock),
    observer: {
      onAttempt(request) {
        record = { ...request, attempt, retry: attempt > 1 };
        observer.onAttempt(record);
      },
      onRetry() {},
      onClockCorrected() {},
    },
  });

  /** One attempt, with an OIDC token of its own: they live for minutes only. */
  async function assumeRole(number: number, signal: AbortSignal): Promise<Result<Credentials, ApiFailure>> {
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
    redactor.registerSecrets([token.value, ...token.value.split(".")]);
    const { roleArn, provider } = login;
    const roleSessionName = sessionName(env);
    const repository = env.GITHUB_REPOSITORY ?? "";
    identity = { roleArn, provider, repository, sessionName: roleSessionName, claims: decodeClaims(token.value) };
    const webIdentity = { webIdentityToken: token.value, providerId: provider, roleArn, roleSessionName };
    const parameters = { ...webIdentity, durationSeconds: DURATION_SECONDS };
    const result = await assumeRoleWithWebIdentity(sts, parameters, permit, signal);
    if (!result.ok) return result;
    redactor.registerSecrets([result.value.secretId], { ignoreCase: true });
    redactor.registerSecrets([result.value.secretKey, result.value.token]);
    onLogin?.(identity);
    return result;
  }

  async function logIn(signal: AbortSignal): Promise<Result<Credentials, ApiFailure>> {
    const result = await withRetries((number) => assumeRole(number, signal), {
      clock,
      random,
      signal,
      onRetry: (failure, waitMs) => record && observer.onRetry(record, failure, waitMs),
    });
    if (result.ok) credentials = result.value;
    return !result.ok && signal.aborted ? cancelled() : result;
  }

  async function current(signal: AbortSignal): Promise<Result<Credentials, ApiFailure>> {
    if (credentials) return success(credentials);
    loginInFlight ??= logIn(signal).finally(() => {
      loginInFlight = undefined;
    });
    return loginInFlight;
  }

  async function renew(rejected: Credentials, signal: AbortSignal): Promise<Result<boolean, ApiFailure>> {
    // Of the calls that were signed with them, the first one renews.
    if (credentials?.token === rejected.token) credentials = undefined;
    const result = await current(signal);
    return result.ok ? success(true) : result;
  }

  return {
    provider: { current, renew },
    get identity() {
      return identity;
    },
  };
}

const cancelled = () => failed(apiFailure("Cancelled", "cancelled during the login"));
