import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Outcome } from "../../src/csrs/outcome.ts";
import type { PlanRow } from "../../src/csrs/selection.ts";
import { renderMarkdown } from "../../src/report/markdown.ts";
import { evaluate } from "../../src/report/verdict.ts";
import type { RunRecord } from "../../src/shared/run-record.ts";
import { apiFailure } from "../../src/tencentcloud/errors.ts";
import { isMutation } from "../support/mutation.ts";
import {
  absent,
  attempt,
  crashed,
  csr,
  deleted,
  deletion,
  dryRun,
  expectInOrder,
  inputs,
  listing,
  notDeleted,
  notListed,
  planOfIds,
  planOfRows,
  record,
  refused,
  row,
  selection,
  tooMany,
  wrongInputs,
  wrongKey,
} from "./records.ts";

const LIMIT = 1024 * 1024;

function render(given: RunRecord, { limit = LIMIT, more = "the report file", intro = "" } = {}): string {
  return renderMarkdown(given, evaluate(given), { limit, more, intro });
}

/** What is left of a page without its code spans: where markup would work. */
const withoutCode = (markdown: string): string => markdown.replace(/(?<!`)(`+)(?!`)[^\n]*?(?<!`)\1(?!`)/g, "");
const tableOf = (text: string): readonly string[] => text.split("\n").filter((line) => /^\| \d+ \| /.test(line));

test("a deletion shows what is left and why, what became of each CSR, and folds the IDs away", () => {
  const plan = planOfIds([11, 22, 33], listing([11, 33], undefined, 40));
  const given = deletion(
    [
      [11, deleted],
      [22, { name: "absent", mayHaveBeenDeleted: true, cause: { code: "InternalError", message: "m" } }],
      [33, notDeleted("remaining", "ResourceInUse", "used by cdn.")],
    ],
    {},
    plan,
  );
  const text = render({ ...given, calls: [attempt(), attempt({ retry: true })] });
  expect(text).toMatch(/^## ❌ CSRs: 1 deleted, 1 absent, 1 remaining\n\n/);
  expect(text).toMatch(
    /\| 1 CSR still there \| 33 \| `ResourceInUse`: the CSR is in use\. Message: `used by cdn`\. What to do: .+ RequestId: `request-2`\. \|\n/,
  );
  expect(tableOf(text)).toEqual([
    "| 33 | `www.example.com` | `2026-08-26 00:00:00` (90 d) | `old` | remaining: `ResourceInUse` |",
    "| 22 |  |  |  | absent |",
    "| 11 | `www.example.com` | `2026-08-26 00:00:00` (90 d) | `old` | deleted |",
  ]);
  expect(text).toContain("| CSR ID | Domain | Created (age, at least) | Remarks | Outcome |");
  expect(text).toContain(
    "- Rules: `csr-ids` 11, 22\n- API: `ssl.intl.tencentcloudapi.com`; account `100000000001`\n- Listed: 2 of 40 CSRs of the account\n",
  );
  expect(text).toContain("<details><summary>Not deleted: 1 CSR</summary>\n\n33\n\n</details>");
  expect(text).toContain("<details><summary>Deleted: 1 CSR</summary>\n\n11\n\n</details>");
  expect(text).toContain("<details><summary>Absent: 1 CSR</summary>\n\n22\n\n</details>");
  expect(text).not.toContain("Would be");
  expect(text).toContain("- **CSRs already absent**: 1 CSR not in the account");
  expect(text).toMatch(/\n2 calls, including 1 retry, 1\.2 s\n$/);
});

test("an empty list has a heading, and no empty section", () => {
  expect(render(deletion([]))).toBe(
    "## ✅ CSRs: nothing to do\n\n- Rules: `csr-ids` 11, 22\n- API: `ssl.intl.tencentcloudapi.com`\n",
  );
});

test("the sign shows success, warning or failure", () => {
  expect(render(deletion([[1, deleted]]))).toMatch(/^## ✅ CSRs: 1 deleted\n/);
  expect(render(deletion([[1, absent()]]))).toMatch(/^## ⚠️ /u);
  expect(render({ ...deletion([[1, deleted]]), cancelled: true })).toMatch(/^## ❌ Cancelled\. /);
});

test("the comment names commit and run below the heading, and leaves out calls and duration", () => {
  const [first, second] = [1, 2].map((durationMs) =>
    render(
      { ...deletion([[1, deleted]]), durationMs, calls: [attempt({ durationMs })] },
      { limit: 65_000, intro: "Commit `abc`" },
    ),
  );
  expect(first).toBe(second);
  expect(first).toMatch(/^## ✅ CSRs: 1 deleted\n\nCommit `abc`\n\n/);
});

test("a dry run shows absent IDs first", () => {
  const text = render(dryRun(planOfIds([11, 22], listing([11]))));
  expect(text).toMatch(/^## ⚠️ Dry run: would delete 1, 1 already absent\n/u);
  expect(tableOf(text)).toEqual([
    "| 22 |  |  |  | absent |",
    "| 11 | `www.example.com` | `2026-08-26 00:00:00` (90 d) | `old` | delete |",
  ]);
  expect(text).toContain("Would be deleted: 1 CSR</summary>\n\n11\n");
  expect(text).toContain("Absent: 1 CSR</summary>\n\n22\n");
});

test("a dry run that looked nothing up has the IDs only", () => {
  const text = render(dryRun(planOfIds([11])));
  expect(text).toMatch(/^## ✅ Dry run: would delete 1 \(only the inputs were checked\)\n/);
  expect(text).not.toContain("### ");
  expect(text).toContain("Would be deleted: 1 CSR</summary>\n\n11\n");
});

test("rules and guards are shown as given, and what is kept is counted by reason", () => {
  const rows = [
    ...Array.from({ length: 96 }, (_, index) => row(index + 1, {}, "protected")),
    ...Array.from({ length: 15 }, (_, index) => row(index + 101, {}, "too-young")),
    row(200, { ownerUin: "200000000002" }),
  ];
  const given = selection({
    dryRun: true,
    protection: { domains: ["pinned.test"], ids: new Set([7]) },
    maxDeletions: 1_000,
    allowedAccountIds: new Set(["100000000001"]),
  });
  const text = render({ ...dryRun(planOfRows(rows)), inputs: given });
  expectInOrder(
    text,
    "## ✅ Dry run: would delete 1, 111 kept",
    "- Rules: `domains` `*.example.com,!www.*`; `older-than` `20d`; `remarks` `old*`; `keep-newest` 2; ",
    "`protect` `pinned.test,7`; `max-deletions` 1000; `allowed-account-ids` `100000000001`\n",
    "; account `100000000001`, `200000000002`\n",
    "- Listed: 112 CSRs of the account; keep 111: 96 protected, 15 younger than `20d`",
  );
  expect(text).not.toContain("480");
  expect(text).toContain("| keep: protected |");
  expect(text).toContain("| keep: younger than `20d` |");
});

test("a note of several lines is one item of a list, of what can be seen", () => {
  expect(render(wrongInputs("one.\nWhat to do:\u202e\n  two.", "p"))).toContain(
    "\n- **Invalid input: csr-ids**: one.  \n  What to do:  \n  two.\n- **Invalid input: csr-ids**: p\n",
  );
});

test("a keyless run names role and session", () => {
  const identity = { roleArn: "qcs::cam::uin/1:roleName/r", sessionName: "s.1", provider: "p", repository: "o/r" };
  expect(render({ ...deletion([[1, deleted]]), identity })).toContain(
    "- API: `ssl.intl.tencentcloudapi.com`; role `qcs::cam::uin/1:roleName/r`; session `s.1`\n",
  );
});

describe("a refused login", () => {
  const refusal = apiFailure("Sts.UnauthorizedOperation", "m", { requestId: "r" });
  const claims = { iss: "https://issuer.example", sub: "repo:o/r:environment:prod", aud: "sts" };
  const identity = {
    roleArn: "qcs::cam::uin/1:roleName/r",
    sessionName: "s",
    provider: "p",
    repository: "o/r",
    claims,
  };

  test("shows the trust policy that accepts the token as a block of JSON", () => {
    const text = render({ ...notListed(listing([], refusal)), identity });
    expect(text).toMatch(/^## ❌ Nothing was deleted: the login failed\n\n- \*\*The login failed\*\*: `Sts\.Unauth/);
    const [, json = ""] = /\n\n```json\n([^`]*)\n```\n/.exec(text) ?? [];
    expect(JSON.parse(json).statement[0].condition.string_equal["oidc:sub"]).toEqual([claims.sub]);
    expect(text.split("The token says").length).toBe(2);
  });

  test("that only the deletion met shows the claims, too", () => {
    const given = deletion([[1, notDeleted("skipped", refusal.code)]], { stoppedBy: refusal });
    expectInOrder(render({ ...given, identity }), "### What is left, and why", "The token says: `iss`", "```json");
  });

  test.each(["repo:other/r:environment:prod", "repo:o/r:ref:refs/heads/main"])(
    "of %s shows no policy, and why",
    (sub) => {
      const text = render({
        ...notListed(listing([], refusal)),
        identity: { ...identity, claims: { ...claims, sub } },
      });
      expect(text).toContain("No trust policy is shown");
      expect(text).not.toContain("```");
    },
  );

  test("whose token STS does not take shows what it says, and no policy", () => {
    const invalid = apiFailure("Sts.InvalidParameter.WebIdentityTokenError", "m");
    const text = render({ ...notListed(listing([], invalid)), identity });
    expect(text).toContain("The token says: `iss`");
    expect(text).not.toMatch(/```|policy/);
  });

  test("cannot end the block", () => {
    const sub = "repo:o/r:environment:```\u202e\n# x";
    const text = render({ ...notListed(listing([], refusal)), identity: { ...identity, claims: { ...claims, sub } } });
    expect(text).not.toMatch(/^# x|\u202e/m);
    expect(text.match(/^```/gm) ?? []).toHaveLength(2);
  });
});

describe("the plan", () => {
  const plan = planOfRows([row(2, {}, "newest"), row(1), row(3, { createTime: undefined }, "time-unreadable")]);

  test.each<[string, RunRecord, string]>([
    ["a dry run", dryRun(plan), "delete"],
    ["a deletion of a selection", deletion([[1, deleted]], {}, plan), "deleted"],
    ["a plan that a guard refused", tooMany(plan), "delete"],
    ["a run that failed by itself", crashed(plan), "delete"],
  ])("is shown by %s: what is deleted first, then what is kept, and why", (_name, given, decision) => {
    expect(tableOf(render(given))).toEqual([
      `| 1 | \`www.example.com\` | \`2026-08-26 00:00:00\` (90 d) | \`old\` | ${decision} |`,
      "| 2 | `www.example.com` | `2026-08-26 00:00:00` (90 d) | `old` | keep: among the newest of the domain |",
      "| 3 | `www.example.com` |  | `old` | keep: creation time unreadable |",
    ]);
  });

  test("of given IDs that are protected shows those first", () => {
    const rows: readonly PlanRow[] = [row(1), row(2, {}, "protected")];
    const given = refused({ kind: "protected", ids: [2] }, { ...planOfRows(rows), source: "ids" });
    expect(tableOf(render(given)).map((line) => line.slice(0, 5))).toEqual(["| 2 |", "| 1 |"]);
  });

  test("shows what went wrong first: left, unknown, skipped, absent, deleted, kept", () => {
    const rows = [1, 2, 3, 4, 5].map((id) => row(id)).concat(row(6, {}, "newest"));
    const given = deletion(
      [
        [1, deleted],
        [2, absent()],
        [3, notDeleted("skipped", "X")],
        [4, notDeleted("unknown", "X")],
        [5, notDeleted("remaining", "X")],
      ],
      {},
      planOfRows(rows),
    );
    expect(tableOf(render(given)).map((line) => line[2])).toEqual(["5", "4", "3", "2", "1", "6"]);
  });

  test("of given IDs without a listing shows what is found after the deletion", () => {
    const left = deletion([[1, notDeleted("remaining", "LeftOut")]], { listing: listing([1]) });
    expect(render(left)).toContain("\n- Listed: 1 CSR of the account\n");
    expect(tableOf(render(left))).toEqual([
      "| 1 | `www.example.com` | `2026-08-26 00:00:00` | `old` | remaining: `LeftOut` |",
    ]);
    expect(tableOf(render(deletion([[1, deleted]])))).toEqual([]);
  });

  test("that is long shows the first rows, folds the rest away, and counts by domain", () => {
    const rows = Array.from({ length: 50 }, (_, index) =>
      row(index + 1, { domain: `${index % 2 ? "a" : "b"}.example.com` }, index < 30 ? "delete" : "protected"),
    );
    const text = render(dryRun(planOfRows(rows)));
    expectInOrder(
      text,
      "| 20 |",
      "<summary>30 more rows</summary>",
      "| 21 |",
      "### By domain",
      "| `b.example.com` | 15 | 10 |",
    );
    for (let id = 1; id <= 50; id += 1) expect(text).toContain(`\n| ${id} | \``);
  });

  test("of many domains counts domains, not rows; one in several forms of case is one", () => {
    const rows = Array.from({ length: 297 }, (_, index) => row(index + 1, { domain: `d${index}.example.com` }));
    const text = render(dryRun(planOfRows([...rows, row(999, { domain: "D0.Example.com" })])));
    expect(text).toContain("… and 277 more domains.");
    expect(text).toContain("| `d0.example.com` | 2 | 0 |");
  });

  test("of a deletion counts what is deleted, what is not, and what is kept, the largest first", () => {
    const rows = Array.from({ length: 30 }, (_, index) => {
      const domain = `${index < 10 ? "a" : "b"}.example.com`;
      return row(index + 1, { domain }, index < 28 ? "delete" : "too-young");
    });
    const outcomes = rows.slice(0, 28).map(({ id }) => [id, id > 8 ? deleted : notDeleted("unknown", "X")] as const);
    expectInOrder(
      render(deletion(outcomes, {}, planOfRows(rows))),
      "### CSRs",
      "### By domain",
      "| Domain | Deleted | Not deleted |\n|---|--:|--:|\n| `b.example.com` | 18 | 2 |\n| `a.example.com` | 2 | 8 |\n",
    );
  });

  test("of as many domains as are shown is not said to have more", () => {
    const rows = Array.from({ length: 21 }, (_, index) => row(index + 1, { domain: `d${index % 20}.example.com` }));
    expect(render(dryRun(planOfRows(rows)))).not.toContain("more domain");
  });

  test("has a title and a head that fit: a plan, or what became of it", () => {
    const planned = render(dryRun(planOfRows([row(1)])));
    expect(planned).toContain(
      "### Plan\n\n| CSR ID | Domain | Created (age, at least) | Remarks | Decision |\n|--:|---|---|---|---|\n| 1 |",
    );
    expect(planned).not.toContain("more row");
    const done = render(deletion([[1, notDeleted("remaining", "X")]], {}, planOfRows([row(1)])));
    expectInOrder(
      done,
      "### What is left, and why\n\n| Outcome | CSR IDs | Why, and what to do |\n|---|---|---|\n| 1 CSR still there |",
      "### CSRs\n\n| CSR ID | Domain | Created (age, at least) | Remarks | Outcome |\n|--:|---|---|---|---|\n",
    );
  });

  test("shows each row once, at the length at which rows are folded away, too", () => {
    for (const length of [20, 21]) {
      const rows = Array.from({ length }, (_, index) => row(index + 1));
      const text = render(dryRun(planOfRows(rows)));
      expect(tableOf(text)).toHaveLength(length);
      expect(text.includes("more row")).toBe(length > 20);
      expect(text.includes("| Domain | Delete | Keep |\n|---|--:|--:|\n| `www.example.com` | 21 | 0 |")).toBe(
        length > 20,
      );
    }
  });

  test("sorts domains by what is deleted, then by what is not", () => {
    const of = (domain: string, deletes: number, keeps: number) =>
      Array.from({ length: deletes + keeps }, (_, index) => [domain, index < deletes] as const);
    const all = [...of("c.com", 1, 2), ...of("a.com", 1, 9), ...of("d.com", 0, 3), ...of("b.com", 7, 0)];
    const rows = all.map(([domain, deletes], index) => row(index + 1, { domain }, deletes ? "delete" : "protected"));
    expectInOrder(
      render(dryRun(planOfRows(rows))),
      "|---|--:|--:|",
      "| `b.com` | 7 | 0 |\n| `a.com` | 1 | 9 |\n| `c.com` | 1 | 2 |\n| `d.com` | 0 | 3 |\n",
    );
  });

  test("without a single call says nothing of calls", () => {
    expect(render(deletion([[1, deleted]]))).not.toContain("0 calls");
  });

  test("of any size stays within the limit of a comment, and says what it left out, and where it is", () => {
    const wide = "中".repeat(250);
    const rows = Array.from({ length: 2_000 }, (_, index) =>
      row(index + 1, { domain: `${index}${wide}`, createTime: wide, remarks: "`|<".repeat(80) }),
    );
    const left = rows.map(({ id }) => [id, notDeleted("unknown", `Code${id}`, wide)] as const);
    const text = render(deletion(left, {}, planOfRows(rows)), { limit: 65_000 });
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(65_000);
    // Each part has its share of the room, and each row is shown or counted.
    expectInOrder(text, "### What is left", "### CSRs", "1,980 more rows", "### By domain", "Not deleted: 2,000 CSRs");
    const more = [...text.matchAll(/… and ([\d,]+) more rows: see the report file\./g)].map(([, count = ""]) => count);
    const [causes = 0, ...cut] = more.map((count) => Number(count.replace(",", "")));
    expect(text.match(/^\| 1 CSR in an/gm)).toHaveLength(2_000 - causes);
    expect(cut.reduce((sum, count) => sum + count, tableOf(text).length)).toBe(2_000);
    const nowhere = render(dryRun(planOfRows(rows)), { limit: 65_000, more: "" });
    expect(nowhere).toMatch(/… and [\d,]+ more rows\./);
    expect(nowhere).not.toMatch(/: see|report file/);
  });
});

describe("every failed run says why", () => {
  test.each<[string, RunRecord, RegExp]>([
    ["wrong inputs", wrongInputs("`csr-ids` is blank."), /\*\*Invalid input: csr-ids\*\*: `csr-ids` is blank\./],
    ["a wrong key", notListed(listing([], wrongKey)), /`AuthFailure\.SignatureFailure`.*secret key/],
    ["on-absent: fail", { ...deletion([[1, absent()]]), inputs: inputs({ onAbsent: "fail" }) }, /1 CSR not in the acc/],
    ["too many deletions", tooMany(planOfIds([1, 2])), /`max-dele/],
    ["protected IDs", refused({ kind: "protected", ids: [1] }, planOfIds([1])), /`protect`/],
    ["another account", refused({ kind: "accounts", found: ["1"], allowed: ["2"] }), /`1`.*`2`/],
    ["an internal error", crashed(), /`boom`/],
    ["a cancel", { ...deletion([[1, deleted]]), cancelled: true }, /was cancelled/],
    [
      "a CSR that remains",
      deletion([[1, notDeleted("remaining", "LeftOut", "")]]),
      /`LeftOut`.*still there.*What to do: /,
    ],
  ])("after %s", (_name, given, reason) => {
    const text = render(given);
    expect(text).toMatch(/^## ❌ /);
    expect(text).toMatch(reason);
  });
});

describe("foreign text", () => {
  const hostile = [
    "| x |\r\n# y </details><script>alert(1)</script> `@me` [a](http://b) ::error::",
    "![x](https://evil.example/x.png) <img src=x> www.evil.example @octocat #1",
    "``` ` `` $`x`$ \\` \\| || &lt;b&gt;",
    "<!-- --> ~~~ \u202e \u2028# h",
  ];
  const INERT = /[<>@]|https?:|www\.|!\[|\]\(|&(?!#)/;
  /** Our own folds. */
  const withoutFolds = (text: string): string => text.replace(/<\/?(details|summary)>/g, "");

  test.each(hostile)("%j is inert, whoever says it", (text) => {
    const plan = planOfRows([row(1, { domain: text, remarks: text, createTime: text, ownerUin: text })], {
      unmatched: [{ input: "protect", entry: text }],
    });
    const given = deletion([[1, notDeleted("remaining", text, text, text)]], { unexpectedValues: [text] }, plan);
    const page = render(given);
    expect(withoutCode(withoutFolds(page))).not.toMatch(INERT);
    const row1 = page.split("\n").find((line) => line.startsWith("| 1 |")) ?? "";
    expect(row1.match(/(?<!\\)\|/g)).toHaveLength(6);
    expect(page).not.toContain("\r");
  });

  test("in domains and remarks stays in its cell", () => {
    const piece = fc.constantFrom("`", "|", "\\", "\n", "<b>", "@me ", "![a](http://b)", "x", " ", "\u2028");
    const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(""));
    fc.assert(
      fc.property(text, text, (domain, remarks) => {
        const rows = Array.from({ length: 25 }, (_, index) => row(index + 1, { domain, remarks }));
        const page = render(dryRun(planOfRows(rows)));
        expect(withoutCode(withoutFolds(page))).not.toMatch(INERT);
        for (const line of page.split("\n").filter((each) => /^\| \d+ \|/.test(each)))
          expect(line.match(/(?<!\\)\|/g)).toHaveLength(6);
      }),
      { numRuns: 200 },
    );
  });
});

describe("at 100,000 IDs of 16 digits the page stays within its limit", () => {
  const entries = (outcome: (index: number) => Outcome) =>
    Array.from({ length: 100_000 }, (_, index) => [1_000_000_000_000_000 + index, outcome(index)] as const);
  const one = notDeleted("remaining", "LeftOut");
  const kinds = [deleted, absent(), notDeleted("unknown", "X", "<".repeat(500)), notDeleted("skipped", "Y")];

  test.skipIf(isMutation).each<[string, (index: number) => Outcome]>([
    ["all are deleted", () => deleted],
    ["all are left for one cause", () => one],
    ["each is left for a cause of its own", (index) => notDeleted("remaining", `Code${index}`, "m", `r-${index}`)],
    ["they end in all ways", (index) => kinds[index % 4] ?? deleted],
  ])("when %s", (_name, outcome) => {
    const given = deletion(entries(outcome));
    for (const limit of [LIMIT, 65_000]) {
      const text = render(given, { limit });
      expect(Buffer.byteLength(text)).toBeLessThan(limit);
      expect(text).toMatch(/… and [\d,]+ more /);
    }
  });

  test("when all that is said is long", () => {
    const problems = Array.from({ length: 5_000 }, (_, index) => ({ message: `${index} ${"x".repeat(2_000)}` }));
    const owners = Array.from({ length: 5_000 }, (_, index) =>
      csr(index + 1, { ownerUin: `${"1".repeat(80)}${index}` }),
    );
    const found = { records: new Map(owners.map((each) => [each.id, each])), conclusive: true, total: 5_000 };
    const given = record({ problems, inputs: inputs(), plan: planOfRows([], { listing: found }) });
    for (const limit of [LIMIT, 65_000]) expect(Buffer.byteLength(render(given, { limit }))).toBeLessThan(limit);
    const short = render(given, { limit: 3_000 });
    expect(Buffer.byteLength(short)).toBeLessThan(3_000);
    expect(short).toContain("… and more: see the report file.");
  });
});
