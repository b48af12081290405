import { getIDToken } from "@actions/core";
import type { Endpoint } from "../inputs/endpoint.ts";
import type { Login } from "../inputs/login.ts";
import type { Env } from "../shared/env.ts";
import type { ApiClientOptions, AttemptRecord } from "../tencentcloud/api-client.ts";
import type { CredentialsProvider } from "../tencentcloud/credentials-provider.ts";
import { RateLimiter } from "../tencentcloud/rate-limiter.ts";
import { createTransport } from "../tencentcloud/transport.ts";
import { type LoginIdentity, sessionName } from "./identity.ts";
import { KeylessCredentials } from "./keyless.ts";
import { staticCredentials } from "./static.ts";

/** Far below the limit of STS (20 a second and account), which is not that of the SSL service. */
const STS_REQUESTS_PER_SECOND = 5;

type ClientOptions = Pick<ApiClientOptions, "auditTag" | "clock" | "random" | "redactor" | "observer" | "hardAbort">;

export interface CredentialsOptions extends ClientOptions {
  readonly endpoint: Endpoint;
  readonly env: Env;
  /** Called after each keyless login. */
  readonly onLogin?: (identity: LoginIdentity) => void;
  readonly getIdToken?: (audience: string) => Promise<string>;
}

export interface RunCredentials {
  readonly provider: CredentialsProvider;
  /** Requests to STS so far, in the order of the responses. */
  readonly attempts: readonly AttemptRecord[];
  /** Of the keyless login; undefined before it. */
  readonly identity: LoginIdentity | undefined;
  close(): Promise<void>;
}

/** The credentials that `login` stands for; undefined if it stands for none. Nothing is sent before they are needed. */
export function createCredentials(login: Login, options: CredentialsOptions): RunCredentials | undefined {
  if (login.kind === "none") return undefined;
  if (login.kind === "key") {
    const provider = staticCredentials(login.credentials);
    return { provider, attempts: [], identity: undefined, close: async () => undefined };
  }
  const { endpoint, env, getIdToken = getIDToken, onLogin, ...clientOptions } = options;
  const transport = createTransport({ origin: endpoint.sts.origin, env });
  const provider = new KeylessCredentials({
    login,
    sessionName: sessionName(env),
    getIdToken,
    onLogin,
    sts: {
      ...clientOptions,
      host: endpoint.sts.host,
      transport,
      rateLimiter: new RateLimiter(STS_REQUESTS_PER_SECOND, clientOptions.clock),
    },
  });
  return {
    provider,
    get attempts() {
      return provider.attempts;
    },
    get identity() {
      return provider.identity;
    },
    close: () => transport.close(),
  };
}
