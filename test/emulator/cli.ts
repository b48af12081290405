import { HELP } from "./cli-help.ts";
import { type CliOptions, parseCliOptions } from "./cli-options.ts";
import {
  DEMO_CREDENTIALS,
  type Emulator,
  type EmulatorOptions,
  type GitHubEmulator,
  type HttpRecord,
  type OidcEmulator,
  type RequestRecord,
  type StsOptions,
  startEmulator,
  startGitHubEmulator,
  startOidcEmulator,
  stsFor,
} from "./emulator.ts";

const USAGE_ERROR = 2;

/** What runs. */
interface Running {
  emulator: Emulator;
  oidc: OidcEmulator | undefined;
  sts: StsOptions | undefined;
  github: GitHubEmulator | undefined;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function fail(error: unknown, exitCode: number): never {
  process.stderr.write(`emulator: ${error instanceof Error ? error.message : error}\n`);
  process.exit(exitCode);
}

function readOptions(): CliOptions {
  try {
    return parseCliOptions(process.argv.slice(2));
  } catch (error) {
    return fail(error, USAGE_ERROR);
  }
}

function logLine(record: HttpRecord, more: readonly string[]): string {
  const time = new Date(performance.timeOrigin + record.at).toISOString().slice(11, 23);
  return [time, `#${record.number}`, record.action || "(no action)", record.outcome, ...more].join(" ");
}

function apiLogLine(record: RequestRecord): string {
  const { action, deleted, csrIds, requestId, reason } = record;
  const count = action === "BatchDeleteCSR" ? [`${deleted.length} of ${csrIds.length} deleted`] : [];
  return logLine(record, [...count, ...(reason === undefined ? [] : [`(${reason})`]), requestId ?? ""]).trimEnd();
}

function stsOptionsOf({ sts }: CliOptions, oidc: OidcEmulator | undefined): StsOptions | undefined {
  const { issuer, options } = sts ?? {};
  if (issuer !== undefined) return stsFor({ ...issuer, subject: "" }, options);
  return oidc && stsFor(oidc, options);
}

async function startAll(options: CliOptions): Promise<Running> {
  const apiLog = options.log ? { onResponse: (record: RequestRecord) => print(apiLogLine(record)) } : {};
  const log = options.log ? { onResponse: (record: HttpRecord) => print(logLine(record, [])) } : {};
  const oidc = options.oidc && (await startOidcEmulator({ ...options.oidc, ...log }));
  const sts = stsOptionsOf(options, oidc);
  const github = options.github && (await startGitHubEmulator({ ...options.github, ...log }));
  const emulator = await startEmulator({ ...options.emulator, ...apiLog, ...(sts === undefined ? {} : { sts }) });
  return { emulator, oidc, sts, github };
}

function printVariables(variables: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(variables)) print(`export ${name}=${value}`);
}

function credentialVariables(options: EmulatorOptions): Record<string, string> {
  const { secretId, secretKey, token } = options.credentials ?? DEMO_CREDENTIALS;
  return {
    TENCENTCLOUD_SECRET_ID: secretId,
    TENCENTCLOUD_SECRET_KEY: secretKey,
    ...(token === undefined ? {} : { TENCENTCLOUD_SESSION_TOKEN: token }),
  };
}

function printWelcome({ emulator, oidc, sts, github }: Running, options: CliOptions): void {
  print(`Emulator of Tencent Cloud SSL at ${emulator.url}`);
  print(`${emulator.inventory.size} CSRs. Made-up credentials, which work nowhere else:`);
  printVariables(credentialVariables(options.emulator));
  if (sts !== undefined) {
    print(`STS at the same URL: provider ${sts.providers[0]?.name}, role ${sts.roles[0]?.arn}`);
    print(`which trusts ${sts.roles[0]?.trustPolicy.statement[0]?.condition.string_equal["oidc:sub"]}`);
  }
  if (oidc !== undefined) {
    print(`GitHub's OIDC endpoint at ${oidc.url}, for ${oidc.subject}`);
    printVariables(oidc.environment);
  }
  if (github !== undefined) {
    print(`GitHub's API at ${github.url}`);
    printVariables({ ...github.environment, GITHUB_TOKEN: github.token });
  }
  print("Stop it with Ctrl+C.");
}

async function start(options: CliOptions): Promise<void> {
  const running = await startAll(options);
  const { emulator, oidc, github } = running;
  for (const signal of ["SIGINT", "SIGTERM"]) {
    process.once(signal, () => void Promise.all([emulator, oidc, github].map((server) => server?.close())));
  }
  if (options.quiet) print(emulator.url);
  else printWelcome(running, options);
}

const options = readOptions();
if (options.help) process.stdout.write(HELP);
else await start(options).catch((error) => fail(error, 1));
