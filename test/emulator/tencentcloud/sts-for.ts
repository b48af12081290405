import type { OidcEmulator, StsOptions, TrustPolicy } from "../types.ts";
import { OWNER_UIN } from "./records.ts";
import { providerArn } from "./trust-policy.ts";

/** The identity provider of `stsFor`. */
export const DEMO_PROVIDER = "github";
/** The role of `stsFor`. */
export const DEMO_ROLE_ARN = `qcs::cam::uin/${OWNER_UIN}:roleName/github-csr-deletion`;
/** The audience that most use for Tencent Cloud. */
export const DEMO_AUDIENCE = "sts.tencentcloudapi.com";

/** Who may assume a role. */
export interface Trust {
  roleArn: string;
  providerName: string;
  issuer: string;
  audience: string | readonly string[];
  /** Without it, every repository of GitHub could. */
  subject: string | readonly string[];
}

/** A trust policy in the form of CAM. */
export function trustPolicyFor({ roleArn, providerName, issuer, audience, subject }: Trust): TrustPolicy {
  return {
    version: "2.0",
    statement: [
      {
        effect: "allow",
        action: "name/sts:AssumeRoleWithWebIdentity",
        principal: { federated: [providerArn(roleArn, providerName)] },
        condition: { string_equal: { "oidc:iss": issuer, "oidc:aud": audience, "oidc:sub": subject } },
      },
    ],
  };
}

/** What differs from the usual. */
export interface StsForOptions extends Omit<StsOptions, "providers" | "roles"> {
  roleArn?: string;
  providerName?: string;
  audience?: string;
  /** Default: the subject of the OIDC emulator. */
  subject?: string | readonly string[];
  maxSessionSeconds?: number;
}

/** An STS with one provider that has the keys of the OIDC emulator, and one role that trusts its subject. */
export function stsFor(
  oidc: Pick<OidcEmulator, "issuer" | "jwks" | "subject">,
  {
    roleArn = DEMO_ROLE_ARN,
    providerName = DEMO_PROVIDER,
    audience = DEMO_AUDIENCE,
    subject = oidc.subject,
    maxSessionSeconds,
    ...options
  }: StsForOptions = {},
): StsOptions {
  const { issuer, jwks } = oidc;
  const trustPolicy = trustPolicyFor({ roleArn, providerName, issuer, audience, subject });
  return {
    ...options,
    providers: [{ name: providerName, issuer, clientIds: [audience], jwks: structuredClone(jwks) }],
    roles: [{ arn: roleArn, trustPolicy, ...(maxSessionSeconds === undefined ? {} : { maxSessionSeconds }) }],
  };
}
