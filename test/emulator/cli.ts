import { type CliOptions, HELP, parseCliOptions } from "./cli-options.ts";
import { DEMO_CREDENTIALS, type Emulator, type RequestRecord, startEmulator } from "./emulator.ts";

const USAGE_ERROR = 2;

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

function logLine(record: RequestRecord): string {
  const asked =
    record.action === "BatchDeleteCSR" ? ` ${record.deleted.length} of ${record.csrIds.length} deleted` : "";
  const time = new Date(performance.timeOrigin + record.at).toISOString().slice(11, 23);
  return `${time} #${record.number} ${record.action || "(no action)"} ${record.outcome}${asked} ${record.requestId ?? ""}`;
}

function printWelcome(emulator: Emulator, { quiet, emulator: options }: CliOptions): void {
  print(quiet ? emulator.url : `Emulator of Tencent Cloud SSL at ${emulator.url}`);
  if (quiet) return;
  const { secretId, secretKey, token } = options.credentials ?? DEMO_CREDENTIALS;
  print(`${emulator.inventory.size} CSRs. Made-up credentials, which work nowhere else:`);
  print(`export TENCENTCLOUD_SECRET_ID=${secretId}`);
  print(`export TENCENTCLOUD_SECRET_KEY=${secretKey}`);
  if (token !== undefined) print(`export TENCENTCLOUD_SESSION_TOKEN=${token}`);
  print("Stop it with Ctrl+C.");
}

async function start(options: CliOptions): Promise<void> {
  const log = options.log ? { onAnswer: (record: RequestRecord) => print(logLine(record).trimEnd()) } : {};
  const emulator = await startEmulator({ ...options.emulator, ...log });
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => void emulator.close());
  printWelcome(emulator, options);
}

const options = readOptions();
if (options.help) process.stdout.write(HELP);
else await start(options).catch((error) => fail(error, 1));
