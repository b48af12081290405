/** Keyless login: GitHub's OIDC token is exchanged for temporary credentials of a role, which stay in this process. */
import type { KeylessLogin } from "../inputs/login.ts";
import { failed, type Result, success } from "../shared/result.ts";
import { ApiClient, type ApiClientOptions, type AttemptRecord, backoff } from "../tencentcloud/api-client.ts";
import type { CredentialsProvider } from "../tencentcloud/credentials-provider.ts";
import type { ApiFailure } from "../tencentcloud/failure.ts";
import type { Credentials } from "../tencentcloud/signature.ts";
import {
  assumeRoleWithWebIdentity,
  STS_REGION,
  STS_SERVICE,
  STS_VERSION,
  type TemporaryCredentials,
} from "../tencentcloud/sts.ts";
import { fetchIdToken, type IdTokenSource, loginCancelled, loginFailure } from "./id-token.ts";
import { decodeClaims, type IdentityClaims, type LoginIdentity } from "./identity.ts";

/** Enough for a run of a million IDs; another login follows if it is not. */
const DURATION_SECONDS = 1_800;
const RENEWAL_MARGIN_MS = 5 * 60_000;
const MAX_ATTEMPTS = 5;

export interface KeylessOptions {
  readonly login: KeylessLogin;
  readonly sessionName: string;
  /** `getIDToken` of `@actions/core`. */
  readonly getIdToken: (audience: string) => Promise<string>;
  /** Called after each login. */
  readonly onLogin?: ((identity: LoginIdentity) => void) | undefined;
  /** For the calls of STS, which has a rate limit of its own. */
  readonly sts: Omit<ApiClientOptions, "service" | "version" | "region" | "authentication" | "maxAttempts">;
}

interface Session {
  readonly credentials: TemporaryCredentials;
  /** On the monotonic clock, ms. */
  readonly renewAt: number;
  /** The login followed a rejection of earlier credentials. */
  readonly afterRejection: boolean;
}

/** Logs in at the first call, and again before the credentials end, or once when they are rejected. */
export class KeylessCredentials implements CredentialsProvider {
  readonly #options: KeylessOptions;
  readonly #idTokens: IdTokenSource;
  readonly #client: ApiClient;
  #claims: IdentityClaims | undefined;
  #session: Session | undefined;
  /** Calls in flight share one login. */
  #loginInFlight: Promise<Result<Session, ApiFailure>> | undefined;
  /** A login that failed is not repeated by the calls that waited for it. */
  #failure: ApiFailure | undefined;

  constructor(options: KeylessOptions) {
    const { getIdToken, sts } = options;
    this.#options = options;
    this.#idTokens = { getIdToken, clock: sts.clock, random: sts.random };
    this.#client = new ApiClient({
      ...sts,
      service: STS_SERVICE,
      version: STS_VERSION,
      region: STS_REGION,
      authentication: "unsigned",
      // Each attempt takes a new OIDC token, so the retries are here.
      maxAttempts: () => 1,
    });
  }

  /** Every request to STS, in the order of the responses. */
  get attempts(): readonly AttemptRecord[] {
    return this.#client.attempts;
  }

  /** Who STS was asked to log in; undefined before that. */
  get identity(): LoginIdentity | undefined {
    const { login, sessionName } = this.#options;
    if (this.attempts.length === 0) return undefined;
    return { roleArn: login.roleArn, provider: login.provider, sessionName, claims: this.#claims };
  }

  async current(signal: AbortSignal): Promise<Result<Credentials, ApiFailure>> {
    const session = this.#session;
    const isFresh = session && this.#options.sts.clock.monotonicNow() < session.renewAt;
    if (isFresh && !this.#loginInFlight) return success(session.credentials);
    const login = await this.#logIn(false, signal);
    return login.ok ? success(login.value.credentials) : login;
  }

  async renew(rejected: Credentials, signal: AbortSignal): Promise<Result<boolean, ApiFailure>> {
    const session = this.#session;
    if (session?.credentials.token !== rejected.token) return success(true);
    // Credentials that are rejected straight after a renewal for this reason would be so for ever.
    if (session?.afterRejection) return success(false);
    const login = await this.#logIn(true, signal);
    return login.ok ? success(true) : login;
  }

  #logIn(afterRejection: boolean, signal: AbortSignal): Promise<Result<Session, ApiFailure>> {
    this.#loginInFlight ??= this.#startSession(afterRejection, signal).finally(() => {
      this.#loginInFlight = undefined;
    });
    return this.#loginInFlight;
  }

  async #startSession(afterRejection: boolean, signal: AbortSignal): Promise<Result<Session, ApiFailure>> {
    if (this.#failure) return failed(this.#failure);
    const credentials = await this.#assumeRoleWithRetries(signal);
    if (!credentials.ok) {
      if (!signal.aborted) this.#failure = credentials.failure;
      return credentials;
    }
    this.#session = { credentials: credentials.value, renewAt: this.#renewalTime(credentials.value), afterRejection };
    return success(this.#session);
  }

  /** The runner's clock may be off; then the duration that was asked for counts. */
  #renewalTime({ expiresAt }: TemporaryCredentials): number {
    const { clock } = this.#options.sts;
    const lifetimeMs = expiresAt - clock.now();
    const isPlausible = lifetimeMs > 2 * RENEWAL_MARGIN_MS && lifetimeMs <= DURATION_SECONDS * 1000;
    return clock.monotonicNow() + (isPlausible ? lifetimeMs : DURATION_SECONDS * 1000) - RENEWAL_MARGIN_MS;
  }

  async #assumeRoleWithRetries(signal: AbortSignal): Promise<Result<TemporaryCredentials, ApiFailure>> {
    const { clock, random, observer } = this.#options.sts;
    for (let attempt = 1; ; attempt += 1) {
      const credentials = await this.#assumeRole(signal);
      if (credentials.ok) return credentials;
      if (signal.aborted) return failed(loginCancelled());
      if (attempt >= maxAttempts(credentials.failure)) return credentials;
      const waitMs = backoff(attempt, random);
      const record = this.attempts.at(-1);
      if (record) observer.onRetry(record, credentials.failure, waitMs);
      await clock.sleep(waitMs, signal);
    }
  }

  /** One attempt, with an OIDC token of its own: tokens live for minutes only. */
  async #assumeRole(signal: AbortSignal): Promise<Result<TemporaryCredentials, ApiFailure>> {
    const { login, sessionName, sts } = this.#options;
    const { redactor } = sts;
    const token = await fetchIdToken(login.audience, this.#idTokens, signal);
    if (!token.ok) return failed({ ...token.failure, message: redactor.redact(token.failure.message) });
    redactor.registerSecrets([token.value]);
    if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token.value))
      return failed(loginFailure("Oidc.Malformed", "the OIDC token is not a JWT"));
    redactor.registerSecrets(token.value.split("."));
    this.#claims = decodeClaims(token.value);

    const permit = await this.#client.acquire(signal);
    if (!permit) return failed(loginCancelled());
    const parameters = {
      providerId: login.provider,
      webIdentityToken: token.value,
      roleArn: login.roleArn,
      roleSessionName: sessionName,
      durationSeconds: DURATION_SECONDS,
    };
    const credentials = await assumeRoleWithWebIdentity(this.#client, parameters, permit, signal);
    if (!credentials.ok) return failed(asLoginFailure(credentials.failure));
    redactor.registerSecrets([credentials.value.secretId], { ignoreCase: true });
    redactor.registerSecrets([credentials.value.secretKey, credentials.value.token]);
    if (this.identity) this.#options.onLogin?.(this.identity);
    return credentials;
  }
}

function asLoginFailure(failure: ApiFailure): ApiFailure {
  const { code } = failure;
  // In a call of the SSL service the code means that the key lacks a permission; here, that the role does not trust the job.
  if (/^(AuthFailure\.)?UnauthorizedOperation/.test(code))
    return { ...failure, ...loginFailure("Sts.UnauthorizedOperation", failure.message) };
  // Its message quotes the response, which may hold credentials that are not masked yet.
  if (code === "Response.Malformed")
    return { ...failure, ...loginFailure(code, "the response of STS is not shown: it may contain credentials") };
  return { ...failure, fatal: true, mayHaveTakenEffect: false };
}

/** How often STS is asked in all, if it fails like this. A failure to fetch the OIDC token has had its retries. */
function maxAttempts({ code, kind }: ApiFailure): number {
  if (code.startsWith("Oidc.")) return 1;
  // May be a wrong role ARN, too.
  if (code === "InternalError.GetRoleError") return 2;
  return kind === "transient" || kind === "rate-limit" ? MAX_ATTEMPTS : 1;
}
