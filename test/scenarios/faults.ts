/** The table of faults, as data: what goes wrong, and what the built action must make of it. */
import type { Fault, FaultRule } from "../emulator/emulator.ts";
import type { Behaviour } from "./proxy.ts";
import type { Scenario } from "./scenario.ts";

export interface Row extends Scenario {
  readonly name: string;
  /** HTTPS with a certificate that the action does not know, or knows. */
  readonly tls?: "unknown" | "trusted";
  /** A proxy that stands before the emulator. */
  readonly proxy?: Behaviour | "to the emulator";
  readonly expect: {
    readonly exit: number;
    readonly deleted?: number;
    readonly absent?: number;
    /** Outcome and number of the IDs that are left; none unless given. */
    readonly left?: readonly [outcome: "remaining" | "unknown" | "skipped", count: number];
    /** In the log. */
    readonly says?: string | readonly string[];
    readonly errors?: number;
    /** Requests that reached the emulator; the largest number of them if `atMost`. */
    readonly deletions?: number;
    readonly lookups?: number;
    readonly maxDeletions?: number;
    /** Real milliseconds. */
    readonly maxMs?: number;
  };
}

const HTML = "<html><head><title>Error</title></head><body>\r\n::error::page\r\n</body></html>";
const onDelete = (fault: Fault, more: Omit<FaultRule, "fault" | "action"> = {}): FaultRule[] => [
  { action: "BatchDeleteCSR", ...more, fault },
];
const once = (fault: Fault): FaultRule[] => onDelete(fault, { requests: [1] });
const apiError = (code: string, message?: string): Fault => ({
  kind: "api-error",
  code,
  ...(message === undefined ? {} : { message }),
});
const green = { exit: 0, deleted: 5, deletions: 2, lookups: 0 } as const;
const goneGreen = { exit: 0, absent: 5, deletions: 2, lookups: 1, says: "An answer was lost" } as const;

/** A fault of the first request passes; whether it had its effect decides between `deleted` and `absent`. */
const passing: readonly Row[] = [
  {
    name: "reset before the effect",
    emulator: { faults: once({ kind: "reset" }) },
    expect: { ...green, says: "Network.ConnectionLost" },
  },
  { name: "reset after the effect", emulator: { faults: once({ kind: "reset", effect: true }) }, expect: goneGreen },
  {
    name: "hang before the effect",
    speed: 20,
    emulator: { requestsPerSecond: 1000, faults: once({ kind: "hang" }) },
    expect: { ...green, says: "Network.AnswerTimeout" },
  },
  {
    name: "hang after the effect",
    speed: 20,
    emulator: { requestsPerSecond: 1000, faults: once({ kind: "hang", effect: true }) },
    expect: goneGreen,
  },
  {
    name: "slow drip",
    speed: 20,
    emulator: { requestsPerSecond: 1000, faults: once({ kind: "drip", bytes: 1, everyMs: 200 }) },
    expect: { ...goneGreen, maxMs: 6_000 },
  },
  {
    name: "a drip that comes in time",
    emulator: { faults: once({ kind: "drip", bytes: 20, everyMs: 5 }) },
    expect: { exit: 0, deleted: 5, deletions: 1 },
  },
  {
    name: "a late answer",
    emulator: { faults: once({ kind: "delay", ms: 800 }) },
    expect: { exit: 0, deleted: 5, deletions: 1 },
  },
  { name: "truncated before the effect", emulator: { faults: once({ kind: "truncate" }) }, expect: green },
  {
    name: "truncated after the effect",
    emulator: { faults: once({ kind: "truncate", effect: true }) },
    expect: goneGreen,
  },
  ...[200, 429, 500, 502, 503, 504, 408].flatMap((status): Row[] => [
    {
      name: `HTML with ${status} before the effect`,
      emulator: { faults: once({ kind: "http", status, body: HTML }) },
      expect: green,
    },
    {
      name: `HTML with ${status} after the effect`,
      emulator: { faults: once({ kind: "http", status, body: HTML, effect: true }) },
      expect: goneGreen,
    },
  ]),
  { name: "an empty body", emulator: { faults: once({ kind: "http", status: 200, body: "" }) }, expect: green },
  ...[
    null,
    [],
    {},
    7,
    "text",
    { Response: null },
    { Response: [] },
    { Response: { Error: {} } },
    { Response: { Error: null } },
  ].map(
    (response): Row => ({
      name: `the JSON ${JSON.stringify(response)}`,
      emulator: { faults: once({ kind: "response", response }) },
      expect: { ...green, says: "Answer.NotUnderstood" },
    }),
  ),
  ...[
    "InternalError",
    "InternalError.BackendResponseEmpty",
    "ServiceUnavailable",
    "ResourceUnavailable",
    "FailedOperation.NetworkError",
    "FailedOperation.SystemError",
  ].flatMap((code): Row[] => [
    {
      name: `${code} once`,
      emulator: { faults: once(apiError(code)) },
      expect: { ...green, says: `failed with ${code}` },
    },
    {
      name: `${code} twice`,
      emulator: { faults: onDelete(apiError(code), { requests: [1, 2] }) },
      expect: { ...green, deletions: 3 },
    },
    {
      name: `${code} for ever`,
      emulator: { faults: onDelete(apiError(code)) },
      expect: { exit: 1, left: ["remaining", 5], deletions: 5, lookups: 1, errors: 1, says: `${code}: ` },
    },
  ]),
  ...[
    "RequestLimitExceeded",
    "RequestLimitExceeded.UinLimitExceeded",
    "RequestLimitExceeded.IPLimitExceeded",
    "LimitExceeded.RateLimitExceeded",
  ].map(
    (code): Row => ({
      name: `${code} seven times`,
      speed: 5,
      emulator: { requestsPerSecond: 1000, faults: onDelete(apiError(code), { requests: { from: 1, to: 7 } }) },
      expect: { exit: 0, deleted: 5, deletions: 8, says: "at a slower pace" },
    }),
  ),
];

const FATAL: readonly string[] = [
  "AuthFailure.SignatureFailure",
  "AuthFailure.SecretIdNotFound",
  "AuthFailure.InvalidSecretId",
  "AuthFailure.InvalidAuthorization",
  "AuthFailure.TokenFailure",
  "AuthFailure.MFAFailure",
  "IpInBlacklist",
  "IpNotInWhitelist",
  "ActionOffline",
  "InvalidAction",
  "NoSuchProduct",
  "NoSuchVersion",
  "UnsupportedRegion",
  "UnsupportedProtocol",
  "InvalidRequest",
  "MissingParameter",
  "UnknownParameter",
  "RequestSizeLimitExceeded",
  "ResponseSizeLimitExceeded",
  "DryRunOperation",
  "LimitExceeded",
  "FailedOperation.NoRealNameAuth",
];

/** Faults that last. */
const lasting: readonly Row[] = [
  ...FATAL.map(
    (code): Row => ({
      name: code,
      emulator: { faults: onDelete(apiError(code, "words\r\n::error::of the API")) },
      expect: {
        exit: 1,
        left: ["unknown", 5],
        deletions: 1,
        lookups: 0,
        errors: 1,
        says: [`${code}: `, "What to do: ", "RequestId: "],
      },
    }),
  ),
  ...[
    "UnauthorizedOperation",
    "AuthFailure.UnauthorizedOperation",
    "FailedOperation.CAMAuthorizedFail",
    "FailedOperation.AuthError",
    "FailedOperation.NoProjectPermission",
  ].map(
    (code): Row => ({
      name: `${code}, with the list allowed`,
      emulator: { faults: onDelete(apiError(code)) },
      expect: { exit: 1, left: ["remaining", 5], deletions: 1, lookups: 1, errors: 1, says: "ssl:BatchDeleteCSR" },
    }),
  ),
  {
    name: "a code that nobody knows",
    emulator: { faults: onDelete(apiError("Something.New")) },
    expect: { exit: 1, left: ["remaining", 5], deletions: 1, lookups: 1, errors: 1 },
  },
  {
    name: "the error form of API 2.0",
    emulator: {
      faults: onDelete({ kind: "response", response: { code: 4100, codeDesc: "AuthFailure", message: "m" } }),
    },
    expect: { exit: 1, left: ["unknown", 5], deletions: 1 },
  },
  {
    name: "a wrong key",
    inputs: { "secret-key": "example-wrong-key" },
    expect: { exit: 1, left: ["unknown", 5], deletions: 1, errors: 1, says: "AuthFailure.SignatureFailure: " },
  },
  {
    name: "a wrong ID of the key",
    inputs: { "secret-id": "AKIDWRONG" },
    expect: { exit: 1, left: ["unknown", 5], deletions: 1, errors: 1, says: "AuthFailure.SecretIdNotFound: " },
  },
  {
    name: "a wrong token",
    inputs: { "session-token": "example-expired-token" },
    expect: { exit: 1, left: ["unknown", 5], deletions: 1, errors: 1, says: "AuthFailure.TokenFailure: " },
  },
  ...[
    "FailedOperation",
    "InvalidParameter",
    "InvalidParameterValue",
    "ResourceInUse",
    "ResourceNotFound",
    "UnsupportedOperation",
  ].flatMap((code): Row[] => [
    {
      name: `${code} for one ID`,
      emulator: { faults: onDelete(apiError(code), { csrIds: [3] }) },
      expect: {
        exit: 1,
        deleted: 4,
        left: ["remaining", 1],
        maxDeletions: 9,
        lookups: 1,
        errors: 1,
        says: `${code}: `,
      },
    },
    {
      name: `${code} for all IDs`,
      emulator: { faults: onDelete(apiError(code)) },
      expect: { exit: 1, left: ["remaining", 5], maxDeletions: 9, lookups: 1, errors: 1 },
    },
  ]),
  {
    name: "unknown IDs that make the API refuse the batch",
    emulator: { csrs: [1, 2], unknownIds: "refuse" },
    expect: { exit: 0, deleted: 2, absent: 3, lookups: 1 },
  },
  {
    name: "hang for ever",
    speed: 60,
    ids: [1],
    emulator: { requestsPerSecond: 1000, faults: onDelete({ kind: "hang" }) },
    expect: {
      exit: 1,
      left: ["unknown", 1],
      deletions: 5,
      lookups: 0,
      says: "no whole answer within 30 seconds",
      maxMs: 9_000,
    },
  },
  {
    name: "nothing but rate limit answers for two minutes",
    speed: 60,
    ids: [1],
    emulator: { requestsPerSecond: 100_000, faults: onDelete(apiError("RequestLimitExceeded")) },
    expect: { exit: 1, left: ["unknown", 1], lookups: 0, errors: 1, says: "Lower `requests-per-second`", maxMs: 9_000 },
  },
  ...[302, 307].map(
    (status): Row => ({
      name: `redirect ${status} to another host`,
      emulator: { faults: onDelete({ kind: "http", status, headers: { location: "http://127.0.0.2:9/" } }) },
      expect: { exit: 1, left: ["unknown", 5], deletions: 1, says: "Http.Redirect", errors: 1 },
    }),
  ),
  ...[400, 403, 404].map(
    (status): Row => ({
      name: `HTML with ${status}`,
      emulator: { faults: onDelete({ kind: "http", status, body: HTML }) },
      expect: { exit: 1, left: ["unknown", 5], deletions: 1, says: "Http.Refused", errors: 1 },
    }),
  ),
  {
    name: "256 MB with their length",
    emulator: { faults: onDelete({ kind: "huge", bytes: 256 * 1024 * 1024, contentLength: true }) },
    expect: { exit: 1, left: ["unknown", 5], deletions: 1, says: "Answer.TooLarge", errors: 1 },
  },
  {
    name: "256 MB without end",
    emulator: { faults: onDelete({ kind: "huge", bytes: 256 * 1024 * 1024, effect: true }) },
    expect: { exit: 1, left: ["unknown", 5], deletions: 1, says: "Answer.TooLarge" },
  },
  {
    name: "HTML for ever",
    emulator: { faults: onDelete({ kind: "http", status: 502, body: HTML }) },
    expect: { exit: 1, left: ["remaining", 5], deletions: 5, lookups: 1, says: "HTTP 502" },
  },
  {
    name: "a dead endpoint",
    inputs: { endpoint: "http://127.0.0.1:9" },
    expect: { exit: 1, left: ["unknown", 5], deletions: 0, errors: 1, says: "Network.ConnectFailed: " },
  },
  { name: "IPv6 only", emulator: { host: "::1" }, expect: { exit: 0, deleted: 5, deletions: 1 } },
];

/** What `Success` and the list may look like. */
const strange: readonly Row[] = [
  {
    name: "Success is missing",
    emulator: { faults: onDelete({ kind: "success", as: "missing" }) },
    expect: { exit: 0, absent: 5, deletions: 1, lookups: 1 },
  },
  {
    name: "Success is null",
    emulator: { faults: onDelete({ kind: "success", as: "null" }) },
    expect: { exit: 0, absent: 5, deletions: 1, lookups: 1 },
  },
  {
    name: "Success is no list",
    emulator: { faults: onDelete({ kind: "success", as: "not-array" }) },
    expect: { exit: 0, absent: 5, deletions: 1, lookups: 1 },
  },
  {
    name: "Success holds strings",
    emulator: { faults: onDelete({ kind: "success", as: "strings" }) },
    expect: { exit: 0, deleted: 5, deletions: 1, lookups: 0 },
  },
  {
    name: "Success holds IDs twice",
    emulator: { faults: onDelete({ kind: "success", as: "duplicate" }) },
    expect: { exit: 0, deleted: 5, deletions: 1, lookups: 0 },
  },
  {
    name: "Success holds IDs that were not asked for",
    emulator: { faults: onDelete({ kind: "success", as: "extra" }) },
    expect: { exit: 0, deleted: 5, deletions: 1, says: "Strange answer" },
  },
  {
    name: "Success is missing and nothing was deleted",
    emulator: { faults: onDelete({ kind: "response", response: { Response: { RequestId: "r" } } }) },
    expect: { exit: 1, left: ["remaining", 5], lookups: 1, says: "LeftOut" },
  },
  {
    name: "some IDs are kept",
    emulator: { keptIds: [2, 4] },
    expect: { exit: 1, deleted: 3, left: ["remaining", 2], deletions: 1, lookups: 1, errors: 1, says: "LeftOut" },
  },
  {
    name: "IDs that are not there",
    emulator: { csrs: [1, 2] },
    expect: { exit: 0, deleted: 2, absent: 3, deletions: 1, lookups: 1, says: "::warning title=CSRs already absent" },
  },
  {
    name: "IDs that are not there, and on-absent: ignore",
    inputs: { "on-absent": "ignore" },
    emulator: { csrs: [1, 2] },
    expect: { exit: 0, deleted: 2, absent: 3, errors: 0 },
  },
  {
    name: "IDs that are not there, and on-absent: fail",
    inputs: { "on-absent": "fail" },
    emulator: { csrs: [1, 2] },
    expect: { exit: 1, deleted: 2, absent: 3, errors: 1, says: "::error title=CSRs already absent" },
  },
  {
    name: "the list is denied",
    emulator: { csrs: [1, 2], permissions: { actions: { DescribeCSRSet: false } } },
    expect: { exit: 1, deleted: 2, left: ["unknown", 3], lookups: 1, says: "ssl:DescribeCSRSet" },
  },
  {
    name: "the list fails for ever",
    emulator: { csrs: [1, 2], faults: [{ action: "DescribeCSRSet", fault: apiError("InternalError") }] },
    expect: { exit: 1, deleted: 2, left: ["unknown", 3], lookups: 5 },
  },
  {
    name: "the list fails once",
    emulator: { csrs: [1, 2], faults: [{ action: "DescribeCSRSet", requests: [1], fault: { kind: "reset" } }] },
    expect: { exit: 0, deleted: 2, absent: 3, lookups: 2 },
  },
  {
    name: "the list is in no form",
    emulator: {
      csrs: [1, 2],
      faults: [{ action: "DescribeCSRSet", fault: { kind: "response", response: { Response: { Total: "2" } } } }],
    },
    expect: { exit: 1, deleted: 2, left: ["unknown", 3], lookups: 1 },
  },
  {
    name: "the list's total lies",
    emulator: { csrs: [1, 2, 9], listing: { total: 7 } },
    expect: { exit: 1, deleted: 2, left: ["unknown", 3], says: "ListChanged" },
  },
  {
    name: "the list's total changes once",
    emulator: {
      csrs: [1, 2, ...Array.from({ length: 150 }, (_, index) => index + 100)],
      listing: { totalSequence: [149, 150, 150] },
    },
    expect: { exit: 0, deleted: 2, absent: 3, lookups: 4 },
  },
  {
    name: "the list's order is another each time, and nothing in question is left",
    emulator: { csrs: [1, 2, 9, 10], listing: { order: "shuffled" } },
    expect: { exit: 0, deleted: 2, absent: 3 },
  },
  {
    name: "others create CSRs while the list is read",
    emulator: {
      csrs: [1, 2, ...Array.from({ length: 120 }, (_, index) => index + 100)],
      listing: { concurrentCreate: [900] },
    },
    expect: { exit: 0, deleted: 2, absent: 3 },
  },
  {
    name: "denied CSRs that are named",
    emulator: { permissions: { deniedCsrs: [2, 3] } },
    expect: { exit: 1, deleted: 3, left: ["remaining", 2], deletions: 2, lookups: 1, errors: 1 },
  },
  {
    name: "denied CSRs that are not named",
    emulator: { permissions: { deniedCsrs: [2, 3], nameDeniedCsrs: false } },
    expect: { exit: 1, left: ["remaining", 5], deletions: 1, errors: 1 },
  },
  {
    name: "the deletion is denied",
    emulator: { permissions: { actions: { BatchDeleteCSR: false } } },
    expect: { exit: 1, left: ["remaining", 5], deletions: 1, errors: 1, says: "UnauthorizedOperation" },
  },
  {
    name: "everything is denied",
    emulator: { permissions: { actions: { BatchDeleteCSR: false, DescribeCSRSet: false } } },
    expect: { exit: 1, left: ["unknown", 5], deletions: 1, lookups: 1, errors: 1 },
  },
];

/** Clocks, TLS, proxies, dry runs and inputs. */
const surroundings: readonly Row[] = [
  ...[-600_000, 600_000].flatMap((clockSkewMs): Row[] => [
    {
      name: `a clock that is ${clockSkewMs} ms off`,
      emulator: { clockSkewMs },
      expect: { exit: 0, deleted: 5, deletions: 2, says: "The runner's clock is wrong" },
    },
    {
      name: `a clock that is ${clockSkewMs} ms off, and no Date`,
      emulator: { clockSkewMs, dateHeader: false },
      expect: { exit: 1, left: ["unknown", 5], deletions: 1, errors: 1, says: "Set the runner's clock" },
    },
  ]),
  {
    name: "a clock that is 4 minutes off",
    emulator: { clockSkewMs: 240_000 },
    expect: { exit: 0, deleted: 5, deletions: 1 },
  },
  {
    name: "TLS with an unknown certificate",
    tls: "unknown",
    expect: { exit: 1, left: ["unknown", 5], deletions: 0, errors: 1, says: "Network.TlsFailed: " },
  },
  { name: "TLS with a known certificate", tls: "trusted", expect: { exit: 0, deleted: 5, deletions: 1 } },
  { name: "a proxy", tls: "trusted", proxy: "to the emulator", expect: { exit: 0, deleted: 5, deletions: 1 } },
  ...[403, 407].map(
    (status): Row => ({
      name: `a proxy that says ${status}`,
      tls: "trusted",
      proxy: { status },
      expect: { exit: 1, left: ["unknown", 5], deletions: 0, errors: 1, says: "Network.ProxyRefused: " },
    }),
  ),
  {
    name: "a proxy that says 502",
    tls: "trusted",
    proxy: { status: 502 },
    expect: { exit: 1, left: ["unknown", 5], deletions: 0, errors: 1, says: "Network.ConnectFailed: " },
  },
  {
    name: "a proxy that hangs up",
    tls: "trusted",
    proxy: "hang up",
    expect: { exit: 1, left: ["unknown", 5], deletions: 0, errors: 1 },
  },
  {
    name: "a proxy that hangs",
    speed: 60,
    tls: "trusted",
    proxy: "hang",
    expect: { exit: 1, left: ["unknown", 5], deletions: 0, errors: 1, says: "Network.ConnectTimeout: ", maxMs: 8_000 },
  },
  {
    name: "a proxy without an address",
    tls: "trusted",
    env: { HTTPS_PROXY: "http://proxy-user:proxy-password@proxy.invalid:3128" },
    expect: { exit: 1, left: ["unknown", 5], deletions: 0, errors: 1 },
  },
  {
    name: "an endpoint without an address",
    inputs: { endpoint: "ssl.no-such-region.tencentcloudapi.com" },
    expect: { exit: 1, left: ["unknown", 5], deletions: 0, errors: 1, says: "Network." },
  },
  {
    name: "a proxy variable that is no URL",
    env: { HTTPS_PROXY: "proxy-user:proxy-password" },
    ids: [],
    expect: { exit: 1, deletions: 0, says: "HTTPS_PROXY is not the URL of a proxy" },
  },
  {
    name: "a dry run",
    inputs: { "dry-run": "true" },
    emulator: { csrs: [1, 2, 3, 4] },
    expect: { exit: 0, deletions: 0, lookups: 1, says: "would delete 4, 1 is already absent" },
  },
  {
    name: "a dry run with a wrong key",
    inputs: { "dry-run": "true", "secret-key": "example-wrong-key" },
    expect: { exit: 1, deletions: 0, lookups: 1, errors: 1 },
  },
  {
    name: "a dry run that may not list",
    inputs: { "dry-run": "true" },
    emulator: { permissions: { actions: { DescribeCSRSet: false } } },
    expect: { exit: 0, deletions: 0, lookups: 1, errors: 0, says: "could not be looked up" },
  },
  {
    name: "a dry run without credentials",
    inputs: { "dry-run": "true", "secret-id": "", "secret-key": "", "session-token": "" },
    expect: { exit: 0, deletions: 0, lookups: 0 },
  },
  {
    name: "no credentials",
    inputs: { "secret-id": "", "secret-key": "", "session-token": "" },
    ids: [],
    expect: { exit: 1, deletions: 0 },
  },
  {
    name: "an explicit empty list",
    inputs: { "csr-ids": "[]" },
    ids: [],
    expect: { exit: 0, deletions: 0, lookups: 0, says: "nothing to do" },
  },
];

const signal = (name: NodeJS.Signals, request: number, afterMs = 0) => ({ signal: name, request, afterMs });

const cancels: readonly Row[] = [
  ...(["SIGINT", "SIGTERM"] as const).flatMap((name): Row[] => [
    {
      name: `${name} while the only call is out, which comes back in time`,
      emulator: { latencyMs: 500 },
      signals: [signal(name, 1, 50)],
      expect: { exit: 1, deleted: 5, deletions: 1, says: "Cancelled", maxMs: 4_500 },
    },
    {
      name: `${name} while a call hangs`,
      emulator: { faults: onDelete({ kind: "hang", effect: true }) },
      signals: [signal(name, 1, 50)],
      expect: { exit: 1, left: ["unknown", 5], deletions: 1, lookups: 0, maxMs: 4_500 },
    },
  ]),
  {
    name: "SIGINT while it waits to try again",
    emulator: { faults: onDelete({ kind: "reset" }) },
    signals: [signal("SIGINT", 1, 30)],
    expect: { exit: 1, left: ["unknown", 5], maxDeletions: 2, maxMs: 4_500 },
  },
  {
    name: "SIGINT while the list is read",
    emulator: { csrs: [1, 2], faults: [{ action: "DescribeCSRSet", fault: { kind: "hang" } }] },
    signals: [signal("SIGINT", 2, 50)],
    expect: { exit: 1, deleted: 2, left: ["unknown", 3], maxMs: 4_500 },
  },
];

export const rows: readonly Row[] = [...passing, ...lasting, ...strange, ...surroundings, ...cancels];
