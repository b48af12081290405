/** The run's credentials: a stored key, or those of a role for GitHub's OIDC token, which stay in this process. */
import { fetchIdToken } from "../github/id-token.ts";
import type { Endpoint } from "../inputs/endpoint.ts";
import type { KeylessLogin, Login } from "../inputs/login.ts";
import { failed, success } from "../shared/result.ts";
import { ApiClient, type ApiClientOptions, type CredentialsProvider } from "../tencentcloud/api-client.ts";
import { apiFailure } from "../tencentcloud/errors.ts";
import { RateLimiter } from "../tencentcloud/rate-limiter.ts";
import { withRetries } from "../tencentcloud/retry.ts";
import type { Credentials } from "../tencentcloud/signature.ts";
import { assumeRoleWithWebIdentity, STS_CLIENT } from "../tencentcloud/sts.ts";
import { identityOf, type LoginIdentity } from "./identity.ts";

/** Enough for hundreds of thousands of IDs. When they have ended, another login follows. */
const DURATION_SECONDS = 1_800;
/** STS allows 20. */
const REQUESTS_PER_SECOND = 5;

export interface CredentialsOptions
  extends Pick<ApiClientOptions, "auditTag" | "clock" | "random" | "redactor" | "observer" | "hardAbort" | "http"> {
  readonly endpoint: Endpoint;
  readonly env: NodeJS.ProcessEnv;
  /** A keyless login has an OIDC token, and will ask STS. */
  readonly onIdentity: (identity: LoginIdentity) => void;
}

/** Undefined without a login. Nothing is sent before the credentials are needed. */
export function createCredentials(login: Login, options: CredentialsOptions): CredentialsProvider | undefined {
  if (login.kind === "none") return undefined;
  if (login.kind === "keyless") return keylessCredentials(login, options);
  return { current: async () => success(login.credentials) };
}

function keylessCredentials(login: KeylessLogin, options: CredentialsOptions): CredentialsProvider {
  const { endpoint, env, http, clock, redactor, observer, onIdentity } = options;
  let credentials: Credentials | undefined;
  /** Calls in flight share one login. */
  let loginInFlight: ReturnType<CredentialsProvider["current"]> | undefined;
  /** Counted here: for the client, each one is a call of its own. */
  let attempt = 0;
  const sts = new ApiClient({
    ...options,
    ...endpoint.sts,
    ...STS_CLIENT,
    rateLimiter: new RateLimiter(REQUESTS_PER_SECOND, clock),
    observer: { ...observer, onAttempt: (made) => observer.onAttempt({ ...made, attempt, retry: attempt > 1 }) },
  });

  /** With a new OIDC token: they live for minutes only. */
  async function assumeRole(number: number, signal: AbortSignal) {
    if (signal.aborted) return cancelled();
    attempt = number;
    const request = fetchIdToken(login.audience, { env, http, signal });
    // While GitHub issues the token.
    http.preconnect(endpoint.sts.origin);
    http.preconnect(endpoint.origin);
    const issued = await request;
    if (!issued.ok) return failed(apiFailure(issued.failure.code, redactor.redact(issued.failure.message)));
    const jwt = issued.value;
    redactor.registerSecrets([jwt, ...jwt.split(".")]);
    const identity = identityOf(login, env, jwt);
    onIdentity(identity);
    const parameters = {
      ProviderId: identity.provider,
      WebIdentityToken: jwt,
      RoleArn: identity.roleArn,
      RoleSessionName: identity.sessionName,
      DurationSeconds: DURATION_SECONDS,
    };
    const result = await assumeRoleWithWebIdentity(sts, parameters, signal);
    if (!result.ok) return result;
    const { secretId, secretKey, token } = result.value;
    redactor.registerSecrets([secretId], { ignoreCase: true });
    redactor.registerSecrets([secretKey, token]);
    credentials = result.value;
    return result;
  }

  return {
    async current(signal, rejected) {
      // Of the calls that were signed with them, the first one renews.
      if (credentials === rejected) credentials = undefined;
      if (credentials) return success(credentials);
      loginInFlight ??= withRetries((number) => assumeRole(number, signal), {
        ...options,
        action: "Login",
        signal,
      }).finally(() => {
        loginInFlight = undefined;
      });
      const result = await loginInFlight;
      return !result.ok && signal.aborted ? cancelled() : result;
    },
  };
}

const cancelled = () => failed(apiFailure("Cancelled", "cancelled during the login"));
