/** The inputs of `action.yml`, checked, as one value. Every problem is found at once, before any call. */
import type { Env } from "../shared/env.ts";
import type { Note } from "../shared/note.ts";
import type { Redactor } from "../shared/redactor.ts";
import { failed, type Result, success } from "../shared/result.ts";
import type { Endpoint } from "./endpoint.ts";
import { type Login, loginSecrets, readLogin } from "./login.ts";
import type { Protection } from "./patterns.ts";
import { proxyProblem, proxySecrets } from "./proxy.ts";
import { blankProblem, type GetInput, type Problem, problemWith, readEach } from "./reader.ts";
import { problemOfSecret } from "./scalars.ts";
import { createShow } from "./show.ts";
import { checkGuards, readTarget, type SelectionRules, type Target } from "./target.ts";
import { describeUnknown, findUnknownInputs } from "./unknown-inputs.ts";

export type { Endpoint, Login, Problem, Protection, SelectionRules, Target };

export interface Inputs {
  readonly target: Target;
  readonly protection: Protection;
  /** Empty: any. */
  readonly allowedAccountIds: ReadonlySet<string>;
  /** More planned deletions than this fail the run; undefined: no limit. */
  readonly maxDeletions?: number;
  readonly lookUp: "auto" | "true" | "false";
  readonly login: Login;
  readonly endpoint: Endpoint;
  readonly dryRun: boolean;
  readonly requestsPerSecond: number;
  readonly onAbsent: "ignore" | "warn" | "fail";
  /** Set if `comment-on-pull-request` is true. */
  readonly comment?: { readonly token: string };
  /** About valid inputs. */
  readonly warnings: readonly Note[];
}
export type OnAbsent = Inputs["onAbsent"];

/** Where inputs come from; `workspace` is the folder that `csr-ids-file` must lie in. */
export interface InputSources {
  readonly getInput: GetInput;
  readonly env: Env;
  readonly workspace: string;
}

/** The inputs that the runner passes in the environment, trimmed as `getInput` of `@actions/core` does. */
export function inputSources(env: Env): InputSources {
  const getInput: GetInput = (name) => (env[`INPUT_${name.toUpperCase()}`] ?? "").trim();
  return { getInput, env, workspace: env.GITHUB_WORKSPACE || "." };
}

/** Registers every value that must be masked before anything is printed. */
export function readSecrets({ getInput, env }: InputSources, redactor: Pick<Redactor, "registerSecrets">): void {
  const { ids, others } = loginSecrets(getInput, env);
  redactor.registerSecrets(ids, { ignoreCase: true });
  redactor.registerSecrets([...others, getInput("github-token"), ...proxySecrets(env)]);
}

/** Of a selection: its size is not known beforehand. */
const DEFAULT_MAX_DELETIONS = 100;

/** Reads and checks everything. `redactor` knows the secrets. */
export function readInputs(
  { getInput, env, workspace }: InputSources,
  redactor: Pick<Redactor, "redact">,
): Result<Inputs, readonly Problem[]> {
  const show = createShow(redactor);
  const reading = readEach(getInput, show);
  const { values, problems } = reading;
  const { "look-up": lookUp, "dry-run": dryRun, "github-token": token, endpoint } = values;

  const target = readTarget(reading, workspace, show);
  checkGuards(reading);
  const nothingToDo = target.kind === "ids" && target.ids.length === 0 && problems.length === 0;
  const dryRunNeeds = lookUp === "false" ? "checks" : "dry-run";
  const login = readLogin(reading, env, nothingToDo ? "none" : dryRun && target.kind === "ids" ? dryRunNeeds : "calls");
  const comment = values["comment-on-pull-request"] ? { token: token ?? "" } : undefined;
  if (comment?.token === "") problems.push(blankProblem("github-token"));
  const problemOfToken = comment && problemOfSecret(comment.token);
  if (problemOfToken !== undefined) problems.push(problemWith("github-token", problemOfToken));
  // `act` hands the inputs of a composite action down to its steps.
  const unknown = findUnknownInputs(env).map((input) => ({ ...input, message: describeUnknown(input, show) }));
  const harmless = unknown.filter(({ isNearMiss }) => env.ACT === "true" && !isNearMiss);
  problems.push(...unknown.filter((input) => !harmless.includes(input)).map(({ message }) => ({ message })));
  const proxy = proxyProblem(env);
  if (proxy !== undefined) problems.push({ message: proxy });

  if (problems.length > 0) return failed(problems);
  return success({
    target,
    protection: values.protect,
    allowedAccountIds: values["allowed-account-ids"],
    maxDeletions: values["max-deletions"] ?? (target.kind === "selection" ? DEFAULT_MAX_DELETIONS : undefined),
    lookUp,
    login,
    endpoint,
    dryRun,
    requestsPerSecond: values["requests-per-second"],
    onAbsent: values["on-absent"],
    comment,
    warnings: [
      ...harmless.map(({ message }) => warning("Unknown input", message)),
      ...findWarnings(endpoint, values["requests-per-second"], env),
    ],
  });
}

const warning = (title: string, message: string): Note => ({ level: "warning", title, message });

/** Requests per second and account: https://www.tencentcloud.com/document/product/1007/56820 */
const ACCOUNT_LIMIT = 10;

function findWarnings(endpoint: Endpoint, requestsPerSecond: number, env: Env): readonly Note[] {
  const warnings: Note[] = [];
  if (endpoint.loopback) {
    const message = `\`endpoint\` is ${endpoint.host}, on this machine: nothing is deleted at Tencent Cloud.`;
    warnings.push(warning("Loopback endpoint", message));
  }
  if (requestsPerSecond > ACCOUNT_LIMIT) {
    const message = `\`requests-per-second\` is ${requestsPerSecond}, but an account may make ${ACCOUNT_LIMIT}: expect refused requests, also for other jobs and the console.`;
    warnings.push(warning("More than 10 requests per second", message));
  }
  if (env.NODE_TLS_REJECT_UNAUTHORIZED === "0") {
    const message =
      "`NODE_TLS_REJECT_UNAUTHORIZED` is 0 in the environment of this step. The action verifies TLS certificates nevertheless; find out which earlier step sets the variable. For a proxy with a certificate of its own use `NODE_EXTRA_CA_CERTS`.";
    warnings.push(warning("NODE_TLS_REJECT_UNAUTHORIZED is set", message));
  }
  return warnings;
}
