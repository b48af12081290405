/** Who the action logs in as without a key: the GitHub job, and the role's session. Nothing here is secret. */
import type { Env } from "../shared/env.ts";

/** What GitHub's OIDC token says about the job: https://docs.github.com/en/actions/reference/security/oidc */
export interface IdentityClaims {
  readonly iss?: string;
  readonly sub?: string;
  readonly aud?: string;
  readonly jobWorkflowRef?: string;
  /** ID of the key that signed the token: CAM has to have that key. */
  readonly kid?: string;
}

/** The login, for the account's audit log, and for what to do if it is refused. */
export interface LoginIdentity {
  readonly roleArn: string;
  readonly sessionName: string;
  /** Name of the identity provider in CAM. */
  readonly provider: string;
  /** `OWNER/NAME` of the repository that the run belongs to. */
  readonly repository: string;
  /** Of the last OIDC token; missing if they cannot be read. */
  readonly claims?: IdentityClaims;
}

/** The claims of an OIDC token (a JWT); undefined if they cannot be read. Its signature is for STS to check. */
export function decodeClaims(jwt: string): IdentityClaims | undefined {
  try {
    const [header, payload] = jwt.split(".", 2).map((part) => JSON.parse(Buffer.from(part, "base64url").toString()));
    const { iss, sub, aud, job_workflow_ref: jobWorkflowRef } = payload;
    const claims = Object.entries({ iss, sub, aud, jobWorkflowRef, kid: header.kid });
    return Object.fromEntries(claims.filter(([, value]) => typeof value === "string"));
  } catch {
    return undefined;
  }
}

/** A subject of a repository, and of an environment if it names one. New ones have IDs: `repo:OWNER@ID/NAME@ID:…`. */
const SUBJECT = /^(repo:([^:/@]+)(?:@\d+)?\/([^:/@]+)(?:@\d+)?)(:environment:[^:]+)?(?::|$)/;

/**
 * The trust policy, as JSON, that lets this job's token assume the role; or why none is shown, in Markdown. `oidc:iss`
 * is required; without `oidc:sub` all of GitHub could log in: https://www.tencentcloud.com/document/product/598/47191
 */
export function trustPolicy(identity: LoginIdentity): { readonly policy?: string; readonly reason?: string } {
  const { roleArn, provider, repository, claims: { iss, sub = "", aud } = {} } = identity;
  const [, prefix = "", owner, name, environment] = SUBJECT.exec(sub) ?? [];
  const isOurs = `${owner}/${name}`.toLowerCase() === repository.toLowerCase();
  const aim = `\`${isOurs ? prefix : `repo:${repository}`}:environment:NAME\``;
  const none = (why: string) => ({ reason: `No trust policy is shown: the token ${why}` });
  if (!isOurs) return none(`does not name this repository in its subject, as GitHub's default (${aim}) does.`);
  if (!environment)
    return none(`names no environment in its subject. Give the job an \`environment\`, so that it becomes ${aim}.`);
  if (!iss || !aud) return none("names no issuer or no audience.");
  const statement = {
    effect: "allow",
    action: ["name/sts:AssumeRoleWithWebIdentity"],
    principal: { federated: [`${roleArn.replace(/:roleName.*/, "")}:oidc-provider/${provider}`] },
    condition: { string_equal: { "oidc:iss": [iss], "oidc:aud": [aud], "oidc:sub": [sub] } },
  };
  return { policy: JSON.stringify({ version: "2.0", statement: [statement] }, undefined, 2) };
}

/** STS takes up to 128 of `[\w+=,.@_-]`; the console shows 64. */
const MAX_SESSION_NAME = 64;

/** Name of the role's session: repository, run and attempt, as in `octo-org.release@1234567890.1`. */
export function sessionName(env: Env): string {
  const run = `@${env.GITHUB_RUN_ID || "0"}.${env.GITHUB_RUN_ATTEMPT || "1"}`;
  const repository = (env.GITHUB_REPOSITORY || "delete-tencentcloud-ssl-csrs").replaceAll("/", ".");
  return `${repository.slice(0, MAX_SESSION_NAME - run.length)}${run}`.replace(/[^\w+=,.@-]/g, "-");
}
