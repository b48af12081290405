import { success } from "../shared/result.ts";
import type { CredentialsProvider } from "../tencentcloud/credentials-provider.ts";
import type { Credentials } from "../tencentcloud/signature.ts";

/** Stored keys: there are no others to be had. */
export function staticCredentials(credentials: Credentials): CredentialsProvider {
  return {
    current: async () => success(credentials),
    renew: async () => success(false),
  };
}
