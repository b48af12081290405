/** What the demo runs against: emulators of Tencent Cloud and of GitHub on this machine, and what is in them. */
import {
  type CsrSeed,
  type Emulator,
  type GitHubEmulator,
  type OidcEmulator,
  startEmulator,
  startGitHubEmulator,
  startOidcEmulator,
  stsFor,
} from "../test/emulator/emulator.ts";
import { createTimeOf } from "../test/emulator/tencentcloud/records.ts";

const REPOSITORY = "octo-org/release";
/** The pull request of the demo. */
export const PULL_REQUEST = 7;
export const HEAD_SHA = "0123456789abcdef0123456789abcdef01234567";

const DAY_MS = 86_400_000;
const DOMAINS = ["shop.example.com", "api.example.com", "mail.example.com", "login.example.com"] as const;

export interface World extends AsyncDisposable {
  readonly emulator: Emulator;
  readonly oidc: OidcEmulator;
  readonly github: GitHubEmulator;
}

export interface WorldOptions {
  readonly csrs: Iterable<CsrSeed>;
  /** The API says nothing about them, and keeps them. */
  readonly keptIds?: Iterable<number>;
  /** Time to each response of the API. */
  readonly latencyMs: number;
}

export async function startWorld({ csrs, keptIds = [], latencyMs }: WorldOptions): Promise<World> {
  await using started = new AsyncDisposableStack();
  const oidc = started.use(await startOidcEmulator({ repository: REPOSITORY }));
  const github = started.use(
    await startGitHubEmulator({ repository: REPOSITORY, pullRequests: { [PULL_REQUEST]: {} } }),
  );
  const options = { csrs, keptIds, latencyMs, requestsPerSecond: 10, sts: stsFor(oidc) };
  const emulator = started.use(await startEmulator(options));
  const servers = started.move();
  return { emulator, oidc, github, [Symbol.asyncDispose]: () => servers.disposeAsync() };
}

/** A CSR of this age, in days. */
export function csr(Id: number, Domain: string, ageInDays: number, Remarks = ""): CsrSeed {
  return { Id, Domain, Remarks, CreateTime: createTimeOf(Date.now() - ageInDays * DAY_MS) };
}

/** CSRs of four domains in turn. The last one is a day old, each one before it a day older. */
export function dailyCsrs(ids: readonly number[]): readonly CsrSeed[] {
  return ids.map((id, index) => csr(id, DOMAINS[index % DOMAINS.length] ?? DOMAINS[0], ids.length - index));
}
