/** Who logs in without a key: a job of GitHub as a session of a role. Nothing here is secret. */
import type { KeylessLogin } from "../inputs/login.ts";

export interface LoginIdentity {
  readonly roleArn: string;
  /** Name of the identity provider in CAM. */
  readonly provider: string;
  /** `OWNER/NAME` */
  readonly repository: string;
  readonly sessionName: string;
  /** Of the OIDC token, as far as they are text. CAM has to know the key `kid`. */
  readonly claims?: Partial<Record<"iss" | "sub" | "aud" | "jobWorkflowRef" | "kid", string>>;
}

export function identityOf({ roleArn, provider }: KeylessLogin, env: NodeJS.ProcessEnv, jwt: string): LoginIdentity {
  const repository = env.GITHUB_REPOSITORY ?? "";
  const run = `@${env.GITHUB_RUN_ID || "0"}.${env.GITHUB_RUN_ATTEMPT || "1"}`;
  const name = (repository || "delete-tencentcloud-ssl-csrs").replaceAll("/", ".");
  // STS takes up to 128 characters; the console shows 64.
  const sessionName = `${name.slice(0, 64 - run.length)}${run}`.replace(/[^\w+=,.@-]/g, "-");
  return { roleArn, provider, repository, sessionName, claims: claimsIn(jwt) };
}

/** The signature is for STS to check. */
function claimsIn(jwt: string): LoginIdentity["claims"] {
  try {
    const [header, payload] = jwt.split(".", 2).map((part) => JSON.parse(Buffer.from(part, "base64url").toString()));
    const { iss, sub, aud, job_workflow_ref: jobWorkflowRef } = payload;
    const claims = Object.entries({ iss, sub, aud, jobWorkflowRef, kid: header.kid });
    return Object.fromEntries(claims.filter(([, value]) => typeof value === "string"));
  } catch {
    return undefined;
  }
}

/** Repository and environment of a subject. New ones have IDs: `repo:OWNER@ID/NAME@ID:environment:…`. */
const SUBJECT = /^(repo:([^:/@]+)(?:@\d+)?\/([^:/@]+)(?:@\d+)?)(:environment:[^:]+)?(?::|$)/;

/**
 * The trust policy that lets this job assume the role, as JSON; or why none is shown, in Markdown. Without `oidc:sub`
 * all of GitHub could log in: https://www.tencentcloud.com/document/product/598/47191
 */
export function trustPolicy(identity: LoginIdentity): { readonly policy?: string; readonly reason?: string } {
  const { roleArn, provider, repository, claims: { iss, sub = "", aud } = {} } = identity;
  const [, prefix = "", owner, name, environment] = SUBJECT.exec(sub) ?? [];
  const isOurs = `${owner}/${name}`.toLowerCase() === repository.toLowerCase();
  const aim = `\`${isOurs ? prefix : `repo:${repository}`}:environment:NAME\``;
  const none = (why: string) => ({ reason: `No trust policy is shown: the token ${why}` });
  if (!iss || !aud) return {};
  if (!isOurs) return none(`does not name this repository in its subject, as GitHub's default (${aim}) does.`);
  if (!environment) return none(`names no environment. Give the job an \`environment\`: its subject becomes ${aim}.`);
  const statement = {
    effect: "allow",
    action: ["name/sts:AssumeRoleWithWebIdentity"],
    principal: { federated: [`${roleArn.replace(/:roleName.*/, "")}:oidc-provider/${provider}`] },
    condition: { string_equal: { "oidc:iss": [iss], "oidc:aud": [aud], "oidc:sub": [sub] } },
  };
  return { policy: JSON.stringify({ version: "2.0", statement: [statement] }, undefined, 2) };
}
