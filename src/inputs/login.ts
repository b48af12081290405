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
const TOKEN_VARIABLES = ["TENCENTCLOUD_SESSION_TOKEN", "TENCENTCLOUD_TOKEN", "TENCENTCLOUD_SECURITY_TOKEN"];
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
export function readLogin(reading: Reading, isNeeded: boolean): Login {
  const { env, values, given, problems, reject } = reading;
  if (given.has("role-arn") || given.has("oidc-provider")) return readKeyless(reading, isNeeded);
  const from = KEY_INPUTS.some((name) => given.has(name)) ? "inputs" : "environment";
  const token = TOKEN_VARIABLES.find((name) => env[name]?.trim()) ?? "TENCENTCLOUD_TOKEN";
  const variables = ["TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY", token] as const;
  const [names, parts] =
    from === "inputs"
      ? [KEY_INPUTS, [values.secretId, values.secretKey, values.sessionToken]]
      : [variables, variables.map((name) => env[name]?.trim())];
  const [idName, keyName] = names;
  const [secretId, secretKey, sessionToken] = parts;
  if (secretId && secretKey) {
    names.forEach((name, index) => {
      const problem = problemOfSecret(parts[index] ?? "");
      if (problem) reject(name, problem);
    });
    if (/^[AI]KID/.test(secretKey)) reject(keyName, "is a SecretId: give its SecretKey");
    return { kind: "key", credentials: { secretId, secretKey, token: sessionToken }, from };
  }
  if (from === "inputs" || secretId || secretKey)
    reject(secretId ? keyName : idName, `is blank: a key needs \`${idName}\` and \`${keyName}\`. ${whyBlank(env)}`);
  else if (isNeeded) problems.push({ message: `${NO_CREDENTIALS} ${whyBlank(env)}.` });
  return { kind: "none" };
}

function readKeyless({ env, values, given, reject }: Reading, isNeeded: boolean): Login {
  for (const name of ["role-arn", "oidc-provider"])
    if (!given.has(name)) reject(name, "is blank: the keyless login needs `role-arn` and `oidc-provider`");
  const key = KEY_INPUTS.find((name) => given.has(name));
  if (key) reject("role-arn", `must not be given with \`${key}\``);
  const hasToken = env.ACTIONS_ID_TOKEN_REQUEST_URL && env.ACTIONS_ID_TOKEN_REQUEST_TOKEN;
  if (isNeeded && !hasToken) reject("role-arn", NO_OIDC_TOKEN);
  const { roleArn = "", provider = "", audience } = values;
  return { kind: "keyless", roleArn, provider, audience };
}

function whyBlank(env: NodeJS.ProcessEnv) {
  const { byDependabot, fromFork } = readEvent(env);
  if (byDependabot) return "A run by Dependabot gets no Actions secrets";
  if (fromFork) return "A run for a pull request from a fork gets no secrets";
  return "A secret is blank if its name is misspelt, or it belongs to another environment";
}
