/** The order of the steps: inputs → credentials → plan → deletion and reconciliation → report. */
import { createCredentials, type RunCredentials } from "./credentials/provider.ts";
import { executePlan } from "./csrs/execution.ts";
import { idsToDelete, makePlan } from "./csrs/plan.ts";
import { createHttpClient, type HttpClient } from "./http/client.ts";
import { type Inputs, readComment, readInputs, readSecrets } from "./inputs/inputs.ts";
import { createLog, type Log } from "./report/log.ts";
import { maskInLog, publish, saveReport } from "./report/publish.ts";
import { type Clock, type Random, systemClock } from "./shared/clock.ts";
import type { Env } from "./shared/env.ts";
import { Redactor } from "./shared/redactor.ts";
import { messageOf } from "./shared/result.ts";
import type { RunRecord } from "./shared/run-record.ts";
import { ApiClient, type AttemptRecord, type ClientObserver } from "./tencentcloud/api-client.ts";
import { auditTag } from "./tencentcloud/audit-tag.ts";
import { RateLimiter } from "./tencentcloud/rate-limiter.ts";
import { SSL_SERVICE, SSL_VERSION } from "./tencentcloud/ssl.ts";

/** After a cancel, calls in flight get this long to return: the runner kills the process 10 seconds after its first signal. */
const GRACE_MS = 3_000;

export interface RunOptions {
  readonly env: Env;
  /** Aborted when the job is cancelled. */
  readonly cancel: AbortSignal;
  /** Aborted to drop the requests in flight; after a cancel that happens by itself, 3 seconds later. */
  readonly hardAbort?: AbortSignal;
  readonly clock?: Clock;
  readonly random?: Random;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

interface Context extends Required<RunOptions> {
  readonly redactor: Redactor;
  readonly log: Log;
  readonly http: HttpClient;
  /** Every request to SSL and STS so far, in the order of the responses. */
  readonly calls: AttemptRecord[];
}

/** Runs the action: sets outputs, annotations, summary and exit code. Does not reject. */
export async function run({
  env,
  cancel,
  hardAbort = new AbortController().signal,
  clock = systemClock,
  random = Math.random,
}: RunOptions): Promise<void> {
  const startedAt = clock.now();
  const start = clock.monotonicNow();
  const redactor = new Redactor(maskInLog);
  readSecrets(env, redactor);
  const log = createLog(redactor);
  const http = createHttpClient({ env });
  const calls: AttemptRecord[] = [];
  const context: Context = { env, cancel, hardAbort, clock, random, redactor, log, http, calls };

  const inputs = readInputs(env, redactor);
  const record: Writable<RunRecord> = { problems: [], calls, cancelled: false, startedAt, durationMs: 0 };
  let reportPath: string | undefined;
  if (inputs.ok) {
    record.inputs = inputs.value;
    try {
      reportPath = await work(record, inputs.value, context);
    } catch (error) {
      record.crash = messageOf(error);
    }
  } else {
    record.problems = inputs.failure;
  }
  record.calls = calls.toSorted((a, b) => a.startedAt - b.startedAt);
  record.cancelled = cancel.aborted;
  record.durationMs = clock.monotonicNow() - start;
  await publish(record, { ...context, comment: readComment(env), reportPath });
  await http.close();
}

/** Fills `record` in, step by step: what is known when one throws stays. Resolves with the path of the report, if it was saved. */
async function work(record: Writable<RunRecord>, inputs: Inputs, context: Context): Promise<string | undefined> {
  const { cancel, hardAbort, clock, log } = context;
  log.start(inputs);
  const finished = new AbortController();
  const drop = AbortSignal.any([hardAbort, afterGrace(cancel, finished.signal, clock)]);
  const { credentials, client } = connect(inputs, context, drop);
  try {
    const { plan, refusal } = await makePlan(inputs, { client, clock, cancel, observer: log });
    record.plan = plan;
    record.refusal = refusal;
    if (!plan || refusal || inputs.dryRun) return undefined;
    if (plan.rows.length === 0) {
      record.execution = { outcomes: new Map(), unexpectedValues: [] };
      return undefined;
    }
    if (!client) throw new Error("there are no credentials to delete with");
    log.plan(plan);
    // A run that dies leaves its plan behind, in the log and in the report file.
    const path = idsToDelete(plan).length > 0 ? saveReport(record, context) : undefined;
    record.execution = await executePlan(plan, { client, clock, cancel, observer: log });
    return path;
  } finally {
    finished.abort();
    record.identity = credentials?.identity;
    record.clockOffsetMs = client?.clockOffsetMs;
  }
}

/** The client of the SSL service; none without credentials. Nothing is sent before the first call. */
function connect(
  inputs: Inputs,
  { env, clock, random, redactor, log, http, calls }: Context,
  hardAbort: AbortSignal,
): { readonly credentials?: RunCredentials; readonly client?: ApiClient } {
  const { endpoint, login, requestsPerSecond } = inputs;
  const observer: ClientObserver = {
    onAttempt: (attempt) => {
      calls.push(attempt);
      log.onAttempt(attempt);
    },
    onRetry: (...retry) => log.onRetry(...retry),
    onClockCorrected: (offsetMs) => log.onClockCorrected(offsetMs),
  };
  const shared = { auditTag: auditTag(env), clock, random, redactor, observer, hardAbort, http };
  const credentials = createCredentials(login, {
    ...shared,
    endpoint,
    env,
    onLogin: (identity) => log.login(identity),
  });
  if (!credentials) return {};
  const client = new ApiClient({
    ...shared,
    origin: endpoint.origin,
    host: endpoint.host,
    service: SSL_SERVICE,
    version: SSL_VERSION,
    authentication: credentials.provider,
    rateLimiter: new RateLimiter(requestsPerSecond, clock),
  });
  return { credentials, client };
}

/** Aborted so long after `cancel` that calls in flight have had their chance to return. */
function afterGrace(cancel: AbortSignal, finished: AbortSignal, clock: Clock): AbortSignal {
  const over = new AbortController();
  const start = async (): Promise<void> => {
    await clock.sleep(GRACE_MS, finished);
    over.abort();
  };
  if (cancel.aborted) void start();
  else cancel.addEventListener("abort", () => void start(), { once: true });
  return over.signal;
}
