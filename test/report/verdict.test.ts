import { describe, expect, test } from "vitest";
import { plainText } from "../../src/report/text.ts";
import { describeCost, evaluate } from "../../src/report/verdict.ts";
import type { Note } from "../../src/shared/note.ts";
import type { RunRecord } from "../../src/shared/run-record.ts";
import { apiFailure, errorInfo } from "../../src/tencentcloud/errors.ts";
import {
  absent,
  attempt,
  crashed,
  deleted,
  deletion,
  denied,
  dryRun,
  inconsistent,
  inputs,
  listing,
  notDeleted,
  notListed,
  planOfIds,
  planOfRows,
  record,
  refused,
  row,
  tooMany,
  wrongInputs,
  wrongKey,
} from "./records.ts";

const plan = planOfRows([row(1), row(2, {}, "newest"), row(3, {}, "protected")]);
const twoAbsent = planOfIds([1, 2, 3], listing([1]));
const onAbsent = (value: "ignore" | "warn" | "fail", given: RunRecord): RunRecord => ({
  ...given,
  inputs: inputs({ ...given.inputs, onAbsent: value }),
});

test.each<[string, RunRecord, boolean, string]>([
  ["all are deleted", deletion([[1, deleted]]), false, "CSRs: 1 deleted"],
  ["there is nothing to do", deletion([]), false, "CSRs: nothing to do"],
  ["a selection keeps some", deletion([[1, deleted]], {}, plan), false, "CSRs: 1 deleted, 2 kept"],
  ["one is absent", deletion([[2, absent()]]), false, "CSRs: 1 absent"],
  ["one is absent, which is to fail", onAbsent("fail", deletion([[2, absent()]])), true, "CSRs: 1 absent"],
  ["one remains", deletion([[1, notDeleted("remaining", "X")]]), true, "CSRs: 1 remaining"],
  ["one is unknown", deletion([[1, notDeleted("unknown", "X")]]), true, "CSRs: 1 unknown"],
  ["one is skipped", deletion([[1, notDeleted("skipped", "X")]]), true, "CSRs: 1 skipped"],
  [
    "it was cancelled after the last call",
    { ...deletion([[1, deleted]]), cancelled: true },
    true,
    "Cancelled. CSRs: 1 deleted",
  ],
  ["inputs are wrong", wrongInputs("p", "q"), true, "Nothing was deleted: 2 problems with the inputs"],
  ["an input is wrong", wrongInputs("p"), true, "Nothing was deleted: 1 problem with the inputs"],
  [
    "nothing could be listed",
    notListed(listing([], denied)),
    true,
    "Nothing was deleted: the CSRs could not be listed",
  ],
  ["the key is wrong", notListed(listing([], wrongKey)), true, "Nothing was deleted: the credentials were refused"],
  [
    "the login failed",
    notListed(listing([], apiFailure("Sts.UnauthorizedOperation", "m"))),
    true,
    "Nothing was deleted: the login failed",
  ],
  [
    "it was cancelled before there was a plan",
    { ...notListed(inconsistent), cancelled: true },
    true,
    "Cancelled. Nothing was deleted",
  ],
  [
    "given CSRs are protected",
    refused({ kind: "protected", ids: [1] }),
    true,
    "Nothing was deleted: given CSRs are protected",
  ],
  [
    "there are too many, and an entry matches nothing",
    tooMany({ ...plan, unmatched: [{ input: "protect", entry: "x" }] }),
    true,
    "Nothing was deleted: the plan has more deletions than max-deletions allows",
  ],
  ["the action failed at once", crashed(), true, "The action failed"],
  ["the action failed without a word", { ...crashed(), crash: "" }, true, "The action failed"],
  ["the action failed with a plan", crashed(planOfIds([1, 2])), true, "CSRs: 2 unknown"],
  [
    "the action failed in a dry run",
    { ...crashed(planOfIds([1, 2])), inputs: inputs({ dryRun: true }) },
    true,
    "The action failed",
  ],
])("if %s", (_name, given, failed, result) => {
  expect(evaluate(given)).toMatchObject({ failed, result });
  // What came up while publishing is not what happened to the CSRs.
  expect(evaluate(given, [{ level: "warning", title: "Trouble", message: "m" }])).toMatchObject({ failed, result });
});

test.each<[string, RunRecord, boolean, string]>([
  [
    "that checked the inputs only",
    dryRun(planOfIds([1, 2])),
    false,
    "Dry run: would delete 2 (only the inputs were checked)",
  ],
  ["of nothing", dryRun(planOfIds([])), false, "Dry run: nothing to do"],
  ["of what exists", dryRun(planOfIds([1, 2], listing([1, 2]))), false, "Dry run: would delete 2"],
  ["of three, two absent", dryRun(twoAbsent), false, "Dry run: would delete 1, 2 already absent"],
  ["of a selection", dryRun(plan), false, "Dry run: would delete 1, 2 kept"],
  [
    "that may not list",
    { ...notListed(listing([], denied), "`dry-run`"), inputs: inputs({ dryRun: true }) },
    true,
    "Dry run failed: the CSRs could not be listed",
  ],
])("a dry run %s", (_name, given, failed, result) => {
  expect(evaluate(given)).toMatchObject({ failed, result });
});

test("a run that is refused never says that it would delete, or has deleted, anything", () => {
  const { result, notes, annotations } = evaluate(notListed(listing([], denied)));
  expect(JSON.stringify([result, notes, annotations])).not.toMatch(/would delete|would be deleted/i);
});

test.each<[string, RunRecord, string]>([
  ["success", deletion([[1, deleted]]), "✅"],
  ["a warning about CSRs", deletion([[1, absent()]]), "⚠️"],
  ["a failure", deletion([[1, notDeleted("remaining", "X")]]), "❌"],
  [
    "success, although the endpoint is worth a warning",
    record({
      ...deletion([[1, deleted]]),
      inputs: inputs({ warnings: [{ level: "warning", title: "Loopback", message: "m" }] }),
    }),
    "✅",
  ],
  ["success, although the clock is wrong", { ...deletion([[1, deleted]]), clockOffsetMs: 600_000 }, "✅"],
])("the sign shows %s", (_name, given, sign) => {
  expect(evaluate(given).sign).toBe(sign);
});

test("the cost counts calls and retries", () => {
  const costOf = (...retries: readonly boolean[]) =>
    describeCost(record({ calls: retries.map((retry) => attempt({ retry })) }));
  expect([costOf(), costOf(false), costOf(false, true), costOf(true, true, false)]).toEqual([
    "0 calls, 1.2 s",
    "1 call, 1.2 s",
    "2 calls, including 1 retry, 1.2 s",
    "3 calls, including 2 retries, 1.2 s",
  ]);
});

const said = (given: RunRecord, level?: Note["level"]): string =>
  evaluate(given)
    .notes.filter((note) => level === undefined || note.level === level)
    .map(({ title, message }) => `${title}: ${message}`)
    .join("\n");

describe("what is said", () => {
  test("about a guard names the number or the IDs, and what to change", () => {
    expect(said(tooMany(plan))).toMatch(/1,200 CSRs; `max-deletions` is 100\.\n[\s\S]*`max-deletions: 1200` or more/);
    expect(said(refused({ kind: "protected", ids: [7, 8] }))).toMatch(/`protect` protects 2 CSRs of the list: 7, 8\./);
    expect(said(refused({ kind: "absent", ids: [2, 3] }, twoAbsent))).toMatch(
      /2 CSRs not in the account: 2, 3\.[\s\S]*`on-absent: fail`/,
    );
    expect(said(refused({ kind: "accounts", found: ["111"], allowed: ["222", "333"] }))).toMatch(
      /The CSRs belong to `111`, but `allowed-account-ids` allows only `222`, `333`\./,
    );
    expect(said(refused({ kind: "accounts", found: [], allowed: ["222"] }))).toMatch(
      /belong to an account that the listing does not name/,
    );
  });

  test("about a plan that could not be made is why, for what a listing is needed, and which permission is missing", () => {
    const text = said(notListed(listing([], denied), "`dry-run`"));
    expect(text).toContain("The list of CSRs is needed for `dry-run`. The permission `ssl:DescribeCSRSet` is missing.");
    expect(text).toContain(`\`UnauthorizedOperation\`: ${errorInfo("UnauthorizedOperation").meaning}.`);
    expect(said(notListed(inconsistent))).toContain("`ListChanged`");
    expect(said(notListed(listing([], apiFailure("InternalError", "m"))))).not.toContain("is missing");
  });

  test("about a cancel before there was a plan is only that", () => {
    const { notes } = evaluate({ ...notListed(inconsistent, "the plan"), cancelled: true });
    expect(notes).toMatchObject([{ level: "error", title: "Cancelled", message: expect.stringContaining("again") }]);
    const cancelled = notListed(listing([], apiFailure("Cancelled", "m")));
    expect(evaluate({ ...cancelled, cancelled: true }).notes).toMatchObject([{ title: "Cancelled" }]);
  });

  test("about a cancel hides no failure that came before it", () => {
    const { notes } = evaluate({ ...notListed(listing([], wrongKey)), cancelled: true });
    expect(notes).toMatchObject([{ level: "error", title: "The credentials were refused" }]);
  });

  test("about a mistake of the action names it, and what it means", () => {
    const { notes } = evaluate(crashed());
    expect(notes).toMatchObject([{ level: "error", title: "The action failed" }]);
    expect(notes[0]?.message).toMatch(/^`Internal\.Error`: .*Message: `boom`\./);
  });

  test("about values that nobody asked for says which, and that they do not count", () => {
    const { notes } = evaluate(deletion([[1, deleted]], { unexpectedValues: ["7", "an array", "7"] }));
    expect(notes).toMatchObject([{ level: "warning", title: "Unexpected values in the response" }]);
    expect(notes[0]?.message).toMatch(/not asked for.* not counted: `7`, `an array`\.$/);
    const many = Array.from({ length: 12 }, (_, index) => `v${index}`);
    expect(said(deletion([[1, deleted]], { unexpectedValues: many }))).toContain("`v9` … and 2 more.");
  });

  test("about refusals has a title and a remedy", () => {
    const noteOf = (refusal: Parameters<typeof refused>[0]) => evaluate(refused(refusal, twoAbsent)).notes[0];
    expect(noteOf({ kind: "accounts", found: ["1"], allowed: ["2"] })).toMatchObject({
      title: "The account is not allowed",
      message: expect.stringContaining("What to do: Check the key"),
    });
    expect(noteOf({ kind: "absent", ids: [2, 3] })?.title).toBe("Given CSRs are not in the account");
    expect(noteOf({ kind: "protected", ids: [1] })?.message).toContain("What to do: Remove what is protected");
  });

  test("about absent CSRs is a warning, an error, or nothing, in a dry run, too", () => {
    for (const given of [
      deletion([
        [1, absent()],
        [2, deleted],
      ]),
      dryRun(twoAbsent),
    ]) {
      const levels = (["warn", "fail", "ignore"] as const).map((value) =>
        evaluate(onAbsent(value, given)).notes.map(({ level }) => level),
      );
      expect(levels).toEqual([["warning"], ["error"], []]);
    }
  });

  test("about an absent CSR is no error, even if a call for it failed", () => {
    const cause = { code: "InternalError", message: "m" };
    const { failed, causes } = evaluate(deletion([[2, { name: "absent", mayHaveBeenDeleted: true, cause }]]));
    expect({ failed, causes }).toEqual({ failed: false, causes: [] });
  });

  test("about a cause has the API's message, if there is one", () => {
    const messageOf = (message: string) => evaluate(deletion([[1, notDeleted("remaining", "ResourceInUse", message)]]));
    for (const empty of ["", " . "]) expect(messageOf(empty).annotations[0]?.message).not.toContain("Message");
    expect(messageOf("Used by cdn.").annotations[0]?.message).toContain("Message: `Used by cdn`.");
  });

  test("about absent CSRs does not deny that this run may have deleted them", () => {
    expect(said(deletion([[2, absent(true)]]))).toContain("A call of this run may have deleted them");
    expect(said(deletion([[2, absent()]]))).toContain("most likely gone before");
  });

  test("if all given IDs are absent is how many CSRs the account has, and what may be wrong", () => {
    const text = said(dryRun(planOfIds([1, 2], listing([], undefined, 1_234))));
    expect(text).toContain("The account has 1,234 CSRs, but none of the given ones: the key and `endpoint` may");
    expect(said(dryRun(twoAbsent))).not.toContain("none of the given");
  });

  test("if a selection matches nothing is how many CSRs the account has", () => {
    const nothing = planOfRows([], { listing: { records: new Map(), conclusive: true, total: 57 } });
    expect(said(dryRun(nothing), "warning")).toMatch(/^No CSR matches: The account has 57 CSRs, of which none matches/);
  });

  test("about entries that match nothing names the input and the entries", () => {
    const unmatched = [
      { input: "protect", entry: "pined.test" },
      { input: "protect", entry: "77" },
      { input: "domains", entry: "!*.partner.test" },
    ] as const;
    const text = said(dryRun(planOfRows([row(1)], { unmatched })), "warning");
    expect(text).toContain("Entries of protect that match nothing: No CSR of the account matches `pined.test`, `77`.");
    expect(text).toContain("Entries of domains that match nothing: No CSR of the account matches `!*.partner.test`.");
  });

  test("if given IDs are deleted without a listing is that there is no record of them, and what is missing", () => {
    const given = deletion([[1, deleted]], {}, planOfIds([1], listing([], denied)));
    expect(said(given, "warning")).toMatch(
      /^The CSRs could not be listed: There is no record of the domains and creation times of 1 CSR\. The permission `ssl:DescribeCSRSet` is missing\.\n`Unauth/,
    );
    expect(evaluate(given).failed).toBe(false);
  });

  test("about a plan that was refused because of absent CSRs is one error", () => {
    expect(evaluate(refused({ kind: "absent", ids: [2, 3] }, twoAbsent)).notes).toHaveLength(1);
  });

  test("about a list that was inconsistent is nothing, if it showed all that is deleted", () => {
    const seen = { ...listing([1]), conclusive: false };
    expect(evaluate(deletion([[1, deleted]], {}, planOfIds([1], seen))).notes).toEqual([]);
    const unseen = evaluate(deletion([[1, deleted]], {}, planOfIds([1], inconsistent))).notes;
    expect(unseen).toMatchObject([{ message: expect.stringContaining("of 1 CSR.\n`ListChanged`") }]);
  });

  test("about a listing that failed after the deletion is a warning, once", () => {
    const unknown = [[1, notDeleted("unknown", "NotConfirmed")]] as const;
    expect(said(deletion(unknown, { listing: listing([], denied) }), "warning")).toMatch(
      /after the deletion: .*`Unauth/s,
    );
    const both = deletion(unknown, { listing: listing([], denied) }, planOfIds([1], listing([], denied)));
    expect(evaluate(both).notes).toHaveLength(1);
    for (const after of [inconsistent, listing([], wrongKey)])
      expect(evaluate(deletion(unknown, { listing: after }, both.plan)).notes).toHaveLength(2);
  });

  test("about the clock is in which direction it is wrong", () => {
    expect(said({ ...deletion([]), clockOffsetMs: 600_000 })).toContain("600.0 s behind");
    expect(said({ ...deletion([]), clockOffsetMs: -61_000 })).toContain("61.0 s ahead of");
  });

  test("about unreadable creation times names the CSRs that are kept for it", () => {
    const unreadable = planOfRows([row(1), row(2, { createTime: undefined }, "time-unreadable")]);
    expect(said(dryRun(unreadable))).toMatch(/1 CSR kept.*: 2\./);
  });

  test("about a cancel is nothing more if the causes say it", () => {
    expect(evaluate({ ...deletion([[1, deleted]]), cancelled: true }).notes).toMatchObject([{ title: "Cancelled" }]);
    const skipped = deletion([[1, notDeleted("skipped", "Cancelled")]]);
    expect(evaluate({ ...skipped, cancelled: true }).notes).toEqual([]);
    const unlisted = deletion([[1, notDeleted("unknown", "Cancelled")]], { listing: inconsistent });
    expect(evaluate({ ...unlisted, cancelled: true }).notes).toEqual([]);
  });
});

describe("a refused login", () => {
  const claims = { iss: "https://issuer.example", sub: "repo:o/r:environment:prod", aud: "sts", kid: "key-7" };
  const identity = {
    roleArn: "qcs::cam::uin/1:roleName/r",
    sessionName: "s",
    provider: "github",
    repository: "o/r",
    claims,
  };
  const refusal = apiFailure("Sts.UnauthorizedOperation", "m", { requestId: "r" });

  test("is one error, whose title says so, with the token's claims", () => {
    const { annotations } = evaluate({ ...notListed(listing([], refusal)), identity });
    expect(annotations).toHaveLength(1);
    expect(annotations[0]?.title).toBe("The login failed");
    for (const claim of [
      "`iss` `https://issuer.example`",
      "`sub` `repo:o/r:environment:prod`",
      "`aud` `sts`",
      "`kid` `key-7`",
    ])
      expect(annotations[0]?.message).toContain(claim);
  });

  test("is one error, too, if it was only met by the deletion", () => {
    const [skipped, used] = [notDeleted("skipped", refusal.code), notDeleted("remaining", "ResourceInUse")];
    const given = deletion(
      [
        [1, skipped],
        [2, skipped],
        [3, used],
      ],
      { stoppedBy: refusal },
    );
    const { annotations } = evaluate({ ...given, identity });
    const titles = ["The login failed: Sts.UnauthorizedOperation", "CSRs not deleted: ResourceInUse"];
    expect(annotations.map(({ title }) => title)).toEqual(titles);
    expect(annotations[0]?.message).toContain("`sub` `repo:o/r:environment:prod`");
    expect(annotations[1]?.message).not.toContain("The token says");
  });

  test("is said of a login only, and of the token only if STS refused it", () => {
    expect(said({ ...notListed(listing([], wrongKey)), identity })).not.toContain("The token says");
    const noToken = apiFailure("Oidc.NotPermitted", "m");
    const { notes } = evaluate({ ...notListed(listing([], noToken)), identity });
    expect(notes.map(({ title }) => title)).toEqual(["The login failed"]);
    expect(notes[0]?.message).not.toContain("The token says");
  });

  test("of a token without an environment says why no trust policy is shown", () => {
    const branch = { ...identity, claims: { ...claims, sub: "repo:o/r:ref:refs/heads/main" } };
    expect(said({ ...notListed(listing([], refusal)), identity: branch })).toContain("No trust policy is shown");
  });
});

describe("annotations", () => {
  const annotations = (given: RunRecord) => evaluate(given).annotations;

  test("are one for each cause, never one for each ID, with code, meaning, remedy and RequestId", () => {
    const refusal = notDeleted("remaining", "UnauthorizedOperation", "no\r\n::error::permission.");
    const all = annotations(deletion(Array.from({ length: 30 }, (_, index) => [index + 1, refusal] as const)));
    expect(all).toMatchObject([{ level: "error", title: "CSRs not deleted: UnauthorizedOperation" }]);
    const message = all[0]?.message ?? "";
    expect(message).toContain("30 CSRs still there");
    expect(message).toContain("19, 20 … and 10 more");
    expect(message).toContain(`\`UnauthorizedOperation\`: ${errorInfo("UnauthorizedOperation").meaning}.`);
    expect(message).toContain("Message: `no ::error::permission`.");
    expect(message).toContain("What to do: Grant `ssl:BatchDeleteCSR`");
    expect(message).toContain("RequestId: `request-2`.");
  });

  test.each([
    ["remaining", undefined, 200, "1 CSR still there"],
    ["unknown", undefined, 200, "1 CSR in an unknown state"],
    ["skipped", "request-2", 200, "1 CSR not deleted: refused"],
    ["skipped", undefined, 403, "1 CSR not deleted: refused"],
    ["skipped", undefined, undefined, "1 CSR never sent"],
  ] as const)("say of a CSR that is %s (RequestId %s, status %s): %s", (name, requestId, status, words) => {
    const cause = { code: "ResourceInUse", message: "", requestId, status };
    expect(annotations(deletion([[1, { name, requestId, cause }]]))[0]?.message).toMatch(
      new RegExp(`^${words} \\(1\\)\\.\n`),
    );
  });

  test("are at most ten of a kind, the causes of most IDs first", () => {
    const outcomes = Array.from(
      { length: 100 },
      (_, index) => [index + 1, notDeleted("unknown", `Code${index % 15}`)] as const,
    );
    const warnings = Array.from(
      { length: 12 },
      (_, index): Note => ({ level: "warning", title: "t", message: `${index}` }),
    );
    const given = deletion([[999, notDeleted("unknown", "Rare")], ...outcomes]);
    const all = annotations({ ...given, inputs: inputs({ warnings }) });
    const errors = all.filter(({ level }) => level === "error");
    expect(errors).toHaveLength(10);
    expect(errors.at(-1)?.title).toBe("7 more errors");
    expect(errors.map(({ title }) => title)).not.toContain("CSRs not deleted: Rare");
    expect(all.filter(({ level }) => level === "warning")).toHaveLength(10);
    expect(all.at(-1)?.title).toBe("3 more warnings");
    const numbers = Array.from({ length: 11 }, (_, index) => `${index}`);
    const messages = (...problems: readonly string[]) => annotations(wrongInputs(...problems)).map((it) => it.message);
    expect(messages(...numbers.slice(1))).toEqual(numbers.slice(1));
    expect(messages(...numbers)).toEqual([...numbers.slice(0, 9), "See the job summary."]);
  });

  test("are one for each problem of the inputs; the title names the input", () => {
    const given = record({ problems: [{ input: "csr-ids", message: "a" }, { message: "b" }] });
    expect(annotations(given)).toEqual([
      { level: "error", title: "Invalid input: csr-ids", message: "a" },
      { level: "error", title: "Invalid input", message: "b" },
    ]);
  });

  test("never say that nothing was deleted: the heading does", () => {
    const all = [wrongInputs("p"), notListed(listing([], denied)), tooMany(plan), crashed()].flatMap(annotations);
    expect(all.length).toBeGreaterThan(3);
    expect(JSON.stringify(all)).not.toContain("Nothing was deleted");
  });
});

/** Records of every kind, whose texts people read. */
const ALL: readonly RunRecord[] = [
  wrongInputs("`csr-ids` is blank."),
  notListed(listing([], denied)),
  notListed(inconsistent),
  refused({ kind: "absent", ids: [2] }, twoAbsent),
  refused({ kind: "protected", ids: [2] }, twoAbsent),
  refused({ kind: "accounts", found: ["1"], allowed: ["2"] }),
  refused({ kind: "accounts", found: [], allowed: ["2"] }),
  tooMany(plan),
  crashed(),
  dryRun(planOfIds([1], listing([], undefined, 3))),
  deletion(
    [
      [1, absent(true)],
      [2, notDeleted("remaining", "ResourceInUse", "in use by cdn.")],
    ],
    { unexpectedValues: ["9"] },
  ),
  deletion(
    [[1, notDeleted("unknown", "NotConfirmed", "")]],
    { listing: listing([], denied) },
    planOfIds([1], inconsistent),
  ),
  {
    ...dryRun(planOfRows([row(1, {}, "time-unreadable")], { unmatched: [{ input: "protect", entry: "x.test" }] })),
    clockOffsetMs: 1,
  },
];

test("no text has two full stops, or an empty code span, or two blanks", () => {
  for (const given of ALL)
    for (const { title, message } of evaluate(given).annotations)
      for (const text of [title, plainText(message)]) expect(text).not.toMatch(/\.\.|\. \.|``|undefined|[^ ] {2}/);
});

test("every failed run has an error", () => {
  for (const given of ALL) {
    const { failed, annotations } = evaluate(given);
    expect(annotations.some(({ level }) => level === "error")).toBe(failed);
  }
});

test("titles are our own words: no foreign text, and no markup", () => {
  for (const given of ALL)
    for (const { title } of evaluate(given).notes) expect(title).toMatch(/^[A-Z][A-Za-z0-9 :'-]+$/);
});
