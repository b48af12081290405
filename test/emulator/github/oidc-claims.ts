import type { Claims, OidcOptions } from "../types.ts";

/** GitHub's issuer. */
export const GITHUB_ISSUER = "https://token.actions.githubusercontent.com";

const OWNER_ID = "1234567";
const REPOSITORY_ID = "7654321";
const DEFAULT_LIFETIME_SECONDS = 300;
const CLOCK_TOLERANCE_SECONDS = 5;

/** A job of GitHub Actions, as its tokens describe it. */
export interface Job {
  repository: string;
  ref: string;
  eventName: string;
  environment: string | undefined;
  isImmutable: boolean;
}

/** The job that the options describe. */
export function jobOf(options: OidcOptions): Job {
  const { repository = "octo-org/octo-repo", ref = "refs/heads/main", eventName = "push", environment } = options;
  return { repository, ref, eventName, environment, isImmutable: options.subjectForm === "immutable" };
}

/** `sub`: https://docs.github.com/en/actions/reference/security/oidc. */
export function subjectOf({ repository, ref, eventName, environment, isImmutable }: Job): string {
  const [owner, name] = repository.split("/");
  const prefix = isImmutable ? `${owner}@${OWNER_ID}/${name}@${REPOSITORY_ID}` : repository;
  if (environment !== undefined) return `repo:${prefix}:environment:${environment}`;
  return eventName === "pull_request" ? `repo:${prefix}:pull_request` : `repo:${prefix}:ref:${ref}`;
}

/** The audience of a token that was requested without one. */
export function defaultAudience({ repository }: Job): string {
  return `https://github.com/${repository.split("/")[0]}`;
}

function jobClaims(job: Job): Claims {
  const { repository, ref, eventName, environment } = job;
  const workflow = `${repository}/.github/workflows/clean-up.yml@${ref}`;
  return {
    sub: subjectOf(job),
    repository,
    repository_id: REPOSITORY_ID,
    repository_owner: repository.split("/")[0],
    repository_owner_id: OWNER_ID,
    repository_visibility: "private",
    actor: "octocat",
    actor_id: "583231",
    event_name: eventName,
    ref,
    ref_type: ref.startsWith("refs/tags/") ? "tag" : "branch",
    ...(environment === undefined ? {} : { environment }),
    workflow: "Clean up",
    workflow_ref: workflow,
    job_workflow_ref: workflow,
    run_id: "16437282918",
    run_number: "42",
    run_attempt: "1",
    runner_environment: "github-hosted",
  };
}

/** The claims of a token that is issued now, in the order in which they replace each other. */
export function claimsOf(options: OidcOptions, audience: string, jti: string, more: Claims = {}): Claims {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    ...jobClaims(jobOf(options)),
    jti,
    iss: options.issuer ?? GITHUB_ISSUER,
    aud: audience,
    iat: now,
    nbf: now - CLOCK_TOLERANCE_SECONDS,
    exp: now + (options.lifetimeSeconds ?? DEFAULT_LIFETIME_SECONDS),
    ...options.claims,
    ...more,
  };
  return Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined));
}
