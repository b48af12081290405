import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { emptySecretHint } from "../../src/inputs/empty-secret-hint.ts";
import { explainProblems } from "../../src/inputs/inputs.ts";
import { readResult } from "./sources.ts";

const FORK = "This run was started by a pull request from a fork, which gets no secrets.";

const pullRequest = (from: string) => ({
  pull_request: { head: { repo: { full_name: from } } },
  repository: { full_name: "octo/release" },
});

/** The hint in a run that `actor` started by the event `payload`. */
const hint = (actor: string, payload: object) => emptySecretHint(async () => ({ actor, payload }));

test("a pull request from a fork gets no secrets", async () => {
  expect(await hint("octocat", pullRequest("stranger/release"))).toBe(FORK);
});

test("Dependabot gets no Actions secrets", async () => {
  expect(await hint("dependabot[bot]", pullRequest("octo/release"))).toMatch(/^This run was started by Dependabot/);
});

const USUAL_REASONS = /^A secret is blank if its name is misspelt.*forks.*Dependabot/;

test.each([
  pullRequest("octo/release"),
  {},
  { pull_request: null, repository: null },
  { pull_request: { head: { repo: null } }, repository: { full_name: "octo/release" } },
])("the event %j explains nothing: the usual reasons are given", async (payload) => {
  expect(await hint("octocat", payload)).toMatch(USUAL_REASONS);
});

test("an event that cannot be read explains nothing, either", async () => {
  expect(await emptySecretHint(() => Promise.reject(new SyntaxError("Unexpected end of JSON input")))).toMatch(
    USUAL_REASONS,
  );
  expect(await emptySecretHint(async () => ({ actor: "octocat", payload: null as unknown as object }))).toMatch(
    USUAL_REASONS,
  );
});

test("the event is the one that the runner names", async () => {
  const folder = mkdtempSync(join(tmpdir(), "empty-secret-hint-"));
  onTestFinished(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });
  writeFileSync(join(folder, "event.json"), JSON.stringify(pullRequest("stranger/release")));
  vi.stubEnv("GITHUB_EVENT_PATH", join(folder, "event.json"));
  vi.stubEnv("GITHUB_ACTOR", "octocat");
  expect(await emptySecretHint()).toBe(FORK);
});

test("the reason is added to the problem about the secret, which stays one", async () => {
  const inputs = readResult({ "csr-ids": "11", "secret-id": "AKIDEXAMPLE", "on-absent": "no" });
  if (inputs.ok) throw new Error("The inputs are valid.");
  expect(await explainProblems(inputs.failure, async () => FORK)).toEqual([
    "`on-absent` must be `ignore`, `warn` or `fail`, not `no`.",
    `\`secret-id\` is given, but \`secret-key\` is blank. ${FORK}`,
  ]);
});

test("problems that no secret is missing from stay as they are", async () => {
  const problems = ["`dry-run` is blank."];
  const never = () => Promise.reject(new Error("asked for a reason"));
  expect(await explainProblems({ problems, missingSecret: undefined }, never)).toBe(problems);
});
