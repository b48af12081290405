import { DEMO_CREDENTIALS } from "../credentials.ts";
import type { Exchange } from "../http/exchange.ts";
import { type Random, randomUuid, seededRandom } from "../http/random.ts";
import { type Open, type Service, startService } from "../http/service.ts";
import type { Emulator, EmulatorOptions, FaultRule, HttpRecord, RequestRecord, StsOptions } from "../types.ts";
import { type Api, TencentCloudArrival } from "./arrival.ts";
import { CredentialStore } from "./credential-store.ts";
import { type Account, processCsrRequest } from "./csr-api.ts";
import { Inventory } from "./inventory.ts";
import { Lister } from "./listing.ts";
import { PermissionRules } from "./permissions.ts";
import { RateLimiter } from "./rate-limiter.ts";
import { processStsRequest, STS_VERSION, type StsAccount } from "./sts-api.ts";
import { checkTrustPolicy } from "./trust-policy.ts";

const DEFAULT_REQUESTS_PER_SECOND = 10;
const DEFAULT_STS_REQUESTS_PER_SECOND = 20;

function accountOf(options: EmulatorOptions, random: Random): Account {
  const inventory = new Inventory(options.csrs);
  const { requestsPerSecond = DEFAULT_REQUESTS_PER_SECOND, otherTrafficPerSecond, refusedCount } = options;
  return {
    credentials: new CredentialStore(options.credentials ?? DEMO_CREDENTIALS, {
      requestsPerSession: options.sts?.requestsPerSession,
      endedSessionCode: options.endedSessionCode,
    }),
    inventory,
    lister: new Lister(inventory, random, options.listing),
    rateLimiter: new RateLimiter(requestsPerSecond, otherTrafficPerSecond, refusedCount),
    permissions: new PermissionRules(options.permissions),
    unknownIds: options.unknownIds ?? "leave-out",
    keptIds: new Set(options.keptIds),
    keptCsrs: options.keptCsrs ?? "leave-out",
    oddLists: options.oddLists ?? "refuse",
    messages: options.messages ?? "en-US",
    now: () => Date.now() + (options.clockSkewMs ?? 0),
  };
}

function csrApi(account: Account, deleted: number[]): Api {
  return {
    rateLimiter: account.rateLimiter,
    process: (request, permit, record) =>
      processCsrRequest(request, permit, account, (ids) => {
        record.deleted = ids;
        deleted.push(...ids);
      }),
  };
}

function stsApi(options: StsOptions, { credentials, now }: Account, random: Random): Api {
  options.roles.forEach(checkTrustPolicy);
  const rateLimiter = new RateLimiter(options.requestsPerSecond ?? DEFAULT_STS_REQUESTS_PER_SECOND);
  const account: StsAccount = { options, credentials, rateLimiter, random, now };
  return { rateLimiter, process: (request, permit) => processStsRequest(request, permit, account) };
}

/** The CSR API and STS, which share an origin here. */
class TencentCloud implements Service<RequestRecord> {
  readonly account: Account;
  readonly deleted: number[] = [];
  readonly #options: EmulatorOptions;
  readonly #random: Random;
  readonly #csrApi: Api;
  readonly #stsApi: Api | undefined;

  constructor(options: EmulatorOptions, random: Random) {
    this.account = accountOf(options, random);
    this.#options = options;
    this.#random = random;
    this.#csrApi = csrApi(this.account, this.deleted);
    this.#stsApi = options.sts && stsApi(options.sts, this.account, random);
  }

  actionOf({ headers }: Exchange): string {
    return headers["x-tc-action"] ?? "";
  }

  arrive({ headers }: Exchange, record: HttpRecord): TencentCloudArrival {
    const isForSts = headers["x-tc-version"] === STS_VERSION || headers["x-tc-action"] === "AssumeRoleWithWebIdentity";
    const api = (isForSts && this.#stsApi) || this.#csrApi;
    const open: Open<RequestRecord> = { ...record, csrIds: [], deleted: [] };
    return new TencentCloudArrival(api, open, randomUuid(this.#random), this.#options.minResponseBytes ?? 0);
  }

  headers(): Record<string, string> {
    return this.#options.dateHeader === false ? {} : { date: new Date(this.account.now()).toUTCString() };
  }
}

/** Starts a server that responds to `BatchDeleteCSR` and `DescribeCSRSet`, and with `sts` to STS, as Tencent Cloud does. */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const random = seededRandom(options.seed ?? 1);
  const cloud = new TencentCloud(options, random);
  const service = await startService<RequestRecord, FaultRule>(cloud, options, random);
  const { inventory, credentials } = cloud.account;
  return {
    ...service,
    inventory: inventory.ids,
    deleted: cloud.deleted,
    sessions: credentials.sessions,
    addCsrs: (csrs) => inventory.add(csrs),
    removeCsrs: (ids) => void inventory.remove(ids),
    expireSessions: () => credentials.expireSessions(),
  };
}
