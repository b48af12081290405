/** The inputs of `action.yml`, checked, as one value. Every problem is found at once, before any call. */
import type { Env } from "../shared/env.ts";
import type { Note } from "../shared/note.ts";
import type { Redactor } from "../shared/redactor.ts";
import { failed, type Result, success } from "../shared/result.ts";
import { parseIds, readText } from "./csr-ids.ts";
import type { Endpoint } from "./endpoint.ts";
import { type Login, readLogin, SECRET_VARIABLES } from "./login.ts";
import type { Protection } from "./patterns.ts";
import { proxyProblem, proxySecrets } from "./proxy.ts";
import { type Problem, Reading, textOf } from "./reader.ts";
import { type Age, problemOfSecret } from "./scalars.ts";
import { createShow, type Show } from "./show.ts";
import { findUnknownInputs } from "./unknown-inputs.ts";

export type { Endpoint, Login, Problem, Protection };

export interface SelectionRules {
  readonly domains: readonly string[];
  readonly olderThan?: Age;
  /** None stands for any remarks. */
  readonly remarks: readonly string[];
  /** How many of each domain are kept, counted over all CSRs of the domain. */
  readonly keepNewest?: number;
}

/** `ids` are unique, in the order given; empty for an explicit `[]`. `duplicates` counts those that were dropped. */
export type Target =
  | { readonly kind: "ids"; readonly ids: readonly number[]; readonly duplicates: number }
  | { readonly kind: "selection"; readonly rules: SelectionRules };

export interface Inputs {
  readonly target: Target;
  readonly protection: Protection;
  /** Empty: any. */
  readonly allowedAccountIds: ReadonlySet<string>;
  readonly maxDeletions?: number;
  readonly lookUp: "auto" | "true" | "false";
  readonly login: Login;
  readonly endpoint: Endpoint;
  readonly dryRun: boolean;
  readonly requestsPerSecond: number;
  readonly onAbsent: "ignore" | "warn" | "fail";
  readonly comment?: { readonly token: string };
  readonly warnings: readonly Note[];
}

/** Registers every value that must be masked before anything is printed. */
export function readSecrets(env: Env, redactor: Pick<Redactor, "registerSecrets">): void {
  const inputs = (["secret-key", "session-token", "github-token"] as const).map((name) => textOf(env, name));
  const variables = SECRET_VARIABLES.map((name) => env[name]?.trim() ?? "");
  redactor.registerSecrets([textOf(env, "secret-id"), env.TENCENTCLOUD_SECRET_ID?.trim() ?? ""], { ignoreCase: true });
  redactor.registerSecrets([...inputs, ...variables, ...proxySecrets(env)]);
}

/** What the inputs say of the comment, also where others are wrong: its text then replaces an older plan. */
export function readComment(env: Env): Inputs["comment"] {
  const token = textOf(env, "github-token");
  const isUsable = token !== "" && problemOfSecret(token) === undefined;
  return /^true$/i.test(textOf(env, "comment-on-pull-request")) && isUsable ? { token } : undefined;
}

/** Reads and checks everything. `redactor` knows the secrets. */
export function readInputs(env: Env, redactor: Pick<Redactor, "redact">): Result<Inputs, readonly Problem[]> {
  const show = createShow(redactor);
  const reading = new Reading(env, show);
  const { values, problems } = reading;
  const { "look-up": lookUp, "dry-run": dryRun, "github-token": token = "" } = values;
  const target = readTarget(reading, env.GITHUB_WORKSPACE || ".", show);
  checkGuards(reading);
  const ids = target.kind === "ids" ? target.ids : undefined;
  const hasNoCalls = (ids?.length === 0 && problems.length === 0) || (ids && dryRun && lookUp === "false");
  const login = readLogin(reading, env, hasNoCalls ? "none" : ids && dryRun ? "look-ups" : "all");
  const comments = values["comment-on-pull-request"];
  const problemOfToken = token === "" ? "is blank, but `comment-on-pull-request` needs it" : problemOfSecret(token);
  if (comments && problemOfToken !== undefined) reading.reject("github-token", problemOfToken);
  // `act` hands the inputs of a composite action down to its steps.
  const unknown = findUnknownInputs(env, show);
  const harmless = unknown.filter(({ isNearMiss }) => env.ACT === "true" && !isNearMiss);
  for (const input of unknown) if (!harmless.includes(input)) reading.report(input.message);
  const proxy = proxyProblem(env);
  if (proxy !== undefined) reading.report(proxy);
  if (problems.length > 0) return failed(problems);

  const { endpoint, "requests-per-second": requestsPerSecond } = values;
  const warnings: Record<string, string> = {};
  if (harmless.length > 0) warnings["Unknown input"] = harmless.map(({ message }) => message).join("\n");
  if (endpoint.loopback)
    warnings["Loopback endpoint"] =
      `\`endpoint\` is ${endpoint.host}, on this machine: nothing is deleted at Tencent Cloud.`;
  // https://www.tencentcloud.com/document/product/1007/56820
  if (requestsPerSecond > 10)
    warnings["More than 10 requests per second"] =
      `\`requests-per-second\` is ${requestsPerSecond}, but an account may make 10: expect refused requests, also for other jobs and the console.`;
  if (env.NODE_TLS_REJECT_UNAUTHORIZED === "0")
    warnings["NODE_TLS_REJECT_UNAUTHORIZED is set"] =
      "`NODE_TLS_REJECT_UNAUTHORIZED` is 0 in the environment of this step. The action verifies TLS certificates nevertheless; find out which earlier step sets the variable. For a proxy with a certificate of its own use `NODE_EXTRA_CA_CERTS`.";
  return success({
    target,
    protection: values.protect,
    allowedAccountIds: values["allowed-account-ids"],
    // The size of a selection is not known beforehand.
    maxDeletions: values["max-deletions"] ?? (ids ? undefined : 100),
    lookUp,
    login,
    endpoint,
    dryRun,
    requestsPerSecond,
    onAbsent: values["on-absent"],
    comment: readComment(env),
    warnings: Object.entries(warnings).map(([title, message]) => ({ level: "warning", title, message })),
  });
}

const WHICH_ARE_OLD =
  "`domains` alone selects the CSR of the certificate in use, too: say which ones are old by `older-than` (`90d`), or by `keep-newest: 1`. If every CSR of these domains is meant, write `keep-newest: 0`.";
const NOT_BOTH = "`domains` must not be given with `csr-ids` or `csr-ids-file`: give either a selection or IDs.";
const OR_NOTHING = "Write `[]` if there is really nothing to delete.";
const BLANK = `\`csr-ids\` is blank, and so are \`csr-ids-file\` and \`domains\`. If an expression came out blank, check the id of the earlier step and the name of its output. ${OR_NOTHING}`;
const BLANK_FILE = `\`csr-ids\` is blank, and the file of \`csr-ids-file\` has no ID in it: check the step that writes it. ${OR_NOTHING}`;

function readTarget(reading: Reading, workspace: string, show: Show): Target {
  const { values, given, problems } = reading;
  const { domains = [], remarks, "older-than": olderThan, "keep-newest": keepNewest } = values;
  const { "csr-ids": fromInput, "csr-ids-file": file } = values;
  if (given.has("domains")) {
    if (given.has("csr-ids") || given.has("csr-ids-file")) reading.report(NOT_BOTH, "domains");
    else if (!given.has("older-than") && !given.has("keep-newest")) reading.report(WHICH_ARE_OLD, "domains");
    return { kind: "selection", rules: { domains, olderThan, remarks, keepNewest } };
  }
  const narrowing = (["older-than", "remarks", "keep-newest"] as const).filter((name) => given.has(name));
  const names = narrowing.map((name) => `\`${name}\``).join(", ");
  if (narrowing[0]) reading.report(`${names} can only narrow a selection: give \`domains\`, too.`, narrowing[0]);
  const text = file ? readText(file, workspace) : success("");
  const fromFile = text.ok ? parseIds("file")(text.value, show) : failed(`(${show(file ?? "")}) ${text.failure}`);
  if (!fromFile.ok) reading.reject("csr-ids-file", fromFile.failure);
  const lists = [fromInput, fromFile.ok ? fromFile.value : []].filter((list) => list !== undefined);
  const isBlank = lists.length === 0 && !problems.some(({ input }) => input === "csr-ids");
  if (isBlank) reading.report(file ? BLANK_FILE : BLANK, "csr-ids");
  const ids = [...new Set(lists.flat())];
  return { kind: "ids", ids, duplicates: lists.flat().length - ids.length };
}

function checkGuards(reading: Reading): void {
  const { values, given } = reading;
  const needing = given.has("domains") ? ["`domains`"] : [];
  if (values.protect.domains.length > 0) needing.push("`protect` by domain");
  if (given.has("allowed-account-ids")) needing.push("`allowed-account-ids`");
  const needs = `\`look-up: false\` reads no listing, but ${needing.join(" and ")} cannot do without`;
  if (values["look-up"] === "false" && needing.length > 0)
    reading.report(`${needs}: remove \`look-up\`, or what needs it.`, "look-up");
  const { "role-arn": role = "", "allowed-account-ids": allowed } = values;
  const [, account = ""] = /uin\/([0-9]+):/.exec(role) ?? [];
  const isForeign = `is a role of account ${account}, which \`allowed-account-ids\` does not list`;
  if (account !== "" && allowed.size > 0 && !allowed.has(account))
    reading.reject("role-arn", `${isForeign}: use a role of a listed account, or add this one`);
}
