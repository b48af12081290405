/**
 * The options and the state of all emulators, for authors of tests.
 *
 * | start with                       | serves                                                                           |
 * |----------------------------------|----------------------------------------------------------------------------------|
 * | `startEmulator(options)`         | `BatchDeleteCSR`, `DescribeCSRSet`; with `sts`, `AssumeRoleWithWebIdentity` as well |
 * | `startOidcEmulator(options)`     | GitHub's OIDC token endpoint of a job, and its JWKS                               |
 * | `startGitHubEmulator(options)`   | GitHub's REST API of issue comments, `GET /user`, and GraphQL's `viewer`           |
 *
 * All are imported from `emulator.ts`, listen on loopback, and are closed by `await using`. What they have in common:
 * `url`, `port`, `requests` (records in the order of arrival), `setFaults(rules)`, `close()`.
 *
 * ```ts
 * await using oidc = await startOidcEmulator({ repository: "octo-org/octo-repo", environment: "production" });
 * await using emulator = await startEmulator({
 *   csrs: [11, 22, { Id: 33, Domain: "www.example.com", CreateTime: "2024-01-31 08:00:00", Remarks: "old" }],
 *   sts: stsFor(oidc),                     // one provider, one role that trusts the subject of `oidc`
 *   faults: [{ action: "AssumeRoleWithWebIdentity", times: 1, fault: { kind: "reset" } }],
 * });
 * await using github = await startGitHubEmulator({ pullRequests: { 7: {} } });
 * const env = { ...oidc.environment, ...github.environment };
 * const inputs = { endpoint: emulator.url, "role-arn": DEMO_ROLE_ARN, "oidc-provider": DEMO_PROVIDER };
 * ```
 *
 * To inject faults, which works the same way in all emulators: `FaultRule`, `Fault`, `TransportFault`; `GITHUB_FAULTS` has
 * ready-made ones. For listings that are wrong: `ListingBehavior`. For credentials that expire during a run:
 * `stsFor(oidc, { lifetimeSeconds })`, `{ requestsPerSession }`, or `emulator.expireSessions()`.
 * A client for tests of the emulators: `signed-request.ts`. A TLS certificate for loopback: `self-signed.ts`.
 */

// ---------------------------------------------------------------------------------------------------------------------
// Servers
// ---------------------------------------------------------------------------------------------------------------------

/** Where a server listens, and how. */
export interface ServerOptions {
  /** HTTPS instead of HTTP. */
  tls?: { key: string | Buffer; cert: string | Buffer };
  /** With `tls`: HTTP/2 as well as HTTP/1.1. */
  http2?: boolean;
  /** Default 127.0.0.1. */
  host?: string;
  /** Default: any free port. */
  port?: number;
}

/** What every emulator has. */
export interface ServiceOptions<Log extends HttpRecord> extends ServerOptions {
  /** Network time until a request counts as arrived; requests can overtake each other. Default 0. */
  arrivalDelayMs?: number | { min: number; max: number };
  /** Time from the effect of a request to its response. Default 0. */
  latencyMs?: number | { min: number; max: number };
  /** Time from the arrival of a request to its effect, which may then come after the response. Default 0. */
  effectDelayMs?: number;
  /** For everything random. */
  seed?: number;
  /** Called when a request has arrived in full, before anything is done with it. */
  onRequest?: (record: Log) => void;
  /** Called when the outcome is known and, unless the client is kept waiting forever, the response was handed over. */
  onResponse?: (record: Log) => void;
}

/** A request as an emulator saw it. It is filled in while the request is processed. */
export interface HttpRecord {
  /** 1-based, in the order of arrival. */
  readonly number: number;
  /** The API's action (`X-TC-Action`), or a name of the operation: `OidcOperation`, `GitHubOperation`. */
  readonly action: string;
  /** `performance.now()` when the head of the request arrived. */
  readonly at: number;
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly host: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /**
   * `ok`, an API code, the status of an error of GitHub, the kind of a fault, `pending`, or `aborted` (the client left
   * before its body was complete).
   */
  readonly outcome: string;
}

/** A running emulator of any kind. */
export interface RunningService<Log extends HttpRecord, Rule> {
  /** Such as `http://127.0.0.1:4321`. */
  readonly url: string;
  readonly port: number;
  /** All requests in the order of arrival. */
  readonly requests: readonly Log[];
  /** Replaces the rules; requests go on being numbered from the start of the emulator. */
  setFaults(rules: readonly Rule[]): void;
  /** Destroys all connections at once. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

// ---------------------------------------------------------------------------------------------------------------------
// Injected faults
// ---------------------------------------------------------------------------------------------------------------------

/** Whether a request that meets a fault is processed all the same. */
export interface Effect {
  /** `true`: the request is processed in full (its signature must be valid), and then the fault occurs. Default `false`. */
  effect?: boolean;
  /** Time from the request to its effect, which may then come after the fault. Default: the emulator's. */
  effectDelayMs?: number;
}

/** What can go wrong with any HTTP response. */
export type TransportFault =
  /** Destroys the connection. */
  | ({ kind: "reset" } & Effect)
  /** Never responds, or destroys the connection after `ms`. */
  | ({ kind: "hang"; ms?: number } & Effect)
  /** The real response, later. Always has its effect. */
  | { kind: "delay"; ms: number; effectDelayMs?: number }
  /** Announces the length of the real response, sends half of it, and closes. */
  | ({ kind: "truncate" } & Effect)
  /** Any raw response: HTML pages, redirects, empty bodies. */
  | ({ kind: "http"; status: number; headers?: Record<string, string>; body?: string } & Effect)
  /** A response of that many bytes, sent as fast as the client takes it. */
  | ({ kind: "huge"; bytes: number; contentLength?: boolean } & Effect)
  /** The real response, `bytes` at a time; here `effect` is `true` by default. */
  | ({ kind: "drip"; bytes: number; everyMs: number } & Effect)
  /** HTTP 200 with this JSON value as the whole body. */
  | ({ kind: "response"; response: unknown } & Effect);

/** What can go wrong with a response of Tencent Cloud. */
export type Fault =
  | TransportFault
  | ({ kind: "api-error"; code: string; message?: string; requestId?: boolean; status?: number } & Effect)
  /** The deletion is real, its `Success` has an unexpected form. */
  | {
      kind: "success";
      as: "missing" | "null" | "strings" | "extra" | "not-array" | "duplicate";
      effectDelayMs?: number;
    };

/** 1-based numbers of requests. */
export type RequestNumbers = readonly number[] | { from: number; to?: number };

/** When a fault is injected. The first rule that matches a request wins. */
export interface Rule<Name extends string, F> {
  /** Default: every action. */
  action?: Name;
  /** Numbers among the requests of the action, or among all requests if no action is given. */
  requests?: RequestNumbers;
  /** At most so many times. Default: no bound. */
  times?: number;
  fault: F;
}

/** A rule of `startEmulator`. */
export interface FaultRule extends Rule<Action, Fault> {
  /** Matches if the batch holds one of them. */
  csrIds?: readonly number[];
}

// ---------------------------------------------------------------------------------------------------------------------
// Tencent Cloud: CSRs
// ---------------------------------------------------------------------------------------------------------------------

export type CsrAction = "BatchDeleteCSR" | "DescribeCSRSet";
export type StsAction = "AssumeRoleWithWebIdentity";
/** The actions of Tencent Cloud that the emulator knows. */
export type Action = CsrAction | StsAction;

/** A row of `DescribeCSRSet`, with the field names of the API. Per the API's documentation, each may be null. */
export interface CsrRecord {
  Id: number;
  OwnerUin: string | null;
  Domain: string | null;
  Organization: string | null;
  Department: string | null;
  Email: string | null;
  Province: string | null;
  City: string | null;
  Country: string | null;
  Remarks: string | null;
  Status: number | null;
  /** `YYYY-MM-DD HH:mm:ss`, in a zone that the API does not name. */
  CreateTime: string | null;
  EncryptAlgo: string | null;
  KeyParameter: string | null;
}

/** A CSR that exists: an ID, or the fields that matter. All else is realistic, and depends on the ID alone. */
export type CsrSeed = number | ({ Id: number } & Partial<CsrRecord>);

/** What a client must sign with. */
export interface Credentials {
  secretId: string;
  secretKey: string;
  /** If set, `X-TC-Token` must equal it; if not, no token may be sent. */
  token?: string;
}

/** What the caller may do, as CAM would say. */
export interface Permissions {
  /** `false` refuses the whole action. */
  actions?: Partial<Record<CsrAction, boolean>>;
  /** A batch that holds one of these is refused as a whole. */
  deniedCsrs?: Iterable<number>;
  /** Whether the refusal names the denied CSRs of the batch. Default true. */
  nameDeniedCsrs?: boolean;
}

/** How `DescribeCSRSet` lists, and what it gets wrong. Without any of it, the listing is complete and sorted by ID. */
export interface ListingBehavior {
  /** `newest`: by creation time, newest first. `shuffled`: a new random order for each request. Default `id`. */
  order?: "id" | "newest" | "shuffled";
  /** How the `Domain` filter matches, which the API does not document: the whole domain, or a part. Default `fuzzy`. */
  domainMatch?: "exact" | "fuzzy";

  /** A wrong `Total` in every response. */
  total?: number;
  /** `Total` of the first, second, … response; the last one stays. */
  totalSequence?: readonly number[];
  /** Added to `Total` (never below 0). */
  totalOffset?: number;
  /** `Total` counts the rows as they were so long ago; `Infinity`: as they were at the start. */
  totalLagMs?: number;

  /**
   * `true`: each page begins with the last row of the previous page, which shifts all later rows by one; a client that
   * reads until an empty page sees every row. `replace`: that row replaces the first row of the page, which is then on no
   * page.
   */
  duplicate?: boolean | "replace";
  /** Rows that are left out, though `Total` counts them; only in these requests, if given. */
  omit?: { ids: readonly number[]; requests?: RequestNumbers };
  /** At most so many rows a page, though `Limit` is larger and there are more. `Offset` still counts rows. */
  pageSize?: number | { min: number; max: number };
  /** How a listing without any row is sent. Default `array`: `{"Total": 0, "Set": []}`. */
  emptySet?: "array" | "null" | "missing";

  /** IDs that somebody else creates, one after each response. */
  concurrentCreate?: readonly number[];
  /** IDs that somebody else deletes, one after each response. */
  concurrentDelete?: readonly number[];
  /**
   * After each response somebody else deletes so many random CSRs of the pool and creates as many new ones, which join the
   * pool: `Total` stays the same. New ones have the highest IDs, and were created just now.
   */
  churn?: { pairs: number; pool: Iterable<number> };
  /** Every so many listing requests meet a replica that shows the CSRs as they were so long ago (default: at the start). */
  staleReplica?: { every: number; lagMs?: number };
}

/** A request to Tencent Cloud. */
export interface RequestRecord extends HttpRecord {
  /** The integers in `CSRIds`, even if the request is invalid. */
  readonly csrIds: readonly number[];
  /** The IDs that this request deleted, even if the client got no response. */
  readonly deleted: readonly number[];
  /** The `RequestId` that was sent in full. */
  readonly requestId?: string;
  /** Why STS refused the request, in more detail than its message. */
  readonly reason?: string;
}

/** How the emulator of Tencent Cloud behaves. */
export interface EmulatorOptions extends ServiceOptions<RequestRecord> {
  /** What is there at the start. */
  csrs?: Iterable<CsrSeed>;
  /** Default `DEMO_CREDENTIALS`. */
  credentials?: Credentials;
  /** Limit for each CSR action. Default 10. */
  requestsPerSecond?: number;
  /** The part of the limit that others use up. Default 0. */
  otherTrafficPerSecond?: number;
  /** Whether a request that the limit refuses counts towards it all the same, which the API does not document. Default false. */
  refusedCount?: boolean;
  /** How far the server's clock is ahead of this machine's. */
  clockSkewMs?: number;
  /** Whether responses carry `Date`. Default true. */
  dateHeader?: boolean;
  /** Pads each real response with white space to this size. */
  minResponseBytes?: number;
  permissions?: Permissions;
  /** IDs that do not exist are left out of `Success` (default), or make the whole batch fail. */
  unknownIds?: "leave-out" | "refuse";
  /** These exist, and are not deleted, as CSRs in use may be. */
  keptIds?: Iterable<number>;
  /** Such CSRs are left out of `Success` (default), or make the whole batch fail. */
  keptCsrs?: "leave-out" | "refuse";
  /** A list that is empty, too long, or has an ID twice is refused (default), or taken as it is, which the API does not document. */
  oddLists?: "refuse" | "accept";
  /** The code for temporary credentials that have ended. Default `AuthFailure.TokenFailure`. */
  endedSessionCode?: string;
  /** The language of error messages, whatever the request asks for. Default `en-US`. */
  messages?: "en-US" | "zh-CN";
  listing?: ListingBehavior;
  /** Serves STS on the same origin. Default: STS does not exist. */
  sts?: StsOptions;
  faults?: readonly FaultRule[];
}

/** A running emulator of Tencent Cloud. */
export interface Emulator extends RunningService<RequestRecord, FaultRule> {
  /** The IDs that are there now. */
  readonly inventory: ReadonlySet<number>;
  /** The IDs that requests deleted, in order. */
  readonly deleted: readonly number[];
  /** The temporary credentials that STS handed out, in order. */
  readonly sessions: readonly StsSession[];
  /** Creates CSRs, as somebody else would. */
  addCsrs(csrs: Iterable<CsrSeed>): void;
  /** Removes CSRs, as somebody else would; they are not counted as deleted. */
  removeCsrs(ids: Iterable<number>): void;
  /** Ends all temporary credentials that STS has handed out so far. */
  expireSessions(): void;
}

// ---------------------------------------------------------------------------------------------------------------------
// Tencent Cloud: STS
// ---------------------------------------------------------------------------------------------------------------------

/** A public key as a JSON Web Key. */
export interface Jwk {
  kty: string;
  kid?: string;
  [field: string]: unknown;
}

/** A JSON Web Key Set. */
export interface Jwks {
  keys: Jwk[];
}

/** An identity provider in CAM. Its keys are pasted in: CAM does not fetch them. */
export interface OidcProvider {
  name: string;
  /** `iss` of the tokens that it accepts. */
  issuer: string;
  /** `aud` of the tokens that it accepts. */
  clientIds: readonly string[];
  jwks: Jwks;
}

/** Values that a claim may have; they are compared without wildcards. */
export interface TrustConditions {
  "oidc:iss": string | readonly string[];
  "oidc:aud"?: string | readonly string[];
  "oidc:sub"?: string | readonly string[];
}

/** Who may assume a role. */
export interface TrustPolicy {
  version: "2.0";
  statement: readonly {
    effect: "allow";
    action: "name/sts:AssumeRoleWithWebIdentity" | readonly string[];
    principal: { federated: string | readonly string[] };
    condition: { string_equal: TrustConditions };
  }[];
}

/** A role in CAM. */
export interface StsRole {
  /** `qcs::cam::uin/<uin>:roleName/<name>`. */
  arn: string;
  trustPolicy: TrustPolicy;
  /** Most that `DurationSeconds` may be. Default 7200. */
  maxSessionSeconds?: number;
}

/** How STS behaves. `stsFor(oidc)` fits `startOidcEmulator`. */
export interface StsOptions {
  providers: readonly OidcProvider[];
  roles: readonly StsRole[];
  /** STS has a limit of its own. Default 20. */
  requestsPerSecond?: number;
  /** Lifetime of the credentials, instead of `DurationSeconds`; `ExpiredTime` matches it. */
  lifetimeSeconds?: number;
  /** The credentials are refused after this many CSR requests, though `ExpiredTime` is in the future. */
  requestsPerSession?: number;
}

/** Temporary credentials that STS handed out. */
export interface StsSession {
  readonly credentials: Readonly<Required<Credentials>>;
  readonly roleArn: string;
  readonly sessionName: string;
  /** `sub` of the token. */
  readonly subject: string;
  readonly durationSeconds: number;
  /** UNIX seconds, in the time of the server. */
  readonly expiresAt: number;
}

// ---------------------------------------------------------------------------------------------------------------------
// GitHub: OIDC
// ---------------------------------------------------------------------------------------------------------------------

export type OidcOperation = "id-token" | "jwks";
export type OidcFaultRule = Rule<OidcOperation, TransportFault>;
export type Claims = Readonly<Record<string, unknown>>;

/** How GitHub's OIDC endpoint behaves. By default it serves a job on `main` of `octo-org/octo-repo`. */
export interface OidcOptions extends ServiceOptions<HttpRecord> {
  /** `ACTIONS_ID_TOKEN_REQUEST_TOKEN`. */
  requestToken?: string;
  /** `iss`. Default `https://token.actions.githubusercontent.com`. */
  issuer?: string;
  /** Default `octo-org/octo-repo`. */
  repository?: string;
  /** Default `refs/heads/main`. */
  ref?: string;
  /** Default `push`; `pull_request` shows in the subject. */
  eventName?: string;
  /** The job's environment, which shows in the subject instead of the ref. */
  environment?: string;
  /**
   * `names`: `repo:OWNER/REPO:…`. `immutable`: `repo:OWNER@ID/REPO@ID:…`, which repositories have that were created after
   * 2026-07-15. Default `names`.
   */
  subjectForm?: "names" | "immutable";
  /** Lifetime of a token. Default 300. */
  lifetimeSeconds?: number;
  /** Replace claims of every token, or remove them (`undefined`). */
  claims?: Claims;
  faults?: readonly OidcFaultRule[];
}

/** A token that was issued. */
export interface IssuedToken {
  readonly token: string;
  readonly claims: Claims;
}

/** A running emulator of GitHub's OIDC endpoint. */
export interface OidcEmulator extends RunningService<HttpRecord, OidcFaultRule> {
  readonly issuer: string;
  /** `sub` of its tokens, unless `claims` replaces it. */
  readonly subject: string;
  /** `ACTIONS_ID_TOKEN_REQUEST_URL` and `ACTIONS_ID_TOKEN_REQUEST_TOKEN` of a job. */
  readonly environment: Readonly<Record<string, string>>;
  /** The keys that verify its tokens now. */
  readonly jwks: Jwks;
  /** All tokens in the order of issue. */
  readonly tokens: readonly IssuedToken[];
  /** Issues a token without a request. */
  issue(audience: string, claims?: Claims): Promise<string>;
  /** From now on tokens are signed with another key, and `jwks` holds only that one. */
  rotateKey(): Promise<void>;
}

// ---------------------------------------------------------------------------------------------------------------------
// GitHub: comments
// ---------------------------------------------------------------------------------------------------------------------

export type GitHubOperation = "list-comments" | "create-comment" | "update-comment" | "user" | "graphql";
export type GitHubFaultRule = Rule<GitHubOperation, TransportFault>;

/** A comment that exists at the start. */
export interface CommentSeed {
  body: string;
  /** Default: the token's own login. */
  login?: string;
}

/** A pull request (or an issue). */
export interface PullRequestSeed {
  /** Comments can still be made on a closed one. Default `open`. */
  state?: "open" | "closed";
  /** Nobody may comment (403). */
  locked?: boolean;
  /** It was deleted: 410. */
  deleted?: boolean;
  comments?: readonly CommentSeed[];
}

/** How GitHub's API behaves. By default there is pull request 1, and a token of Actions that may write. */
export interface GitHubOptions extends ServiceOptions<HttpRecord> {
  /** The token that is accepted. */
  token?: string;
  /** The token's login in REST. Default `github-actions[bot]`; one that does not end in `[bot]` belongs to a user. */
  login?: string;
  /** What the token may do with comments. `read`: 403 on writing, as for forks. `none`: 404. Default `write`. */
  permission?: "write" | "read" | "none";
  /** Whether GraphQL's `viewer` works for the token. Default true. */
  viewer?: boolean;
  /** Default `octo-org/octo-repo`. */
  repository?: string;
  /** By number. */
  pullRequests?: Readonly<Record<number, PullRequestSeed>>;
  /** GitHub Enterprise Server: the API is at `/api/v3`, GraphQL at `/api/graphql`. Default false. */
  enterprise?: boolean;
  faults?: readonly GitHubFaultRule[];
}

/** A comment as it is now. */
export interface GitHubComment {
  readonly id: number;
  readonly pullRequest: number;
  readonly login: string;
  readonly body: string;
  /** How often it was updated. */
  readonly edits: number;
}

/** A running emulator of GitHub's API. */
export interface GitHubEmulator extends RunningService<HttpRecord, GitHubFaultRule> {
  readonly token: string;
  /** `GITHUB_API_URL` and `GITHUB_GRAPHQL_URL` of a job. */
  readonly environment: Readonly<Record<string, string>>;
  /** All comments in the order of creation. */
  readonly comments: readonly GitHubComment[];
  /** Adds a comment, as somebody else would. */
  addComment(pullRequest: number, comment: CommentSeed): void;
}
