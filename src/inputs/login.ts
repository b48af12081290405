/** Keyless, or with a key, whole from the inputs or whole from the environment. */
import { readEvent } from "../github/event.ts";
import type { Reading } from "./reader.ts";
import { problemOfSecret } from "./scalars.ts";

export type KeylessLogin = Readonly<{ kind: "keyless"; roleArn: string; provider: string; audience: string }>;
type Credentials = Readonly<{ secretId: string; secretKey: string; token?: string }>;
/** `none`: no call is made. */
export type Login =
  | Readonly<{ kind: "key"; credentials: Credentials; from: "inputs" | "environment" }>
  | KeylessLogin
  | Readonly<{ kind: "none" }>;
const KEY_INPUTS = ["secret-id", "secret-key", "session-token"] as const;
/** Of SDKs, tccli, Terraform and Pulumi; the first that is set counts. */
const TOKEN_VARIABLES = ["TENCENTCLOUD_SESSION_TOKEN", "TENCENTCLOUD_TOKEN", "TENCENTCLOUD_SECURITY_TOKEN"] as const;
/** Variables that may hold a secret, used or not. */
export const SECRET_IDS = ["INPUT_SECRET-ID", "TENCENTCLOUD_SECRET_ID"];
export const SECRETS = [
  ...["INPUT_SECRET-KEY", "INPUT_SESSION-TOKEN", "INPUT_GITHUB-TOKEN"],
  ...["TENCENTCLOUD_SECRET_KEY", ...TOKEN_VARIABLES, "ACTIONS_ID_TOKEN_REQUEST_TOKEN"],
];
const NO_CREDENTIALS =
  "No credentials: give `role-arn` and `oidc-provider`, or `secret-id` and `secret-key`, or set them in the environment. A dry run of IDs with `look-up: false` needs none.";
const NO_OIDC_TOKEN =
  "needs an OIDC token (ACTIONS_ID_TOKEN_REQUEST_URL is not set): add `permissions: id-token: write` (those of the job replace those of the workflow). Pull requests from forks get no token";

/** `isNeeded`: calls will be made. */
export function readLogin(reading: Reading, env: NodeJS.ProcessEnv, isNeeded: boolean): Login {
  const { values, given } = reading;
  if (given.has("role-arn") || given.has("oidc-provider")) return readKeyless(reading, env, isNeeded);
  const from = KEY_INPUTS.some((name) => given.has(name)) ? "inputs" : "environment";
  const token = TOKEN_VARIABLES.find((name) => env[name]?.trim()) ?? TOKEN_VARIABLES[0];
  const names =
    from === "inputs" ? KEY_INPUTS : (["TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY", token] as const);
  const texts: Readonly<Record<string, unknown>> = from === "inputs" ? values : env;
  const parts = names.map((name) => String(texts[name] ?? "").trim());
  const [secretId = "", secretKey = "", sessionToken] = parts;
  if (secretId && secretKey) {
    const problems = parts.map(problemOfSecret);
    for (const [index, name] of names.entries()) if (problems[index]) reading.reject(name, problems[index]);
    if (/^[AI]KID/.test(secretKey)) reading.reject(names[1], "is a SecretId: give its SecretKey");
    return { kind: "key", credentials: { secretId, secretKey, token: sessionToken || undefined }, from };
  }
  const blank = secretId ? names[1] : names[0];
  const needs = `is blank: a key needs \`${names[0]}\` and \`${names[1]}\``;
  if (from === "inputs" || secretId || secretKey) reading.reject(blank, `${needs}. ${whyBlank(env)}`);
  else if (isNeeded) reading.report(`${NO_CREDENTIALS} ${whyBlank(env)}.`);
  return { kind: "none" };
}

function readKeyless(reading: Reading, env: NodeJS.ProcessEnv, isNeeded: boolean): Login {
  const { given } = reading;
  for (const name of ["role-arn", "oidc-provider"] as const)
    if (!given.has(name)) reading.reject(name, "is blank: the keyless login needs `role-arn` and `oidc-provider`");
  const key = KEY_INPUTS.find((name) => given.has(name));
  if (key) reading.reject("role-arn", `must not be given with \`${key}\``);
  const hasToken = env.ACTIONS_ID_TOKEN_REQUEST_URL && env.ACTIONS_ID_TOKEN_REQUEST_TOKEN;
  if (isNeeded && !hasToken) reading.reject("role-arn", NO_OIDC_TOKEN);
  const { "role-arn": roleArn = "", "oidc-provider": provider = "", "oidc-audience": audience } = reading.values;
  return { kind: "keyless", roleArn, provider, audience };
}

function whyBlank(env: NodeJS.ProcessEnv): string {
  const { byDependabot, fromFork } = readEvent(env);
  if (byDependabot) return "This run was started by Dependabot, which gets no Actions secrets";
  if (fromFork) return "This run was started by a pull request from a fork, which gets no secrets";
  return "A secret is blank if its name is misspelt, or it belongs to another environment";
}
