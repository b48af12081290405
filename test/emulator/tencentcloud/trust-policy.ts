import type { StsRole, TrustConditions, TrustPolicy } from "../types.ts";
import { ApiError } from "./api-error.ts";
import type { Identity } from "./web-identity.ts";

type Statement = TrustPolicy["statement"][number];

const ACTION = "name/sts:AssumeRoleWithWebIdentity";
const KEYS = ["oidc:iss", "oidc:aud", "oidc:sub"];
const MAXIMUM_SUBJECTS = 10;

function list(value: string | readonly string[] | undefined): readonly string[] {
  return value === undefined ? [] : [value].flat();
}

function uinOf(roleArn: string): string {
  return /uin\/([0-9]+):/.exec(roleArn)?.[1] ?? "";
}

/** The name of a provider in policies. */
export function providerArn(roleArn: string, providerName: string): string {
  return `qcs::cam::uin/${uinOf(roleArn)}:oidc-provider/${providerName}`;
}

function problemOf({ effect, condition }: Statement): string | undefined {
  if (effect !== "allow") return "only the effect `allow` is emulated";
  if (Object.keys(condition).join() !== "string_equal") return "the only operator for web identities is string_equal";
  const conditions = condition.string_equal;
  const unknown = Object.keys(conditions).find((key) => !KEYS.includes(key));
  if (unknown !== undefined) return `there is no condition key ${unknown}`;
  if (list(conditions["oidc:iss"]).length === 0) return "oidc:iss is required";
  return list(conditions["oidc:sub"]).length > MAXIMUM_SUBJECTS ? "oidc:sub has more than 10 values" : undefined;
}

/** Throws if CAM would not save the trust policy of the role. */
export function checkTrustPolicy({ arn, trustPolicy }: StsRole): void {
  for (const statement of trustPolicy.statement) {
    const problem = problemOf(statement);
    if (problem !== undefined) throw new TypeError(`The trust policy of ${arn}: ${problem}.`);
  }
}

function meets(conditions: TrustConditions, { issuer, audience, subject }: Identity): boolean {
  const values = { "oidc:iss": [issuer], "oidc:aud": audience, "oidc:sub": [subject] };
  return Object.entries(values).every(([key, actual]) => {
    const accepted = conditions[key as keyof TrustConditions];
    return accepted === undefined || actual.some((value) => list(accepted).includes(value));
  });
}

function trusts(statement: Statement, provider: string, identity: Identity): boolean {
  const isFor = list(statement.action).includes(ACTION) && list(statement.principal.federated).includes(provider);
  return isFor && meets(statement.condition.string_equal, identity);
}

/** Throws unless the role trusts this identity. The message echoes the condition on the subject, and nothing else. */
export function checkTrust(role: StsRole, providerName: string, identity: Identity, requestId: string): void {
  const { statement: statements } = role.trustPolicy;
  const provider = providerArn(role.arn, providerName);
  if (statements.some((statement) => trusts(statement, provider, identity))) return;
  const subjects = statements.flatMap(({ condition }) => list(condition.string_equal["oidc:sub"]));
  throw new ApiError(
    "UnauthorizedOperation",
    `[request id:${requestId}]you are not authorized to perform operation (sts:AssumeRoleWithWebIdentity)\n` +
      `resource (${role.arn}) has no permission\n` +
      `condition: ${JSON.stringify({ string_equal: { "oidc:sub": subjects } })}`,
    `the role does not trust ${identity.subject}`,
  );
}
