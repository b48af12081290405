/** GitHub's OIDC token, fetched with a limit on time, and again if the failure may pass. */
import type { Clock, Random } from "../shared/clock.ts";
import { failed, messageOf, type Result, success } from "../shared/result.ts";
import { backoff } from "../tencentcloud/api-client.ts";
import { type ApiFailure, apiFailure } from "../tencentcloud/failure.ts";

const MAX_ATTEMPTS = 5;
const TIMEOUT_MS = 10_000;

export interface IdTokenSource {
  /** `getIDToken` of `@actions/core`, which itself retries only 502 to 504, and waits for minutes. */
  readonly getIdToken: (audience: string) => Promise<string>;
  readonly clock: Clock;
  readonly random: Random;
}

/** No login, no deletion: failures here end the run, and none of them has changed anything. */
export const loginFailure = (code: string, message: string): ApiFailure =>
  apiFailure(code, message, { fatal: true, mayHaveTakenEffect: false });

export const loginCancelled = (): ApiFailure => loginFailure("Network.Aborted", "cancelled during the login");

/** `@actions/core` puts the status into the text of its error. */
function explain(error: unknown): ApiFailure {
  const message = messageOf(error).replace(/\s+/g, " ");
  const status = Number(/Error Code : ([0-9]{3})/.exec(message)?.[1]);
  if (status >= 400 && status < 500 && status !== 429) return loginFailure("Oidc.NotPermitted", message);
  if (/ID Token field/.test(message)) return loginFailure("Oidc.Malformed", message);
  if (/env variable/.test(message)) return loginFailure("Oidc.NotPermitted", message);
  return loginFailure("Oidc.Unavailable", message);
}

async function attemptOnce(
  audience: string,
  source: IdTokenSource,
  signal: AbortSignal,
): Promise<Result<string, ApiFailure>> {
  const finished = new AbortController();
  const timeout = source.clock
    .sleep(TIMEOUT_MS, AbortSignal.any([signal, finished.signal]))
    .then(() => failed(loginFailure("Oidc.Unavailable", `no response within ${TIMEOUT_MS / 1000} seconds`)));
  const token = source.getIdToken(audience).then(success, (error: unknown) => failed(explain(error)));
  try {
    return await Promise.race([token, timeout]);
  } finally {
    finished.abort();
  }
}

/** A new OIDC token for `audience`. Failures that may pass are retried; their code is `Oidc.Unavailable`. */
export async function fetchIdToken(
  audience: string,
  source: IdTokenSource,
  signal: AbortSignal,
): Promise<Result<string, ApiFailure>> {
  for (let attempt = 1; ; attempt += 1) {
    if (signal.aborted) return failed(loginCancelled());
    const token = await attemptOnce(audience, source, signal);
    if (token.ok || signal.aborted || token.failure.code !== "Oidc.Unavailable" || attempt === MAX_ATTEMPTS)
      return signal.aborted ? failed(loginCancelled()) : token;
    await source.clock.sleep(backoff(attempt, source.random), signal);
  }
}
