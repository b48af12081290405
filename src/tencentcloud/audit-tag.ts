import type { Env } from "../shared/env.ts";
import { VERSION } from "../version.ts";

/** Who calls, for the account's audit log (`X-TC-RequestClient`): characters and length as in the official Go SDK. */
export function auditTag(env: Env): string {
  const { GITHUB_RUN_ID: run, GITHUB_RUN_ATTEMPT: attempt = "1", GITHUB_REPOSITORY: repository } = env;
  // The part without a bound is last.
  const parts = [`delete-tencentcloud-ssl-csrs ${VERSION}`, run && `run ${run}.${attempt}`, repository];
  const text = parts.filter(Boolean).join("; ").replace("/", " ");
  return text.replace(/[^0-9a-zA-Z\-_ ,;.]/g, "_").slice(0, 128);
}
