/** The order of the steps: inputs → clean-up → report. */
import { getInput } from "@actions/core";
import { type CleanUp, cleanUp } from "./cleanup/cleanup.ts";
import { findCsrs } from "./cleanup/listing.ts";
import { InputError } from "./inputs/input-error.ts";
import { type InputSources, type Inputs, readInputs, readSecrets } from "./inputs/inputs.ts";
import { requestClient } from "./inputs/request-client.ts";
import { whyNoSecrets } from "./inputs/why-no-secrets.ts";
import { createLog, type Log } from "./report/log.ts";
import { report } from "./report/report.ts";
import type { RunResult, Work } from "./report/result.ts";
import { hideSecrets } from "./report/secrets.ts";
import { type Client, createClient } from "./tencentcloud/client.ts";
import { fault } from "./tencentcloud/fault.ts";
import { createPace } from "./tencentcloud/pace.ts";
import type { Credentials } from "./tencentcloud/signature.ts";
import { SERVICE, VERSION } from "./tencentcloud/ssl.ts";
import { realTime, type Time } from "./tencentcloud/time.ts";
import { createTransport, type Transport } from "./tencentcloud/transport.ts";

/** After a cancel, calls that are out get so long to come back: the runner kills the process 10 seconds after its first signal. */
const GRACE_MS = 3_000;

export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly time?: Time;
  /** Aborted when the job is cancelled. */
  readonly cancel: AbortSignal;
}

/** Runs the action. Sets outputs, annotations, summary and exit code; does not reject. */
export async function run({ env, time = realTime, cancel }: Surroundings): Promise<void> {
  const sources: InputSources = { getInput, env, workspace: env.GITHUB_WORKSPACE || process.cwd() };
  const clean = hideSecrets(readSecrets(sources));
  const log = createLog(clean);
  const startedAt = time.now();
  const start = time.elapsed();

  const { inputs, work } = await settleWork(sources, log, { env, time, cancel });
  const result: RunResult = {
    work,
    onAbsent: inputs?.onAbsent ?? "warn",
    calls: log.calls,
    notices: log.notices,
    cancelled: cancel.aborted,
    endpoint: inputs?.endpoint.host ?? "",
    startedAt,
    durationMs: time.elapsed() - start,
  };
  await report(result, { clean, env });
}

async function settleWork(
  sources: InputSources,
  log: Log,
  surroundings: Required<Surroundings>,
): Promise<{ inputs?: Inputs; work: Work }> {
  try {
    const inputs = readInputs(sources);
    log.start(inputs);
    return { inputs, work: await doWork(inputs, log, surroundings) };
  } catch (error) {
    return { work: { kind: "failed", ids: [], problems: await explain(error) } };
  }
}

async function explain(error: unknown): Promise<readonly string[]> {
  if (!(error instanceof InputError))
    return [`The action failed: ${error instanceof Error ? error.message : String(error)}`];
  if (!error.secretsMissing) return error.problems;
  const why = await whyNoSecrets();
  return why === undefined ? error.problems : [...error.problems, why];
}

async function doWork(inputs: Inputs, log: Log, { env, time, cancel }: Required<Surroundings>): Promise<Work> {
  const { csrIds: ids, credentials, dryRun } = inputs;
  if (ids.length === 0 && !dryRun) return { kind: "clean-up", ids, outcomes: new Map() };
  if (ids.length === 0 || !credentials) return { kind: "dry run", ids };

  const transport = createTransport(inputs.endpoint.origin);
  const finished = new AbortController();
  const abandon = abandonAfter(cancel, finished.signal, time);
  try {
    const client = connect(inputs, credentials, { transport, abandon, time, log, env });
    if (!dryRun) return { kind: "clean-up", ids, ...(await deleteAll(ids, client, log, cancel)) };
    return { kind: "dry run", ids, listing: await findCsrs(ids, { client, cancel }) };
  } finally {
    finished.abort();
    // What was done is done, however the connections end.
    await transport.close().catch(() => undefined);
  }
}

/** Whatever goes wrong, every ID has an outcome. */
async function deleteAll(ids: readonly number[], client: Client, log: Log, cancel: AbortSignal): Promise<CleanUp> {
  try {
    return await cleanUp(ids, { client, cancel, events: log.cleanUp });
  } catch (error) {
    const cause = fault("Action.Failed", error instanceof Error ? (error.stack ?? error.message) : String(error));
    const unknown = { name: "unknown", cause } as const;
    return { outcomes: new Map(ids.map((id) => [id, unknown])), stoppedBy: cause };
  }
}

interface Connection {
  readonly transport: Transport;
  readonly abandon: AbortSignal;
  readonly time: Time;
  readonly log: Log;
  readonly env: Surroundings["env"];
}

function connect(inputs: Inputs, credentials: Credentials, { transport, abandon, time, log, env }: Connection): Client {
  return createClient({
    credentials,
    host: inputs.endpoint.host,
    service: SERVICE,
    version: VERSION,
    requestClient: requestClient(env),
    transport,
    pace: createPace(inputs.requestsPerSecond, time),
    time,
    events: log,
    abandon,
  });
}

function abandonAfter(cancel: AbortSignal, finished: AbortSignal, time: Time): AbortSignal {
  const abandon = new AbortController();
  const start = async (): Promise<void> => {
    await time.sleep(GRACE_MS, finished);
    abandon.abort();
  };
  cancel.addEventListener("abort", () => void start());
  return abandon.signal;
}
