import { describe, expect, test } from "vitest";
import type { RunOutcome, RunRecord } from "../../src/report/run-record.ts";
import { annotationsOf, evaluate } from "../../src/report/verdict.ts";
import { apiFailure } from "../../src/tencentcloud/failure.ts";
import {
  absent,
  attempt,
  csr,
  deleted,
  deletion,
  denied,
  dryRun,
  inputs,
  left,
  lookup,
  plan,
  record,
  row,
  selection,
} from "./records.ts";

const changing = { ...lookup([csr(1)]), conclusive: false };

const cases: readonly (readonly [string, RunOutcome, Partial<RunRecord>, boolean, string])[] = [
  ["all deleted", deletion([[1, deleted]]), {}, false, "CSRs: 1 deleted"],
  ["nothing to do", deletion([]), {}, false, "CSRs: nothing to do"],
  ["nothing to do, without a client", dryRun([]), { inputs: inputs() }, false, "CSRs: nothing to do"],
  [
    "one absent",
    deletion([
      [1, deleted],
      [2, absent()],
    ]),
    {},
    false,
    "CSRs: 1 deleted, 1 absent",
  ],
  [
    "one absent, on-absent: fail",
    deletion([[2, absent()]]),
    { inputs: inputs({ onAbsent: "fail" }) },
    true,
    "CSRs: 1 absent",
  ],
  ["one remaining", deletion([[1, left("remaining", "LeftOut")]]), {}, true, "CSRs: 1 remaining"],
  ["one unknown", deletion([[1, left("unknown", "X")]]), {}, true, "CSRs: 1 unknown"],
  ["one skipped", deletion([[1, left("skipped", "X")]]), {}, true, "CSRs: 1 skipped"],
  ["cancelled with all deleted", deletion([[1, deleted]]), { cancelled: true }, true, "Cancelled. CSRs: 1 deleted"],
  ["wrong inputs", { kind: "invalid-inputs", problems: ["p"] }, {}, true, "CSRs: nothing was deleted"],
  [
    "an internal error before the plan",
    { kind: "internal-error", message: "m", plan: undefined },
    {},
    true,
    "CSRs: nothing was deleted",
  ],
  [
    "an internal error after the plan",
    { kind: "internal-error", message: "m", plan: plan([1, 2]) },
    {},
    true,
    "CSRs: 2 unknown",
  ],
  [
    "an internal error in a dry run",
    { kind: "internal-error", message: "m", plan: plan([1]) },
    { inputs: inputs({ dryRun: true }) },
    true,
    "CSRs: nothing was deleted",
  ],
  [
    "a plan that is too large",
    { kind: "no-plan", failure: { kind: "too-many", planned: 2, max: 1, plan: plan([1, 2]) } },
    {},
    true,
    "CSRs: nothing was deleted",
  ],
  [
    "a protected ID",
    { kind: "no-plan", failure: { kind: "protected", ids: [1], plan: plan([1]) } },
    {},
    true,
    "CSRs: nothing was deleted",
  ],
  [
    "a selection that cannot be listed",
    { kind: "no-plan", failure: { kind: "lookup-failed", lookup: lookup([], denied) } },
    {},
    true,
    "CSRs: nothing was deleted",
  ],
  [
    "a dry run without credentials",
    dryRun([1, 2]),
    {},
    false,
    "Dry run: would delete 2 (not looked up: no credentials)",
  ],
  ["a dry run of nothing", dryRun([]), {}, false, "Dry run: nothing to do"],
  ["a dry run of CSRs that exist", dryRun([1, 2], lookup([csr(1), csr(2)])), {}, false, "Dry run: would delete 2"],
  [
    "a dry run of which one is gone",
    dryRun([1, 2], lookup([csr(1)])),
    {},
    false,
    "Dry run: would delete 1, 1 already absent",
  ],
  [
    "a dry run that may not list",
    dryRun([1, 2], lookup([csr(1)], denied)),
    {},
    false,
    "Dry run: would delete 2 (1 seen, 1 could not be looked up)",
  ],
  [
    "a dry run of a list that keeps changing",
    dryRun([1, 2], changing),
    {},
    false,
    "Dry run: would delete 2 (1 seen, 1 could not be looked up)",
  ],
  [
    "a dry run of a selection",
    { kind: "dry-run", plan: selection([row(1), row(2), row(3, "newest")]) },
    {},
    false,
    "Dry run: would delete 2, keep 1",
  ],
];

test.each(cases)("%s", (_name, outcome, more, failed, result) => {
  expect(evaluate(record(outcome, more))).toMatchObject({ failed, result });
});

test.each(cases.filter(([, , , failed]) => failed))("%s: there is a reason", (_name, outcome, more) => {
  const { errors, causes } = evaluate(record(outcome, more));
  expect(errors.length + causes.length).toBeGreaterThan(0);
});

describe("a dry run fails if the deletion would meet the failure of its lookup as well", () => {
  test.each([
    ["AuthFailure.SignatureFailure", true],
    ["Clock.TooFarOff", true],
    ["Network.NotFound", true],
    ["Network.ConnectFailed", true],
    ["Network.ProxyRefused", true],
    ["Tls.Untrusted", true],
    ["InvalidAction", true],
    ["InternalError", true],
    ["RequestLimitExceeded", true],
    ["Sts.UnauthorizedOperation", true],
    ["Oidc.NotPermitted", true],
    ["UnauthorizedOperation", false],
    ["AuthFailure.UnauthorizedOperation", false],
    ["FailedOperation", false],
  ])("%s: %s", (code, failed) => {
    const verdict = evaluate(record(dryRun([1], lookup([], apiFailure(code, "m")))));
    expect(verdict.failed).toBe(failed);
    expect(annotationsOf(verdict)).toMatchObject([
      { level: failed ? "error" : "warning", message: expect.stringContaining(code) },
    ]);
  });
});

test("calls, retries and duration are counted, and no retry is not mentioned", () => {
  const cost = (attempts: RunRecord["attempts"]) => evaluate(record(deletion([[1, deleted]]), { attempts })).cost;
  expect(cost([attempt(), attempt({ retry: true }), attempt()])).toBe("3 calls, 1 of them a retry, 1.2 s");
  expect(cost([attempt(), attempt({ retry: true }), attempt({ retry: true })])).toContain("2 of them retries");
  expect(cost([attempt()])).toBe("1 call, 1.2 s");
});

describe("annotations", () => {
  const annotations = (outcome: RunOutcome, more: Partial<RunRecord> = {}) =>
    annotationsOf(evaluate(record(outcome, more)));

  test("are one for each cause, never one for each ID", () => {
    const denial = left("skipped", "UnauthorizedOperation", "no\r\n::error::permission");
    const outcomes = Array.from({ length: 30 }, (_, index) => [index + 1, denial] as const);
    const remaining = [31, left("remaining", "UnauthorizedOperation")] as const;
    expect(annotations(deletion([...outcomes, remaining]))).toEqual([
      {
        level: "error",
        title: "CSRs not deleted: UnauthorizedOperation",
        message:
          "30 CSRs not deleted: refused, 1 CSR still there (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20 … and 11 more).\n" +
          "`UnauthorizedOperation`: the key or role has no permission for this operation. The API's message: `no ::error::permission`. " +
          "What to do: Grant `ssl:BatchDeleteCSR` on the CSRs and `ssl:DescribeCSRSet` on `*` to the user or role (policy in the README). RequestId: `request-2`.",
      },
    ]);
  });

  test("say that a refused ID was refused, and an unsent one never sent", () => {
    const unsent = { name: "skipped", cause: { code: "Network.ConnectFailed", message: "" } } as const;
    expect(annotations(deletion([[1, unsent]]))[0]?.message).toMatch(/^1 CSR never sent \(1\)\./);
    const proxy = { name: "skipped", cause: { code: "Network.ProxyRefused", message: "", status: 403 } } as const;
    expect(annotations(deletion([[1, proxy]]))[0]?.message).toMatch(/^1 CSR not deleted: refused \(1\)\./);
  });

  test("are at most ten errors, the causes of most IDs first", () => {
    const outcomes = Array.from(
      { length: 100 },
      (_, index) => [index + 1, left("unknown", `Code${index % 15}`)] as const,
    );
    const shown = annotations(deletion([[999, left("unknown", "Rare")], ...outcomes]));
    expect(shown).toHaveLength(10);
    expect(shown.at(-1)).toMatchObject({ title: "7 more errors", message: "See the summary and the report file." });
    expect(shown.map(({ title }) => title)).not.toContain("CSRs not deleted: Rare");
    expect(annotations(deletion(outcomes.slice(0, 10)))).toHaveLength(10);
  });

  test("for absent CSRs are a warning, an error, or none; a lost response is mentioned", () => {
    const outcome = deletion([
      [1, absent()],
      [2, absent(true)],
    ]);
    const levels = (["warn", "fail", "ignore"] as const).map((onAbsent) =>
      annotations(outcome, { inputs: inputs({ onAbsent }) }).map(({ level }) => level),
    );
    expect(levels).toEqual([["warning"], ["error"], []]);
    expect(annotations(outcome)[0]?.message).toMatch(
      /^2 CSRs not in the account: 1, 2\.\nA call of this run may have deleted/,
    );
    expect(annotations(deletion([[1, absent()]]))[0]?.message).toMatch(/most likely gone before/);
  });

  test("say when the CSRs could not be listed, and why", () => {
    const outcomes = [[1, left("unknown", "NotConfirmed")]] as const;
    expect(annotations(deletion(outcomes, { lookup: lookup([], denied) }))[1]).toMatchObject({
      level: "warning",
      message: expect.stringContaining("ssl:DescribeCSRSet"),
    });
    expect(annotations(deletion(outcomes, { lookup: changing }))[1]?.message).toContain("`ListChanged`");
    const cancelled = annotations(deletion([[1, left("unknown", "Cancelled")]], { lookup: changing }), {
      cancelled: true,
    });
    expect(cancelled).toHaveLength(1);
  });

  test("that say the same are one", () => {
    const warning = { title: "t", message: "m" };
    expect(
      annotations({ kind: "invalid-inputs", problems: ["a", "a", "b"] }, { warnings: [warning, warning] }),
    ).toEqual([
      { level: "error", title: "Nothing was deleted", message: "a" },
      { level: "error", title: "Nothing was deleted", message: "b" },
      { level: "warning", ...warning },
    ]);
  });

  test("tell of a corrected clock", () => {
    const messages = [600_000, -61_000].map(
      (clockOffsetMs) => annotations(deletion([[1, deleted]]), { clockOffsetMs })[0]?.message,
    );
    expect(messages).toEqual([
      expect.stringContaining("600.0 s behind the API's"),
      expect.stringContaining("61.0 s ahead of the API's"),
    ]);
  });

  test("tell of unexpected values once each, at most ten", () => {
    const unexpectedValues = [
      undefined,
      null,
      "`x`",
      { a: ["b"] },
      7,
      7,
      ...Array.from({ length: 20 }, (_, index) => index + 10),
    ];
    const [warning, ...others] = annotations(deletion([[1, deleted]], { unexpectedValues }));
    expect(others).toEqual([]);
    expect(warning).toMatchObject({ level: "warning", title: "Unexpected values in the response" });
    expect(warning?.message).toContain('``undefined, null, "`x`", {"a":["b"]}, 7, 10, 11, 12, 13, 14``');
  });

  test("tell of CSRs that are kept because their time cannot be read", () => {
    const outcome: RunOutcome = { kind: "dry-run", plan: selection([row(1), row(2, "time-unreadable")]) };
    expect(annotations(outcome)).toMatchObject([
      { level: "warning", message: expect.stringMatching(/^1 CSR kept.*: 2\.$/) },
    ]);
  });

  test("explain guards, with the way out", () => {
    const [tooMany] = annotations({
      kind: "no-plan",
      failure: { kind: "too-many", planned: 1234, max: 100, plan: plan([1]) },
    });
    expect(tooMany?.message).toMatch(/would delete 1,234 CSRs.*\(100\).*\n.*`max-deletions: 1234`/);
    const [guarded] = annotations({
      kind: "no-plan",
      failure: { kind: "protected", ids: [5, 6], plan: plan([5, 6, 7]) },
    });
    expect(guarded?.message).toMatch(/^2 CSRs of the list are protected by `protect`: 5, 6\./);
    const [unlisted] = annotations({ kind: "no-plan", failure: { kind: "lookup-failed", lookup: lookup([], denied) } });
    expect(unlisted?.message).toMatch(/no plan\.\n`UnauthorizedOperation`/);
  });

  test("show the job's identity when the login was refused", () => {
    const stoppedBy = apiFailure("Sts.UnauthorizedOperation", "no");
    const claims = { iss: "https://i", sub: "repo:o/r:ref:x", aud: "a", jobWorkflowRef: undefined };
    const identity = { roleArn: "qcs::cam::uin/1:roleName/r", sessionName: "s", provider: "p", claims };
    const outcome = deletion([[1, left("skipped", stoppedBy.code)]], { stoppedBy });
    expect(annotations(outcome, { identity })[0]).toMatchObject({
      level: "error",
      title: "The login was refused",
      message: expect.stringContaining("`sub` `repo:o/r:ref:x`"),
    });
  });
});
