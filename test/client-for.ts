/** A client that talks to a fake API in virtual time, and the record of what it told. */
import { type CallRecord, type Client, createClient } from "../src/tencentcloud/client.ts";
import type { Fault } from "../src/tencentcloud/fault.ts";
import { createPace, type Pace } from "../src/tencentcloud/pace.ts";
import type { Time } from "../src/tencentcloud/time.ts";
import type { Transport } from "../src/tencentcloud/transport.ts";

export interface Told {
  readonly calls: CallRecord[];
  readonly retries: Array<{ readonly code: string; readonly waitMs: number }>;
  readonly clockErrors: number[];
}

export const never = new AbortController().signal;

export interface ClientFor {
  readonly client: Client;
  readonly pace: Pace;
  readonly told: Told;
}

export function clientFor(
  transport: Transport,
  time: Time,
  {
    requestsPerSecond = 10,
    token,
    abandon = never,
  }: { requestsPerSecond?: number; token?: string; abandon?: AbortSignal } = {},
): ClientFor {
  const told: Told = { calls: [], retries: [], clockErrors: [] };
  const pace = createPace(requestsPerSecond, time);
  const client = createClient({
    credentials: { secretId: "AKIDEXAMPLE", secretKey: "example-secret-key", token },
    host: "ssl.intl.tencentcloudapi.com",
    service: "ssl",
    version: "2019-12-05",
    requestClient: "test",
    transport,
    pace,
    time,
    abandon,
    events: {
      onCall: (record) => told.calls.push(record),
      onRetry: (_record, { code }: Fault, waitMs) => told.retries.push({ code, waitMs }),
      onClockCorrected: (errorMs) => told.clockErrors.push(errorMs),
    },
  });
  return { client, pace, told };
}
