/** The actions that the emulator knows. */
export type Action = "BatchDeleteCSR" | "DescribeCSRSet";

/** A row of `DescribeCSRSet`, with the field names of the API. */
export interface CsrRecord {
  Id: number;
  OwnerUin: string;
  Domain: string;
  Organization: string;
  Department: string;
  Email: string;
  Province: string;
  City: string;
  Country: string;
  Remarks: string;
  Status: number;
  CreateTime: string;
  EncryptAlgo: "RSA" | "ECC";
  KeyParameter: "2048" | "4096" | "prime256v1";
}

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
  actions?: Partial<Record<Action, boolean>>;
  /** A batch that holds one of these is refused as a whole. */
  deniedCsrs?: Iterable<number>;
  /** Whether the refusal names the denied CSRs of the batch. Default true. */
  nameDeniedCsrs?: boolean;
}

/** How `DescribeCSRSet` orders its rows, and what it gets wrong. */
export interface Listing {
  /** `shuffled`: a new random order for each request. Default `id`. */
  order?: "id" | "shuffled";
  /** A wrong `Total` in every answer. */
  total?: number;
  /** `Total` of the first, second, … answer; the last one stays. */
  totalSequence?: readonly number[];
  /**
   * Each page begins with the last row of the page before, which moves all later rows on by one. Nothing is lost to a
   * client that reads until an empty page.
   */
  duplicate?: boolean;
  /** IDs that somebody else creates, one after each answer. */
  concurrentCreate?: readonly number[];
  /** IDs that somebody else deletes, one after each answer. */
  concurrentDelete?: readonly number[];
}

/**
 * What goes wrong. `effect: true` means that the request is processed for real (valid signature and all) before it goes
 * wrong; by default it is not, except for `delay`, `drip` and `success`, which bring the whole real answer.
 */
export type Fault =
  | { kind: "api-error"; code: string; message?: string; effect?: boolean; requestId?: boolean; status?: number }
  /** Destroys the connection. */
  | { kind: "reset"; effect?: boolean }
  /** Never answers, or destroys the connection after `ms`. */
  | { kind: "hang"; effect?: boolean; ms?: number }
  /** The real answer, later. */
  | { kind: "delay"; ms: number }
  /** Announces the length of the real answer, sends half of it, and closes. */
  | { kind: "truncate"; effect?: boolean }
  /** Any raw answer: HTML pages, redirects, empty bodies. */
  | { kind: "http"; status: number; headers?: Record<string, string>; body?: string; effect?: boolean }
  /** An answer of that many bytes, sent as fast as the client takes it. */
  | { kind: "huge"; bytes: number; effect?: boolean; contentLength?: boolean }
  /** The real answer, `bytes` at a time; `effect: false` leaves the deletion out. */
  | { kind: "drip"; bytes: number; everyMs: number; effect?: boolean }
  /** HTTP 200 with this JSON value as the whole body. */
  | { kind: "response"; response: unknown; effect?: boolean }
  /** The deletion is real, its `Success` has a strange form. */
  | { kind: "success"; as: "missing" | "null" | "strings" | "extra" | "not-array" | "duplicate" };

/** When a fault strikes. The first rule that matches a request wins. */
export interface FaultRule {
  /** Default: both. */
  action?: Action;
  /** 1-based numbers among the requests of the action, or among all requests if no action is given. */
  requests?: readonly number[] | { from: number; to?: number };
  /** Matches if the batch holds one of them. */
  csrIds?: readonly number[];
  /** At most so many times. Default: no bound. */
  times?: number;
  fault: Fault;
}

/** A request as the emulator saw it. It is filled in while the request is dealt with. */
export interface RequestRecord {
  /** 1-based, in the order of arrival. */
  readonly number: number;
  readonly action: string;
  /** `performance.now()` when the head of the request arrived. */
  readonly at: number;
  /** The integers of `CSRIds`, whatever else is wrong with the request. */
  readonly csrIds: readonly number[];
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** `ok`, an API code, the kind of a fault, `pending`, or `aborted` (the client left before its body was complete). */
  readonly outcome: string;
  /** The IDs that this request deleted, whether the client was told or not. */
  readonly deleted: readonly number[];
  /** The `RequestId` that was sent in full. */
  readonly requestId?: string;
  readonly host: string;
}

/** How the emulator behaves. */
export interface EmulatorOptions {
  /** What is there at the start. Numbers get realistic records that depend on the ID alone. */
  csrs?: Iterable<number> | readonly CsrRecord[];
  /** Default `DEMO_CREDENTIALS`. */
  credentials?: Credentials;
  /** Limit for each action. Default 10. */
  requestsPerSecond?: number;
  /** The part of the limit that others use up. Default 0. */
  otherTrafficPerSecond?: number;
  /** Time from the effect of a request to its answer. Default 0. */
  latencyMs?: number | { min: number; max: number };
  /** How far the server's clock is ahead of this machine's. */
  clockSkewMs?: number;
  /** Whether answers carry `Date`. Default true. */
  dateHeader?: boolean;
  permissions?: Permissions;
  /** IDs that do not exist are left out of `Success` (default), or make the whole batch fail. */
  unknownIds?: "leave-out" | "refuse";
  /** These exist, and are left out of `Success` and kept. */
  keptIds?: Iterable<number>;
  listing?: Listing;
  faults?: readonly FaultRule[];
  /** HTTPS instead of HTTP. */
  tls?: { key: string | Buffer; cert: string | Buffer };
  /** With `tls`: HTTP/2 as well as HTTP/1.1. */
  http2?: boolean;
  /** Default 127.0.0.1. */
  host?: string;
  /** Default: any free port. */
  port?: number;
  /** For everything random. */
  seed?: number;
  /** Called when a request has arrived in full, before anything is done with it. */
  onRequest?: (record: RequestRecord) => void;
  /** Called when the outcome is known and, unless the client is kept waiting for ever, the answer was handed over. */
  onAnswer?: (record: RequestRecord) => void;
}

/** A running emulator. */
export interface Emulator {
  /** Such as `http://127.0.0.1:4321`. */
  readonly url: string;
  readonly port: number;
  /** All requests in the order of arrival. */
  readonly requests: readonly RequestRecord[];
  /** The IDs that are there now. */
  readonly inventory: ReadonlySet<number>;
  /** The IDs that requests deleted, in order. */
  readonly deleted: readonly number[];
  /** Creates CSRs, as somebody else would. */
  addCsrs(ids: Iterable<number>): void;
  /** Removes CSRs, as somebody else would; they are not counted as deleted. */
  removeCsrs(ids: Iterable<number>): void;
  /** Replaces the rules; requests go on being numbered from the start of the emulator. */
  setFaults(rules: readonly FaultRule[]): void;
  /** Destroys all connections at once. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
