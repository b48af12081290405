import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Inputs } from "../../src/inputs/inputs.ts";
import { Log } from "../../src/report/log.ts";
import { Redactor } from "../../src/shared/redactor.ts";
import { apiFailure } from "../../src/tencentcloud/failure.ts";
import { attempt, inputs, NOW, row, selection } from "./records.ts";

let text: string;
let log: Log;

beforeEach(() => {
  text = "";
  const redactor = new Redactor();
  redactor.registerSecrets(["secret"]);
  log = new Log(redactor);
  vi.spyOn(process.stdout, "write").mockImplementation((written) => {
    text += String(written);
    return true;
  });
});
afterEach(() => vi.restoreAllMocks());

describe("the configuration", () => {
  test("is in a group, and holds no credentials", () => {
    log.start(inputs());
    expect(text).toBe(
      `::group::Delete Tencent Cloud SSL CSRs
CSR IDs: 11, 22
Endpoint: https://ssl.intl.tencentcloudapi.com
Credentials: API key from the inputs, without session token
Requests per second: at most 10
On absent CSRs: warn
::endgroup::
`,
    );
  });

  const rules = { domains: ["*.example.com", "!a"], olderThanMs: 90 * 86_400_000, remarks: ["ci-*"], keepNewest: 2 };
  const key = { secretId: "a", secretKey: "b", token: "c" };
  const keyless = {
    kind: "keyless",
    roleArn: "qcs::cam::uin/1:roleName/r",
    provider: "github",
    audience: "a",
  } as const;
  test.each<[string, Partial<Inputs>, string]>([
    ["no IDs", { target: { kind: "ids", ids: [], duplicates: 0 } }, "CSR IDs: none\n"],
    [
      "repeated IDs",
      { target: { kind: "ids", ids: [1], duplicates: 1_234 } },
      "CSR IDs: 1 (1,234 repeated, dropped)\n",
    ],
    [
      "many IDs",
      { target: { kind: "ids", ids: Array.from({ length: 1_100 }, (_, id) => id + 1), duplicates: 0 } },
      "99, 100 … and 1,000 more\n",
    ],
    [
      "a selection",
      { target: { kind: "selection", rules } },
      "Domains: *.example.com, !a\nOlder than: 2,160 h\nRemarks: ci-*\nKeep the newest: 2 of each domain\n",
    ],
    [
      "guards",
      { protection: { domains: ["www.*"], ids: new Set([7]) }, maxDeletions: 1_000 },
      "Protected: www.*, 7\nDeletions: at most 1,000\n",
    ],
    [
      "a key from the environment",
      { login: { kind: "key", credentials: key, from: "environment" } },
      "API key from the environment, with session token\n",
    ],
    [
      "a keyless login",
      { login: keyless },
      "Credentials: keyless, role qcs::cam::uin/1:roleName/r, identity provider github\n",
    ],
    ["no credentials", { login: { kind: "none" } }, "Credentials: none\n"],
    ["a dry run", { dryRun: true }, "::group::Delete Tencent Cloud SSL CSRs: dry run\n"],
    ["a comment", { comment: { token: "t" } }, "Comment on the pull request: yes\n"],
  ])("shows %s", (_name, more, line) => {
    log.start(inputs(more));
    expect(text).toContain(line);
  });
});

test("the login names role and session, as the account's audit log does", () => {
  log.login({ roleArn: "qcs::cam::uin/1:roleName/r", sessionName: "octo.repo@1.1" });
  expect(text).toBe("Logged in as qcs::cam::uin/1:roleName/r, session octo.repo@1.1.\n");
});

test("a plan is a line for each CSR, on its line whatever the API says, and cut", () => {
  const rows = Array.from({ length: 150 }, (_, id) =>
    row(id + 1, id === 149 ? "newest" : "delete", { domain: "a\n::error::b" }),
  );
  log.plan(selection([row(200, "too-young"), ...rows]));
  const lines = text.split("\n");
  expect(lines[0]).toBe("::group::Plan: 149 CSRs to delete, 2 to keep");
  expect(lines[1]).toBe("1 | delete | a ::error::b | 2026-08-01 10:00:00 (90 d) | old");
  expect(lines).toHaveLength(1 + 100 + 1 + 1 + 1);
  expect(lines[101]).toBe("… and 51 more rows: see the report file.");
});

describe("a batch", () => {
  const deletion = { deleted: [11], unexpected: [], requestId: "request-1", mayHaveTakenEffect: false };

  test("is a line with its RequestId and the progress", () => {
    log.onBatch({ asked: 1, deletion, done: 1, total: 2_000 });
    expect(text).toBe("Deleted 1 of 1 CSR; 1 of 2,000 done (RequestId request-1).\n");
  });

  test("that leaves IDs out says how many", () => {
    log.onBatch({ asked: 3, deletion: { ...deletion, requestId: undefined }, done: 3, total: 3 });
    expect(text).toBe("Deleted 1 of 3 CSRs, 2 not confirmed; 3 of 3 done.\n");
  });

  test("that is refused, as a whole or for good, has its code", () => {
    log.onBisection(100, apiFailure("InvalidParameter", "m", { requestId: "r" }));
    log.onFailure(1, apiFailure("InvalidParameter", "not this\none"));
    log.onLookup(2);
    expect(text).toBe(
      "A call for 100 CSRs was refused with InvalidParameter (RequestId r); splitting it.\n" +
        "A call for 1 CSR failed with InvalidParameter: not this one\n" +
        "Looking up 2 CSRs that no response confirmed.\n",
    );
  });
});

test("a listing shows its progress every 1,000 CSRs, at each reading", () => {
  for (let reading = 0; reading < 2; reading += 1)
    for (let read = 100; read <= 2_500; read += 100) log.onPage({ read, total: 2_500 });
  expect(text).toBe("Listed 1,000 of 2,500 CSRs.\nListed 2,000 of 2,500 CSRs.\n".repeat(2));
});

test("each request is there when the log is for debugging", () => {
  log.onAttempt(attempt({ durationMs: 20.4 }));
  log.onAttempt(attempt({ code: "InternalError", requestId: undefined, size: 100, attempt: 2 }));
  expect(text).toBe(
    "::debug::BatchDeleteCSR of 1, attempt 1: ok after 20 ms (RequestId request-1)\n" +
      "::debug::BatchDeleteCSR of 100, attempt 2: InternalError after 20 ms\n",
  );
});

describe("retries", () => {
  const limited = apiFailure("RequestLimitExceeded", "m");

  test("say why, and when; later ones are summed up", () => {
    for (let count = 0; count < 118; count += 1) log.onRetry(attempt({ startedAt: NOW + count * 10 }), limited, 0);
    log.onRetry(attempt({ attempt: 2 }), apiFailure("InternalError", "m"), 1_500);
    log.retries();
    log.retries();
    expect(text).toBe(
      "BatchDeleteCSR: attempt 1 failed with RequestLimitExceeded (RequestId request-1); retrying at a lower rate.\n" +
        "BatchDeleteCSR: attempt 2 failed with InternalError (RequestId request-1); retrying in 1.5 s.\n" +
        "BatchDeleteCSR: RequestLimitExceeded: 117 more retries.\n",
    );
  });

  test("are summed up every ten seconds while the run works", () => {
    for (let second = 0; second <= 25; second += 1)
      log.onRetry(attempt({ startedAt: NOW + second * 1_000 }), limited, 0);
    expect(text.split("\n").slice(1)).toEqual([
      "BatchDeleteCSR: RequestLimitExceeded: 10 more retries.",
      "BatchDeleteCSR: RequestLimitExceeded: 10 more retries.",
      "",
    ]);
  });
});

test("secrets are redacted before a text is cut", () => {
  log.onFailure(1, apiFailure(`${"x".repeat(98)}secret`, `${"y ".repeat(480)}secret`, { requestId: "secret" }));
  log.line("a secret");
  expect(text).not.toContain("sec");
  expect(text).toContain("a ***");
});

test("standard output that is broken stops no observer, and is remembered", () => {
  vi.spyOn(process.stdout, "write").mockImplementation(() => {
    throw new Error("EPIPE");
  });
  expect(log.broken).toBe(false);
  log.start(inputs());
  log.onAttempt(attempt());
  log.annotate("error", "t", "m");
  expect(log.broken).toBe(true);
});
