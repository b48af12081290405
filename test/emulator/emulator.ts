/** Emulators of the APIs that the action talks to. `types.ts` describes their options. */

export { DEMO_CREDENTIALS } from "./credentials.ts";
export { DEMO_GITHUB_TOKEN, startGitHubEmulator } from "./github/github-emulator.ts";
export { GITHUB_FAULTS } from "./github/github-errors.ts";
export { DEMO_REQUEST_TOKEN, startOidcEmulator } from "./github/oidc-emulator.ts";
export { startEmulator } from "./tencentcloud/start.ts";
export { DEMO_AUDIENCE, DEMO_PROVIDER, DEMO_ROLE_ARN, stsFor, trustPolicyFor } from "./tencentcloud/sts-for.ts";
export type * from "./types.ts";
