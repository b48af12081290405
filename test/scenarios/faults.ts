/** The table of faults, as data: what goes wrong, and what the built action must make of it. */
import { DEMO_CREDENTIALS, type Fault, type FaultRule } from "../emulator/emulator.ts";
import type { Behaviour } from "./proxy.ts";
import { PROXY_LOGIN, type Scenario, TOKEN } from "./scenario.ts";

export type OutcomeName = "deleted" | "absent" | "remaining" | "unknown" | "skipped";

/** Stands in a row for the URL of a server that must get no request. */
export const ELSEWHERE = "http://elsewhere/";

export interface Row extends Scenario {
  readonly name: string;
  /** HTTPS with a certificate that the action does not know, or knows. */
  readonly tls?: "unknown" | "trusted";
  /** A proxy that stands before the emulator. */
  readonly proxy?: Behaviour;
  readonly expect: {
    readonly exit: number;
    readonly deleted?: number;
    readonly absent?: number;
    /** Outcome and number of the IDs that are left; none unless given. */
    readonly left?: readonly [outcome: "remaining" | "unknown" | "skipped", count: number];
    /** Exactly these IDs have these outcomes, by the report. */
    readonly ids?: Readonly<Partial<Record<OutcomeName, readonly number[]>>>;
    /** In the log. */
    readonly says?: string | readonly string[];
    /** The only error holds this, and the RequestId of the first request. */
    readonly error?: string;
    readonly errors?: number;
    /** Requests that reached the emulator. */
    readonly deletions?: number;
    readonly lookups?: number;
    readonly maxDeletions?: number;
    readonly maxLookups?: number;
    /** Real milliseconds. */
    readonly maxMs?: number;
    /** Real milliseconds from the first signal to the end. */
    readonly maxSinceSignalMs?: number;
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
const range = (length: number, from = 1): number[] => Array.from({ length }, (_, index) => from + index);
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
  {
    name: "an empty body after the effect",
    emulator: { faults: once({ kind: "http", status: 200, body: "", effect: true }) },
    expect: goneGreen,
  },
  {
    name: "headers that are too long",
    emulator: { faults: once({ kind: "http", status: 200, headers: { "x-long": "a".repeat(40_000) }, body: "{}" }) },
    expect: { ...green, says: "Network.ConnectionLost" },
  },
  {
    name: "headers that are too long, after the effect",
    emulator: {
      faults: once({ kind: "http", status: 200, headers: { "x-long": "a".repeat(40_000) }, body: "{}", effect: true }),
    },
    expect: goneGreen,
  },
  ...["\uFEFF", "\r\n "].map(
    (before): Row => ({
      name: `a true answer under the name of HTML, after ${JSON.stringify(before)}`,
      emulator: {
        faults: once({
          kind: "http",
          status: 200,
          headers: { "content-type": "text/html" },
          body: `${before}${JSON.stringify({ Response: { Success: [1, 2, 3, 4, 5], RequestId: "r" } })}`,
          effect: true,
        }),
      },
      expect: { exit: 0, deleted: 5, deletions: 1, lookups: 0 },
    }),
  ),
  {
    name: "answers lost twice, after the effect",
    emulator: { faults: onDelete({ kind: "reset", effect: true }, { requests: [1, 2] }) },
    expect: { ...goneGreen, deletions: 3 },
  },
  {
    name: "an answer lost after the effect, and the API refuses IDs that are gone",
    emulator: { unknownIds: "refuse", faults: once({ kind: "reset", effect: true }) },
    expect: { exit: 0, absent: 5, maxDeletions: 10, lookups: 1, says: "An answer was lost" },
  },
  {
    name: "the last of three calls is lost, after the effect",
    ids: range(250),
    emulator: { faults: onDelete({ kind: "reset", effect: true }, { csrIds: [250] }) },
    expect: { exit: 0, deleted: 200, absent: 50, deletions: 7, lookups: 1, ids: { absent: range(50, 201) } },
  },
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
    { Response: { Error: "words" } },
    { Response: { Error: { Code: 7, Message: "m" }, RequestId: "r" } },
    { Response: { Error: [], Success: [1, 2, 3, 4, 5] } },
    { Success: [1, 2, 3, 4, 5] },
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
    "RequestLimitExceeded.GlobalRegionUinLimitExceeded",
    "RequestLimitExceeded.IPLimitExceeded",
    "LimitExceeded.RateLimitExceeded",
  ].flatMap((code): Row[] => [
    {
      name: `${code} once`,
      emulator: { faults: once(apiError(code)) },
      expect: { ...green, says: `failed with ${code}` },
    },
    {
      name: `${code} seven times`,
      speed: 5,
      emulator: { requestsPerSecond: 1000, faults: onDelete(apiError(code), { requests: { from: 1, to: 7 } }) },
      expect: { exit: 0, deleted: 5, deletions: 8, says: "at a slower pace" },
    },
  ]),
  {
    name: "InternalError.BackendResponseError once",
    emulator: { faults: once(apiError("InternalError.BackendResponseError")) },
    expect: green,
  },
  {
    name: "InternalError as HTTP 500",
    emulator: { faults: once({ kind: "api-error", code: "InternalError", status: 500 }) },
    expect: { ...green, says: "failed with InternalError" },
  },
  {
    name: "each attempt fails in another way, and the fifth does",
    emulator: {
      faults: [
        ...onDelete({ kind: "reset" }, { requests: [1] }),
        ...onDelete({ kind: "http", status: 503, body: HTML }, { requests: [2] }),
        ...onDelete(apiError("InternalError"), { requests: [3] }),
        ...onDelete({ kind: "truncate" }, { requests: [4] }),
      ],
    },
    expect: { ...green, deletions: 5 },
  },
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
        error: `${code}: `,
        says: "What to do: ",
      },
    }),
  ),
  {
    name: "a fatal code as HTTP 401",
    emulator: { faults: onDelete({ kind: "api-error", code: "AuthFailure.TokenFailure", status: 401 }) },
    expect: { exit: 1, left: ["unknown", 5], deletions: 1, lookups: 0, errors: 1, error: "AuthFailure.TokenFailure: " },
  },
  {
    name: "a fatal code without a RequestId",
    emulator: { faults: onDelete({ kind: "api-error", code: "ActionOffline", requestId: false }) },
    expect: { exit: 1, left: ["unknown", 5], deletions: 1, errors: 1, says: "ActionOffline: " },
  },
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
    "InvalidParameter.InvalidCSRId",
    "InvalidParameter.WithDetailReason",
    "ResourceInUse",
    "ResourceInsufficient",
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
        ids: { deleted: [1, 2, 4, 5], remaining: [3] },
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
    name: "a code that nobody knows, for one ID",
    emulator: { faults: onDelete(apiError("Something.New"), { csrIds: [3] }) },
    expect: { exit: 1, left: ["remaining", 5], deletions: 1, lookups: 1, errors: 1, error: "Something.New: " },
  },
  {
    name: "two IDs that are refused for different reasons",
    emulator: {
      faults: [
        ...onDelete(apiError("ResourceInUse"), { csrIds: [2] }),
        ...onDelete(apiError("InvalidParameter.InvalidCSRId"), { csrIds: [5] }),
      ],
    },
    expect: {
      exit: 1,
      deleted: 3,
      left: ["remaining", 2],
      ids: { deleted: [1, 3, 4], remaining: [2, 5] },
      errors: 2,
      says: ["ResourceInUse: ", "InvalidParameter.InvalidCSRId: "],
    },
  },
  {
    name: "all of 300 IDs are refused, one by one",
    ids: range(300),
    speed: 10,
    emulator: { requestsPerSecond: 1000, faults: onDelete(apiError("FailedOperation")) },
    // To ask for each ID alone takes 597 calls; how many of them are out when it stops depends on the machine.
    expect: { exit: 1, left: ["remaining", 300], maxDeletions: 200, errors: 1 },
  },
  {
    name: "unknown IDs that make the API refuse the batch",
    emulator: { csrs: [1, 2], unknownIds: "refuse" },
    expect: { exit: 0, deleted: 2, absent: 3, lookups: 1, ids: { deleted: [1, 2], absent: [3, 4, 5] } },
  },
  {
    name: "a re-run of a cancelled one, with an API that refuses IDs that are gone",
    ids: range(1500),
    speed: 10,
    emulator: { csrs: range(500, 1001), unknownIds: "refuse", requestsPerSecond: 1000 },
    expect: { exit: 0, deleted: 500, absent: 1000, maxDeletions: 300, says: "most likely they were gone before" },
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
  ...[301, 302, 303, 307, 308].map(
    (status): Row => ({
      name: `redirect ${status} to another host`,
      emulator: { faults: onDelete({ kind: "http", status, headers: { location: ELSEWHERE } }) },
      expect: { exit: 1, left: ["unknown", 5], deletions: 1, says: "Http.Redirect", errors: 1 },
    }),
  ),
  {
    name: "a redirect of the list to another host",
    emulator: {
      csrs: [1, 2],
      faults: [{ action: "DescribeCSRSet", fault: { kind: "http", status: 307, headers: { location: ELSEWHERE } } }],
    },
    expect: { exit: 1, deleted: 2, left: ["unknown", 3], deletions: 1, lookups: 1 },
  },
  {
    name: "HTML with 302",
    emulator: { faults: onDelete({ kind: "http", status: 302, body: HTML }) },
    expect: { exit: 1, left: ["unknown", 5], deletions: 1, says: "Http.Redirect", errors: 1 },
  },
  ...[302, 403].map(
    (status): Row => ({
      name: `HTML with ${status} after the effect`,
      emulator: { faults: onDelete({ kind: "http", status, body: HTML, effect: true }) },
      expect: { exit: 1, left: ["unknown", 5], deletions: 1, errors: 1 },
    }),
  ),
  {
    name: "HTTP 204",
    emulator: { faults: onDelete({ kind: "http", status: 204 }) },
    expect: { exit: 1, left: ["unknown", 5], deletions: 1, errors: 1, says: "HTTP 204: (empty)" },
  },
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
    name: "Success holds 100,000 IDs",
    emulator: {
      faults: onDelete({ kind: "response", effect: true, response: { Response: { Success: range(100_000) } } }),
    },
    expect: { exit: 0, deleted: 5, deletions: 1, lookups: 0, says: "Strange answer" },
  },
  {
    name: "Success holds no IDs at all",
    emulator: {
      faults: onDelete({
        kind: "response",
        effect: true,
        response: { Response: { Success: [1.5, -1, "1e0", "01", null, [1], { Id: 2 }, 1e300, true], RequestId: "r" } },
      }),
    },
    expect: { exit: 0, absent: 5, deletions: 1, lookups: 1, says: "Strange answer" },
  },
  {
    name: "the API says secrets back",
    emulator: {
      faults: onDelete({
        kind: "response",
        response: {
          Response: {
            Error: {
              Code: `Odd.${DEMO_CREDENTIALS.secretKey}`,
              // Where a text is cut at 500 or 2,000 characters, half of a secret would be left.
              Message: `${"m".repeat(490)}${TOKEN}${"m".repeat(1_480)}${DEMO_CREDENTIALS.secretKey}`,
            },
            RequestId: TOKEN,
          },
        },
      }),
    },
    expect: { exit: 1, left: ["remaining", 5], deletions: 1, errors: 1, says: "Odd.***" },
  },
  {
    name: "some IDs are kept",
    emulator: { keptIds: [2, 4] },
    expect: {
      exit: 1,
      deleted: 3,
      left: ["remaining", 2],
      ids: { deleted: [1, 3, 5], remaining: [2, 4] },
      deletions: 1,
      lookups: 1,
      errors: 1,
      says: "LeftOut",
    },
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
    name: "the list's total lies, but shows all IDs in question",
    emulator: { keptIds: [2, 4], listing: { total: 7 } },
    expect: { exit: 1, deleted: 3, left: ["remaining", 2], ids: { remaining: [2, 4] }, lookups: 1, says: "LeftOut" },
  },
  {
    name: "the list's total is too small",
    emulator: { csrs: [1, 2, 9, 10], listing: { total: 1 } },
    expect: { exit: 1, deleted: 2, left: ["unknown", 3], lookups: 3, says: "ListChanged" },
  },
  {
    name: "the list shows the same page again and again",
    emulator: {
      csrs: [1, 2],
      faults: [
        {
          action: "DescribeCSRSet",
          fault: { kind: "response", response: { Response: { Total: 1_000_000, Set: [{ Id: 9 }] } } },
        },
      ],
    },
    expect: { exit: 1, deleted: 2, left: ["unknown", 3], maxLookups: 60, says: "ListChanged", maxMs: 15_000 },
  },
  {
    name: "the list is empty, and says that it is not",
    emulator: { csrs: [1, 2], listing: { total: 3 } },
    expect: { exit: 1, deleted: 2, left: ["unknown", 3], maxLookups: 6, says: "ListChanged" },
  },
  {
    name: "the list's pages overlap",
    emulator: { csrs: [1, 2, ...range(150, 100)], listing: { duplicate: true } },
    // Nothing is missing, but the pages do not join as they should: a second reading must agree.
    expect: { exit: 0, deleted: 2, absent: 3, lookups: 4 },
  },
  {
    name: "others delete CSRs while the list is read",
    emulator: { csrs: [1, 2, ...range(120, 100)], listing: { concurrentDelete: [100] } },
    expect: { exit: 0, deleted: 2, absent: 3 },
  },
  {
    name: "others create and delete CSRs all the time while the list is read",
    emulator: { csrs: [1, 2, ...range(120, 100)], listing: { concurrentCreate: range(50, 900) } },
    expect: { exit: 1, deleted: 2, left: ["unknown", 3], lookups: 6, says: "ListChanged" },
  },
  {
    name: "the list's total changes once",
    emulator: {
      csrs: [1, 2, ...range(150, 100)],
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
      csrs: [1, 2, ...range(120, 100)],
      listing: { concurrentCreate: [900] },
    },
    expect: { exit: 0, deleted: 2, absent: 3 },
  },
  {
    name: "denied CSRs that are named",
    emulator: { permissions: { deniedCsrs: [2, 3] } },
    expect: {
      exit: 1,
      deleted: 3,
      left: ["remaining", 2],
      ids: { deleted: [1, 4, 5], remaining: [2, 3] },
      deletions: 2,
      lookups: 1,
      errors: 1,
    },
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
  { name: "a proxy", tls: "trusted", proxy: "open", expect: { exit: 0, deleted: 5, deletions: 1 } },
  ...(["a proxy, and", "no proxy, but"] as const).map(
    (way): Row => ({
      name: `${way} a job that asks undici for its other parser, which the bundle does not have`,
      ...(way.startsWith("a") ? { tls: "trusted", proxy: "open" } : {}),
      env: { UNDICI_USE_MILO: "1" },
      expect: { exit: 0, deleted: 5, deletions: 1 },
    }),
  ),
  {
    name: "a job that asks undici for its slower parser",
    env: { UNDICI_NO_WASM_SIMD: "1" },
    expect: { exit: 0, deleted: 5, deletions: 1 },
  },
  {
    name: "TLS with a certificate of another name",
    tls: "trusted",
    proxy: "open",
    inputs: { endpoint: "" },
    expect: {
      exit: 1,
      left: ["unknown", 5],
      deletions: 0,
      errors: 1,
      says: ["Network.TlsFailed: ", "ssl.intl.tencentcloudapi.com"],
    },
  },
  {
    name: "plain HTTP where TLS is meant",
    proxy: "open",
    inputs: { endpoint: "ssl.tencentcloudapi.com" },
    expect: { exit: 1, left: ["unknown", 5], deletions: 0, errors: 1 },
  },
  {
    name: "a closed proxy",
    tls: "trusted",
    env: { HTTPS_PROXY: `http://${PROXY_LOGIN}@127.0.0.1:9` },
    expect: { exit: 1, left: ["unknown", 5], deletions: 0, errors: 1, says: "Network.ConnectFailed: " },
  },
  {
    name: "a closed proxy that NO_PROXY leaves out",
    tls: "trusted",
    env: { https_proxy: `http://${PROXY_LOGIN}@127.0.0.1:9`, NO_PROXY: "example.com,127.0.0.1" },
    expect: { exit: 0, deleted: 5, deletions: 1 },
  },
  {
    name: "a closed proxy, and an endpoint of plain HTTP on loopback",
    env: { HTTP_PROXY: `http://${PROXY_LOGIN}@127.0.0.1:9` },
    expect: { exit: 0, deleted: 5, deletions: 1 },
  },
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
    env: { HTTPS_PROXY: `http://${PROXY_LOGIN}@proxy.invalid:3128` },
    expect: { exit: 1, left: ["unknown", 5], deletions: 0, errors: 1 },
  },
  {
    name: "an endpoint without an address",
    inputs: { endpoint: "ssl.no-such-region.tencentcloudapi.com" },
    expect: { exit: 1, left: ["unknown", 5], deletions: 0, errors: 1, says: "Network." },
  },
  {
    name: "a proxy variable that is no URL",
    env: { HTTPS_PROXY: PROXY_LOGIN },
    ids: [],
    expect: { exit: 1, deletions: 0, says: "HTTPS_PROXY is not the URL of a proxy" },
  },
  {
    name: "a proxy variable with a bare %",
    env: { HTTPS_PROXY: "http://ci:100%@127.0.0.1:9" },
    ids: [],
    expect: { exit: 1, deletions: 0, says: "write it as %25" },
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
      expect: { exit: 1, deleted: 5, deletions: 1, says: "Cancelled", maxSinceSignalMs: 4_000 },
    },
    {
      name: `${name} while a call hangs`,
      emulator: { faults: onDelete({ kind: "hang", effect: true }) },
      signals: [signal(name, 1, 50)],
      expect: { exit: 1, left: ["unknown", 5], deletions: 1, lookups: 0, maxSinceSignalMs: 4_000 },
    },
  ]),
  {
    name: "SIGINT while it waits to try again",
    emulator: { faults: onDelete({ kind: "reset" }) },
    signals: [signal("SIGINT", 1, 30)],
    expect: { exit: 1, left: ["unknown", 5], maxDeletions: 2, maxSinceSignalMs: 4_000 },
  },
  {
    name: "SIGINT while the list is read",
    emulator: { csrs: [1, 2], faults: [{ action: "DescribeCSRSet", fault: { kind: "hang" } }] },
    signals: [signal("SIGINT", 2, 50)],
    expect: { exit: 1, deleted: 2, left: ["unknown", 3], maxSinceSignalMs: 4_000 },
  },
  {
    name: "SIGINT while it waits for the rate limit",
    emulator: { faults: onDelete(apiError("RequestLimitExceeded")) },
    signals: [signal("SIGINT", 2, 50)],
    expect: { exit: 1, left: ["unknown", 5], maxDeletions: 10, lookups: 0, maxSinceSignalMs: 1_500 },
  },
  {
    name: "SIGINT while calls are paced: what was not sent is skipped",
    ids: range(300),
    inputs: { "requests-per-second": "0.2" },
    signals: [signal("SIGINT", 1, 300)],
    expect: {
      exit: 1,
      deleted: 100,
      left: ["skipped", 200],
      ids: { deleted: range(100), skipped: range(200, 101) },
      deletions: 1,
      lookups: 0,
      maxSinceSignalMs: 1_500,
    },
  },
  {
    name: "SIGINT in a dry run while the list is read",
    inputs: { "dry-run": "true" },
    emulator: { faults: [{ action: "DescribeCSRSet", fault: { kind: "hang" } }] },
    signals: [signal("SIGINT", 1, 50)],
    expect: { exit: 1, deletions: 0, lookups: 1, maxSinceSignalMs: 4_000 },
  },
];

export const rows: readonly Row[] = [...passing, ...lasting, ...strange, ...surroundings, ...cancels];
