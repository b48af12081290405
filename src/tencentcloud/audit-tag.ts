import type { Env } from "../shared/env.ts";
import { VERSION } from "../version.ts";

/** Who calls, for the account's audit log (`X-TC-RequestClient`): characters and length as in the official Go SDK. */
export function auditTag({
  GITHUB_REPOSITORY: repository,
  GITHUB_RUN_ID: run,
  GITHUB_RUN_ATTEMPT: attempt,
}: Env): string {
  const parts = [`delete-tencentcloud-ssl-csrs ${VERSION}`, run && `run ${run}.${attempt ?? "1"}`, repository];
  // The repository is last, since it is the only part without a bound.
  const text = parts.filter(Boolean).join("; ").replace("/", " ");
  return text.replace(/[^0-9a-zA-Z\-_ ,;.]/g, "_").slice(0, 128);
}
