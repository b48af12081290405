import { describe, expect, test } from "vitest";
import type { Outcome } from "../../src/csrs/outcome.ts";
import { type MarkdownOptions, renderMarkdown } from "../../src/report/markdown.ts";
import type { RunRecord } from "../../src/report/run-record.ts";
import { evaluate } from "../../src/report/verdict.ts";
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

const SUMMARY: MarkdownOptions = { limit: 1024 * 1024, more: "the report file", cost: true };
const COMMENT: MarkdownOptions = { limit: 65_536, more: "the [job summary](https://example.com)", cost: false };

const render = (given: RunRecord, options = SUMMARY): string => renderMarkdown(given, evaluate(given), options);

test("a deletion shows counts, what is left and why, and the rest folded away", () => {
  const outcome = deletion([
    [11, deleted],
    [22, absent()],
    [33, left("remaining", "ResourceInUse", "used by `lb-1` | lb-2")],
  ]);
  expect(render(record(outcome, { attempts: [attempt(), attempt({ retry: true })] }))).toBe(
    `## ❌ CSRs: 1 deleted, 1 absent, 1 remaining

| Outcome | CSRs | Meaning |
|---|--:|---|
| deleted | 1 | the API confirmed the deletion |
| absent | 1 | not in the account: gone before, or deleted by a call whose response was lost |
| remaining | 1 | still there |

### What is left, and why

| Outcome | CSR IDs | Why, and what to do | RequestId |
|---|---|---|---|
| 1 CSR still there | 33 | **\`ResourceInUse\`**: the CSR is in use. The API's message: \`\`used by \`lb-1\` \\| lb-2\`\`. Find out in the Tencent Cloud console what uses the CSR, then run the step again. | \`request-2\` |

<details><summary>Deleted: 1 CSR</summary>

11

</details>

<details><summary>Absent: 1 CSR</summary>

22

</details>

- **CSRs already absent**: 1 CSR not in the account: 22.${"  "}
  They were most likely gone before, or never in this account. If they should exist, check where the IDs come from, and that the key belongs to the right account.

2 calls, 1 of them a retry, 1.2 s; endpoint \`ssl.intl.tencentcloudapi.com\`
`,
  );
});

test("causes of the same code share a row", () => {
  const outcomes = Array.from({ length: 9 }, (_, id) => [id + 1, left("remaining", "LeftOut", "", `r-${id}`)] as const);
  expect(render(record(deletion(outcomes))).match(/\*\*`LeftOut`\*\*/g)).toHaveLength(1);
});

test("the sign is that of success, warning or failure", () => {
  expect(render(record(deletion([[1, deleted]])))).toMatch(/^## ✅ CSRs: 1 deleted\n/);
  expect(render(record(deletion([[1, absent()]])))).toMatch(/^## ⚠️ /u);
  expect(render(record(deletion([[1, deleted]]), { cancelled: true }))).toMatch(/^## ❌ Cancelled\. CSRs: 1 deleted\n/);
});

test("nothing to do is one line, without a table of zeros", () => {
  expect(render(record(deletion([])))).toBe("## ✅ CSRs: nothing to do\n");
});

describe("a dry run", () => {
  test("shows what would be deleted, with what a reviewer must know", () => {
    const found = lookup([csr(11, { domain: "*.example.com", remarks: "a|b `c` @octocat" })]);
    const text = render(record(dryRun([11, 22], found)));
    expect(text).toMatch(/^## ✅ Dry run: would delete 1, 1 already absent\n/);
    expect(text).toContain(
      "| CSR ID | Domain | Created | Remarks | Decision |\n|--:|---|---|---|---|\n" +
        "| 11 | `*.example.com` | `2026-08-01 10:00:00` (114 d) | ``a\\|b `c` @octocat`` | delete |\n",
    );
    expect(text).toContain("Would be deleted: 1 CSR</summary>\n\n11\n");
    expect(text).toContain("Already absent: 1 CSR</summary>\n\n22\n");
  });

  test("without a listing has the IDs only", () => {
    expect(render(record(dryRun([11])))).toContain("Would be deleted: 1 CSR");
    expect(render(record(dryRun([11], { ...lookup([]), conclusive: false })))).toContain(
      "Could not be looked up: 1 CSR",
    );
  });

  test("of a selection says of each CSR why it is planned or kept, the planned ones first", () => {
    const rows = [row(1, "newest"), row(2), row(3, "too-young"), row(4, "protected"), row(5, "excluded")];
    const text = render(record({ kind: "dry-run", plan: selection(rows) }));
    expect(text.match(/^\| \d+ \|.*\| (.*) \|$/gm)?.map((line) => line.replace(/\|.*\| (.*) \|/, "$1"))).toEqual([
      "delete",
      "keep: among the newest of its domain",
      "keep: younger than `older-than`",
      "keep: protected",
      "keep: excluded by a pattern",
    ]);
  });
});

test("a long plan shows the first rows, counts by domain, and the rest folded away", () => {
  const rows = Array.from({ length: 100 }, (_, id) =>
    row(id + 1, id % 5 === 0 ? "newest" : "delete", { domain: `D${id % 2}.example.com` }),
  );
  const text = render(record({ kind: "dry-run", plan: selection(rows) }));
  const [shown = "", folded = ""] = text.split("<details><summary>80 more rows</summary>");
  expect(shown.match(/^\| \d+ \|/gm)).toHaveLength(20);
  expect(shown).toContain("| `d0.example.com` | 40 | 10 |\n| `d1.example.com` | 40 | 10 |");
  expect(folded.match(/^\| \d+ \|/gm)).toHaveLength(80);
});

test("a listing that was read after the deletion shows what is still there", () => {
  const outcome = deletion(
    [
      [1, deleted],
      [2, left("remaining", "LeftOut")],
    ],
    { lookup: lookup([csr(2)]) },
  );
  const text = render(record(outcome));
  expect(text).toContain("| 2 | `shop.example.com` |");
  expect(text).not.toContain("| 1 | `shop");
});

describe("a run that fails says why", () => {
  test("for wrong inputs, whose code spans stay as they are", () => {
    const problems = ["`csr-ids`: 2 entries are not valid CSR IDs:\n  line 1: `a_b*c`\n  line 2: ``x`y``"];
    expect(render(record({ kind: "invalid-inputs", problems }))).toBe(
      "## ❌ CSRs: nothing was deleted\n\n" +
        "- **Nothing was deleted**: `csr-ids`: 2 entries are not valid CSR IDs:  \n  line 1: `a_b*c`  \n  line 2: ``x`y``\n",
    );
  });

  test.each<[string, RunRecord, string]>([
    [
      "a dry run with a wrong key",
      record(dryRun([1], lookup([], { ...denied, code: "AuthFailure.SignatureFailure", kind: "credentials" }))),
      "`AuthFailure.SignatureFailure`",
    ],
    [
      "on-absent: fail",
      record(deletion([[1, absent()]]), { inputs: inputs({ onAbsent: "fail" }) }),
      "**CSRs already absent**",
    ],
    ["a cancel", record(deletion([[1, deleted]]), { cancelled: true }), "**Cancelled**"],
    [
      "too many deletions",
      record({ kind: "no-plan", failure: { kind: "too-many", planned: 2, max: 1, plan: plan([1, 2]) } }),
      "`max-deletions`",
    ],
    [
      "an internal error",
      record({ kind: "internal-error", message: "<b>\nat x", plan: plan([1]) }),
      "Details: `<b> at x`.",
    ],
  ])("%s", (_name, given, reason) => {
    expect(render(given)).toContain(reason);
  });

  test("and an internal error after the plan lists the IDs as unknown", () => {
    const text = render(record({ kind: "internal-error", message: "m", plan: plan([1, 2]) }));
    expect(text).toContain("Unknown: 2 CSRs</summary>\n\n1, 2");
  });

  test("and a message with a line too long to be shown whole is cut without broken markup", () => {
    const text = render(record({ kind: "invalid-inputs", problems: [`\`${"<b>".repeat(2_000)}\``] }));
    expect(text).not.toMatch(/<b>|`/);
    expect(text).toContain("…");
  });
});

test("a comment has no figures that differ from run to run", () => {
  const texts = [1, 2].map((durationMs) =>
    render(record(dryRun([1], lookup([csr(1)])), { durationMs, attempts: [attempt()] }), COMMENT),
  );
  expect(texts[0]).toBe(texts[1]);
});

describe.each([
  ["summary", SUMMARY],
  ["comment", COMMENT],
])("at 100,000 IDs the %s stays within its limit, and says what was cut", (_name, options) => {
  const ids = Array.from({ length: 100_000 }, (_, index) => 1_000_000_000_000_000 + index);
  const shared = left("remaining", "LeftOut");
  const wide = "\u4e2d".repeat(5_000);
  const kinds = [deleted, absent(), left("unknown", "X", "`<".repeat(500)), left("skipped", "Y", wide)];
  test.each<[string, (index: number) => Outcome]>([
    ["all deleted", () => deleted],
    ["all left for one cause", () => shared],
    ["each left with a cause of its own", (index) => left("remaining", `Code${index}${wide}`, wide, wide)],
    ["of all kinds", (index) => kinds[index % 4] ?? deleted],
  ])("%s", (_case, outcome) => {
    const text = render(record(deletion(ids.map((id, index) => [id, outcome(index)]))), options);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(options.limit);
    expect(text).toMatch(
      new RegExp(`… and [\\d,]+ more (rows|IDs): see ${options.more.replace(/[[\]()]/g, "\\$&")}|… and [\\d,]+ more`),
    );
  });

  test("a plan with everything as long as it can be", () => {
    const rows = ids
      .slice(0, 20_000)
      .map((id, index) =>
        row(id, index % 2 ? "delete" : "newest", {
          domain: `${index}${wide}`,
          remarks: "`|".repeat(500),
          createTime: wide,
        }),
      );
    const warnings = Array.from({ length: 500 }, (_, index) => ({ title: wide, message: `${index}${wide}\n${wide}` }));
    const failure = { kind: "too-many", planned: 9, max: 1, plan: selection(rows) } as const;
    const text = render(record({ kind: "no-plan", failure }, { warnings }), options);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(options.limit);
    expect(text).toContain(`more rows: see ${options.more}.`);
  });

  test("a cut never goes through a row", () => {
    const rows = ids.slice(0, 20_000).map((id) => row(id));
    const text = render(record({ kind: "dry-run", plan: selection(rows) }), options);
    for (const line of text.split("\n").filter((each) => /^\| \d{16}/.test(each)))
      expect(line).toMatch(/\| delete \|$/);
    for (const line of text.split("\n").filter((each) => /^\d{16}/.test(each)))
      expect(line).toMatch(/^(\d{16}, )*\d{16}$/);
  });
});
