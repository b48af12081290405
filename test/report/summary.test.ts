import { describe, expect, test } from "vitest";
import type { Outcome } from "../../src/cleanup/outcome.ts";
import type { Work } from "../../src/report/result.ts";
import { summaryOf } from "../../src/report/summary.ts";
import { absent, call, cleanUp, deleted, left, result } from "./results.ts";

const LIMIT = 1024 * 1024;
/** 100,000 IDs of 16 digits. */
const many = (outcome: (index: number) => Outcome) =>
  Array.from({ length: 100_000 }, (_, index) => [1_000_000_000_000_000 + index, outcome(index)] as const);

test("a clean-up shows counts, what is left and why, and the rest folded away", () => {
  const work = cleanUp([
    [11, deleted],
    [22, absent()],
    [33, left("remaining", "ResourceInUse", "in use")],
  ]);
  expect(summaryOf(result(work, { calls: [call(), call({ retry: true })] }))).toBe(
    `## ❌ CSR clean-up: 1 deleted, 1 absent, 1 remaining

| Outcome | CSRs | Meaning |
|---|--:|---|
| deleted | 1 | the API confirmed the deletion |
| absent | 1 | not in the account: gone before, or by a call whose answer was lost |
| remaining | 1 | still there |

### What is left, and why

| Outcome | CSR IDs | Why, and what to do | RequestId |
|---|---|---|---|
| remaining | 33 | **ResourceInUse**: the CSR is in use. “in use” Find out in the Tencent Cloud console what uses it, and run the step again. | request-2 |

<details><summary>Deleted: 1 CSR</summary>

11

</details>

<details><summary>Absent: 1 CSR</summary>

22

</details>

- **CSRs already absent**: 1 CSR not in the account&#58; 22. No answer of this run confirmed their deletion&#58; most likely they were gone before, or never in this account. If they should have been there, check where the IDs came from, and that the key is of the account that owns them.

2 calls to ssl.intl.tencentcloudapi.com, 1 of them retries; 1.2 s
`,
  );
});

test("the sign tells success, warning and failure", () => {
  expect(summaryOf(result(cleanUp([[1, deleted]])))).toMatch(/^## ✅ CSR clean-up: 1 deleted\n/);
  expect(summaryOf(result(cleanUp([[1, absent()]])))).toMatch(/^## ⚠️ /u);
  expect(summaryOf(result(cleanUp([[1, deleted]]), { cancelled: true }))).toMatch(/^## ❌ .*\(cancelled\)\n/);
});

test("a dry run says what would be deleted", () => {
  const listing = { present: new Set([11]), complete: true };
  const text = summaryOf(result({ kind: "dry run", ids: [11, 22], listing }));
  expect(text).toMatch(/^## ✅ CSR clean-up, dry run: would delete 1, 1 is already absent\n/);
  expect(text).toContain("Would be deleted: 1 CSR</summary>\n\n11\n");
  expect(text).toContain("Already absent: 1 CSR</summary>\n\n22\n");
  expect(summaryOf(result({ kind: "dry run", ids: [11] }))).toContain("Would be asked for: 1 CSR");
  const unread = { present: new Set<number>(), complete: false };
  expect(summaryOf(result({ kind: "dry run", ids: [11], listing: unread }))).toContain("Could not be looked up: 1 CSR");
});

test("wrong inputs are quoted line by line, without markup", () => {
  const work: Work = { kind: "failed", ids: [], problems: ['`csr-ids`: bad\n  line 1: "<b>"'] };
  const text = summaryOf(result(work));
  expect(text).toMatch(/^## ❌ CSR clean-up: nothing was deleted\n/);
  expect(text).not.toContain("<b>");
  expect(text).toContain("> &#96;csr-ids&#96;&#58; bad");
});

test("text of the API is inert", () => {
  const hostile = "| x |\r\n# y </details><script>alert(1)</script> `@me` [a](http://b) ::error::";
  const text = summaryOf(result(cleanUp([[1, left("remaining", hostile, hostile, hostile)]])));
  const rows = text.split("\n").filter((line) => line.startsWith("| remaining | 1 |") && line.includes("**"));
  expect(rows).toHaveLength(1);
  expect(rows[0]?.match(/(?<!\\)\|/g)).toHaveLength(5);
  expect(text).not.toMatch(/<script|<\/details>.*script|`@me|\[a\]\(|\r/);
});

describe("at 100,000 IDs of 16 digits the summary stays within 1 MiB", () => {
  test.each<[string, (index: number) => Outcome]>([
    ["all deleted", () => deleted],
    ["all left for one cause", () => left("remaining", "LeftOut")],
    [
      "each left with a cause of its own",
      (index) => left("remaining", `Code${index}`, "m".repeat(5_000), `request-${index}`),
    ],
    [
      "of all kinds",
      (index) => [deleted, absent(), left("unknown", "X", "<".repeat(500)), left("skipped", "Y")][index % 4] ?? deleted,
    ],
  ])("when they are %s", (_name, outcome) => {
    const shared = new Map<number, Outcome>();
    const text = summaryOf(
      result(
        cleanUp(
          many((index) => {
            const key = outcome.length === 0 ? 0 : index;
            const one = shared.get(key) ?? outcome(index);
            shared.set(key, one);
            return one;
          }),
        ),
      ),
    );
    expect(Buffer.byteLength(text)).toBeLessThan(LIMIT);
    expect(text).toMatch(/Cut to fit: the first [\d,]+ of|rows more: see the report file|… and [\d,]+ more/);
  });

  test("when a dry run plans them", () => {
    const work: Work = { kind: "dry run", ids: many(() => deleted).map(([id]) => id) };
    const text = summaryOf(result(work));
    expect(Buffer.byteLength(text)).toBeLessThan(LIMIT);
    expect(text).toContain("Cut to fit: the first 16,666 of 100,000.");
  });
});
