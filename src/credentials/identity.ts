/** Who the action logs in as without a key: the GitHub job, and the role's session. Nothing here is secret. */
import type { Env } from "../shared/env.ts";

/** What GitHub's OIDC token says about the job: https://docs.github.com/en/actions/reference/security/oidc */
export interface IdentityClaims {
  readonly iss: string | undefined;
  readonly sub: string | undefined;
  readonly aud: string | undefined;
  readonly jobWorkflowRef: string | undefined;
}

/** The claims of an OIDC token (a JWT); undefined if it has none that can be read. Its signature is for STS to check. */
export function decodeClaims(jwt: string): IdentityClaims | undefined {
  try {
    const payload: unknown = JSON.parse(Buffer.from(jwt.split(".")[1] ?? "", "base64url").toString());
    const claims = payload as Readonly<Record<string, unknown>>;
    const claim = (name: string): string | undefined => {
      const value = claims[name];
      return typeof value === "string" ? value : undefined;
    };
    return { iss: claim("iss"), sub: claim("sub"), aud: claim("aud"), jobWorkflowRef: claim("job_workflow_ref") };
  } catch {
    return undefined;
  }
}

/** The login, for the account's audit log, and for what to do if it is refused. */
export interface LoginIdentity {
  readonly roleArn: string;
  readonly sessionName: string;
  /** Name of the identity provider in CAM. */
  readonly provider: string;
  /** Of the last OIDC token; undefined if they cannot be read. */
  readonly claims: IdentityClaims | undefined;
}

/**
 * The trust policy of the role, as JSON, that accepts exactly the subject of `claims`. `oidc:iss` is required, and without
 * `oidc:sub` every repository on GitHub could assume the role: https://www.tencentcloud.com/document/product/598/47191
 */
export function trustPolicy({ roleArn, provider, claims }: LoginIdentity): string | undefined {
  const account = /^qcs::cam::uin\/[0-9]+/.exec(roleArn)?.[0];
  if (account === undefined || !claims?.iss || !claims.sub || !claims.aud) return undefined;
  const statement = {
    effect: "allow",
    action: ["name/sts:AssumeRoleWithWebIdentity"],
    principal: { federated: [`${account}:oidc-provider/${provider}`] },
    condition: { string_equal: { "oidc:iss": [claims.iss], "oidc:aud": [claims.aud], "oidc:sub": [claims.sub] } },
  };
  return JSON.stringify({ version: "2.0", statement: [statement] }, undefined, 2);
}

/** STS takes up to 128 of `[\w+=,.@_-]`; the console shows 64. */
const MAX_SESSION_NAME = 64;

/** Name of the role's session, such as `octo-org.release@1234567890.1`: repository, run and attempt. */
export function sessionName(env: Env): string {
  const run = `@${env.GITHUB_RUN_ID || "0"}.${env.GITHUB_RUN_ATTEMPT || "1"}`;
  const repository = (env.GITHUB_REPOSITORY || "delete-tencentcloud-ssl-csrs").replaceAll("/", ".");
  return `${repository.slice(0, MAX_SESSION_NAME - run.length)}${run}`.replace(/[^\w+=,.@-]/g, "-");
}
