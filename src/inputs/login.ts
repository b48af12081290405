/** How the action authenticates: keyless, or with a key, all three parts of it from the inputs or all from the environment. */
import { readEvent } from "../github/event.ts";
import type { Env } from "../shared/env.ts";
import type { Reading } from "./reader.ts";
import { problemOfSecret } from "./scalars.ts";

export interface KeylessLogin {
  readonly kind: "keyless";
  readonly roleArn: string;
  readonly provider: string;
  readonly audience: string;
}
/** `none`: there is nothing to do, or only the inputs are checked. */
export type Login =
  | { readonly kind: "key"; readonly credentials: Credentials; readonly from: "inputs" | "environment" }
  | KeylessLogin
  | { readonly kind: "none" };
type Credentials = { readonly secretId: string; readonly secretKey: string; readonly token?: string };
const KEY_INPUTS = ["secret-id", "secret-key", "session-token"] as const;
/** Used by the SDKs, by tccli, and by Terraform and Pulumi; the first that is set counts. */
const TOKEN_VARIABLES = ["TENCENTCLOUD_SESSION_TOKEN", "TENCENTCLOUD_TOKEN", "TENCENTCLOUD_SECURITY_TOKEN"] as const;
/** What may hold a secret, used or not. */
export const SECRET_VARIABLES = ["TENCENTCLOUD_SECRET_KEY", ...TOKEN_VARIABLES, "ACTIONS_ID_TOKEN_REQUEST_TOKEN"];
const SECRET_ID_AS_KEY = "begins like a SecretId (`AKID` or `IKID`): give the SecretKey that belongs to it";
const NO_CREDENTIALS =
  "No credentials: give `role-arn` and `oidc-provider`, or `secret-id` and `secret-key` (and `session-token` for a temporary key), or set `TENCENTCLOUD_SECRET_ID` and `TENCENTCLOUD_SECRET_KEY` in the environment.";
const DRY_RUN = "A dry run looks the CSRs up; one that only checks the inputs needs `look-up: false`.";
const NO_OIDC_TOKEN =
  "`role-arn` needs a GitHub OIDC token, which this job may not request (ACTIONS_ID_TOKEN_REQUEST_URL is not set). Add `permissions: id-token: write`; a `permissions` block of the job replaces the one of the workflow. Runs for pull requests from forks get no OIDC token.";

/** `calls`: what the run does with the login. Adds to the problems. */
export function readLogin(reading: Reading, env: Env, calls: "none" | "look-ups" | "all"): Login {
  const { values, given } = reading;
  if (given.has("role-arn") || given.has("oidc-provider")) return readKeyless(reading, env, calls !== "none");
  const from = KEY_INPUTS.some((name) => given.has(name)) ? "inputs" : "environment";
  const token = TOKEN_VARIABLES.find((name) => env[name]?.trim()) ?? TOKEN_VARIABLES[0];
  const names = from === "inputs" ? KEY_INPUTS : ["TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY", token];
  const texts: Readonly<Record<string, unknown>> = from === "inputs" ? values : env;
  const parts = names.map((name) => ({ name, value: String(texts[name] ?? "").trim() }));
  const [secretId = "", secretKey = "", sessionToken] = parts.map(({ value }) => value);
  for (const { name, value } of secretId && secretKey ? parts : []) {
    const problem = name === names[1] && /^[AI]KID/.test(value) ? SECRET_ID_AS_KEY : problemOfSecret(value);
    if (problem !== undefined) reading.report(`\`${name}\` ${problem}.`, name);
  }
  if (secretId && secretKey)
    return { kind: "key", credentials: { secretId, secretKey, token: sessionToken || undefined }, from };
  const [present, blank] = secretId ? names : [names[1], names[0]];
  let missing: string | undefined;
  if (secretId || secretKey) missing = `\`${present}\` is given, but \`${blank}\` is blank.`;
  else if (from === "inputs") missing = "`session-token` is given, but `secret-id` and `secret-key` are blank.";
  else if (calls === "all") missing = NO_CREDENTIALS;
  else if (calls === "look-ups") missing = `${NO_CREDENTIALS} ${DRY_RUN}`;
  if (missing) reading.report(`${missing} ${whyBlank(env)}`, from === "inputs" ? blank : undefined);
  return { kind: "none" };
}

function readKeyless(reading: Reading, env: Env, logsIn: boolean): Login {
  const { given } = reading;
  for (const name of ["role-arn", "oidc-provider"] as const)
    if (!given.has(name)) reading.reject(name, "is blank: the keyless login needs `role-arn` and `oidc-provider`");
  const keys = KEY_INPUTS.filter((name) => given.has(name)).map((name) => `\`${name}\``);
  const both = `\`role-arn\` and ${keys.join(", ")} are given: use either the keyless login or a key.`;
  if (keys.length > 0) reading.report(both, "role-arn");
  const hasToken = env.ACTIONS_ID_TOKEN_REQUEST_URL && env.ACTIONS_ID_TOKEN_REQUEST_TOKEN;
  if (logsIn && !hasToken) reading.report(NO_OIDC_TOKEN, "role-arn");
  const { "role-arn": roleArn = "", "oidc-provider": provider = "", "oidc-audience": audience } = reading.values;
  return { kind: "keyless", roleArn, provider, audience };
}

function whyBlank(env: Env): string {
  const { byDependabot, fromFork } = readEvent(env);
  if (byDependabot) return "This run was started by Dependabot, which gets no Actions secrets.";
  if (fromFork) return "This run was started by a pull request from a fork, which gets no secrets.";
  return "A secret is blank if its name is misspelt, if it belongs to another environment, and in runs for pull requests from forks or by Dependabot, which get no secrets.";
}
