/** Results as the report gets them, for tests. */
import type { Outcome } from "../../src/cleanup/outcome.ts";
import type { RunResult, Work } from "../../src/report/result.ts";
import type { CallRecord } from "../../src/tencentcloud/client.ts";
import { fault } from "../../src/tencentcloud/fault.ts";

export const call = (more: Partial<CallRecord> = {}): CallRecord => ({
  action: "BatchDeleteCSR",
  size: 1,
  attempt: 1,
  retry: false,
  startedAt: Date.UTC(2026, 10, 24),
  durationMs: 20,
  requestId: "request-1",
  ...more,
});

export const result = (work: Work, more: Partial<RunResult> = {}): RunResult => ({
  work,
  onAbsent: "warn",
  calls: [],
  notices: [],
  cancelled: false,
  endpoint: "ssl.intl.tencentcloudapi.com",
  startedAt: Date.UTC(2026, 10, 24),
  durationMs: 1234,
  ...more,
});

export const deleted: Outcome = { name: "deleted", requestId: "request-1" };
export const absent = (lost = false): Outcome => ({ name: "absent", requestId: "request-1", lost, cause: undefined });
export const left = (
  name: "remaining" | "unknown" | "skipped",
  code: string,
  message = "m",
  requestId = "request-2",
): Outcome => ({
  name,
  requestId,
  cause: fault(code, message, { requestId }),
});

export const cleanUp = (outcomes: Iterable<readonly [number, Outcome]>): Work => {
  const map = new Map(outcomes);
  return { kind: "clean-up", ids: [...map.keys()], outcomes: map };
};
