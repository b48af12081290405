/** A client that talks to a fake API in virtual time, and a record of its observer's calls. */
import type { HttpClient } from "../../src/http/client.ts";
import type { Clock, Random } from "../../src/shared/clock.ts";
import { Redactor } from "../../src/shared/redactor.ts";
import { success } from "../../src/shared/result.ts";
import {
  ApiClient,
  type ApiClientOptions,
  type AttemptRecord,
  type CredentialsProvider,
} from "../../src/tencentcloud/api-client.ts";
import { RateLimiter } from "../../src/tencentcloud/rate-limiter.ts";
import type { Credentials } from "../../src/tencentcloud/signature.ts";

export interface Observed {
  readonly attempts: AttemptRecord[];
  readonly retries: Array<{ readonly code: string; readonly waitMs: number }>;
  readonly clockOffsets: number[];
}

export const never = new AbortController().signal;

/** Credentials that cannot be renewed. */
export const fixedCredentials = (credentials: Credentials): CredentialsProvider => ({
  current: async () => success(credentials),
});

export interface ClientFor {
  readonly client: ApiClient;
  readonly rateLimiter: RateLimiter;
  readonly observed: Observed;
}

export interface ClientForOptions extends Partial<ApiClientOptions> {
  readonly requestsPerSecond?: number;
}

export function clientFor(
  http: HttpClient,
  clock: Clock,
  { requestsPerSecond = 10, ...overrides }: ClientForOptions = {},
): ClientFor {
  const observed: Observed = { attempts: [], retries: [], clockOffsets: [] };
  const rateLimiter = new RateLimiter(requestsPerSecond, clock);
  const random: Random = () => 0.5;
  const credentials: Credentials = { secretId: "AKIDEXAMPLE", secretKey: "example-secret-key" };
  const redactor = new Redactor();
  redactor.registerSecrets([credentials.secretId, credentials.secretKey]);
  const client = new ApiClient({
    origin: "https://ssl.intl.tencentcloudapi.com",
    host: "ssl.intl.tencentcloudapi.com",
    service: "ssl",
    version: "2019-12-05",
    auditTag: "test",
    authentication: fixedCredentials(credentials),
    http,
    rateLimiter,
    clock,
    random,
    redactor,
    observer: {
      onAttempt: (record) => observed.attempts.push(record),
      onRetry: (_record, { code }, waitMs) => observed.retries.push({ code, waitMs }),
      onClockCorrected: (offsetMs) => observed.clockOffsets.push(offsetMs),
    },
    hardAbort: never,
    ...overrides,
  });
  return { client, rateLimiter, observed };
}
