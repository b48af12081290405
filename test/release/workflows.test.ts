/** What the workflows may do, what they run, and that a release is made only of what was checked. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly if?: string;
  readonly with?: Readonly<Record<string, string>>;
  readonly "continue-on-error"?: boolean;
}

interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
  readonly needs?: string;
  readonly if?: string;
  readonly environment?: string;
  readonly "continue-on-error"?: boolean;
}

const folder = resolve(import.meta.dirname, "../../.github/workflows");
const workflows = readdirSync(folder).map((file) => ({ file, ...parse(readFileSync(join(folder, file), "utf8")) }));
const jobs: ReadonlyMap<string, Job> = new Map(
  workflows.flatMap(({ file, jobs }) => Object.entries<Job>(jobs).map(([id, job]) => [`${file} ${id}`, job])),
);
const jobOf = (name: string): Job => jobs.get(name) ?? expect.fail(`no job ${name}`);
const TAG = "github.ref_type == 'tag'";

/** By job: what it may do beyond reading the repository. */
const MAY: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "codeql.yml analyze": { "security-events": "write" },
  "release.yml publish": { contents: "write", "id-token": "write", attestations: "write" },
  "scorecard.yml analysis": { "security-events": "write", "id-token": "write" },
  "update-dist.yml commit": { contents: "write", actions: "write" },
};

test("no job may do more than it needs", () => {
  expect(workflows.map(({ file, permissions }) => [file, permissions])).toEqual(
    workflows.map(({ file }) => [file, {}]),
  );
  for (const [name, { permissions }] of jobs)
    expect([name, permissions]).toEqual([name, { contents: "read", ...MAY[name] }]);
  expect([...jobs.keys()]).toEqual(expect.arrayContaining(Object.keys(MAY)));
});

test("a job that may write runs neither packages nor what the repository builds", () => {
  for (const name of Object.keys(MAY))
    for (const { uses, run = "" } of jobOf(name).steps) {
      expect(`${name}: ${uses}`).not.toMatch(/: \.\//);
      expect(`${name}: ${run}`).not.toMatch(/\b(npm|npx|node)\b|\.ci\/run/);
    }
});

/** The commands of one line that a job must run, in this order. */
test.each([
  ["ci.yml checks", [".ci/run"]],
  [
    "ci.yml workflows",
    ['.github/lint/install.sh "$RUNNER_TEMP/lint"', "npm ci", "npm run check:workflows -- --require-linters"],
  ],
  ["ci.yml systems", ["npm ci", expect.stringMatching(/^npm test -- test\/inputs .* test\/report /), "npm start"]],
  [
    "ci.yml e2e",
    [
      ...["npm ci", "npm run build", expect.stringMatching(/^node test\/e2e\/emulator.ts start /)],
      ...[expect.stringMatching(/^echo /), "node test/e2e/check-steps.ts"],
      'node test/e2e/emulator.ts stop "$EMULATOR_PID" "$EMULATOR_LOG"',
    ],
  ],
  ["nightly.yml deep", ["npm ci", "npm run test:nightly", "npm run mutation"]],
  ["nightly.yml sdk", ["npm ci", "npm run check:sdk"]],
  ["release.yml prepare", ["npm ci", "npm run check:dist", ".ci/run"]],
] as const)("%s runs its commands, and fails if one does", (name, commands) => {
  const job = jobOf(name);
  const lines = job.steps.flatMap(({ run }) => (run === undefined || run.trim().includes("\n") ? [] : [run]));
  expect(lines).toEqual(commands);
  expect(job["continue-on-error"]).toBeUndefined();
  expect(job.steps.filter((step) => step.run !== undefined && step["continue-on-error"] !== undefined)).toEqual([]);
});

test("zizmor leaves out only the rules that do not fit", () => {
  const rulesIn = (path: string) => parse(readFileSync(join(folder, "..", path), "utf8")).rules;
  const disabled = (...names: readonly string[]) => Object.fromEntries(names.map((name) => [name, { disable: true }]));
  expect(rulesIn("zizmor.yml")).toEqual(disabled("self-repository"));
  expect(rulesIn("lint/zizmor-examples.yml")).toEqual(
    disabled("anonymous-definition", "concurrency-limits", "secrets-outside-env", "self-hosted-runner"),
  );
});

test("the checks of the workflows run in each pull request, and on main", () => {
  const { on } = workflows.find(({ file }) => file === "ci.yml") ?? {};
  expect(on).toEqual({ push: { branches: ["main"] }, pull_request: null, workflow_dispatch: null });
  for (const [name, job] of jobs) if (name.startsWith("ci.yml")) expect([name, job.if]).toEqual([name, undefined]);
});

test("what the steps of e2e did is looked at whatever happened", () => {
  const { if: condition } = jobOf("ci.yml e2e").steps.find(({ run }) => run?.includes("check-steps")) ?? {};
  expect(condition).toBe("always()");
});

test("a release is made of a tag with three numbers; a pull request only rehearses it", () => {
  const { on } = workflows.find(({ file }) => file === "release.yml") ?? {};
  expect(on).toEqual({ push: { tags: ["v[0-9]+.[0-9]+.[0-9]+"] }, pull_request: null });
  expect(jobOf("release.yml publish")).toMatchObject({ needs: "prepare", if: TAG, environment: "release" });
  const { if: condition, steps } = jobOf("release.yml prepare");
  expect(condition).toBeUndefined();
  const conditions = steps
    .filter((step) => step.if !== undefined)
    .map(({ if: only, run = "" }) => [only, run.split("\n")[0]]);
  expect(conditions).toEqual([
    [TAG, 'if [ "$REF_PROTECTED" != true ]; then'],
    [TAG, ".ci/run"],
  ]);
});

test("the action and its SBOM are attested before they are published", () => {
  const steps = jobOf("release.yml publish").steps.slice(2);
  expect(steps.map(({ uses = "", with: inputs }) => [uses.split("@")[0], inputs])).toEqual([
    ["actions/attest", { "subject-path": "action.yml\ndist/**\n" }],
    ["actions/attest", { "subject-path": "dist/**", "sbom-path": "release/sbom.cdx.json" }],
    ["", undefined],
  ]);
  expect(steps[2]?.run).toContain("\nscripts/release/publish.sh release/sbom.cdx.json release/*.sigstore.json\n");
});

test("only Dependabot's branches of this repository get a rebuilt dist", () => {
  expect(jobOf("update-dist.yml build").if?.split(" && ")).toEqual([
    "github.event.pull_request.user.login == 'dependabot[bot]'",
    "github.event.pull_request.head.repo.full_name == github.repository",
  ]);
  expect(jobOf("update-dist.yml commit")).toMatchObject({
    needs: "build",
    if: "needs.build.outputs.changed == 'true'",
  });
});

test.each([
  ["a protected tag on the default branch is released", "true", "v1.0.0", 0, ""],
  ["an unprotected tag is not", "false", "v1.0.0", 1, "::error::No rule protects"],
  ["a tag on another branch is not", "true", "v1.0.1", 1, " is not on main.\n"],
])("%s", (_name, protectedTag, tag, status, says) => {
  const cwd = mkdtempSync(join(tmpdir(), "tag-"));
  try {
    const git = (...args: readonly string[]) =>
      execFileSync("git", ["-c", "user.name=x", "-c", "user.email=x@example.com", ...args], {
        cwd,
        stdio: ["ignore", "pipe", "ignore"],
      });
    git("init");
    for (const name of ["v1.0.0", "v1.0.1"]) {
      git("commit", "--allow-empty", "--message", name);
      git("tag", name);
    }
    git("update-ref", "refs/remotes/origin/main", "v1.0.0");
    const script = jobOf("release.yml prepare").steps.find(({ run }) => run?.includes("REF_PROTECTED"))?.run ?? "";
    const GITHUB_SHA = git("rev-parse", tag).toString().trim();
    const env = {
      ...process.env,
      REF_PROTECTED: protectedTag,
      BRANCH: "main",
      GITHUB_SHA,
      GITHUB_REF: `refs/tags/${tag}`,
    };
    const result = spawnSync("bash", ["-e", "-c", script], { cwd, env, encoding: "utf8" });
    expect(result.status).toBe(status);
    expect(result.stdout).toContain(says);
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
});
