import type { Result } from "../shared/result.ts";
import type { ApiFailure } from "./failure.ts";
import type { Credentials } from "./signature.ts";

/** Where the client gets its credentials, at each attempt. */
export interface CredentialsProvider {
  /** The credentials to sign with now; may log in or renew first. */
  current(signal: AbortSignal): Promise<Result<Credentials, ApiFailure>>;
  /**
   * The API answered `AuthFailure.TokenFailure` to a request signed with `rejected`. Resolves to true if there are other
   * credentials now, so that signing again makes sense; calls in flight share one renewal.
   */
  renew(rejected: Credentials, signal: AbortSignal): Promise<Result<boolean, ApiFailure>>;
}
