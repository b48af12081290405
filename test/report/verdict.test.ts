import { describe, expect, test } from "vitest";
import type { RunOutcome, RunRecord } from "../../src/report/run-record.ts";
import { annotationsOf, evaluate } from "../../src/report/verdict.ts";
import { apiFailure } from "../../src/tencentcloud/failure.ts";
import {
  absent,
  attempt,
  deleted,
  deletion,
  denied,
  dryRun,
  inconsistent,
  inputs,
  invalidInputs,
  lookup,
  noPlan,
  notDeleted,
  planOfIds,
  planOfRows,
  record,
  row,
  wrongKey,
} from "./records.ts";

const onAbsent = (value: "ignore" | "warn" | "fail") => ({ inputs: inputs({ onAbsent: value }) });
const selection = planOfRows([row(1), row(2, {}, "newest"), row(3, {}, "protected")]);
const internalError = (ids?: readonly number[]): RunOutcome => ({
  kind: "internal-error",
  message: "m",
  plan: ids && planOfIds(ids),
});

test.each<[string, RunOutcome, Partial<RunRecord>, boolean, string]>([
  ["all are deleted", deletion([[1, deleted]]), {}, false, "CSRs: 1 deleted"],
  ["there is nothing to do", deletion([]), {}, false, "CSRs: nothing to do"],
  ["one is absent", deletion([[2, absent()]]), {}, false, "CSRs: 1 absent"],
  ["one is absent, which is to fail", deletion([[2, absent()]]), onAbsent("fail"), true, "CSRs: 1 absent"],
  ["one remains", deletion([[1, notDeleted("remaining", "X")]]), {}, true, "CSRs: 1 remaining"],
  ["one is unknown", deletion([[1, notDeleted("unknown", "X")]]), {}, true, "CSRs: 1 unknown"],
  ["one is skipped", deletion([[1, notDeleted("skipped", "X")]]), {}, true, "CSRs: 1 skipped"],
  [
    "it was cancelled after the last call",
    deletion([[1, deleted]]),
    { cancelled: true },
    true,
    "Cancelled. CSRs: 1 deleted",
  ],
  ["inputs are wrong", invalidInputs("p"), {}, true, "CSRs: nothing was deleted"],
  [
    "there is no plan",
    noPlan({ kind: "lookup-failed", lookup: lookup([], denied) }),
    {},
    true,
    "CSRs: nothing was deleted",
  ],
  ["the action failed at once", internalError(), {}, true, "CSRs: nothing was deleted"],
  ["the action failed with a plan", internalError([1, 2]), {}, true, "CSRs: 2 unknown"],
  [
    "the action failed in a dry run",
    internalError([1, 2]),
    { inputs: inputs({ dryRun: true }) },
    true,
    "CSRs: nothing was deleted",
  ],
])("if %s", (_name, outcome, more, failed, result) => {
  expect(evaluate(record(outcome, more))).toMatchObject({ failed, result });
});

test.each<[string, RunOutcome, boolean, string]>([
  [
    "without credentials",
    dryRun(planOfIds([1, 2])),
    false,
    "Dry run: would delete 2 (not looked up: no credentials)",
  ],
  ["of nothing", dryRun(planOfIds([])), false, "Dry run: nothing to do"],
  ["of what exists", dryRun(planOfIds([1, 2], lookup([1, 2]))), false, "Dry run: would delete 2"],
  ["of three, two absent", dryRun(planOfIds([1, 2, 3], lookup([1]))), false, "Dry run: would delete 1, 2 already absent"],
  [
    "that may not list",
    dryRun(planOfIds([1, 2], lookup([1], denied))),
    false,
    "Dry run: would delete 2 (1 seen, 1 could not be looked up)",
  ],
  [
    "whose listing changed all the time",
    dryRun(planOfIds([1], inconsistent)),
    false,
    "Dry run: would delete 1 (0 seen, 1 could not be looked up)",
  ],
  ["of a selection", dryRun(selection), false, "Dry run: would delete 1, keep 2"],
])("a dry run %s", (_name, outcome, failed, result) => {
  expect(evaluate(record(outcome))).toMatchObject({ failed, result });
});

test.each(["AuthFailure.SignatureFailure", "Network.NotFound", "Network.ProxyRefused", "Tls.Untrusted", "InvalidAction", "Clock.TooFarOff", "Sts.UnauthorizedOperation", "Oidc.NotPermitted"])(
  "a dry run fails on %s, which a deletion would meet as well, and says so",
  (code) => {
    const verdict = evaluate(record(dryRun(planOfIds([1], lookup([], apiFailure(code, "m"))))));
    expect(verdict.failed).toBe(true);
    expect(verdict.errors[0]?.message).toContain(`\`${code}\``);
    expect(verdict.warnings).toEqual([]);
  },
);

test("the cost counts calls and retries", () => {
  const costOf = (...retries: readonly boolean[]) =>
    evaluate(record(deletion([]), { attempts: retries.map((retry) => attempt({ retry })) })).cost;
  expect([costOf(), costOf(false), costOf(false, true), costOf(true, true, false)]).toEqual([
    "0 calls, 1.2 s",
    "1 call, 1.2 s",
    "2 calls, 1 of them a retry, 1.2 s",
    "3 calls, 2 of them retries, 1.2 s",
  ]);
});

const notesOf = (outcome: RunOutcome, more: Partial<RunRecord> = {}) => {
  const { errors, warnings } = evaluate(record(outcome, more));
  return { errors: errors.map(({ message }) => message), warnings: warnings.map(({ message }) => message) };
};

describe("what is said", () => {
  test("about a guard names the number or the IDs, and what to change", () => {
    const tooMany = notesOf(noPlan({ kind: "too-many", planned: 1200, max: 100, plan: selection }));
    expect(tooMany.errors).toEqual([expect.stringMatching(/1,200 CSRs.*\(100\)[\s\S]*`max-deletions: 1200`/)]);
    const refused = notesOf(noPlan({ kind: "protected", ids: [7, 8], plan: planOfIds([7, 8]) }));
    expect(refused.errors).toEqual([expect.stringMatching(/2 CSRs of the list are protected by `protect`: 7, 8/)]);
  });

  test("about a plan that could not be made is why", () => {
    const failed = (found: typeof inconsistent, more = {}) =>
      notesOf(noPlan({ kind: "lookup-failed", lookup: found }), more).errors.join();
    expect(failed(lookup([], denied))).toContain("`ssl:DescribeCSRSet`");
    expect(failed(inconsistent)).toContain("`ListChanged`");
    expect(failed(inconsistent, { cancelled: true })).toContain("`Cancelled`");
  });

  test("about absent CSRs is a warning, an error, or nothing", () => {
    const outcome = deletion([
      [1, absent()],
      [2, absent(true)],
    ]);
    const notes = (["warn", "fail", "ignore"] as const).map((value) => notesOf(outcome, onAbsent(value)));
    expect(notes.map(({ errors, warnings }) => [errors.length, warnings.length])).toEqual([
      [0, 1],
      [1, 0],
      [0, 0],
    ]);
  });

  test("about absent CSRs does not deny that this run may have deleted them", () => {
    expect(notesOf(deletion([[2, absent(true)]])).warnings[0]).toContain("A call of this run may have deleted them");
    expect(notesOf(deletion([[2, absent()]])).warnings[0]).toContain("most likely gone before");
  });

  test("about a lookup that failed after the deletion is a warning", () => {
    const unknown = deletion([[1, notDeleted("unknown", "NotConfirmed")]], { lookup: lookup([], denied) });
    expect(notesOf(unknown).warnings[0]).toContain("`ssl:DescribeCSRSet`");
  });

  test("about a refused login shows the token's claims", () => {
    const refused = apiFailure("Sts.UnauthorizedOperation", "m", { requestId: "r" });
    const claims = { iss: "https://issuer.example", sub: "repo:o/r", aud: "sts", jobWorkflowRef: undefined };
    const identity = { roleArn: "qcs::cam::uin/1:roleName/r", sessionName: "s", provider: "github", claims };
    const outcome = deletion([[1, notDeleted("skipped", refused.code)]], { stoppedBy: refused });
    expect(notesOf(outcome, { identity }).errors.join()).toContain("`sub` `repo:o/r`");
  });

  test("about values of `Success` that were not asked for has each value once", () => {
    const outcome = deletion([[1, deleted]], { unexpectedValues: [9, "9", null, { a: 1 }, 9] });
    expect(notesOf(outcome).warnings).toEqual([expect.stringContaining('`9, "9", null, {"a":1}`')]);
  });

  test("about the clock is in which direction it is wrong", () => {
    expect(notesOf(deletion([]), { clockOffsetMs: 600_000 }).warnings[0]).toContain("600.0 s behind");
    expect(notesOf(deletion([]), { clockOffsetMs: -61_000 }).warnings[0]).toContain("61.0 s ahead of");
  });

  test("about unreadable creation times names the CSRs that are kept for it", () => {
    const plan = planOfRows([row(1), row(2, { createTime: undefined }, "time-unreadable")]);
    expect(notesOf(dryRun(plan)).warnings).toEqual([expect.stringMatching(/1 CSR kept.*: 2\./)]);
  });

  test("twice is said once", () => {
    const warning = { title: "t", message: "m" };
    expect(evaluate(record(deletion([]), { warnings: [warning, { ...warning }] })).warnings).toEqual([warning]);
  });

  test("about a cancel is nothing more if the causes say it", () => {
    expect(evaluate(record(deletion([[1, deleted]]), { cancelled: true })).errors).toMatchObject([
      { title: "Cancelled" },
    ]);
    const skipped = deletion([[1, notDeleted("skipped", "Cancelled")]]);
    expect(evaluate(record(skipped, { cancelled: true })).errors).toEqual([]);
  });
});

describe("annotations", () => {
  const annotations = (outcome: RunOutcome, more: Partial<RunRecord> = {}) =>
    annotationsOf(evaluate(record(outcome, more)));

  test("are one for each cause, never one for each ID, with code, meaning, remedy and RequestId", () => {
    const refusal = notDeleted("remaining", "UnauthorizedOperation", "no\r\n::error::permission");
    const outcomes = Array.from({ length: 30 }, (_, index) => [index + 1, refusal] as const);
    const all = annotations(deletion(outcomes));
    expect(all).toMatchObject([{ level: "error", title: "CSRs not deleted: UnauthorizedOperation" }]);
    const message = all[0]?.message ?? "";
    expect(message).toContain("30 CSRs still there");
    expect(message).toContain("19, 20 … and 10 more");
    expect(message).toContain("`UnauthorizedOperation`: the key or role has no permission for this operation.");
    expect(message).toContain("The API's message: `no ::error::permission`.");
    expect(message).toContain("What to do: Grant `ssl:BatchDeleteCSR`");
    expect(message).toContain("RequestId: `request-2`.");
  });

  test("are at most ten of a kind, the causes of most IDs first", () => {
    const outcomes = Array.from(
      { length: 100 },
      (_, index) => [index + 1, notDeleted("unknown", `Code${index % 15}`)] as const,
    );
    const warnings = Array.from({ length: 12 }, (_, index) => ({ title: "t", message: `${index}` }));
    const all = annotations(deletion([[999, notDeleted("unknown", "Rare")], ...outcomes]), { warnings });
    const errors = all.filter(({ level }) => level === "error");
    expect(errors).toHaveLength(10);
    expect(errors.at(-1)?.title).toBe("7 more errors");
    expect(errors.map(({ title }) => title)).not.toContain("CSRs not deleted: Rare");
    expect(all.filter(({ level }) => level === "warning")).toHaveLength(10);
    expect(all.at(-1)?.title).toBe("3 more warnings");
  });

  test("are one for each problem of the inputs", () => {
    expect(annotations(invalidInputs("a", "b"))).toEqual([
      { level: "error", title: "Nothing was deleted", message: "a" },
      { level: "error", title: "Nothing was deleted", message: "b" },
    ]);
  });
});
