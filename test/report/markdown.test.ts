import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Outcome } from "../../src/csrs/outcome.ts";
import type { PlanRow } from "../../src/csrs/plan.ts";
import { renderMarkdown } from "../../src/report/markdown.ts";
import type { RunOutcome, RunRecord } from "../../src/report/run-record.ts";
import { evaluate } from "../../src/report/verdict.ts";
import {
  absent,
  attempt,
  deleted,
  deletion,
  dryRun,
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

const LIMIT = 1024 * 1024;

function render(given: RunRecord, { limit = LIMIT, cost = true } = {}): string {
  return renderMarkdown(given, evaluate(given), { limit, more: "the report file", cost });
}

/** What is left of a page without its code spans: where markup would work. */
const withoutCode = (markdown: string): string => markdown.replace(/(?<!`)(`+)(?!`)[^\n]*?(?<!`)\1(?!`)/g, "");

test("a deletion shows counts, what is left and why, and folds the IDs away", () => {
  const outcome = deletion([
    [11, deleted],
    [22, absent()],
    [33, notDeleted("remaining", "ResourceInUse", "used by cdn")],
  ]);
  const text = render(record(outcome, { attempts: [attempt(), attempt({ retry: true })] }));
  expect(text).toMatch(/^## ❌ CSRs: 1 deleted, 1 absent, 1 remaining\n\n\| Outcome \| CSRs \| Meaning \|\n/);
  expect(text).toContain("| deleted | 1 | the API confirmed the deletion |\n");
  expect(text).toMatch(/\| 1 CSR still there \| 33 \| \*\*`ResourceInUse`\*\*: .*`used by cdn`.* \| `request-2` \|\n/);
  expect(text).toContain("<details><summary>Deleted: 1 CSR</summary>\n\n11\n\n</details>");
  expect(text).toContain("<details><summary>Absent: 1 CSR</summary>\n\n22\n\n</details>");
  expect(text).toContain("- **CSRs already absent**: 1 CSR not in the account");
  expect(text).toMatch(/\n2 calls, 1 of them a retry, 1\.2 s\n$/);
});

test("an empty list has no table of zeros", () => {
  expect(render(record(deletion([])))).toBe("## ✅ CSRs: nothing to do\n");
});

test("the sign shows success, warning or failure", () => {
  expect(render(record(deletion([[1, deleted]])))).toMatch(/^## ✅ CSRs: 1 deleted\n/);
  expect(render(record(deletion([[1, absent()]])))).toMatch(/^## ⚠️ /u);
  expect(render(record(deletion([[1, deleted]]), { cancelled: true }))).toMatch(/^## ❌ Cancelled\. /);
});

test("the comment leaves out what differs from run to run", () => {
  const [first, second] = [1, 2].map((durationMs) =>
    render(record(deletion([[1, deleted]]), { durationMs, attempts: [attempt({ durationMs })] }), { cost: false }),
  );
  expect(first).toBe(second);
});

test("a dry run of IDs shows what exists and what does not", () => {
  const text = render(record(dryRun(planOfIds([11, 22], lookup([11])))));
  expect(text).toMatch(/^## ✅ Dry run: would delete 1, 1 already absent\n/);
  expect(text).toContain("| 11 | `www.example.com` | `2026-08-26 00:00:00` (90 d) | `old` | delete |");
  expect(text).toContain("Would be deleted: 1 CSR</summary>\n\n11\n");
  expect(text).toContain("Already absent: 1 CSR</summary>\n\n22\n");
  expect(render(record(dryRun(planOfIds([11]))))).toContain("Would be deleted: 1 CSR</summary>\n\n11\n");
  expect(render(record(dryRun(planOfIds([11], lookup([], wrongKey)))))).toContain("Could not be looked up: 1 CSR");
});

describe("the plan", () => {
  const plan = planOfRows([row(2, {}, "newest"), row(1), row(3, { createTime: undefined }, "time-unreadable")]);
  const tableOf = (text: string): readonly string[] =>
    text.split("\n").filter((line) => /^\| \d+ \| `www/.test(line));

  test.each<[string, RunOutcome]>([
    ["a dry run", dryRun(plan)],
    ["a deletion of a selection", deletion([[1, deleted]], {}, plan)],
    ["a plan that a guard refused", noPlan({ kind: "too-many", planned: 1, max: 0, plan })],
    ["a run that failed by itself", { kind: "internal-error", message: "m", plan }],
  ])("is shown by %s: what is deleted first, then what is kept, and why", (_name, outcome) => {
    expect(tableOf(render(record(outcome)))).toEqual([
      "| 1 | `www.example.com` | `2026-08-26 00:00:00` (90 d) | `old` | delete |",
      "| 2 | `www.example.com` | `2026-08-26 00:00:00` (90 d) | `old` | keep: among the newest of its domain |",
      "| 3 | `www.example.com` |  | `old` | keep: creation time unreadable |",
    ]);
  });

  test("of given IDs is shown if they were looked up, also if only after the deletion", () => {
    const found = lookup([1]);
    expect(tableOf(render(record(deletion([[1, deleted]], {}, planOfIds([1], found)))))).toHaveLength(1);
    const unconfirmed = deletion([[1, notDeleted("remaining", "LeftOut")]], { lookup: found });
    expect(tableOf(render(record(unconfirmed)))).toHaveLength(1);
    expect(tableOf(render(record(deletion([[1, deleted]]))))).toEqual([]);
  });

  test("that is long shows the first rows, counts by domain, and folds the rest away", () => {
    const rows = Array.from({ length: 50 }, (_, index) =>
      row(index + 1, { domain: `${index % 2 ? "a" : "b"}.example.com` }, index < 30 ? "delete" : "protected"),
    );
    const text = render(record(dryRun(planOfRows(rows))));
    expect(text.indexOf("| 20 |")).toBeLessThan(text.indexOf("| `b.example.com` | 15 | 10 |"));
    expect(text.indexOf("<summary>30 more rows</summary>")).toBeLessThan(text.indexOf("| 21 |"));
    for (let id = 1; id <= 50; id += 1) expect(text).toContain(`\n| ${id} | \``);
  });

  test("of any size stays within the limit of a comment, and says what it left out", () => {
    const rows = Array.from({ length: 20_000 }, (_, index) =>
      row(index + 1, { domain: `${"中".repeat(60)}${index}.example.com`, remarks: "`|<".repeat(40) }),
    );
    const text = render(record(dryRun(planOfRows(rows))), { limit: 65_000 });
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(65_000);
    expect(text).toMatch(/… and [\d,]+ more rows: see the report file\./);
  });
});

describe("every failed run says why", () => {
  test.each<[string, RunOutcome, Partial<RunRecord>, RegExp]>([
    ["wrong inputs", invalidInputs("`csr-ids` is blank."), {}, /`csr-ids` is blank\./],
    [
      "a dry run with a wrong key",
      dryRun(planOfIds([1], lookup([], wrongKey))),
      {},
      /`AuthFailure\.SignatureFailure`.*`secret-key`/,
    ],
    ["on-absent: fail", deletion([[1, absent()]]), { inputs: inputs({ onAbsent: "fail" }) }, /1 CSR not in the account/],
    ["a listing that failed", noPlan({ kind: "lookup-failed", lookup: lookup([], wrongKey) }), {}, /`AuthFailure/],
    ["too many deletions", noPlan({ kind: "too-many", planned: 2, max: 1, plan: planOfIds([1, 2]) }), {}, /`max-dele/],
    ["protected IDs", noPlan({ kind: "protected", ids: [1], plan: planOfIds([1]) }), {}, /`protect`/],
    ["an internal error", { kind: "internal-error", message: "boom", plan: undefined }, {}, /`boom`/],
    ["a cancel", deletion([[1, deleted]]), { cancelled: true }, /was cancelled/],
    ["a CSR that remains", deletion([[1, notDeleted("remaining", "LeftOut", "")]]), {}, /`LeftOut`.*still there/],
  ])("after %s", (_name, outcome, more, reason) => {
    const text = render(record(outcome, more));
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
    const rows: readonly PlanRow[] = [row(1, { domain: text, remarks: text, createTime: text })];
    const outcome = deletion([[1, notDeleted("remaining", text, text, text)]], { unexpectedValues: [text] }, planOfRows(rows));
    const page = render(record(outcome));
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
        const page = render(record(dryRun(planOfRows(rows))));
        expect(withoutCode(withoutFolds(page))).not.toMatch(INERT);
        for (const line of page.split("\n").filter((each) => /^\| \d+ \|/.test(each)))
          expect(line.match(/(?<!\\)\|/g)).toHaveLength(6);
      }),
      { numRuns: 200 },
    );
  });
});

describe("at 100,000 IDs of 16 digits the summary stays within 1 MiB", () => {
  const entries = (outcome: (index: number) => Outcome) =>
    Array.from({ length: 100_000 }, (_, index) => [1_000_000_000_000_000 + index, outcome(index)] as const);
  const one = notDeleted("remaining", "LeftOut");
  const kinds = [deleted, absent(), notDeleted("unknown", "X", "<".repeat(500)), notDeleted("skipped", "Y")];

  test.each<[string, (index: number) => Outcome]>([
    ["all are deleted", () => deleted],
    ["all are left for one cause", () => one],
    ["each is left for a cause of its own", (index) => notDeleted("remaining", `Code${index}`, "m", `r-${index}`)],
    ["they end in all ways", (index) => kinds[index % 4] ?? deleted],
  ])("when %s", (_name, outcome) => {
    const text = render(record(deletion(entries(outcome))));
    expect(Buffer.byteLength(text)).toBeLessThan(LIMIT);
    expect(text).toMatch(/… and [\d,]+ more /);
  });

  test("when a problem is long", () => {
    const text = render(record(invalidInputs(Array.from({ length: 5_000 }, () => "<".repeat(4_000)).join("\n"))));
    expect(Buffer.byteLength(text)).toBeLessThan(LIMIT);
    expect(withoutCode(text)).not.toContain("<");
  });
});
