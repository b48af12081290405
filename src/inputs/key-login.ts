/** Stored API keys: all three parts from the inputs or all from the environment, never mixed. */
import type { Env } from "../shared/env.ts";
import { failed, success } from "../shared/result.ts";
import type { GetInput } from "./known-inputs.ts";
import type { Parse } from "./scalars.ts";

/** Used by the SDKs, by tccli, and by Terraform and Pulumi. */
const TOKEN_VARIABLES = ["TENCENTCLOUD_SESSION_TOKEN", "TENCENTCLOUD_TOKEN", "TENCENTCLOUD_SECURITY_TOKEN"] as const;

/** A part of a key, and how it is called in messages. */
interface Part {
  readonly name: string;
  readonly value: string;
}

export interface Key {
  readonly id: Part;
  readonly key: Part;
  readonly token: Part;
}

export function keyFromInputs(getInput: GetInput): Key {
  const part = (name: "secret-id" | "secret-key" | "session-token") => ({ name: `\`${name}\``, value: getInput(name) });
  return { id: part("secret-id"), key: part("secret-key"), token: part("session-token") };
}

export function keyFromEnvironment(env: Env): Key {
  const part = (name: string): Part => ({ name: `\`${name}\``, value: env[name]?.trim() ?? "" });
  const tokens = TOKEN_VARIABLES.map(part);
  return {
    id: part("TENCENTCLOUD_SECRET_ID"),
    key: part("TENCENTCLOUD_SECRET_KEY"),
    token: tokens.find(({ value }) => value !== "") ?? { name: "", value: "" },
  };
}

/** Every variable that may hold a secret, whether it is used or not. */
export function secretsInEnvironment(env: Env): {
  readonly ids: readonly string[];
  readonly others: readonly string[];
} {
  const read = (name: string): string => env[name]?.trim() ?? "";
  return {
    ids: [read("TENCENTCLOUD_SECRET_ID")],
    others: ["TENCENTCLOUD_SECRET_KEY", ...TOKEN_VARIABLES].map(read),
  };
}

/** Why `value` cannot be a secret, without showing it. */
function problemOfSecret(value: string): string | undefined {
  if (/^\$|\$\{\{|^(secrets|env|vars|github)\.\w+$/i.test(value))
    // biome-ignore lint/suspicious/noTemplateCurlyInString: an expression of GitHub Actions
    return "is the text of an expression, not its value: write `${{ secrets.NAME }}`, unquoted";
  if (/^\*+$/.test(value)) return "is a mask (`***`) copied from a log, not the secret itself";
  if (/^["'`]|["'`]$/.test(value)) return "has quotes around it: store the secret without them";
  if (/[^\x21-\x7e]/.test(value))
    return "contains a space, a line break or another character that no secret has: copy it again";
  return undefined;
}

/** A token as an input. */
export const parseSecret: Parse<string> = (text) => {
  const problem = problemOfSecret(text);
  return problem === undefined ? success(text) : failed(problem);
};

const problemOfSecretKey = (value: string): string | undefined =>
  /^[AI]KID/.test(value)
    ? "begins like a SecretId (`AKID` or `IKID`): give the SecretKey that belongs to it"
    : problemOfSecret(value);

/** Why no part of `key` can be what it should be; no value is shown. */
export function problemsOfKey({ id, key, token }: Key): readonly string[] {
  const problems = [
    [id.name, problemOfSecret(id.value)],
    [key.name, problemOfSecretKey(key.value)],
    [token.name, problemOfSecret(token.value)],
  ] as const;
  return problems.flatMap(([name, problem]) => (problem === undefined ? [] : [`${name} ${problem}.`]));
}
