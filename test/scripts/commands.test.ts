/** The commands as they are called, in a broken copy of this repository: exit codes, what they print, and what they look at. */
import { rmSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it, test } from "vitest";
import { parse } from "yaml";
import { documents } from "../../scripts/examples.ts";
import { stepProblems } from "../e2e/check-steps.ts";
import { Copy } from "./copy.ts";

const copy = new Copy();
afterEach(() => copy.restore());
afterAll(() => copy.remove());

const call = (command: string) => copy.run(command.split(" "));
const ACTION = "scripts/check-action.ts";
const README = "scripts/readme.ts --check";
const TRANSLATION = "scripts/check-translation.ts";

test("without a break, all is in order; a document that git does not know yet counts", () => {
  copy.write("new.md", "Text.\n\n```yaml\n- run: x\n```\n");
  const examples = (output: string) => Number(/^\d+ workflows, (\d+) examples, 0 problems$/m.exec(output)?.[1]);
  const [action, readme, translation] = [ACTION, README, TRANSLATION].map(call);
  expect([action?.status, readme, translation]).toEqual([
    0,
    { status: 0, output: "" },
    { status: 0, output: "README.zh-CN.md matches README.md.\n" },
  ]);
  copy.replace("new.md", "yaml", "text");
  expect(examples(action?.output ?? "") - examples(call(ACTION).output)).toBe(1);
});

describe("check-action", () => {
  it("looks at workflows and documents", () => {
    copy.replace(".github/workflows/release.yml", /checkout@\w+ #/, "checkout@v7 #");
    for (const path of [".github/workflows/ci.yml", "README.md", "README.zh-CN.md", "docs/recipes.md"])
      copy.replace(path, /^( +)(csr-ids|domains): /m, "$1ids: ");
    const { status, output } = call(ACTION);
    expect(status).toBe(1);
    expect(output).toContain(".github/workflows/release.yml: `actions/checkout@v7` is not pinned");
    expect(output).toContain(".github/workflows/ci.yml: `ids` is not an input");
    for (const path of ["README.md", "README.zh-CN.md", "docs/recipes.md"])
      expect(output).toMatch(RegExp(`^${path}, line \\d+: \`ids\` is not an input`, "m"));
    expect(output).toContain("examples, 5 problems");
  });

  it("fails when it finds no example", () => {
    for (const path of documents()) copy.write(path, "");
    const { status, output } = call(ACTION);
    expect({ status, output }).toMatchObject({ status: 1, output: expect.stringContaining("no examples to check") });
  });
});

describe("readme --check", () => {
  it("compares each document, and changes none", () => {
    copy.replace("README.md", /\| `on-absent` .*\n/, "");
    copy.replace("docs/errors.md", "up to 5 requests", "up to 2 requests");
    copy.replace("docs/selection.md", "A pattern must match the whole", "A pattern must match a");
    const { status, output } = call(README);
    expect(status).toBe(1);
    for (const path of ["README.md", "docs/errors.md", "docs/selection.md"])
      expect(output).toMatch(RegExp(`^${path} is out of date from line \\d+ on.$`, "m"));
    expect(copy.read("README.md")).not.toContain("| `on-absent` |");
    // And what the command without `--check` writes is in order.
    copy.replace("action.yml", "Number of IDs in `absent-csr-ids`", "Number | of IDs");
    expect(call("scripts/readme.ts").status).toBe(0);
    expect(copy.read("README.md")).toContain("| `on-absent` | `warn` |");
    expect(copy.read("README.md")).toContain("| Number \\| of IDs. |");
    expect(call(README)).toEqual({ status: 0, output: "" });
  });

  it("does not lose a part whose marks are gone", () => {
    for (const path of ["README.md", "docs/errors.md", "docs/selection.md"])
      copy.replace(path, /<!-- [\w-]+:end -->/g, "");
    const { status, output } = call(README);
    expect(status).toBe(1);
    for (const name of ["inputs", "outputs", "api-errors", "sts-errors", "own-errors", "selection"])
      expect(output).toContain(name);
  });

  it("has no table without rows", () => {
    copy.replace("action.yml", /^outputs:.*^(?=runs:)/ms, "outputs: {}\n");
    expect(call(README)).toMatchObject({ status: 1, output: expect.stringContaining('"Output, Value" has no rows') });
  });
});

test("check-translation compares README.zh-CN.md with README.md", () => {
  copy.replace("README.zh-CN.md", "| `on-absent` | `warn` |", "| `on-absent` | `fail` |");
  const { status, output } = call(TRANSLATION);
  expect(status).toBe(1);
  expect(output).toMatch(/^README.zh-CN.md does not match README.md: table row .*\n.*warn.*\n.*fail/);
});

describe("check-dist", () => {
  /** Commits a `dist`, and has a build that gives another one. */
  function check(committed: string, built: string) {
    copy.write("dist/index.js", committed);
    copy.git("add", "dist");
    copy.git("commit", "--message", "x");
    copy.write(
      "scripts/build.ts",
      `import { writeFileSync } from "node:fs";\nwriteFileSync("dist/index.js", "${built}");`,
    );
    return call("scripts/check-dist.ts");
  }

  it("passes if the build gives what is committed", () => {
    expect(check("1", "1")).toEqual({ status: 0, output: "" });
  });

  it("builds, and fails if one byte is another", () => {
    expect(check("1", "2")).toMatchObject({ status: 1, output: expect.stringContaining("M dist/index.js") });
  });
});

test("build takes no other Node than that of package-lock.json", () => {
  copy.write("dist/index.js", "1");
  expect(call("scripts/build.ts")).toMatchObject({ status: 1, output: expect.stringContaining("not with /") });
  expect(copy.read("dist/index.js")).toBe("1");
});

describe("check-workflows", () => {
  const LINTERS = ["actionlint", "zizmor", "shellcheck"];
  const check = (...args: readonly string[]) => copy.run(["scripts/check-workflows.ts", ...args]);

  it("gives workflows, examples and shell scripts to the linters", () => {
    for (const name of LINTERS) copy.fake(name);
    const { status, output } = check("--require-linters");
    expect(status).toBe(0);
    expect(output.match(/: passed$/gm)).toHaveLength(5);
    const calls = copy
      .read("calls")
      .split("\n")
      .filter((line) => !line.endsWith("--version"));
    const ofName = (name: string) => calls.filter((line) => line.includes(`: ${name} `));
    const [workflows, examples] = ofName("actionlint");
    expect(workflows).toContain(`${copy.folder}: `);
    expect(workflows).toContain(".github/workflows/release.yml");
    expect(examples).not.toContain(`${copy.folder}`);
    expect(examples).toMatch(/README-md-line-\d+\.yml .*recipes-md-line-\d+\.yml/);
    expect(ofName("zizmor")).toEqual(
      [workflows, examples].map((line = "") => {
        return `${line.split(": ")[0]}: zizmor --persona auditor --offline --strict-collection --quiet .`;
      }),
    );
    expect(ofName("shellcheck")).toEqual([
      `${copy.folder}: shellcheck .ci/run .github/lint/install.sh scripts/release/publish.sh`,
    ]);
  });

  it.each(["zizmor", "shellcheck"])("fails if %s does", (failing) => {
    for (const name of LINTERS) copy.fake(name, name === failing ? 'test "$1" = --version' : "");
    const { status, output } = check();
    expect(status).toBe(1);
    expect(output).toMatch(RegExp(`^${failing}, this repository: FAILED$`, "m"));
    expect(output.match(/FAILED/g)).toHaveLength(failing === "shellcheck" ? 1 : 2);
  });

  it("names the linters that are not installed, and fails only if they are required", () => {
    copy.fake("actionlint");
    const { status, output } = check();
    expect({ status, skipped: output.match(/^skipped: .*$/gm) }).toEqual({
      status: 0,
      skipped: ["skipped: zizmor not installed", "skipped: shellcheck not installed"],
    });
    expect(check("--require-linters").status).toBe(1);
  });
});

describe("e2e", () => {
  const run = (...args: readonly string[]) => copy.run(["scripts/e2e.ts", ...args]);

  it("runs each job, or those that are named, with a stand-in for each action of others", () => {
    copy.fake("act");
    expect(run()).toMatchObject({
      status: 0,
      output: expect.stringMatching(/\nPassed: checks, workflows, e2e, release.\n$/),
    });
    const jobs = copy.read("calls").matchAll(/: act pull_request --workflows \S+\/(\S+) --job (\S+) (.*)/g);
    const all = [...jobs].map(([, workflow, job, rest = ""]) => {
      expect(rest).toMatch(/--local-repository actions\/checkout@[0-9a-f]{40}=\S+/);
      return `${workflow} ${job}`;
    });
    expect(all).toEqual(["ci.yml checks", "ci.yml workflows", "ci.yml e2e", "release.yml prepare"]);
  });

  it("fails if a job fails, and names it", () => {
    copy.fake("act", 'case "$*" in *"--job e2e"*) exit 1 ;; esac');
    expect(run("e2e", "release")).toMatchObject({ status: 1, output: expect.stringMatching(/\nFailed: e2e.\n$/) });
  });

  it("needs act, and jobs that exist", () => {
    expect(run("e2e")).toMatchObject({ status: 2, output: expect.stringContaining("act is not on the PATH") });
    copy.fake("act");
    expect(run("e2e", "x")).toMatchObject({ status: 2, output: expect.stringContaining("No such job: x.") });
  });
});

describe("check-steps", () => {
  const STEPS = stepProblems({}, () => "").map((problem) => problem.split(":")[0]);

  it("knows every step of the job that uses the action, and whether that may fail", () => {
    const { jobs } = parse(copy.read(".github/workflows/ci.yml"));
    const steps = (jobs.e2e.steps as Record<string, unknown>[]).filter(({ uses }) => uses === "./");
    expect(steps.map(({ id }) => id)).toEqual(STEPS);
    for (const { id, "continue-on-error": mayFail = false } of steps) {
      const outcome = mayFail ? "failure" : "success";
      const problems = stepProblems({ [String(id)]: { outcome } }, () => "");
      expect(problems.filter((problem) => problem.startsWith(`${id}: outcome`))).toEqual([]);
    }
  });

  it("reads steps, summaries and reports of the job, and fails with a problem", () => {
    copy.write("summaries/blank.md", "`csr-ids` is blank");
    copy.write("summaries/kept.md", "111");
    copy.write("report.json", "{}");
    const outputs = { "planned-csr-ids": "", "request-ids": "[]", "report-path": `${copy.folder}/report.json` };
    const early = { "planned-csr-ids": "[22,33,44]", "deleted-csr-ids": "[]", "request-ids": "[]" };
    const steps = {
      "dry-run": { outcome: "success", outputs: early },
      blank: { outcome: "failure", outputs },
      kept: { outcome: "failure", outputs: {} },
    };
    const env = { STEPS: JSON.stringify(steps), RUNNER_TEMP: copy.folder };
    const { status, output } = copy.run(["test/e2e/check-steps.ts"], env);
    const errors = output.match(/^::error::(dry-run|blank|kept|again): .*$/gm);
    expect(errors).toEqual([
      expect.stringContaining('::error::dry-run: output request-ids is "[]", not /'),
      "::error::dry-run: output report-path is undefined, not /\\.json$/",
      "::error::dry-run: the summary has no /dry run/i",
      "::error::again: the step did not run",
      ...[
        "deleted-csr-ids is undefined, not [55]",
        "not-deleted-csr-ids is undefined, not [11]",
        "not-deleted-count is undefined, not 1",
      ].map((text) => `::error::kept: output ${text}`),
      "::error::kept: the summary has no /\\b11\\b/",
      expect.stringMatching(/^::error::blank: the report is invalid: /),
      ...Array.from({ length: 9 }, () => expect.stringMatching(/^::error::blank: the report is invalid: /)),
    ]);
    expect(output).toContain("12 steps checked");
    expect(status).toBe(1);
  });
});

describe("install-if-needed", () => {
  const installed = (seconds?: number) => {
    const record = "node_modules/.package-lock.json";
    copy.fake("npm");
    rmSync(join(copy.folder, record), { force: true });
    if (seconds !== undefined) {
      copy.write(record, "");
      utimesSync(
        join(copy.folder, record),
        0,
        statSync(join(copy.folder, "package-lock.json")).mtimeMs / 1000 + seconds,
      );
    }
    expect(call("scripts/install-if-needed.mjs").status).toBe(0);
    return copy.read("calls");
  };

  it.each([undefined, -1])("installs if that was not done, or before package-lock.json changed (%s)", (seconds) => {
    expect(installed(seconds)).toMatch(/: npm ci /);
  });

  it("does nothing if it was done", () => expect(installed(1)).toBe(""));

  it("fails if npm does", () => {
    copy.fake("npm", "exit 3");
    rmSync(join(copy.folder, "node_modules/.package-lock.json"), { force: true });
    expect(call("scripts/install-if-needed.mjs").status).not.toBe(0);
  });
});

describe("set-owner", () => {
  // Put together, so that the script leaves this file alone.
  const REPOSITORY = ["OWNER", "delete-tencentcloud-ssl-csrs"].join("/");
  beforeEach(() => {
    copy.write("README.md", `- uses: ${REPOSITORY}@v1\n`);
    copy.write(".github/CODEOWNERS", "* @OWNER\n");
  });
  const places = () => ["README.md", ".github/CODEOWNERS"].map((path) => copy.read(path).includes("OWNER"));

  it("lists the places, and changes them only when it is given an account", () => {
    const { status, output } = call("scripts/set-owner.ts --check");
    expect(status).toBe(0);
    expect(output).toMatch(/^README.md: 1$/m);
    expect(output).toMatch(/^.github\/CODEOWNERS: 1$/m);
    expect(places()).toEqual([true, true]);
    expect(call("scripts/set-owner.ts octo-org").status).toBe(0);
    expect(places()).toEqual([false, false]);
    expect(copy.read("scripts/set-owner.ts")).toContain("OWNER");
  });

  it.each(["", "a--b", "a".repeat(40)])("refuses the account %j", (account) => {
    expect(copy.run(["scripts/set-owner.ts", account])).toMatchObject({
      status: 1,
      output: expect.stringContaining("Usage: "),
    });
    expect(places()).toEqual([true, true]);
  });
});

describe("release/notes", () => {
  const notes = (tag: string) =>
    copy.run(["scripts/release/notes.ts", tag], { GITHUB_REPOSITORY: "o/r", GITHUB_SHA: "0a" });

  it("wants a section for a tag, but not for a rehearsal", () => {
    copy.write("CHANGELOG.md", "# Changelog\n\n## Unreleased\n\n- first\n");
    const { status, output } = notes("");
    expect({ status, output }).toEqual({
      status: 0,
      output: "- first\n\n### Use\n\n```yaml\n- uses: o/r@0a # v1.0.0\n```\n",
    });
    expect(notes("v1.0.0")).toMatchObject({ status: 1, output: expect.stringContaining("has no section") });
    copy.replace("CHANGELOG.md", "Unreleased", "1.0.0 - 2027-01-31");
    expect(notes("v1.0.0")).toEqual({ status, output });
  });
});

describe("sbom", () => {
  const MODULES = ["build/index.js", "node_modules/undici/lib/dispatcher/agent.js"];

  it("is of the last build, with the time of its commit", () => {
    copy.write("dist/index.js", "1");
    copy.write("build/modules.json", JSON.stringify(MODULES));
    copy.git("add", "dist");
    copy.git("commit", "--message", "x");
    const { status, output } = copy.run(["scripts/sbom.ts"]);
    expect({ status, output }).toMatchObject({ status: 0 });
    expect(JSON.parse(output)).toMatchObject({
      metadata: { timestamp: "2027-01-31T12:00:00Z", component: { name: "delete-tencentcloud-ssl-csrs" } },
      components: [{ name: "undici" }],
    });
    expect(copy.run(["scripts/sbom.ts", `${copy.folder}/sbom.json`])).toEqual({ status, output: "" });
    expect(copy.read("sbom.json")).toBe(output);
  });

  it("is not made without a build, nor of a build without packages", () => {
    expect(call("scripts/sbom.ts")).toMatchObject({ status: 1, output: expect.stringContaining("npm run build") });
    copy.write("build/modules.json", '["build/index.js"]');
    copy.write("dist/index.js", "1");
    expect(call("scripts/sbom.ts")).toMatchObject({ status: 1, output: expect.stringContaining("No package") });
    // Nor of a package without a hash.
    copy.write("build/modules.json", JSON.stringify(MODULES));
    copy.replace("package-lock.json", /("node_modules\/undici": \{[^}]*)"integrity"/, '$1"x"');
    expect(call("scripts/sbom.ts")).toMatchObject({ status: 1, output: expect.stringContaining("has no hash") });
  });
});
