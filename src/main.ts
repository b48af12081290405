/** The order of the steps: inputs → credentials → plan → deletion and reconciliation → report. */
import { createCredentials } from "./credentials/provider.ts";
import { executePlan } from "./csrs/execution.ts";
import { idsToDelete, makePlan } from "./csrs/plan.ts";
import { createHttpClient, type HttpClient } from "./http/client.ts";
import { type Inputs, readComment, readInputs, readSecrets } from "./inputs/inputs.ts";
import { createLog, type Log } from "./report/log.ts";
import { maskInLog, publish, saveReport } from "./report/publish.ts";
import { type Clock, type Random, systemClock } from "./shared/clock.ts";
import { Redactor } from "./shared/redactor.ts";
import { messageOf } from "./shared/result.ts";
import type { RunRecord } from "./shared/run-record.ts";
import { ApiClient, type AttemptRecord } from "./tencentcloud/api-client.ts";
import { RateLimiter } from "./tencentcloud/rate-limiter.ts";
import { auditTag } from "./tencentcloud/signature.ts";
import { SSL_CLIENT } from "./tencentcloud/ssl.ts";

export interface RunOptions {
  readonly env: NodeJS.ProcessEnv;
  /** Aborted: no request starts any more. */
  readonly cancel: AbortSignal;
  /** Aborted: requests in flight are dropped. */
  readonly hardAbort?: AbortSignal;
  readonly clock?: Clock;
  readonly random?: Random;
}

interface Context extends Required<RunOptions> {
  readonly redactor: Redactor;
  readonly log: Log;
  readonly http: HttpClient;
  reportPath?: string;
}

type Recording = { -readonly [Name in keyof RunRecord]: RunRecord[Name] } & { readonly calls: AttemptRecord[] };

/** Runs the action: sets outputs, annotations, summary and exit code. Does not reject. */
export async function run(options: RunOptions): Promise<void> {
  const { env, cancel, clock = systemClock } = options;
  const startedAt = clock.now();
  const start = clock.monotonicNow();
  const redactor = new Redactor(maskInLog);
  readSecrets(env, redactor);
  const log = createLog(redactor);
  const http = createHttpClient({ env });
  const hardAbort = new AbortController().signal;
  const context: Context = { hardAbort, random: Math.random, ...options, clock, redactor, log, http };
  const record: Recording = { problems: [], calls: [], cancelled: false, startedAt, durationMs: 0 };
  try {
    await work(record, context);
  } catch (error) {
    record.crash = messageOf(error);
  }
  record.calls.sort((a, b) => a.startedAt - b.startedAt);
  record.cancelled = cancel.aborted;
  record.durationMs = clock.monotonicNow() - start;
  await publish(record, { ...context, comment: readComment(env) });
  await http.close();
}

/** Fills `record` in step by step: what is known when one throws stays. */
async function work(record: Recording, context: Context): Promise<void> {
  const { env, cancel, clock, redactor, log } = context;
  const read = readInputs(env, redactor);
  if (!read.ok) {
    record.problems = read.failure;
    return;
  }
  const inputs = read.value;
  record.inputs = inputs;
  log.start(inputs);
  const { credentials, client } = connect(inputs, record, context);
  try {
    const { plan, refusal } = await makePlan(inputs, { client, clock, cancel, observer: log });
    record.plan = plan;
    record.refusal = refusal;
    if (!plan || refusal || inputs.dryRun) return;
    if (plan.rows.length === 0) {
      record.execution = { outcomes: new Map(), unexpectedValues: [] };
      return;
    }
    if (!client) throw new Error("there are no credentials to delete with");
    log.plan(plan);
    // A run that dies leaves its plan behind, in the log and in the report file.
    if (idsToDelete(plan).length > 0) context.reportPath = saveReport(record, context);
    record.execution = await executePlan(plan, { client, clock, cancel, observer: log });
  } finally {
    record.identity = credentials?.identity;
    record.clockOffsetMs = client?.clockOffsetMs;
  }
}

/** Credentials and client of the SSL service; without a login, neither. Nothing is sent before the first call. */
function connect({ endpoint, login, requestsPerSecond }: Inputs, { calls }: Recording, context: Context) {
  const { env, clock, log } = context;
  const onAttempt = (attempt: AttemptRecord): void => {
    calls.push(attempt);
    log.onAttempt(attempt);
  };
  const onRetry = log.onRetry.bind(log);
  const onClockCorrected = log.onClockCorrected.bind(log);
  const shared = { ...context, auditTag: auditTag(env), observer: { onAttempt, onRetry, onClockCorrected } };
  const credentials = createCredentials(login, { ...shared, endpoint, onLogin: log.login.bind(log) });
  if (!credentials) return {};
  const client = new ApiClient({
    ...shared,
    ...endpoint,
    ...SSL_CLIENT,
    authentication: credentials,
    rateLimiter: new RateLimiter(requestsPerSecond, clock),
  });
  return { credentials, client };
}
