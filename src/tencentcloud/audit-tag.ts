import type { Env } from "../shared/env.ts";
import { VERSION } from "../version.ts";

const MAX_LENGTH = 128;

/**
 * Who calls, for the account's audit log (`X-TC-RequestClient`): action, version, run and repository. By the official Go SDK the
 * header may hold `^[0-9a-zA-Z-_ ,;.]+$`, at most 128 characters.
 */
export function auditTag(env: Env): string {
  const { GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: run, GITHUB_RUN_ATTEMPT: attempt } = env;
  const parts = [
    `delete-tencentcloud-ssl-csrs ${VERSION}`,
    ...(run ? [`run ${run}.${attempt ?? "1"}`] : []),
    // Last, since it is the only part without a bound.
    ...(repository ? [repository.replace("/", " ")] : []),
  ];
  return parts
    .join("; ")
    .replace(/[^0-9a-zA-Z\-_ ,;.]/g, "_")
    .slice(0, MAX_LENGTH);
}
