/** The order of the steps: inputs → credentials → plan → deletion and reconciliation → report. */
import { createCredentials } from "./credentials/provider.ts";
import { executePlan } from "./csrs/execution.ts";
import { makePlan } from "./csrs/plan.ts";
import { createHttpClient, type HttpClient } from "./http/client.ts";
import { type Inputs, readComment, readInputs, readSecrets } from "./inputs/inputs.ts";
import { Log } from "./report/log.ts";
import { maskInLog, publish, saveReport } from "./report/publish.ts";
import { type Clock, systemClock } from "./shared/clock.ts";
import { Redactor } from "./shared/redactor.ts";
import { messageOf } from "./shared/result.ts";
import type { Recording } from "./shared/run-record.ts";
import { ApiClient, type ClientObserver } from "./tencentcloud/api-client.ts";
import { RateLimiter } from "./tencentcloud/rate-limiter.ts";
import { auditTag } from "./tencentcloud/signature.ts";
import { SSL_CLIENT } from "./tencentcloud/ssl.ts";

export interface RunOptions {
  readonly env: NodeJS.ProcessEnv;
  /** Aborted: no request starts any more. */
  readonly cancel: AbortSignal;
  /** Aborted: requests in flight are dropped. */
  readonly hardAbort: AbortSignal;
  readonly clock?: Clock;
}

interface Context extends Required<RunOptions> {
  readonly redactor: Redactor;
  readonly log: Log;
  readonly http: HttpClient;
  reportPath?: string;
}

/** Runs the action: sets outputs, annotations, summary and exit code. Does not reject. */
export async function run(options: RunOptions): Promise<void> {
  const { env, cancel, clock = systemClock } = options;
  const startedAt = clock.now();
  const start = clock.monotonicNow();
  const redactor = new Redactor(maskInLog);
  readSecrets(env, redactor);
  const http = createHttpClient(env);
  const context: Context = { ...options, clock, redactor, log: new Log(redactor), http };
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
  const client = connect(inputs, record, context);
  const { plan, refusal } = await makePlan(inputs, { client, clock, cancel, observer: log });
  record.plan = plan;
  record.refusal = refusal;
  if (!plan || refusal || inputs.dryRun) return;
  if (plan.rows.length === 0) {
    record.execution = { outcomes: new Map(), unexpectedValues: [] };
    return;
  }
  if (!client) throw new Error("there are no credentials to delete with");
  log.plan(plan, inputs);
  // A run that dies leaves its plan behind, in the log and in the report file.
  context.reportPath = saveReport(record, context);
  record.execution = await executePlan(plan, { client, clock, cancel, observer: log });
}

/** The client of the SSL service; none without a login. */
function connect({ endpoint, login, requestsPerSecond }: Inputs, record: Recording, context: Context) {
  const { env, clock, log } = context;
  const observer: ClientObserver = {
    onAttempt(attempt) {
      record.calls.push(attempt);
      log.onAttempt(attempt);
    },
    onRetry: log.onRetry.bind(log),
    onClockCorrected(offsetMs) {
      record.clockOffsetMs = offsetMs;
      log.onClockCorrected(offsetMs);
    },
  };
  const shared = { ...context, auditTag: auditTag(env), random: Math.random, observer };
  const authentication = createCredentials(login, {
    ...shared,
    endpoint,
    onIdentity(identity) {
      if (!record.identity) log.login(identity);
      record.identity = identity;
    },
  });
  const rateLimiter = new RateLimiter(requestsPerSecond, clock);
  return authentication && new ApiClient({ ...shared, ...endpoint, ...SSL_CLIENT, authentication, rateLimiter });
}
