/** Failures that last: what stops the run, what is retried, and what is blamed on single IDs. */
import { apiError, ELSEWHERE, HTML, onDelete, type Row, range } from "./row.ts";

/** One of each kind: what the others are is for the table of codes to show. */
const FATAL: readonly string[] = [
  "AuthFailure.SignatureFailure",
  "AuthFailure.TokenFailure",
  "IpNotInWhitelist",
  "InvalidAction",
  "LimitExceeded",
];

export const lasting: readonly Row[] = [
  ...FATAL.map(
    (code): Row => ({
      name: code,
      emulator: { faults: onDelete(apiError(code, "words\r\n::error::of the API")) },
      expect: {
        exit: 1,
        left: ["skipped", 5],
        deletions: 1,
        lookups: 0,
        errors: 1,
        error: `\`${code}\`: `,
        says: "What to do: ",
      },
    }),
  ),
  {
    name: "a fatal code as HTTP 401",
    emulator: { faults: onDelete({ kind: "api-error", code: "AuthFailure.TokenFailure", status: 401 }) },
    expect: {
      exit: 1,
      left: ["skipped", 5],
      deletions: 1,
      lookups: 0,
      errors: 1,
      error: "`AuthFailure.TokenFailure`: ",
    },
  },
  {
    name: "a fatal code without a RequestId",
    emulator: { faults: onDelete({ kind: "api-error", code: "ActionOffline", requestId: false }) },
    expect: { exit: 1, left: ["skipped", 5], deletions: 1, errors: 1, says: "`ActionOffline`: " },
  },
  ...["AuthFailure.UnauthorizedOperation", "FailedOperation.CAMAuthorizedFail"].map(
    (code): Row => ({
      name: `${code}, with the list allowed`,
      emulator: { faults: onDelete(apiError(code)) },
      expect: { exit: 1, left: ["remaining", 5], deletions: 1, lookups: 1, errors: 1, says: "ssl:BatchDeleteCSR" },
    }),
  ),
  {
    name: "an unknown code",
    emulator: { faults: onDelete(apiError("Something.New")) },
    expect: { exit: 1, left: ["remaining", 5], deletions: 1, lookups: 1, errors: 1 },
  },
  {
    name: "the error form of API 2.0",
    emulator: {
      faults: onDelete({ kind: "response", response: { code: 4100, codeDesc: "AuthFailure", message: "m" } }),
    },
    expect: { exit: 1, left: ["skipped", 5], deletions: 1 },
  },
  {
    name: "a wrong key",
    inputs: { "secret-key": "example-wrong-key" },
    expect: { exit: 1, left: ["skipped", 5], deletions: 1, errors: 1, says: "`AuthFailure.SignatureFailure`: " },
  },
  {
    name: "a wrong ID of the key",
    inputs: { "secret-id": "AKIDWRONG" },
    expect: { exit: 1, left: ["skipped", 5], deletions: 1, errors: 1, says: "`AuthFailure.SecretIdNotFound`: " },
  },
  {
    name: "a wrong token",
    inputs: { "session-token": "example-expired-token" },
    expect: { exit: 1, left: ["skipped", 5], deletions: 1, errors: 1, says: "`AuthFailure.TokenFailure`: " },
  },
  ...[
    "FailedOperation",
    "InvalidParameter.InvalidCSRId",
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
        ids: { deleted: [1, 2, 4, 5], remaining: [3] },
        maxDeletions: 9,
        lookups: 1,
        errors: 1,
        says: `\`${code}\`: `,
      },
    },
    {
      name: `${code} for all IDs`,
      emulator: { faults: onDelete(apiError(code)) },
      expect: { exit: 1, left: ["remaining", 5], maxDeletions: 9, lookups: 1, errors: 1 },
    },
  ]),
  {
    name: "an unknown code, for one ID",
    emulator: { faults: onDelete(apiError("Something.New"), { csrIds: [3] }) },
    expect: { exit: 1, left: ["remaining", 5], deletions: 1, lookups: 1, errors: 1, error: "`Something.New`: " },
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
      says: ["`ResourceInUse`: ", "`InvalidParameter.InvalidCSRId`: "],
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
    inputs: { "look-up": "auto" },
    speed: 10,
    emulator: { csrs: range(500, 1001), unknownIds: "refuse", requestsPerSecond: 1000 },
    expect: { exit: 0, deleted: 500, absent: 1000, deletions: 5, lookups: 7 },
  },
  {
    name: "hang for ever",
    speed: 60,
    ids: [1],
    emulator: { requestsPerSecond: 1000, faults: onDelete({ kind: "hang" }) },
    expect: {
      exit: 1,
      left: ["remaining", 1],
      deletions: 5,
      lookups: 1,
      says: "`Network.ResponseTimeout`: ",
      maxMs: 9_000,
    },
  },
  {
    name: "nothing but rate limit refusals for two minutes",
    speed: 60,
    ids: [1],
    emulator: { requestsPerSecond: 100_000, faults: onDelete(apiError("RequestLimitExceeded")) },
    expect: { exit: 1, left: ["skipped", 1], lookups: 0, errors: 1, says: "Lower `requests-per-second`", maxMs: 9_000 },
  },
  ...[301, 302, 303, 307, 308].map(
    (status): Row => ({
      name: `redirect ${status} to another host`,
      emulator: { faults: onDelete({ kind: "http", status, headers: { location: ELSEWHERE } }) },
      expect: { exit: 1, left: ["remaining", 5], deletions: 1, says: "Http.Redirect", errors: 1 },
    }),
  ),
  {
    name: "a redirect of the list to another host",
    speed: 10,
    emulator: {
      csrs: [1, 2],
      faults: [{ action: "DescribeCSRSet", fault: { kind: "http", status: 307, headers: { location: ELSEWHERE } } }],
    },
    expect: { exit: 1, deleted: 2, left: ["unknown", 3], deletions: 1, lookups: 5 },
  },
  {
    name: "HTML with 302",
    emulator: { faults: onDelete({ kind: "http", status: 302, body: HTML }) },
    expect: { exit: 1, left: ["remaining", 5], deletions: 1, says: "Http.Redirect", errors: 1 },
  },
  ...[302, 403].map(
    (status): Row => ({
      name: `HTML with ${status} after the effect`,
      emulator: { faults: onDelete({ kind: "http", status, body: HTML, effect: true }) },
      expect: { exit: 0, absent: 5, deletions: 1, lookups: 1, says: "A call of this run may have deleted them" },
    }),
  ),
  {
    name: "HTTP 204",
    emulator: { faults: onDelete({ kind: "http", status: 204 }) },
    expect: { exit: 1, left: ["remaining", 5], deletions: 1, errors: 1, says: "HTTP 204: (empty)" },
  },
  ...[400, 403, 404].map(
    (status): Row => ({
      name: `HTML with ${status}`,
      emulator: { faults: onDelete({ kind: "http", status, body: HTML }) },
      expect: { exit: 1, left: ["remaining", 5], deletions: 1, says: "Http.Refused", errors: 1 },
    }),
  ),
  {
    name: "256 MB with their length",
    emulator: { faults: onDelete({ kind: "huge", bytes: 256 * 1024 * 1024, contentLength: true }) },
    expect: { exit: 1, left: ["remaining", 5], deletions: 1, says: "Response.TooLarge", errors: 1 },
  },
  {
    name: "256 MB without end",
    emulator: { faults: onDelete({ kind: "huge", bytes: 256 * 1024 * 1024, effect: true }) },
    expect: { exit: 0, absent: 5, deletions: 1, lookups: 1, says: "A call of this run may have deleted them" },
  },
  {
    name: "HTML for ever",
    emulator: { faults: onDelete({ kind: "http", status: 502, body: HTML }) },
    expect: { exit: 1, left: ["remaining", 5], deletions: 5, lookups: 1, says: "HTTP 502" },
  },
  {
    name: "a dead endpoint",
    speed: 10,
    inputs: { endpoint: "http://127.0.0.1:9" },
    expect: { exit: 1, left: ["skipped", 5], deletions: 0, errors: 1, says: "`Network.ConnectFailed`: " },
  },
  { name: "IPv6 only", emulator: { host: "::1" }, expect: { exit: 0, deleted: 5, deletions: 1 } },
];
