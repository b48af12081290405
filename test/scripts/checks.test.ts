/** Each check refuses a broken input, and does not pass when it finds nothing to check. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it, test } from "vitest";
import { checkUses } from "../../scripts/check-action.ts";
import { distProblems } from "../../scripts/check-dist.ts";
import { translationProblems } from "../../scripts/check-translation.ts";
import { documents, examples, examplesOf } from "../../scripts/examples.ts";
import { generate } from "../../scripts/readme.ts";
import { stepProblems } from "../e2e/check-steps.ts";

const SHA = "0123456789abcdef0123456789abcdef01234567";

describe("uses of actions", () => {
  const workflow = (steps: string) => `on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n${steps}`;
  const check = (steps: string) => checkUses(workflow(steps), ["csr-ids", "dry-run"]);

  it("are in order if pinned, with inputs that exist", () => {
    const steps = `      - uses: a/b@${SHA}\n      - uses: ./\n        with:\n          csr-ids: 1\n`;
    expect(check(steps)).toEqual({ problems: [], own: 1 });
  });

  it.each(["a/b@v1", "a/b@main", `a/b@${SHA.slice(1)}`, "docker://alpine", "OWNER/delete-tencentcloud-ssl-csrs@v1"])(
    "must not be %s",
    (use) => {
      expect(check(`      - uses: ${use}\n`).problems).toEqual([`\`${use}\` is not pinned by a full commit SHA`]);
    },
  );

  it("of a workflow must be pinned, too", () => {
    const { problems } = checkUses("on: push\njobs:\n  a:\n    uses: a/b/.github/workflows/c.yml@v1\n", []);
    expect(problems).toHaveLength(1);
  });

  it.each(["./", `OWNER/delete-tencentcloud-ssl-csrs@${SHA}`])("must not give %s an unknown input", (use) => {
    const { problems } = check(`      - uses: ${use}\n        with:\n          csr-id: 1\n          dry-run: true\n`);
    expect(problems).toEqual(["`csr-id` is not an input of action.yml"]);
  });
});

describe("examples", () => {
  it("are found in the documents", () => {
    expect(examples().length).toBeGreaterThan(5);
    expect(examples().reduce((sum, { workflow }) => sum + checkUses(workflow, []).own, 0)).toBeGreaterThan(5);
  });

  it("are all the places that use an action", () => {
    const count = (text: string) => text.match(/^ *(- )?uses: /gm)?.length ?? 0;
    for (const path of documents()) {
      const text = readFileSync(resolve(import.meta.dirname, "../..", path), "utf8");
      const found = examplesOf(path, text).reduce((sum, { workflow }) => sum + count(workflow), 0);
      expect([path, found]).toEqual([path, count(text)]);
    }
  });

  it("become workflows, also from within a list", () => {
    const text = "Text.\n\n  ```yaml\n  - uses: OWNER/x@<full commit SHA>\n    with:\n      a: b\n  ```\n";
    expect(examplesOf("a.md", text)).toEqual([
      {
        name: "a.md, line 4",
        workflow: expect.stringMatching(`\n      - uses: OWNER/x@${SHA}\n        with:\n          a: b\n$`),
      },
    ]);
  });
});

describe("dist", () => {
  let root: string;
  const git = (...args: readonly string[]) => execFileSync("git", args, { cwd: root, stdio: "ignore" });
  const put = (name: string, content: string) => writeFileSync(join(root, "dist", name), content);
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "dist-"));
    mkdirSync(join(root, "dist"));
    put("index.js", "1");
    put("1.index.js", "1");
    git("init");
    git("add", ".");
    git("-c", "user.name=x", "-c", "user.email=x@example.com", "commit", "--message", "x");
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it("is in order as committed", () => {
    expect(distProblems(root)).toEqual([]);
  });

  it("must not differ", () => {
    put("index.js", "2");
    expect(distProblems(root)).toEqual([expect.stringContaining("M dist/index.js")]);
  });

  it("must not have one more file, even one that git ignores", () => {
    put("2.index.js", "1");
    expect(distProblems(root)).toEqual([expect.stringContaining("?? dist/2.index.js")]);
    writeFileSync(join(root, ".git/info/exclude"), "2.index.js\n");
    expect(distProblems(root)).toEqual([expect.stringContaining("!! dist/2.index.js")]);
  });

  it("must not lack a file", () => {
    rmSync(join(root, "dist/1.index.js"));
    expect(distProblems(root)).toEqual([expect.stringContaining("D dist/1.index.js")]);
  });

  it("must not be empty", () => {
    rmSync(join(root, "dist/index.js"));
    expect(distProblems(root)).toContain("dist has no index.js.");
  });

  it("must not be large", () => {
    put("index.js", "x".repeat(720_001));
    put("1.index.js", "x".repeat(230_000));
    expect(distProblems(root).slice(1)).toEqual([
      "dist/index.js: 720001 bytes, more than 720000.",
      "dist: 950001 bytes, more than 950000.",
    ]);
  });
});

describe("the translation", () => {
  const original = [
    "# Title",
    "[link](docs/a.md#part)",
    "| Input | Default | Meaning |\n| - | - | - |\n| `csr-ids` | `none` | At most 250,000 IDs, or 100. |",
    "```yaml\n- name: Delete\n  uses: ./ # now\n  with:\n    dry-run: true\n```",
  ].join("\n\n");
  const translated = original
    .replace("Title", "标题")
    .replace("At most 250,000 IDs, or 100.", "100，或 25 万个 ID。")
    .replace("name: Delete", "name: 删除")
    .replace("# now", "# 现在");

  it("may differ in words", () => {
    expect(translationProblems(original, translated)).toEqual([]);
  });

  it.each([
    ["# 标题", "## 标题", "heading"],
    ["docs/a.md", "docs/b.md", "link"],
    ["`csr-ids`", "`csr-id`", "table row"],
    ["`none`", "`auto`", "table row"],
    ["25 万", "26 万", "table row"],
    ["100，", "10，", "table row"],
    ["dry-run: true", "dry-run: false", "code block"],
    ["\n| `csr-ids`", "\n\nx `csr-ids`", "table row"],
  ])("must not have for %s: %s", (right, wrong, kind) => {
    expect(translated).toContain(right);
    expect(translationProblems(original, translated.replace(right, wrong))).toEqual([expect.stringContaining(kind)]);
  });

  it("must keep the order of the rows", () => {
    const [one, two] = ["\n| `a` |", "\n| `b` |"];
    expect(translationProblems(original + one + two, translated + one + two)).toEqual([]);
    expect(translationProblems(original + one + two, translated + two + one)).toEqual([
      expect.stringContaining("table row"),
    ]);
  });

  it("must have something to compare", () => {
    expect(translationProblems("", "")).toContain("The original has no table row.");
  });
});

describe("generated parts of the documents", () => {
  const text = "a\n<!-- x:start -->\nold\n<!-- x:end -->\nuses: o/delete-tencentcloud-ssl-csrs@0 # v0.1.0\n";

  it("are what stands between their marks, and the version", () => {
    expect(generate(text, { x: () => "new" }, "1.2.3")).toBe(
      "a\n<!-- x:start -->\n\nnew\n\n<!-- x:end -->\nuses: o/delete-tencentcloud-ssl-csrs@0 # v1.2.3\n",
    );
  });

  it("must be known", () => {
    expect(() => generate(text, {}, "1.2.3")).toThrow('no generated part "x"');
  });
});

test("steps that did not run, or ended otherwise, are problems", () => {
  expect(stepProblems({}, () => "")).toContain("dry-run: the step did not run");
  const outputs = { "deleted-csr-ids": "[55]", "not-deleted-csr-ids": "[]", "not-deleted-count": "1" };
  const problems = stepProblems({ kept: { outcome: "success", outputs } }, () => "## 1 deleted");
  expect(problems.filter((problem) => problem.startsWith("kept"))).toEqual([
    "kept: outcome is success, not failure",
    'kept: output not-deleted-csr-ids is "[]", not [11]',
    "kept: the summary has no /\\b11\\b/",
  ]);
});
