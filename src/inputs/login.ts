/** How the action authenticates: keyless, with a key from the inputs, or with one from the environment. */
import type { Env } from "../shared/env.ts";
import type { Credentials } from "../tencentcloud/signature.ts";
import type { InputReader } from "./input-reader.ts";
import { type Key, keyFromEnvironment, keyFromInputs, problemsOfKey } from "./key-login.ts";
import { parseAudience, parseProvider, parseRoleArn, problemOfRunner } from "./keyless-login.ts";
import type { Parse } from "./scalars.ts";

export interface KeylessLogin {
  readonly kind: "keyless";
  readonly roleArn: string;
  /** Name of the identity provider in CAM. */
  readonly provider: string;
  readonly audience: string;
}

export type Login =
  | { readonly kind: "key"; readonly credentials: Credentials; readonly from: "inputs" | "environment" }
  | KeylessLogin
  /** Only in a dry run of given IDs, or when there is nothing to do. */
  | { readonly kind: "none" };

const NO_CREDENTIALS =
  "No credentials: give `role-arn` and `oidc-provider`, or `secret-id` and `secret-key` (and `session-token` for a temporary key), or set `TENCENTCLOUD_SECRET_ID` and `TENCENTCLOUD_SECRET_KEY` in the environment.";

/** What came out of the inputs; `missingSecret` is the reported problem if a secret is blank. */
export interface LoginResult {
  readonly login: Login;
  readonly missingSecret?: string;
}

/** What the run can do without credentials. */
export interface Need {
  /** It makes no call at all. */
  readonly nothingToDo: boolean;
  /** It makes calls only if there are credentials. */
  readonly optional: boolean;
}

export function readLogin(reader: InputReader, env: Env, { nothingToDo, optional }: Need): LoginResult {
  if (reader.isGiven("role-arn") || reader.isGiven("oidc-provider"))
    return { login: readKeyless(reader, env, !nothingToDo) };

  const fromInputs = keyFromInputs((name) => reader.text(name));
  if (fromInputs.id.value || fromInputs.key.value) return readKey(reader, fromInputs, "inputs");
  if (fromInputs.token.value)
    return missing(reader, "`session-token` is given, but `secret-id` and `secret-key` are blank.");

  const fromEnvironment = keyFromEnvironment(env);
  if (fromEnvironment.id.value || fromEnvironment.key.value) return readKey(reader, fromEnvironment, "environment");
  return nothingToDo || optional ? { login: NONE } : missing(reader, NO_CREDENTIALS);
}

const NONE: Login = { kind: "none" };

function missing(reader: InputReader, missingSecret: string): LoginResult {
  reader.report(missingSecret);
  return { login: NONE, missingSecret };
}

function readKey(reader: InputReader, key: Key, from: "inputs" | "environment"): LoginResult {
  const { id, key: secret, token } = key;
  if (!id.value) return missing(reader, `${secret.name} is given, but ${id.name} is blank.`);
  if (!secret.value) return missing(reader, `${id.name} is given, but ${secret.name} is blank.`);
  for (const problem of problemsOfKey(key)) reader.report(problem);
  const credentials = { secretId: id.value, secretKey: secret.value, ...(token.value ? { token: token.value } : {}) };
  return { login: { kind: "key", credentials, from } };
}

function readKeyless(reader: InputReader, env: Env, logsIn: boolean): Login {
  const require = (name: "role-arn" | "oidc-provider", other: string, parse: Parse<string>): string => {
    if (reader.isGiven(name)) return reader.read(name, parse, "");
    reader.report(`\`${other}\` is given, but \`${name}\` is blank: give both.`);
    return "";
  };
  const roleArn = require("role-arn", "oidc-provider", parseRoleArn);
  const provider = require("oidc-provider", "role-arn", parseProvider);
  const audience = reader.read("oidc-audience", parseAudience, "");
  const keys = (["secret-id", "secret-key", "session-token"] as const).filter((name) => reader.isGiven(name));
  if (keys.length > 0)
    reader.report(`\`role-arn\` and ${formatNames(keys)} are given: use either the keyless login or a key.`);
  const runnerProblem = logsIn ? problemOfRunner(env) : undefined;
  if (runnerProblem !== undefined) reader.report(runnerProblem);
  return { kind: "keyless", roleArn, provider, audience };
}

const formatNames = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(", ");
