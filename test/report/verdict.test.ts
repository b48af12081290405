import { describe, expect, test } from "vitest";
import type { Work } from "../../src/report/result.ts";
import { judge } from "../../src/report/verdict.ts";
import { fault } from "../../src/tencentcloud/fault.ts";
import { absent, call, cleanUp, deleted, left, result } from "./results.ts";

const dryRun = (ids: number[], listing?: Extract<Work, { kind: "dry run" }>["listing"]): Work => ({
  kind: "dry run",
  ids,
  ...(listing ? { listing } : {}),
});
const denied = fault("UnauthorizedOperation", "m", { requestId: "r" });

test.each([
  ["all deleted", cleanUp([[1, deleted]]), {}, false, "CSRs: 1 deleted (0 calls, 1.2 s)."],
  ["nothing to do", cleanUp([]), {}, false, "CSRs: nothing to do (0 calls, 1.2 s)."],
  [
    "one absent",
    cleanUp([
      [1, deleted],
      [2, absent()],
    ]),
    {},
    false,
    "CSRs: 1 deleted, 1 absent (0 calls, 1.2 s).",
  ],
  [
    "one absent, and that is to fail",
    cleanUp([[2, absent()]]),
    { onAbsent: "fail" as const },
    true,
    "CSRs: 1 absent (0 calls, 1.2 s).",
  ],
  ["one remaining", cleanUp([[1, left("remaining", "LeftOut")]]), {}, true, "CSRs: 1 remaining (0 calls, 1.2 s)."],
  ["one unknown", cleanUp([[1, left("unknown", "X")]]), {}, true, "CSRs: 1 unknown (0 calls, 1.2 s)."],
  ["one skipped", cleanUp([[1, left("skipped", "X")]]), {}, true, "CSRs: 1 skipped (0 calls, 1.2 s)."],
  [
    "cancelled with all done",
    cleanUp([[1, deleted]]),
    { cancelled: true },
    true,
    "Cancelled. CSRs: 1 deleted (0 calls, 1.2 s).",
  ],
  ["wrong inputs", { kind: "failed", ids: [], problems: ["p"] } as Work, {}, true, "No call was made."],
  [
    "a dry run without credentials",
    dryRun([1, 2]),
    {},
    false,
    "Dry run: would ask for 2 (not looked up: no credentials) (0 calls, 1.2 s).",
  ],
  ["a dry run of nothing", dryRun([]), {}, false, "Dry run: nothing to do (0 calls, 1.2 s)."],
  [
    "a dry run of what is there",
    dryRun([1, 2], { present: new Set([1, 2]), complete: true }),
    {},
    false,
    "Dry run: would delete 2 (0 calls, 1.2 s).",
  ],
  [
    "a dry run of which one is gone",
    dryRun([1, 2, 3], { present: new Set([1, 2]), complete: true }),
    {},
    false,
    "Dry run: would delete 2, 1 is already absent (0 calls, 1.2 s).",
  ],
  [
    "a dry run of which two are gone",
    dryRun([1, 2, 3], { present: new Set([1]), complete: true }),
    {},
    false,
    "Dry run: would delete 1, 2 are already absent (0 calls, 1.2 s).",
  ],
  [
    "a dry run that may not list",
    dryRun([1, 2], { present: new Set([1]), complete: false, fault: denied }),
    {},
    false,
    "Dry run: would ask for 2 (1 seen, 1 could not be looked up) (0 calls, 1.2 s).",
  ],
  [
    "a dry run with a wrong key",
    dryRun([1], { present: new Set(), complete: false, fault: fault("AuthFailure.SignatureFailure", "m") }),
    {},
    true,
    "Dry run: would ask for 1 (0 seen, 1 could not be looked up) (0 calls, 1.2 s).",
  ],
])("%s", (_name, work, more, failed, headline) => {
  expect(judge(result(work, more))).toMatchObject({ failed, headline });
});

test("the headline counts calls and retries", () => {
  const calls = [call(), call({ retry: true }), call()];
  expect(judge(result(cleanUp([[1, deleted]]), { calls })).headline).toBe(
    "CSRs: 1 deleted (3 calls, 1 of them retries, 1.2 s).",
  );
  expect(judge(result(cleanUp([[1, deleted]]), { calls: [call()] })).headline).toContain("(1 call, ");
});

describe("annotations", () => {
  test("are one for each cause, never one for each ID, with code, meaning, remedy and RequestId", () => {
    const denial = left("remaining", "UnauthorizedOperation", "no\r\n::error::permission");
    const outcomes = Array.from(
      { length: 30 },
      (_, index) => [index + 1, index < 29 ? denial : left("skipped", "UnauthorizedOperation")] as const,
    );
    const { annotations } = judge(result(cleanUp(outcomes)));
    expect(annotations).toEqual([
      {
        level: "error",
        title: "CSRs not deleted: UnauthorizedOperation",
        message:
          "29 CSRs still there, 1 CSR never sent: 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20 … and 10 more.\n" +
          "UnauthorizedOperation: the key may not do this. The answer: “no ::error::permission”. " +
          "What to do: Grant `ssl:BatchDeleteCSR` on the CSRs and `ssl:DescribeCSRSet` on `*` to the key's user or role (see the README's policy). RequestId: request-2.",
      },
    ]);
  });

  test("are at most ten errors, the causes of most IDs first", () => {
    const outcomes = Array.from(
      { length: 100 },
      (_, index) => [index + 1, left("unknown", `Code${index % 15}`)] as const,
    );
    const { annotations } = judge(result(cleanUp([[999, left("unknown", "Rare")], ...outcomes])));
    expect(annotations).toHaveLength(10);
    expect(annotations.at(-1)?.message).toBe("7 further causes: see the summary and the report file.");
    expect(annotations.map(({ title }) => title)).not.toContain("CSRs not deleted: Rare");
  });

  test("for absent CSRs are a warning, an error, or none; a lost answer is told", () => {
    const work = cleanUp([
      [1, absent()],
      [2, absent(true)],
    ]);
    const levels = (["warn", "fail", "ignore"] as const).map((onAbsent) =>
      judge(result(work, { onAbsent })).annotations.map(({ level }) => level),
    );
    expect(levels).toEqual([["warning"], ["error"], []]);
    expect(judge(result(work)).annotations[0]?.message).toMatch(
      /^2 CSRs not in the account: 1, 2\.\nAn answer was lost/,
    );
    expect(judge(result(cleanUp([[1, absent()]]))).annotations[0]?.message).toMatch(
      /most likely they were gone before/,
    );
  });

  test("say when the list could not be read, and why", () => {
    const work = {
      ...cleanUp([[1, left("unknown", "NotConfirmed")]]),
      listing: { present: new Set<number>(), complete: false, fault: denied },
    } as Work;
    expect(judge(result(work)).annotations[1]).toMatchObject({
      level: "warning",
      message: expect.stringContaining("ssl:DescribeCSRSet"),
    });
    const changing = {
      ...cleanUp([[1, left("unknown", "ListChanged")]]),
      listing: { present: new Set<number>(), complete: false },
    } as Work;
    expect(judge(result(changing)).annotations[1]?.message).toContain("changed");
  });

  test("hold the notices and each problem of the inputs", () => {
    const notice = { level: "warning", title: "t", message: "m" } as const;
    expect(judge(result({ kind: "failed", ids: [], problems: ["a", "b"] }, { notices: [notice] })).annotations).toEqual(
      [
        { level: "error", title: "Nothing was deleted", message: "a" },
        { level: "error", title: "Nothing was deleted", message: "b" },
        notice,
      ],
    );
  });

  test("say that the run was cancelled when nothing else does", () => {
    expect(judge(result(cleanUp([[1, deleted]]), { cancelled: true })).annotations).toMatchObject([
      { level: "error", title: "Cancelled" },
    ]);
    expect(judge(result(cleanUp([[1, left("skipped", "Cancelled")]]), { cancelled: true })).annotations).toHaveLength(
      1,
    );
  });
});
