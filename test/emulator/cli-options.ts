import { parseArgs } from "node:util";
import { content, ids, integer, latency, oneOf, port } from "./cli-values.ts";
import { DEMO_CREDENTIALS } from "./credentials.ts";
import { parseFaultRules } from "./fault-file.ts";
import { GITHUB_ISSUER } from "./github/oidc-claims.ts";
import { parseRecords } from "./record-file.ts";
import type { StsForOptions } from "./tencentcloud/sts-for.ts";
import type { CsrAction, CsrSeed, EmulatorOptions, GitHubOptions, Jwks, OidcOptions } from "./types.ts";

export { parseIds } from "./cli-values.ts";

const DEFAULT_PORT = 8970;
const DEFAULT_OIDC_PORT = 8971;
const DEFAULT_GITHUB_PORT = 8972;
const DEFAULT_CSRS = "1001-1250";
const ACTIONS: readonly CsrAction[] = ["BatchDeleteCSR", "DescribeCSRSet"];
const NEEDS_STS = ["sts-provider", "sts-role", "sts-subject", "sts-audience", "sts-lifetime"] as const;
const NEEDS_OIDC = ["oidc-port", "environment", "immutable-subject"] as const;
const NEEDS_GITHUB = ["github-port", "pull-request", "github-permission"] as const;

const TEXT = { type: "string" } as const;
const TEXTS = { type: "string", multiple: true } as const;
const FLAG = { type: "boolean" } as const;
const OPTIONS = {
  port: TEXT,
  host: TEXT,
  log: FLAG,
  quiet: FLAG,
  help: FLAG,
  csrs: TEXT,
  records: TEXT,
  kept: TEXT,
  denied: TEXT,
  "deny-action": TEXTS,
  "unknown-ids": TEXT,
  "requests-per-second": TEXT,
  latency: TEXT,
  "clock-skew": TEXT,
  "session-token": TEXT,
  faults: TEXT,
  oidc: FLAG,
  "oidc-port": TEXT,
  repository: TEXT,
  environment: TEXT,
  "immutable-subject": FLAG,
  "sts-provider": TEXT,
  "sts-role": TEXT,
  "sts-subject": TEXTS,
  "sts-audience": TEXT,
  "sts-lifetime": TEXT,
  "sts-jwks": TEXT,
  "sts-issuer": TEXT,
  github: FLAG,
  "github-port": TEXT,
  "pull-request": TEXTS,
  "github-permission": TEXT,
} as const;

/** The keys of an issuer that is not emulated. */
export interface Issuer {
  issuer: string;
  jwks: Jwks;
}

/** What the command line asks for. */
export interface CliOptions {
  help: boolean;
  log: boolean;
  quiet: boolean;
  emulator: EmulatorOptions;
  /** GitHub's OIDC endpoint, if it is to be started. */
  oidc?: OidcOptions;
  /** STS, if it is to be served: for tokens of `oidc`, or of another issuer. */
  sts?: { options: StsForOptions; issuer?: Issuer };
  /** GitHub's API, if it is to be started. */
  github?: GitHubOptions;
}

function parseOptions(args: readonly string[]) {
  return parseArgs({ args: [...args], options: OPTIONS, strict: true, allowPositionals: false }).values;
}

type Values = ReturnType<typeof parseOptions>;
type Name = keyof typeof OPTIONS;

/** An option's value under the name of the emulator's option; nothing if it is not given. */
function given<Key extends string, Text, Value>(
  key: Key,
  text: Text | undefined,
  parse: (text: Text) => Value,
): { [Property in Key]?: Value } {
  return text === undefined ? {} : ({ [key]: parse(text) } as { [Property in Key]: Value });
}

function same<Value>(value: Value): Value {
  return value;
}

function requires(values: Values, names: readonly Name[], isMet: boolean, needed: string): void {
  const name = names.find((candidate) => values[candidate] !== undefined);
  if (name !== undefined && !isMet) throw new Error(`--${name}: needs ${needed}`);
}

function permissions(values: Values): NonNullable<EmulatorOptions["permissions"]> {
  const refused = (values["deny-action"] ?? []).map((text) => [oneOf("deny-action", text, ACTIONS), false]);
  return { actions: Object.fromEntries(refused), deniedCsrs: ids("denied", values.denied ?? "") };
}

function csrs({ csrs: list, records: file }: Values): CsrSeed[] {
  const records = file === undefined ? [] : content("records", file, parseRecords);
  return [...ids("csrs", list ?? (file === undefined ? DEFAULT_CSRS : "")), ...records];
}

function emulatorOptions(values: Values): EmulatorOptions {
  return {
    port: port("port", values.port ?? String(DEFAULT_PORT)),
    ...given("host", values.host, same),
    csrs: csrs(values),
    keptIds: ids("kept", values.kept ?? ""),
    permissions: permissions(values),
    unknownIds: oneOf("unknown-ids", values["unknown-ids"] ?? "leave-out", ["leave-out", "refuse"]),
    requestsPerSecond: integer("requests-per-second", values["requests-per-second"] ?? "10", 1),
    latencyMs: latency(values.latency ?? "0"),
    clockSkewMs: integer("clock-skew", values["clock-skew"] ?? "0", Number.MIN_SAFE_INTEGER),
    ...given("credentials", values["session-token"], (token) => ({ ...DEMO_CREDENTIALS, token })),
    ...given("faults", values.faults, (file) => content("faults", file, parseFaultRules)),
  };
}

function defaultPort(values: Values, usual: number): string {
  return values.port === "0" ? "0" : String(usual);
}

function repository(text: string): string {
  if (/^[\w.-]+\/[\w.-]+$/.test(text)) return text;
  throw new Error(`--repository: "${text}" is not of the form owner/name`);
}

function oidcOptions(values: Values): OidcOptions {
  return {
    port: port("oidc-port", values["oidc-port"] ?? defaultPort(values, DEFAULT_OIDC_PORT)),
    ...given("host", values.host, same),
    ...given("repository", values.repository, repository),
    ...given("environment", values.environment, same),
    ...(values["immutable-subject"] ? { subjectForm: "immutable" } : {}),
  };
}

function parseJwks(text: string): Jwks {
  const jwks = JSON.parse(text);
  if (!Array.isArray(jwks?.keys)) throw new Error('it must hold a JSON object with "keys"');
  return jwks;
}

function stsOptions(values: Values): NonNullable<CliOptions["sts"]> {
  const options = {
    ...given("providerName", values["sts-provider"], same),
    ...given("roleArn", values["sts-role"], same),
    ...given("subject", values["sts-subject"], same),
    ...given("audience", values["sts-audience"], same),
    ...given("lifetimeSeconds", values["sts-lifetime"], (text) => integer("sts-lifetime", text, 1)),
  };
  const file = values["sts-jwks"];
  if (file === undefined) return { options };
  if (values["sts-subject"] === undefined) throw new Error("--sts-jwks: needs --sts-subject");
  const issuer = values["sts-issuer"] ?? GITHUB_ISSUER;
  return { options, issuer: { issuer, jwks: content("sts-jwks", file, parseJwks) } };
}

function pullRequests(numbers: readonly string[]): NonNullable<GitHubOptions["pullRequests"]> {
  return Object.fromEntries(numbers.map((text) => [integer("pull-request", text, 1), {}]));
}

function githubOptions(values: Values): GitHubOptions {
  return {
    port: port("github-port", values["github-port"] ?? defaultPort(values, DEFAULT_GITHUB_PORT)),
    ...given("host", values.host, same),
    ...given("repository", values.repository, repository),
    ...given("pullRequests", values["pull-request"], pullRequests),
    permission: oneOf("github-permission", values["github-permission"] ?? "write", ["write", "read", "none"]),
  };
}

function servers(values: Values): Omit<CliOptions, "help" | "log" | "quiet"> {
  const { oidc = false, github = false } = values;
  const hasSts = oidc || values["sts-jwks"] !== undefined;
  requires(values, NEEDS_STS, hasSts, "--oidc or --sts-jwks");
  requires(values, ["sts-jwks"], !oidc, "to be without --oidc");
  requires(values, ["sts-issuer"], hasSts && !oidc, "--sts-jwks");
  requires(values, NEEDS_OIDC, oidc, "--oidc");
  requires(values, NEEDS_GITHUB, github, "--github");
  requires(values, ["repository"], oidc || github, "--oidc or --github");
  return {
    emulator: emulatorOptions(values),
    ...(oidc ? { oidc: oidcOptions(values) } : {}),
    ...(hasSts ? { sts: stsOptions(values) } : {}),
    ...(github ? { github: githubOptions(values) } : {}),
  };
}

/** What the arguments ask for; throws an error that describes what is wrong with them. */
export function parseCliOptions(args: readonly string[]): CliOptions {
  const values = parseOptions(args);
  const { help = false, log = false, quiet = false } = values;
  return { help, log, quiet, ...(help ? { emulator: {} } : servers(values)) };
}
