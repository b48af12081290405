/** How the action authenticates: keyless, or with a key, all three parts of it from the inputs or all from the environment. */
import { readEvent } from "../github/event.ts";
import type { Env } from "../shared/env.ts";
import type { GetInput, Problem, Reading } from "./reader.ts";
import { problemOfSecret } from "./scalars.ts";

export interface KeylessLogin {
  readonly kind: "keyless";
  readonly roleArn: string;
  /** Name of the identity provider in CAM. */
  readonly provider: string;
  readonly audience: string;
}
interface KeyLogin {
  readonly kind: "key";
  readonly credentials: { readonly secretId: string; readonly secretKey: string; readonly token?: string };
  readonly from: "inputs" | "environment";
}
/** `none`: there is nothing to do, or only the inputs are checked. */
export type Login = KeyLogin | KeylessLogin | { readonly kind: "none" };

/** Used by the SDKs, by tccli, and by Terraform and Pulumi; the first that is set counts. */
const TOKEN_VARIABLES = ["TENCENTCLOUD_SESSION_TOKEN", "TENCENTCLOUD_TOKEN", "TENCENTCLOUD_SECURITY_TOKEN"] as const;
const KEY_INPUTS = ["secret-id", "secret-key", "session-token"] as const;

/** Names and values: SecretId, SecretKey, session token. */
type Key = readonly [id: readonly [string, string], key: readonly [string, string], token: readonly [string, string]];

function keyFromEnvironment(env: Env): Key {
  const part = (name: string) => [name, env[name]?.trim() ?? ""] as const;
  const token = TOKEN_VARIABLES.map(part).find(([, value]) => value !== "");
  return [part("TENCENTCLOUD_SECRET_ID"), part("TENCENTCLOUD_SECRET_KEY"), token ?? ["", ""]];
}

/** What may hold a secret, used or not. */
export function loginSecrets(getInput: GetInput, env: Env): { ids: readonly string[]; others: readonly string[] } {
  const variables = ["TENCENTCLOUD_SECRET_KEY", ...TOKEN_VARIABLES, "ACTIONS_ID_TOKEN_REQUEST_TOKEN"];
  return {
    ids: [getInput("secret-id"), env.TENCENTCLOUD_SECRET_ID?.trim() ?? ""],
    others: [getInput("secret-key"), getInput("session-token"), ...variables.map((name) => env[name]?.trim() ?? "")],
  };
}

/** Adds to `problems`. `need`: "none" makes no call, "checks" could do without, "dry-run" and "calls" could not. */
export function readLogin(reading: Reading, env: Env, need: "none" | "checks" | "dry-run" | "calls"): Login {
  const { values, given, problems } = reading;
  if (given.has("role-arn") || given.has("oidc-provider")) return readKeyless(reading, env, need !== "none");
  const fromInputs = KEY_INPUTS.map((name) => [name, values[name] ?? ""]) as unknown as Key;
  if (given.has("secret-id") || given.has("secret-key")) return readKey(fromInputs, "inputs", env, problems);
  const fromEnvironment = keyFromEnvironment(env);
  if (given.has("session-token"))
    problems.push(
      missing("`session-token` is given, but `secret-id` and `secret-key` are blank.", env, "session-token"),
    );
  else if (fromEnvironment[0][1] || fromEnvironment[1][1])
    return readKey(fromEnvironment, "environment", env, problems);
  else if (need === "dry-run") problems.push(missing(`${NO_CREDENTIALS} ${CHECKS_ONLY}`, env));
  else if (need === "calls") problems.push(missing(NO_CREDENTIALS, env));
  return { kind: "none" };
}

const NO_CREDENTIALS =
  "No credentials: give `role-arn` and `oidc-provider`, or `secret-id` and `secret-key` (and `session-token` for a temporary key), or set `TENCENTCLOUD_SECRET_ID` and `TENCENTCLOUD_SECRET_KEY` in the environment.";
const CHECKS_ONLY = "A dry run looks the CSRs up; one that only checks the inputs needs `look-up: false`.";

function readKey(key: Key, from: KeyLogin["from"], env: Env, problems: Problem[]): Login {
  const [[idName, secretId], [keyName, secretKey], [, token]] = key;
  const input = (name: string): string | undefined => (from === "inputs" ? name : undefined);
  if (!secretId || !secretKey) {
    const [given, blank] = secretId ? [idName, keyName] : [keyName, idName];
    problems.push(missing(`\`${given}\` is given, but \`${blank}\` is blank.`, env, input(blank)));
  }
  for (const [name, value] of secretId && secretKey ? key : []) {
    const isId = name === keyName && /^[AI]KID/.test(value);
    const problem = isId
      ? "begins like a SecretId (`AKID` or `IKID`): give the SecretKey that belongs to it"
      : problemOfSecret(value);
    if (problem !== undefined) problems.push({ input: input(name), message: `\`${name}\` ${problem}.` });
  }
  return { kind: "key", credentials: { secretId, secretKey, ...(token ? { token } : {}) }, from };
}

function readKeyless({ values, given, problems }: Reading, env: Env, logsIn: boolean): Login {
  const report = (input: string, message: string): void => void problems.push({ input, message });
  for (const [name, other] of [["role-arn", "oidc-provider"] as const, ["oidc-provider", "role-arn"] as const])
    if (!given.has(name)) report(name, `\`${other}\` is given, but \`${name}\` is blank: give both.`);
  const keys = KEY_INPUTS.filter((name) => given.has(name)).map((name) => `\`${name}\``);
  if (keys.length > 0)
    report("role-arn", `\`role-arn\` and ${keys.join(", ")} are given: use either the keyless login or a key.`);
  if (logsIn && !(env.ACTIONS_ID_TOKEN_REQUEST_URL && env.ACTIONS_ID_TOKEN_REQUEST_TOKEN))
    report(
      "role-arn",
      "`role-arn` needs a GitHub OIDC token, which this job may not request (ACTIONS_ID_TOKEN_REQUEST_URL is not set). Add `permissions: id-token: write`; a `permissions` block of the job replaces the one of the workflow. Runs for pull requests from forks get no OIDC token.",
    );
  const { "role-arn": roleArn = "", "oidc-provider": provider = "", "oidc-audience": audience } = values;
  return { kind: "keyless", roleArn, provider, audience };
}

/** A problem about a blank secret, with the reason for it: that of this very run, where GitHub's event has one. */
function missing(problem: string, env: Env, input?: string): Problem {
  const { byDependabot, fromFork } = readEvent(env);
  const reason = byDependabot
    ? "This run was started by Dependabot, which gets no Actions secrets."
    : fromFork
      ? "This run was started by a pull request from a fork, which gets no secrets."
      : "A secret is blank if its name is misspelt, if it belongs to another environment, and in runs for pull requests from forks or by Dependabot, which get no secrets.";
  return { input, message: `${problem} ${reason}` };
}
