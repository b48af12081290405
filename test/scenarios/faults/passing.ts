/** A failure of the first request that passes. Whether the request had taken effect decides between `deleted` and `absent`. */
import { apiError, goneGreen, green, HTML, once, onDelete, type Row, range } from "./row.ts";

export const passing: readonly Row[] = [
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
    expect: { ...green, says: "Network.ResponseTimeout" },
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
    name: "a late response",
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
      name: `a valid response with the content type of HTML, after ${JSON.stringify(before)}`,
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
    name: "two responses lost, after the effect",
    emulator: { faults: onDelete({ kind: "reset", effect: true }, { requests: [1, 2] }) },
    expect: { ...goneGreen, deletions: 3 },
  },
  {
    name: "a response lost after the effect, and the API refuses IDs that are gone",
    emulator: { unknownIds: "refuse", faults: once({ kind: "reset", effect: true }) },
    expect: { exit: 0, absent: 5, maxDeletions: 10, lookups: 1, says: "A call of this run may have deleted them" },
  },
  {
    name: "the last of three calls is lost, after the effect",
    speed: 3,
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
      expect: { ...green, says: "Response.Malformed" },
    }),
  ),
  ...["InternalError.BackendResponseEmpty", "FailedOperation.NetworkError"].map(
    (code): Row => ({
      name: `${code} once`,
      emulator: { faults: once(apiError(code)) },
      expect: { ...green, says: `failed with ${code}` },
    }),
  ),
  {
    name: "ServiceUnavailable twice",
    emulator: { faults: onDelete(apiError("ServiceUnavailable"), { requests: [1, 2] }) },
    expect: { ...green, deletions: 3 },
  },
  {
    name: "InternalError for ever",
    speed: 10,
    emulator: { requestsPerSecond: 1000, faults: onDelete(apiError("InternalError")) },
    expect: { exit: 1, left: ["remaining", 5], deletions: 5, lookups: 1, errors: 1, says: "`InternalError`: " },
  },
  ...["RequestLimitExceeded.IPLimitExceeded", "LimitExceeded.RateLimitExceeded"].flatMap((code): Row[] => [
    {
      name: `${code} once`,
      emulator: { faults: once(apiError(code)) },
      expect: { ...green, says: `failed with ${code}` },
    },
    {
      name: `${code} seven times`,
      speed: 5,
      emulator: { requestsPerSecond: 1000, faults: onDelete(apiError(code), { requests: { from: 1, to: 7 } }) },
      expect: { exit: 0, deleted: 5, deletions: 8, says: "at a lower rate" },
    },
  ]),
  {
    name: "InternalError as HTTP 500",
    emulator: { faults: once({ kind: "api-error", code: "InternalError", status: 500 }) },
    expect: { ...green, says: "failed with InternalError" },
  },
  {
    name: "each attempt fails in another way, and the fifth does",
    speed: 5,
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
