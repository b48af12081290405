/** The emulators as a command: for a client by hand, the official SDK, and the jobs of a workflow. */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import {
  DEMO_CREDENTIALS,
  type EmulatorOptions,
  type HttpRecord,
  type RequestRecord,
  startEmulator,
  startGitHubEmulator,
  startOidcEmulator,
  stsFor,
} from "./emulator.ts";
import { parseIds } from "./ids.ts";

const HELP = `Emulators of Tencent Cloud and GitHub on this machine.

Usage: npm run emulator -- [options]

  --port <port>          of the API (default 8970)
  --csrs <ids>           CSRs that exist, such as 11-310,999 (default 1001-1250)
  --records <file>       more of them: a JSON array of rows of DescribeCSRSet; only Id is needed
  --kept <ids>           CSRs that are not deleted
  --session-token <text> the key is a temporary one, with this token
  --options <JSON>       any other EmulatorOptions of test/emulator/types.ts,
                         such as '{"faults": [{"requests": [2], "fault": {"kind": "reset"}}]}'
  --oidc                 GitHub's OIDC service and STS as well, for a keyless login
  --github               GitHub's API of comments as well
  --log                  print a line for each request
  -h, --help             show this
`;

const TEXT = { type: "string" } as const;
const FLAG = { type: "boolean" } as const;
const OPTIONS = {
  port: TEXT,
  csrs: TEXT,
  records: TEXT,
  kept: TEXT,
  "session-token": TEXT,
  options: TEXT,
  oidc: FLAG,
  github: FLAG,
  log: FLAG,
  help: { ...FLAG, short: "h" },
} as const;

const print = (line: string): void => void process.stdout.write(`${line}\n`);

function logRequest(record: HttpRecord & Partial<RequestRecord>): void {
  const { at, number, action, outcome, deleted, csrIds, requestId } = record;
  const time = new Date(performance.timeOrigin + at).toISOString().slice(11, 23);
  const count = action === "BatchDeleteCSR" ? `${deleted?.length} of ${csrIds?.length} deleted` : "";
  print([time, `#${number}`, action || "(no action)", outcome, count, requestId].filter(Boolean).join(" "));
}

function printVariables(variables: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(variables)) print(`export ${name}=${value}`);
}

async function start(): Promise<void> {
  const { values } = parseArgs({ options: OPTIONS, strict: true, allowPositionals: false });
  if (values.help) return void process.stdout.write(HELP);
  const { records, "session-token": token, csrs = records ? "" : "1001-1250", port = "8970" } = values;
  const log = values.log ? { onResponse: logRequest } : {};
  const oidc = values.oidc ? await startOidcEmulator(log) : undefined;
  const github = values.github ? await startGitHubEmulator(log) : undefined;
  const options: EmulatorOptions = {
    port: Number(port),
    csrs: [...parseIds(csrs), ...(records ? JSON.parse(readFileSync(records, "utf8")) : [])],
    keptIds: parseIds(values.kept ?? ""),
    credentials: token === undefined ? DEMO_CREDENTIALS : { ...DEMO_CREDENTIALS, token },
    ...(oidc ? { sts: stsFor(oidc) } : {}),
    ...JSON.parse(values.options ?? "{}"),
    ...log,
  };
  const emulator = await startEmulator(options);
  for (const signal of ["SIGINT", "SIGTERM"])
    process.once(signal, () => void Promise.all([emulator, oidc, github].map((server) => server?.close())));

  print(`Emulator of Tencent Cloud SSL at ${emulator.url}`);
  print(`${emulator.inventory.size} CSRs. Made-up credentials, which work nowhere else:`);
  const { secretId, secretKey } = DEMO_CREDENTIALS;
  printVariables({ TENCENTCLOUD_SECRET_ID: secretId, TENCENTCLOUD_SECRET_KEY: secretKey });
  if (token !== undefined) printVariables({ TENCENTCLOUD_SESSION_TOKEN: token });
  if (oidc) {
    const [role] = options.sts?.roles ?? [];
    print(`STS at the same URL: provider ${options.sts?.providers[0]?.name}, role ${role?.arn}, for ${oidc.subject}`);
    printVariables(oidc.environment);
  }
  if (github) printVariables({ ...github.environment, GITHUB_TOKEN: github.token });
  print("Stop it with Ctrl+C.");
}

try {
  await start();
} catch (error) {
  const { code = "", message } = error as NodeJS.ErrnoException;
  process.stderr.write(`emulator: ${message}\n`);
  process.exitCode = code.startsWith("ERR_PARSE_ARGS") ? 2 : 1;
}
