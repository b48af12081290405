import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Inputs } from "../../src/inputs/inputs.ts";
import { Log } from "../../src/report/log.ts";
import { Redactor } from "../../src/shared/redactor.ts";
import { apiFailure } from "../../src/tencentcloud/errors.ts";
import { attempt, inputs, listing, planOfIds, planOfRows, row, selection } from "./records.ts";

let text: string;
let log: Log;

beforeEach(() => {
  text = "";
  const redactor = new Redactor();
  redactor.registerSecrets(["hunter2"]);
  log = new Log(redactor);
  vi.spyOn(process.stdout, "write").mockImplementation((written) => {
    text += String(written);
    return true;
  });
});
afterEach(() => vi.restoreAllMocks());

const linesOf = (): readonly string[] => text.split("\n").slice(0, -1);

describe("the configuration", () => {
  test("is in a group, and holds no credentials", () => {
    log.start(inputs());
    expect(linesOf()).toEqual([
      "::group::Delete Tencent Cloud SSL CSRs",
      "csr-ids: 11, 22",
      "endpoint: https://ssl.intl.tencentcloudapi.com",
      "credentials: API key from the inputs, without session token",
      "requests-per-second: 10",
      "::endgroup::",
    ]);
    expect(text).not.toMatch(/example-(id|key)/);
  });

  const target = (ids: readonly number[], duplicates = 0): Partial<Inputs> => ({
    target: { kind: "ids", ids, duplicates },
  });
  const token = { secretId: "example-id", secretKey: "example-key", token: "example-token" };

  test.each<[string, Partial<Inputs>, string]>([
    ["no IDs", target([]), "csr-ids: none"],
    ["repeated IDs", target([11], 1_234), "csr-ids: 11 (1,234 repeated, dropped)"],
    ["many IDs", target(Array.from({ length: 1_020 }, (_, index) => index + 1)), "19, 20 … and 1,000 more"],
    ["a session token", { login: { kind: "key", credentials: token, from: "environment" } }, "with session token"],
    ["no credentials", { login: { kind: "none" } }, "credentials: none"],
    [
      "a keyless login",
      { login: { kind: "keyless", roleArn: "arn", provider: "p", audience: "a" } },
      "credentials: keyless, role arn, identity provider p\n",
    ],
    ["a dry run", { dryRun: true }, "::group::Delete Tencent Cloud SSL CSRs: dry run"],
    ["a selection", selection(), "domains: *.example.com,!www.*"],
    ["an age as given", selection(), "older-than: 20d\n"],
    ["remarks", selection(), "remarks: old*\n"],
    ["how many are kept", selection(), "keep-newest: 2\n"],
    [
      "that none is kept",
      { target: { kind: "selection", rules: { domains: ["*"], remarks: [], keepNewest: 0 } } },
      "keep-newest: 0\n",
    ],
    ["what is protected", { protection: { domains: ["a.b"], ids: new Set([7]) } }, "protect: a.b,7"],
    ["a limit", { maxDeletions: 100 }, "max-deletions: 100"],
    ["accounts", { allowedAccountIds: new Set(["1", "2"]) }, "allowed-account-ids: 1,2"],
    ["the look-up", { lookUp: "false" }, "look-up: false"],
    ["what absent CSRs do", { onAbsent: "fail" }, "on-absent: fail"],
    ["that a comment is wanted", { comment: true }, "comment-on-pull-request: true"],
  ])("shows %s", (_name, more, line) => {
    log.start(inputs(more));
    expect(text).toContain(line);
  });
});

test("the plan is a line for each CSR, what is deleted first", () => {
  const kept = (["too-young", "excluded", "remarks", "newest"] as const).map((why, index) => row(index + 2, {}, why));
  const rows = [...kept, row(1, { remarks: "a\n::error::b hunter2" })];
  log.plan(planOfRows(rows), selection());
  expect(linesOf()).toEqual([
    "::group::Plan: delete 1, 4 kept",
    "1 | www.example.com | 2026-08-26 00:00:00 (90 d) | a ::error::b *** | delete",
    "2 | www.example.com | 2026-08-26 00:00:00 (90 d) | old | keep: younger than 20d",
    "3 | www.example.com | 2026-08-26 00:00:00 (90 d) | old | keep: excluded by domains",
    "4 | www.example.com | 2026-08-26 00:00:00 (90 d) | old | keep: other remarks",
    "5 | www.example.com | 2026-08-26 00:00:00 (90 d) | old | keep: among the newest of the domain",
    "::endgroup::",
  ]);
});

test("a long plan is cut, and says so; absent IDs come first", () => {
  const ids = Array.from({ length: 150 }, (_, index) => index + 1);
  log.plan(planOfIds(ids, listing(ids.slice(0, -1))), inputs());
  expect(linesOf()).toHaveLength(103);
  expect(linesOf().slice(0, 2)).toEqual(["::group::Plan: delete 149, 1 already absent", "150 | | | | absent"]);
  expect(linesOf()).toContain("… and 50 more rows.");
});

test("a plan that fits is not said to go on", () => {
  const ids = Array.from({ length: 100 }, (_, index) => index + 1);
  log.plan(planOfIds(ids, listing(ids)), inputs());
  expect(linesOf()).toHaveLength(102);
  expect(text).not.toContain("more row");
});

test("a batch is a line with its RequestId and the progress", () => {
  const deletion = { deleted: [11], unexpected: [], requestId: "request-1", mayHaveTakenEffect: false };
  log.onBatch({ asked: 1, deletion, done: 1, total: 2_000 });
  log.onBatch({ asked: 3, deletion, done: 4, total: 2_000 });
  expect(linesOf()).toEqual([
    "Deleted 1 of 1 CSR; 1 of 2,000 done (RequestId request-1).",
    "Deleted 1 of 3 CSRs; 4 of 2,000 done (RequestId request-1).",
  ]);
});

test("a request is only in the log for debugging", () => {
  log.onAttempt(attempt({ code: "InternalError", requestId: undefined, size: 100, attempt: 2 }));
  log.onAttempt(attempt({ durationMs: 20.6 }));
  expect(linesOf()).toEqual([
    "::debug::BatchDeleteCSR of 100, attempt 2, 20 ms: InternalError",
    "::debug::BatchDeleteCSR of 1, attempt 1, 21 ms: ok (RequestId request-1)",
  ]);
});

describe("retries", () => {
  const throttled = apiFailure("RequestLimitExceeded", "m", { requestId: "request-1" });
  test("have a line at the first of a kind, with code, RequestId and wait", () => {
    log.onRetry(attempt(), throttled, 0);
    log.onRetry(attempt({ attempt: 2 }), apiFailure("InternalError", "m", { requestId: "request-1" }), 1_500);
    expect(linesOf()).toEqual([
      "BatchDeleteCSR: attempt 1 failed with RequestLimitExceeded (RequestId request-1); retrying at a lower rate.",
      "BatchDeleteCSR: attempt 2 failed with InternalError (RequestId request-1); retrying in 1.5 s.",
    ]);
  });

  test("are summed up at the end: every refusal is counted, and a thousand of them are two lines", () => {
    for (let index = 0; index < 1_000; index += 1) log.onRetry(attempt(), throttled, 0);
    log.retries();
    expect(linesOf()).toHaveLength(2);
    expect(linesOf()[1]).toBe("BatchDeleteCSR: RequestLimitExceeded: 999 more retries.");
  });

  test("of which there was one more are in the singular", () => {
    for (let index = 0; index < 2; index += 1) log.onRetry(attempt(), throttled, 0);
    log.retries();
    expect(linesOf()[1]).toBe("BatchDeleteCSR: RequestLimitExceeded: 1 more retry.");
  });

  test("that all have a line are not summed up", () => {
    log.onRetry(attempt(), throttled, 0);
    log.retries();
    expect(linesOf()).toHaveLength(1);
  });
});

test("bisection, failures and lookups are logged with code and RequestId", () => {
  log.onFailure(100, apiFailure("InvalidParameter", "m", { requestId: "r" }), true);
  log.onFailure(1, apiFailure("InvalidParameter", "not this\none hunter2"), false);
  log.onLookup(2);
  expect(linesOf()).toEqual([
    "A call for 100 CSRs failed with InvalidParameter (RequestId r); splitting it.",
    "A call for 1 CSR failed with InvalidParameter: not this one ***",
    "Looking up 2 CSRs that no response confirmed.",
  ]);
});

test("a long listing shows its progress, and not every page", () => {
  for (let read = 100; read <= 2_500; read += 100) log.onPage({ read, total: 2_500 });
  const once = ["Listed 1,000 of 2,500 CSRs.", "Listed 2,000 of 2,500 CSRs."];
  expect(linesOf()).toEqual(once);
  for (let read = 100; read <= 2_500; read += 100) log.onPage({ read, total: 2_500 });
  expect(linesOf()).toEqual([...once, ...once]);
});

test("a login names role and session", () => {
  log.login({ roleArn: "qcs::cam::uin/1:roleName/r", sessionName: "s.1" });
  expect(linesOf()).toEqual(["Logging in as qcs::cam::uin/1:roleName/r, session s.1."]);
});

test("a secret that stands where the line is cut does not show in part", () => {
  log.onFailure(1, apiFailure("InvalidParameter", `${"x".repeat(920)} hunter2`), false);
  for (let length = 900; length < 1_000; length += 1) log.line(`${"x".repeat(length)}hunter2`);
  expect(text).not.toContain("hunt");
});

test("a corrected clock is logged", () => {
  log.onClockCorrected(600_000);
  expect(text).toContain("600.0 s behind the API's");
});

describe("a standard output that is closed, or full,", () => {
  test("does not stop the run, and is remembered", () => {
    vi.spyOn(process.stdout, "write").mockImplementation(() => {
      throw Object.assign(new Error("write EPIPE"), { code: "EPIPE" });
    });
    expect(log.broken).toBe(false);
    log.start(inputs());
    log.onAttempt(attempt());
    log.onRetry(attempt(), apiFailure("InternalError", "m"), 1);
    log.annotate({ level: "error", title: "t", message: "m" });
    expect(log.broken).toBe(true);
  });
});

describe("foreign text", () => {
  /** As the runner finds commands: https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs */
  const commandsIn = (printed: string): readonly string[] =>
    printed
      .split(/\r\n|\r|\n/)
      .flatMap((line) => /^\s*::([a-z-]+).*?::/.exec(line)?.[1] ?? /##\[([a-z-]+).*?\]/.exec(line)?.[1] ?? []);

  test.each([
    "::set-output name=deleted-count::999",
    "x\r\n::error::gotcha\n::add-mask::CSR",
    "x\r::stop-commands::y",
    "##[set-output name=deleted-count;]999",
    "#\u0000#[add-mask]CSR ##\u200b[error]x",
    "\u001b[2J\u001b]0;title\u0007\u009b31m",
    "a\u2028::error::b\u2029c\u0085d\u000be\u000cf",
    "<|`".repeat(50_000),
  ])("hostile text %# starts no command, and stays on its line", (hostile) => {
    const failure = apiFailure(hostile, hostile, { requestId: hostile });
    const made = attempt({ code: hostile, requestId: hostile });
    log.onAttempt(made);
    log.onRetry(made, failure, 500);
    log.onFailure(2, failure, true);
    log.onFailure(2, failure, false);
    const deletion = { deleted: [], unexpected: [hostile], requestId: hostile, mayHaveTakenEffect: false };
    log.onBatch({ asked: 2, deletion, done: 1, total: 2 });
    expect(commandsIn(text)).toEqual(["debug"]);
    expect(linesOf()).toHaveLength(5);
    expect([...text].filter((character) => character < " " && character !== "\n")).toEqual([]);
    for (const line of linesOf()) expect(line.length).toBeLessThan(1_100);
  });
});
