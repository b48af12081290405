/** Signals: what a cancelled run still reports. */
import { apiError, onDelete, type Row, range } from "./row.ts";

const signal = (name: NodeJS.Signals, request: number, afterMs = 0) => ({ signal: name, request, afterMs });

export const cancels: readonly Row[] = [
  ...(["SIGINT", "SIGTERM"] as const).flatMap((name): Row[] => [
    {
      name: `${name} while the only call is out, which comes back in time`,
      emulator: { latencyMs: 500 },
      signals: [signal(name, 1, 50)],
      expect: { exit: 1, deleted: 5, deletions: 1, says: "Cancelled", maxSinceSignalMs: 6_000 },
    },
    {
      name: `${name} while a call hangs`,
      emulator: { faults: onDelete({ kind: "hang", effect: true }) },
      signals: [signal(name, 1, 50)],
      expect: { exit: 1, left: ["unknown", 5], deletions: 1, lookups: 0, maxSinceSignalMs: 6_000 },
    },
  ]),
  {
    name: "SIGINT while it waits to try again",
    emulator: { faults: onDelete({ kind: "reset" }) },
    signals: [signal("SIGINT", 1, 30)],
    expect: { exit: 1, left: ["unknown", 5], maxDeletions: 2, maxSinceSignalMs: 6_000 },
  },
  {
    name: "SIGINT while the list is read",
    emulator: { csrs: [1, 2], faults: [{ action: "DescribeCSRSet", fault: { kind: "hang" } }] },
    signals: [signal("SIGINT", 2, 50)],
    expect: { exit: 1, deleted: 2, left: ["unknown", 3], maxSinceSignalMs: 6_000 },
  },
  {
    name: "SIGINT while it waits for the rate limit",
    emulator: { faults: onDelete(apiError("RequestLimitExceeded")) },
    signals: [signal("SIGINT", 2, 50)],
    expect: { exit: 1, left: ["skipped", 5], maxDeletions: 10, lookups: 0, maxSinceSignalMs: 2_500 },
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
      maxSinceSignalMs: 2_500,
    },
  },
  {
    name: "SIGINT in a dry run while the list is read",
    inputs: { "dry-run": "true" },
    emulator: { faults: [{ action: "DescribeCSRSet", fault: { kind: "hang" } }] },
    signals: [signal("SIGINT", 1, 50)],
    expect: { exit: 1, deletions: 0, lookups: 1, maxSinceSignalMs: 6_000 },
  },
];
