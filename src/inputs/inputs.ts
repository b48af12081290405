/** The inputs as one value, checked before any call. Every problem is found at once. */
import type { Note } from "../shared/note.ts";
import type { Redactor } from "../shared/redactor.ts";
import { failed, type Result, success } from "../shared/result.ts";
import { parseIds, readText } from "./csr-ids.ts";
import { type Endpoint, proxyProblem, proxySecrets } from "./endpoint.ts";
import { type Login, readLogin, SECRET_IDS, SECRETS } from "./login.ts";
import type { Protection } from "./patterns.ts";
import { type Problem, Reading, textOf } from "./reader.ts";
import { type Age, problemOfSecret, toBoolean } from "./scalars.ts";
import { createShow, type Show } from "./show.ts";
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
  comment?: { readonly token: string };
  warnings: readonly Note[];
}>;

/** Registers what must be masked, before anything is printed. */
export function readSecrets(env: NodeJS.ProcessEnv, redactor: Pick<Redactor, "registerSecrets">): void {
  const valuesOf = (names: readonly string[]) => names.map((name) => env[name]?.trim() ?? "");
  redactor.registerSecrets(valuesOf(SECRET_IDS), { ignoreCase: true });
  redactor.registerSecrets([...valuesOf(SECRETS), ...proxySecrets(env)]);
}

/** The comment that is asked for. It replaces an older plan also if other inputs are wrong. */
export function readComment(env: NodeJS.ProcessEnv): Inputs["comment"] {
  const isWanted = toBoolean(textOf(env, "comment-on-pull-request"));
  const token = textOf(env, "github-token");
  return isWanted && token && problemOfSecret(token) === undefined ? { token } : undefined;
}

/** `redactor` knows the secrets. */
export function readInputs(
  env: NodeJS.ProcessEnv,
  redactor: Pick<Redactor, "redact">,
): Result<Inputs, readonly Problem[]> {
  const show = createShow(redactor);
  const reading = new Reading(env, show);
  const { values, problems } = reading;
  const { "look-up": lookUp, "dry-run": dryRun, "github-token": token = "" } = values;
  const target = readTarget(reading, env.GITHUB_WORKSPACE || ".", show);
  checkGuards(reading);
  const ids = target.kind === "ids" ? target.ids : undefined;
  const hasNoCalls = (ids?.length === 0 && problems.length === 0) || (ids && dryRun && lookUp === "false");
  const login = readLogin(reading, env, !hasNoCalls);
  const comment = readComment(env);
  if (values["comment-on-pull-request"] && !comment)
    reading.reject("github-token", problemOfSecret(token) ?? "is blank, but `comment-on-pull-request` needs it");
  const warnings = checkSurroundings(reading, env, show);
  if (problems.length > 0) return failed(problems);
  return success({
    target,
    protection: values.protect,
    allowedAccountIds: values["allowed-account-ids"],
    // The size of a selection is not known beforehand.
    maxDeletions: values["max-deletions"] ?? (ids ? undefined : 100),
    lookUp,
    login,
    endpoint: values.endpoint,
    dryRun,
    requestsPerSecond: values["requests-per-second"],
    onAbsent: values["on-absent"],
    comment,
    warnings,
  });
}

const WHICH_ARE_OLD =
  "alone selects the CSR in use, too: add `older-than` or `keep-newest: 1`, or `keep-newest: 0` if all are meant";

function readTarget(reading: Reading, workspace: string, show: Show): Target {
  const { values, given, problems } = reading;
  const { domains = [], remarks, "older-than": olderThan, "keep-newest": keepNewest } = values;
  const { "csr-ids": fromInput, "csr-ids-file": file } = values;
  if (given.has("domains")) {
    if (given.has("csr-ids") || given.has("csr-ids-file"))
      reading.reject("domains", "must not be given with `csr-ids` or `csr-ids-file`");
    else if (!given.has("older-than") && !given.has("keep-newest")) reading.reject("domains", WHICH_ARE_OLD);
    return { kind: "selection", rules: { domains, olderThan, remarks, keepNewest } };
  }
  for (const name of ["older-than", "remarks", "keep-newest"] as const)
    if (given.has(name)) reading.reject(name, "can only narrow a selection: give `domains`, too");
  const text = file ? readText(file, workspace) : success("");
  const fromFile = text.ok ? parseIds("file")(text.value, show) : failed(`(${show(file ?? "")}) ${text.failure}`);
  if (!fromFile.ok) reading.reject("csr-ids-file", fromFile.failure);
  const lists = [fromInput, fromFile.ok ? fromFile.value : []].filter((list) => list !== undefined);
  if (lists.length === 0 && !problems.some(({ input }) => input === "csr-ids")) {
    const others = file ? "the file of `csr-ids-file` has no ID" : "so are `csr-ids-file` and `domains`";
    reading.reject("csr-ids", `is blank, and ${others}: if there is nothing to delete, write \`[]\``);
  }
  const ids = [...new Set(lists.flat())];
  return { kind: "ids", ids, duplicates: lists.flat().length - ids.length };
}

function checkGuards(reading: Reading): void {
  const { values, given } = reading;
  const needing = given.has("domains") ? ["`domains`"] : [];
  if (values.protect.domains.length > 0) needing.push("`protect` by domain");
  if (given.has("allowed-account-ids")) needing.push("`allowed-account-ids`");
  if (values["look-up"] === "false" && needing.length > 0)
    reading.reject("look-up", `must not be \`false\` with ${needing.join(" and ")}`);
  const { "role-arn": role = "", "allowed-account-ids": allowed } = values;
  const [, account = ""] = /uin\/([0-9]+):/.exec(role) ?? [];
  if (account !== "" && allowed.size > 0 && !allowed.has(account))
    reading.reject("role-arn", `is of account ${account}, which \`allowed-account-ids\` does not list`);
}

/** The warnings; problems are added. */
function checkSurroundings(reading: Reading, env: NodeJS.ProcessEnv, show: Show): readonly Note[] {
  const { endpoint, "requests-per-second": requestsPerSecond } = reading.values;
  const warnings: Note[] = [];
  const warn = (title: string, message: string) => warnings.push({ level: "warning", title, message });
  const proxy = proxyProblem(env);
  if (proxy !== undefined) reading.report(proxy);
  for (const { isNearMiss, message } of findUnknownInputs(env, show)) {
    // `act` hands the inputs of a composite action down to its steps.
    if (env.ACT === "true" && !isNearMiss) warn("Unknown input", message);
    else reading.report(message);
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
