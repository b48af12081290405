/** API credentials: all from the inputs or all from the environment, never mixed. */
import type { Credentials } from "../tencentcloud/signature.ts";

type Env = Readonly<Record<string, string | undefined>>;
type GetInput = (name: string) => string;

/** The three names that tools of this world use: SDK and this action; tccli; Terraform and Pulumi. */
const TOKEN_VARIABLES = ["TENCENTCLOUD_SESSION_TOKEN", "TENCENTCLOUD_TOKEN", "TENCENTCLOUD_SECURITY_TOKEN"];

const fromEnv = (env: Env, name: string): string => (env[name] ?? "").trim();

/** The values that must be masked, whether or not they will do as credentials. */
export function secretsIn(getInput: GetInput, env: Env): readonly string[] {
  const inputs = ["secret-id", "secret-key", "session-token"].map(getInput);
  const variables = ["TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY", ...TOKEN_VARIABLES].map((name) =>
    fromEnv(env, name),
  );
  return [...inputs, ...variables].filter((value) => value !== "");
}

interface Problem {
  readonly problem: string;
  /** Something is missing, as against wrong. */
  readonly missing: boolean;
}

/** The credentials; `undefined` if neither place has any; or what is wrong with them. */
export function readCredentials(getInput: GetInput, env: Env): Credentials | undefined | Problem {
  const given = { id: getInput("secret-id"), key: getInput("secret-key"), token: getInput("session-token") };
  if (given.id || given.key) return check(given, ["`secret-id`", "`secret-key`", "`session-token`"], FORKS);
  const found = {
    id: fromEnv(env, "TENCENTCLOUD_SECRET_ID"),
    key: fromEnv(env, "TENCENTCLOUD_SECRET_KEY"),
    token: TOKEN_VARIABLES.map((name) => fromEnv(env, name)).find((token) => token !== "") ?? "",
  };
  if (given.token) {
    const problem = `\`session-token\` is given without \`secret-id\` and \`secret-key\`: give all three, or none and use the environment.${FORKS}`;
    return { problem, missing: true };
  }
  if (!found.id && !found.key) return undefined;
  return check(
    found,
    ["TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY", "the session token in the environment"],
    "",
  );
}

export const FORKS =
  " A secret is empty when its name is misspelt, when it belongs to another environment, and in runs for pull requests from forks or by Dependabot, which get no secrets.";

function check(
  { id, key, token }: { id: string; key: string; token: string },
  [idName, keyName, tokenName]: readonly [string, string, string],
  hint: string,
): Credentials | Problem {
  if (!id || !key)
    return {
      problem: `${id ? idName : keyName} is given, but ${id ? keyName : idName} is empty.${hint}`,
      missing: true,
    };
  const odd = [[id, idName] as const, [key, keyName] as const, [token, tokenName] as const].find(([value]) =>
    /[^\x21-\x7e]/.test(value),
  );
  if (odd)
    return {
      problem: `${odd[1]} holds a blank, a line break or another character that no key has: copy it again.`,
      missing: false,
    };
  return { secretId: id, secretKey: key, ...(token ? { token } : {}) };
}
