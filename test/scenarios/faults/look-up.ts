/** The listing before the deletion: what it shows, and what its failures do. Here `look-up` is as it is by default. */
import type { Fault, FaultRule, RequestNumbers } from "../../emulator/emulator.ts";
import { apiError, HTML, onDelete, type Row, range } from "./row.ts";

const onList = (fault: Fault, requests?: RequestNumbers): FaultRule[] => [
  { action: "DescribeCSRSet", ...(requests ? { requests } : {}), fault },
];
const auto = (row: Row): Row => ({ ...row, inputs: { "look-up": "auto", ...row.inputs } });

/** The listing fails in a way that the deletion need not. */
const PASSABLE: ReadonlyArray<readonly [name: string, fault: Fault, lookups: number]> = [
  ["is refused", apiError("AuthFailure.UnauthorizedOperation"), 1],
  ["is refused by CAM", apiError("FailedOperation.CAMAuthorizedFail"), 1],
  ["is an unknown action", apiError("InvalidAction"), 1],
  ["is out of service", apiError("ActionOffline"), 1],
  ["fails with an unknown code", apiError("Something.New"), 1],
  ["meets an internal error for ever", apiError("InternalError"), 5],
  ["is no listing", { kind: "response", response: { Response: { Success: [], RequestId: "r" } } }, 1],
  ["is too large", { kind: "huge", bytes: 4 * 1024 * 1024 }, 1],
];

/** The deletion would fail in the same way. */
const FATAL: ReadonlyArray<readonly [code: string, fault: Fault]> = [
  ["AuthFailure.SignatureFailure", apiError("AuthFailure.SignatureFailure")],
  ["AuthFailure.TokenFailure", apiError("AuthFailure.TokenFailure")],
  ["IpNotInWhitelist", apiError("IpNotInWhitelist")],
  ["Http.Refused", { kind: "http", status: 403, body: HTML }],
  ["Http.ServerError", { kind: "http", status: 502, body: HTML }],
  ["Network.ConnectionLost", { kind: "reset" }],
];

export const lookUps: readonly Row[] = [
  { name: "all exist", expect: { exit: 0, deleted: 5, lookups: 1, deletions: 1 } },
  {
    name: "some are gone: they are not sent",
    emulator: { csrs: [1, 2], unknownIds: "refuse" },
    expect: { exit: 0, deleted: 2, absent: 3, lookups: 1, deletions: 1, ids: { deleted: [1, 2], absent: [3, 4, 5] } },
  },
  {
    name: "a re-run of a finished list is one call",
    ids: range(300),
    emulator: { csrs: [] },
    expect: { exit: 0, absent: 300, lookups: 1, deletions: 0 },
  },
  {
    name: "an ID that is gone, with on-absent: fail: nothing is deleted",
    inputs: { "on-absent": "fail" },
    emulator: { csrs: [1, 2, 3, 4] },
    expect: { exit: 1, absent: 1, lookups: 1, deletions: 0, errors: 1 },
  },
  ...PASSABLE.map(
    ([name, fault, lookups]): Row => ({
      name: `the listing ${name}: the IDs are deleted all the same, with a warning`,
      speed: lookups > 1 ? 10 : 1,
      emulator: { requestsPerSecond: 1000, faults: onList(fault) },
      expect: { exit: 0, deleted: 5, lookups, deletions: 1, errors: 0, says: "::warning title=" },
    }),
  ),
  ...[
    ["look-up", "true"],
    ["dry-run", "true"],
    ["on-absent", "fail"],
    ["protect", "*.pinned.test"],
  ].map(
    ([input = "", value = ""]): Row => ({
      name: `the listing is refused, with ${input}: ${value}: nothing is deleted`,
      inputs: { [input]: value },
      emulator: { faults: onList(apiError("AuthFailure.UnauthorizedOperation")) },
      expect: { exit: 1, lookups: 1, deletions: 0, errors: 1, says: "ssl:DescribeCSRSet" },
    }),
  ),
  {
    name: "a refused listing that a guard needs names the permission",
    inputs: { "allowed-account-ids": "100000000001" },
    emulator: { permissions: { actions: { DescribeCSRSet: false } } },
    expect: { exit: 1, lookups: 1, deletions: 0, errors: 1, says: ["ssl:DescribeCSRSet", "allowed-account-ids"] },
  },
  ...FATAL.map(
    ([code, fault]): Row => ({
      name: `the listing fails with ${code}: the run ends`,
      speed: 10,
      emulator: { requestsPerSecond: 1000, faults: onList(fault) },
      expect: { exit: 1, deletions: 0, errors: 1, says: code },
    }),
  ),
  ...["true", "false"].map(
    (dryRun): Row => ({
      name: `nothing but rate limit refusals of the listing, dry-run: ${dryRun}`,
      speed: 60,
      inputs: { "dry-run": dryRun },
      emulator: { requestsPerSecond: 100_000, faults: onList(apiError("RequestLimitExceeded")) },
      expect: { exit: 1, deletions: 0, errors: 1, says: "RequestLimitExceeded", maxMs: 9_000 },
    }),
  ),
  {
    name: "a listing that changes each time: what it does not show is sent",
    ids: range(150),
    speed: 5,
    emulator: { requestsPerSecond: 1000, csrs: range(149), listing: { totalSequence: range(40, 149) } },
    expect: { exit: 1, deleted: 149, left: ["unknown", 1], deletions: 2 },
  },
  {
    name: "an owner who is allowed",
    inputs: { "allowed-account-ids": "[100000000001]" },
    expect: { exit: 0, deleted: 5, deletions: 1 },
  },
  {
    name: "another owner: nothing is deleted, and both accounts are named",
    inputs: { "allowed-account-ids": "100000000002, 100000000003" },
    expect: { exit: 1, lookups: 1, deletions: 0, errors: 1, says: ["100000000001", "100000000002"] },
  },
  {
    name: "a protected domain, given by ID: nothing is deleted",
    inputs: { protect: "*-3.example.com" },
    expect: { exit: 1, lookups: 1, deletions: 0, errors: 1, says: "protect" },
  },
  {
    name: "CSRs that the API says it deleted, and that it still lists",
    ids: [1, 2, 3],
    emulator: {
      keptIds: [3],
      faults: onDelete({ kind: "response", response: { Response: { Success: [1, 2], RequestId: "r-1" } } }),
    },
    expect: { exit: 1, left: ["remaining", 3], deletions: 1, says: "StillListed: " },
  },
  {
    name: "CSRs that the listing shows a moment longer than they exist",
    ids: [1, 2, 3],
    speed: 4,
    emulator: { keptIds: [3], requestsPerSecond: 1000, listing: { staleReplica: { every: 2 } } },
    expect: { exit: 1, deleted: 2, left: ["remaining", 1], deletions: 1, ids: { deleted: [1, 2], remaining: [3] } },
  },
  {
    name: "SIGINT while the listing is read: nothing is deleted",
    emulator: { latencyMs: 600 },
    signals: [{ signal: "SIGINT", request: 1, afterMs: 100 }],
    expect: { exit: 1, left: ["skipped", 5], deletions: 0, maxSinceSignalMs: 6_000 },
  },
].map((row) => auto(row as Row));
