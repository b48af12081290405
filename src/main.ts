/** The order of the steps: inputs → credentials → plan → deletion and reconciliation → report. */
import { createCredentials } from "./credentials/provider.ts";
import { type Execution, executePlan } from "./csrs/execute.ts";
import { makePlan, type Plan, planIds } from "./csrs/plan.ts";
import { explainProblems, type Inputs, inputSources, readInputs, readSecrets } from "./inputs/inputs.ts";
import { createLog, type Log } from "./report/log.ts";
import { maskInLog, publish, saveReport } from "./report/publish.ts";
import type { RunOutcome, RunRecord } from "./report/run-record.ts";
import { type Clock, type Random, systemClock } from "./shared/clock.ts";
import type { Env } from "./shared/env.ts";
import { Redactor } from "./shared/redactor.ts";
import { messageOf } from "./shared/result.ts";
import { ApiClient } from "./tencentcloud/api-client.ts";
import { auditTag } from "./tencentcloud/audit-tag.ts";
import { RateLimiter } from "./tencentcloud/rate-limiter.ts";
import { SSL_SERVICE, SSL_VERSION } from "./tencentcloud/ssl.ts";
import { createTransport } from "./tencentcloud/transport.ts";

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

interface Context extends Required<RunOptions> {
  readonly redactor: Redactor;
  readonly log: Log;
  /** UNIX milliseconds. */
  readonly startedAt: number;
  /** Where the plan of a selection was saved before its deletion began. */
  reportPath: string | undefined;
}

/** Runs the action: sets outputs, annotations, summary and exit code. Does not reject. */
export async function run({
  env,
  cancel,
  hardAbort = new AbortController().signal,
  clock = systemClock,
  random = Math.random,
}: RunOptions): Promise<void> {
  const redactor = new Redactor(maskInLog);
  const sources = inputSources(env);
  readSecrets(sources, redactor);
  const context: Context = {
    env,
    cancel,
    hardAbort,
    clock,
    random,
    redactor,
    log: createLog(redactor),
    startedAt: clock.now(),
    reportPath: undefined,
  };
  const start = clock.monotonicNow();

  const inputs = readInputs(sources, redactor);
  const result = inputs.ok
    ? await execute(inputs.value, context)
    : {
        ...NOTHING_CALLED,
        outcome: { kind: "invalid-inputs", problems: await explainProblems(inputs.failure) } as const,
      };
  const record: RunRecord = {
    ...result,
    inputs: inputs.ok ? inputs.value : undefined,
    warnings: inputs.ok ? inputs.value.warnings : [],
    cancelled: cancel.aborted,
    startedAt: context.startedAt,
    durationMs: clock.monotonicNow() - start,
  };
  await publish(record, context);
}

/** What a run without a client has. */
const NOTHING_CALLED = { attempts: [], clockOffsetMs: undefined, identity: undefined } as const;

const NOTHING_EXECUTED: Execution = { outcomes: new Map(), unexpectedValues: [] };

type Executed = Pick<RunRecord, "outcome" | "attempts" | "clockOffsetMs" | "identity">;

/** Connects, does the work, and disconnects. */
async function execute(inputs: Inputs, context: Context): Promise<Executed> {
  const { log, clock, cancel, hardAbort } = context;
  log.start(inputs);
  const finished = new AbortController();
  const connection = connect(inputs, context, AbortSignal.any([hardAbort, afterGrace(cancel, finished.signal, clock)]));
  try {
    const outcome = await work(inputs, connection?.client, context);
    return { ...NOTHING_CALLED, ...connection?.record, outcome };
  } finally {
    finished.abort();
    await connection?.close();
  }
}

/** Plan, then deletion. Whatever goes wrong, what is known of the plan is in the outcome. */
async function work(inputs: Inputs, client: ApiClient | undefined, context: Context): Promise<RunOutcome> {
  const { cancel, log, clock } = context;
  const { target } = inputs;
  // Given IDs are known before there is a plan.
  let plan: Plan | undefined = target.kind === "ids" ? planIds(target.ids, undefined, clock.now()) : undefined;
  try {
    const planned = await makePlan(inputs, { client, clock, cancel, observer: log });
    if (!planned.ok) return { kind: "no-plan", failure: planned.failure };
    plan = planned.value;
    if (inputs.dryRun) return { kind: "dry-run", plan };
    if (plan.ids.length === 0) return { kind: "deletion", plan, execution: NOTHING_EXECUTED };
    if (!client) throw new Error("there are no credentials to delete with");
    if (plan.source === "selection") announce(plan, inputs, context);
    return { kind: "deletion", plan, execution: await executePlan(plan.ids, { client, clock, cancel, observer: log }) };
  } catch (error) {
    return { kind: "internal-error", message: messageOf(error), plan };
  }
}

/** Nobody has typed the IDs of a selection: a run that dies leaves them behind, in the log and in the report file. */
function announce(plan: Plan, inputs: Inputs, context: Context): void {
  context.log.plan(plan);
  const outcome = { kind: "pending", plan } as const;
  const { startedAt } = context;
  context.reportPath = saveReport(
    { ...NOTHING_CALLED, outcome, inputs, warnings: inputs.warnings, cancelled: false, startedAt, durationMs: 0 },
    context,
  );
}

interface Connection {
  readonly client: ApiClient;
  /** What the report says of it. */
  readonly record: Omit<Executed, "outcome">;
  close(): Promise<void>;
}

/** The client of the SSL service; none without credentials. Nothing is sent before the first call. */
function connect(inputs: Inputs, context: Context, hardAbort: AbortSignal): Connection | undefined {
  const { env, clock, random, redactor, log } = context;
  const { endpoint, login, requestsPerSecond } = inputs;
  const shared = { auditTag: auditTag(env), clock, random, redactor, observer: log, hardAbort };
  const credentials = createCredentials(login, {
    ...shared,
    endpoint,
    env,
    onLogin: (identity) => log.login(identity),
  });
  if (!credentials) return undefined;
  const transport = createTransport({ origin: endpoint.origin, env });
  const client = new ApiClient({
    ...shared,
    host: endpoint.host,
    service: SSL_SERVICE,
    version: SSL_VERSION,
    authentication: credentials.provider,
    transport,
    rateLimiter: new RateLimiter(requestsPerSecond, clock),
  });
  return {
    client,
    get record() {
      const attempts = [...credentials.attempts, ...client.attempts].sort((a, b) => a.startedAt - b.startedAt);
      return { attempts, clockOffsetMs: client.clockOffsetMs, identity: credentials.identity };
    },
    // What was done is done, however the connections end.
    close: async () => void (await Promise.allSettled([transport.close(), credentials.close()])),
  };
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
