/** The inputs of `action.yml`, checked, as one value. Every problem is found at once, before any call. */
import type { Protection } from "../csrs/guards.ts";
import type { Env } from "../shared/env.ts";
import type { Redactor } from "../shared/redactor.ts";
import { failed, type Result, success } from "../shared/result.ts";
import type { Warning } from "../shared/warning.ts";
import { emptySecretHint } from "./empty-secret-hint.ts";
import { type Endpoint, parseEndpoint } from "./endpoint.ts";
import { InputReader } from "./input-reader.ts";
import { parseSecret, secretsInEnvironment } from "./key-login.ts";
import type { GetInput, InputName } from "./known-inputs.ts";
import { type Login, readLogin } from "./login.ts";
import { findNearMisses } from "./near-miss.ts";
import { parseProtection } from "./patterns.ts";
import { proxyProblem, proxySecrets } from "./proxy.ts";
import { type OnAbsent, parseBoolean, parseCount, parseOnAbsent, parseRequestsPerSecond } from "./scalars.ts";
import { createShow, type Show } from "./show.ts";
import { readTarget, type Target } from "./target.ts";
import { findWarnings } from "./warnings.ts";

export type { Endpoint } from "./endpoint.ts";
export type { Login } from "./login.ts";
export type { OnAbsent } from "./scalars.ts";
export type { Target } from "./target.ts";

export interface Inputs {
  readonly target: Target;
  readonly protection: Protection;
  /** More planned deletions than this fail the run; undefined: no limit. */
  readonly maxDeletions: number | undefined;
  readonly login: Login;
  readonly endpoint: Endpoint;
  readonly dryRun: boolean;
  readonly requestsPerSecond: number;
  readonly onAbsent: OnAbsent;
  /** Set if `comment-on-pull-request` is true. */
  readonly comment: { readonly token: string } | undefined;
  /** Warnings about valid inputs. */
  readonly warnings: readonly Warning[];
}

/** Where inputs come from. */
export interface InputSources {
  readonly getInput: GetInput;
  readonly env: Env;
  /** The folder that `csr-ids-file` must lie in. */
  readonly workspace: string;
}

export interface InvalidInputs {
  /** Each in Markdown with code spans; some have a list on further lines. */
  readonly problems: readonly string[];
  /** That one of `problems` which is about a blank secret. */
  readonly missingSecret: string | undefined;
}

/** The inputs that the runner passes in the environment, trimmed as `getInput` of `@actions/core` does. */
export function inputSources(env: Env): InputSources {
  return {
    getInput: (name) => (env[`INPUT_${name.toUpperCase()}`] ?? "").trim(),
    env,
    workspace: env.GITHUB_WORKSPACE || ".",
  };
}

/** Registers every value that must be masked before anything is printed. */
export function readSecrets({ getInput, env }: InputSources, redactor: Pick<Redactor, "registerSecrets">): void {
  const fromEnvironment = secretsInEnvironment(env);
  redactor.registerSecrets([getInput("secret-id"), ...fromEnvironment.ids], { ignoreCase: true });
  redactor.registerSecrets([
    ...(["secret-key", "session-token", "github-token"] as const).map(getInput),
    ...fromEnvironment.others,
    env.ACTIONS_ID_TOKEN_REQUEST_TOKEN ?? "",
    ...proxySecrets(env),
  ]);
}

/** Reads and checks everything. `redactor` knows the secrets. */
export function readInputs(sources: InputSources, redactor: Pick<Redactor, "redact">): Result<Inputs, InvalidInputs> {
  const { env, getInput, workspace } = sources;
  const show = createShow(redactor);
  const reader = new InputReader(getInput, show);

  const target = readTarget(reader, workspace);
  const protection = reader.read("protect", parseProtection, NO_PROTECTION);
  const maxDeletions = reader.read("max-deletions", parseCount("auto"), undefined);
  const endpoint = reader.read("endpoint", parseEndpoint, undefined);
  const dryRun = reader.read("dry-run", parseBoolean, false);
  const requestsPerSecond = reader.read("requests-per-second", parseRequestsPerSecond, 0);
  const onAbsent = reader.read("on-absent", parseOnAbsent, "warn");
  const comment = readComment(reader);

  const nothingToDo = target.kind === "ids" && target.ids.length === 0 && reader.problems.length === 0;
  const needsListing = target.kind === "selection" || protection.domains.length > 0;
  const { login, missingSecret } = readLogin(reader, env, { nothingToDo, optional: dryRun && !needsListing });
  for (const { name, meant } of findNearMisses(env)) reader.report(describeNearMiss(name, meant, show));
  const proxy = proxyProblem(env);
  if (proxy !== undefined) reader.report(proxy);

  if (endpoint === undefined || reader.problems.length > 0) return failed({ problems: reader.problems, missingSecret });
  return success({
    target,
    protection,
    maxDeletions: maxDeletions ?? (target.kind === "selection" ? DEFAULT_MAX_DELETIONS : undefined),
    login,
    endpoint,
    dryRun,
    requestsPerSecond,
    onAbsent,
    comment,
    warnings: findWarnings({ endpoint, requestsPerSecond, env }),
  });
}

/** The problems, with the reason of a blank secret added to the one about it. */
export async function explainProblems(
  { problems, missingSecret }: InvalidInputs,
  explainMissing: () => Promise<string> = emptySecretHint,
): Promise<readonly string[]> {
  if (missingSecret === undefined) return problems;
  const hint = await explainMissing();
  return problems.map((problem) => (problem === missingSecret ? `${problem} ${hint}` : problem));
}

const NO_PROTECTION: Protection = { domains: [], ids: new Set() };

/** Of a selection: its size is not known beforehand. */
const DEFAULT_MAX_DELETIONS = 100;

function readComment(reader: InputReader): Inputs["comment"] {
  if (!reader.read("comment-on-pull-request", parseBoolean, false)) return undefined;
  return { token: reader.read("github-token", parseSecret, "") };
}

const describeNearMiss = (name: string, meant: InputName, show: Show): string =>
  `${show(name)} is not an input of this action: \`${meant}\` seems to be meant. If it is a variable of yours (\`INPUT_…\`), rename it.`;
