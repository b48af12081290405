/** Who calls, for the account's audit log: action, version, repository and run. */
import { VERSION } from "../version.ts";

/** What `X-TC-RequestClient` may hold, by the official Go SDK: `^[0-9a-zA-Z-_ ,;.]+$`, at most 128 characters. */
export function requestClient(env: Readonly<Record<string, string | undefined>>): string {
  const repository = env.GITHUB_REPOSITORY;
  const run = env.GITHUB_RUN_ID;
  const parts = [
    `delete-tencentcloud-ssl-csrs ${VERSION}`,
    run ? `run ${run}.${env.GITHUB_RUN_ATTEMPT ?? "1"}` : "",
    // Last, since it is the only part without a bound.
    repository ? repository.replace("/", " ") : "",
  ];
  return parts
    .filter((part) => part !== "")
    .join("; ")
    .replace(/[^0-9a-zA-Z\-_ ,;.]/g, "_")
    .slice(0, 128);
}
