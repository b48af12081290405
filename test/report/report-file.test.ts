import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { redactor } from "../../src/redaction.ts";
import { reportText, writeReport } from "../../src/report/report-file.ts";
import type { RunResult, Work } from "../../src/report/result.ts";
import { withoutSecrets } from "../../src/report/secrets.ts";
import { fault } from "../../src/tencentcloud/fault.ts";
import { absent, call, cleanUp, deleted, left, result } from "./results.ts";

const parsed = (given: RunResult) => JSON.parse([...reportText(given)].join("")) as Record<string, unknown>;

test("every ID has its outcome, and every call is there", () => {
  const work = cleanUp([
    [11, deleted],
    [22, absent()],
    [33, left("remaining", "ResourceInUse", "in\nuse")],
  ]);
  expect(parsed(result(work, { calls: [call()] }))).toEqual({
    action: "delete-tencentcloud-ssl-csrs",
    version: expect.any(String),
    kind: "clean-up",
    endpoint: "ssl.intl.tencentcloudapi.com",
    startedAt: "2026-11-24T00:00:00.000Z",
    durationMs: 1234,
    cancelled: false,
    causes: [
      {
        code: "ResourceInUse",
        message: "in use",
        meaning: "the CSR is in use",
        remedy: expect.stringContaining("console"),
      },
    ],
    ids: [
      { id: 11, outcome: "deleted", requestId: "request-1" },
      { id: 22, outcome: "absent", requestId: "request-1" },
      { id: 33, outcome: "remaining", code: "ResourceInUse", requestId: "request-2" },
    ],
    calls: [
      {
        action: "BatchDeleteCSR",
        size: 1,
        attempt: 1,
        retry: false,
        durationMs: 20,
        requestId: "request-1",
        startedAt: "2026-11-24T00:00:00.000Z",
      },
    ],
  });
});

test("a dry run says which IDs exist; null is not known", () => {
  const known: Work = { kind: "dry run", ids: [1, 2], listing: { present: new Set([1]), complete: true } };
  expect(parsed(result(known))).toMatchObject({
    ids: [
      { id: 1, exists: true },
      { id: 2, exists: false },
    ],
    listing: { complete: true },
  });
  expect(parsed(result({ kind: "dry run", ids: [1] }))).toMatchObject({ ids: [{ id: 1, exists: null }] });
});

test("what stopped the run, the fault of the listing, and problems are there", () => {
  const why = fault("UnauthorizedOperation", "m");
  const work = {
    ...cleanUp([[1, left("unknown", "X")]]),
    stoppedBy: why,
    listing: { present: new Set<number>(), complete: false, fault: why },
  } as Work;
  expect(parsed(result(work))).toMatchObject({
    stoppedBy: { code: why.code },
    listing: { complete: false, fault: { code: why.code } },
  });
  expect(parsed(result({ kind: "failed", ids: [], problems: ["p"] }))).toMatchObject({ problems: ["p"], ids: [] });
});

describe("the file", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "report-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test("holds 100,000 IDs, each once, and no secret wherever its pieces were cut", () => {
    const secret = "example-secret-key";
    const work = cleanUp(
      Array.from(
        { length: 100_000 },
        (_, index) => [index + 1, index % 2 ? deleted : left("remaining", "X", `echo ${secret}`, secret)] as const,
      ),
    );
    const path = writeReport(
      withoutSecrets(result(work, { calls: [call({ requestId: secret })] }), redactor([secret])),
      folder,
    );
    const text = readFileSync(path, "utf8");
    expect(text).not.toContain(secret);
    const { ids } = JSON.parse(text) as { ids: { id: number }[] };
    expect(new Set(ids.map(({ id }) => id)).size).toBe(100_000);
  });

  test("is a new one each time", () => {
    const write = () => writeReport(result(cleanUp([])), folder);
    expect(write()).not.toBe(write());
  });
});
