/** The inputs as one value, checked before any call. Every problem is found at once. */
import type { Note } from "../shared/note.ts";
import type { Redactor } from "../shared/redactor.ts";
import { failed, type Result, success } from "../shared/result.ts";
import { type Endpoint, proxyProblem, proxySecrets } from "./endpoint.ts";
import { type Login, readLogin, SECRET_IDS, SECRETS } from "./login.ts";
import type { Protection } from "./patterns.ts";
import { type Problem, type Reading, readAll, textOf } from "./reader.ts";
import { type Age, problemOfSecret, toBoolean } from "./scalars.ts";
import { createShow } from "./show.ts";
import { findUnknownInputs } from "./unknown-inputs.ts";

export type { Problem, Protection };

export type SelectionRules = Readonly<{
  domains: readonly string[];
  olderThan?: Age;
  /** Empty: any remarks, or none. */
  remarks: readonly string[];
  /** Of each domain, counted over all its CSRs. */
  keepNewest?: number;
}>;

/** `ids` are unique, in the order given; empty for `[]`. `duplicates` counts what was dropped. */
export type Target =
  | Readonly<{ kind: "ids"; ids: readonly number[]; duplicates: number }>
  | Readonly<{ kind: "selection"; rules: SelectionRules }>;

export type Inputs = Readonly<{
  target: Target;
  protection: Protection;
  /** Empty: any. */
  allowedAccountIds: ReadonlySet<string>;
  maxDeletions?: number;
  lookUp: "auto" | "true" | "false";
  login: Login;
  endpoint: Endpoint;
  dryRun: boolean;
  requestsPerSecond: number;
  onAbsent: "ignore" | "warn" | "fail";
  comment: boolean;
  warnings: readonly Note[];
}>;

/** Registers what must be masked, before anything is printed. */
export function readSecrets(env: NodeJS.ProcessEnv, redactor: Redactor) {
  const valuesOf = (names: string[]) => names.map((name) => env[name]?.trim() ?? "");
  redactor.registerSecrets(valuesOf(SECRET_IDS), { ignoreCase: true });
  redactor.registerSecrets([...valuesOf(SECRETS), ...proxySecrets(env)]);
}

/** The comment that is asked for. It replaces an older plan also if other inputs are wrong. */
export function readComment(env: NodeJS.ProcessEnv) {
  const isWanted = toBoolean(textOf(env, "comment-on-pull-request"));
  const token = textOf(env, "github-token");
  return isWanted && token && !problemOfSecret(token) ? { token } : undefined;
}

export function readInputs(env: NodeJS.ProcessEnv, redactor: Redactor): Result<Inputs, readonly Problem[]> {
  const reading = readAll(env, createShow(redactor));
  const { values, problems, reject } = reading;
  const { protection, allowedAccountIds, lookUp, endpoint, dryRun, requestsPerSecond, onAbsent, comment } = values;
  const { maxDeletions, githubToken = "" } = values;
  const target = readTarget(reading);
  checkGuards(reading);
  const ids = target.kind === "ids" ? target.ids : undefined;
  const hasNoCalls = (ids?.length === 0 && problems.length === 0) || (ids && dryRun && lookUp === "false");
  const login = readLogin(reading, !hasNoCalls);
  if (comment && !readComment(env))
    reject("github-token", problemOfSecret(githubToken) ?? "is blank, but `comment-on-pull-request` needs it");
  const warnings = checkSurroundings(reading);
  if (problems.length > 0) return failed(problems);
  return success({
    target,
    protection,
    allowedAccountIds,
    // The size of a selection is not known beforehand.
    maxDeletions: maxDeletions ?? (ids ? undefined : 100),
    lookUp,
    login,
    endpoint,
    dryRun,
    requestsPerSecond,
    onAbsent,
    comment,
    warnings,
  });
}

const WHICH_ARE_OLD =
  "alone selects the CSR in use, too: add `older-than` or `keep-newest: 1`, or `keep-newest: 0` if all are meant";
const NOTHING_TO_DELETE =
  "is blank, and neither `csr-ids-file` nor `domains` says what to delete: if there is nothing, write `[]`";

function readTarget({ values, given, problems, reject }: Reading): Target {
  if (given.has("domains")) {
    if (given.has("csr-ids") || given.has("csr-ids-file"))
      reject("domains", "must not be given with `csr-ids` or `csr-ids-file`");
    else if (!given.has("older-than") && !given.has("keep-newest")) reject("domains", WHICH_ARE_OLD);
    const { domains = [], remarks = [], olderThan, keepNewest } = values;
    return { kind: "selection", rules: { domains, olderThan, remarks, keepNewest } };
  }
  for (const name of ["older-than", "remarks", "keep-newest"])
    if (given.has(name)) reject(name, "can only narrow a selection: give `domains`, too");
  const { csrIds, idsOfFile } = values;
  if (!csrIds && !idsOfFile && !problems.some(({ input }) => input?.startsWith("csr-ids")))
    reject("csr-ids", NOTHING_TO_DELETE);
  const all = [...(csrIds ?? []), ...(idsOfFile ?? [])];
  const ids = [...new Set(all)];
  return { kind: "ids", ids, duplicates: all.length - ids.length };
}

function checkGuards({ values, given, reject }: Reading) {
  const { lookUp, protection, roleArn = "", allowedAccountIds: allowed } = values;
  const needing = given.has("domains") ? ["`domains`"] : [];
  if (protection.domains.length > 0) needing.push("`protect` by domain");
  if (allowed.size > 0) needing.push("`allowed-account-ids`");
  if (lookUp === "false" && needing.length > 0)
    reject("look-up", `must not be \`false\` with ${needing.join(" and ")}`);
  const account = /uin\/([0-9]+):/.exec(roleArn)?.[1];
  if (account && allowed.size > 0 && !allowed.has(account))
    reject("role-arn", `is of account ${account}, which \`allowed-account-ids\` does not list`);
}

/** Adds problems, and returns warnings. */
function checkSurroundings(reading: Reading) {
  const { env, problems } = reading;
  const { endpoint, requestsPerSecond } = reading.values;
  const warnings: Note[] = [];
  const warn = (title: string, message: string) => warnings.push({ level: "warning", title, message });
  const proxy = proxyProblem(env);
  if (proxy) problems.push({ message: proxy });
  for (const { isNearMiss, message } of findUnknownInputs(reading)) {
    // `act` hands the inputs of a composite action down to its steps.
    if (env.ACT === "true" && !isNearMiss) warn("Unknown input", message);
    else problems.push({ message });
  }
  if (endpoint.loopback)
    warn("Loopback endpoint", `\`endpoint\` is ${endpoint.host}: nothing is deleted at Tencent Cloud.`);
  // https://www.tencentcloud.com/document/product/1007/56820
  if (requestsPerSecond > 10)
    warn(
      "More than 10 requests per second",
      `\`requests-per-second\` is ${requestsPerSecond}, but an account may make 10.`,
    );
  if (env.NODE_TLS_REJECT_UNAUTHORIZED === "0")
    warn(
      "NODE_TLS_REJECT_UNAUTHORIZED is set",
      "The action verifies TLS certificates nevertheless. For a proxy with its own set `NODE_EXTRA_CA_CERTS`.",
    );
  return warnings;
}
