import type { Login } from "../inputs/login.ts";
import { success } from "../shared/result.ts";
import type { CredentialsProvider } from "../tencentcloud/api-client.ts";
import type { LoginIdentity } from "./identity.ts";
import { type KeylessOptions, keylessCredentials } from "./keyless.ts";

export interface RunCredentials {
  readonly provider: CredentialsProvider;
  /** Of the keyless login, once there was an OIDC token. */
  readonly identity?: LoginIdentity;
}

/** The credentials that `login` stands for; undefined if it stands for none. Nothing is sent before they are needed. */
export function createCredentials(login: Login, options: KeylessOptions): RunCredentials | undefined {
  if (login.kind === "none") return undefined;
  if (login.kind === "key")
    return { provider: { current: async () => success(login.credentials), renew: async () => success(false) } };
  return keylessCredentials(login, options);
}
