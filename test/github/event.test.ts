import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readEvent } from "../../src/github/event.ts";

const folder = mkdtempSync(join(tmpdir(), "event-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** The event whose file holds this text. */
function read(text: string, actor = "octocat") {
  const path = join(folder, "event.json");
  writeFileSync(path, text);
  return readEvent({ GITHUB_EVENT_PATH: path, GITHUB_ACTOR: actor });
}

const pullRequest = (from: string) => ({
  pull_request: { number: 7, head: { sha: "abc", repo: { full_name: from } } },
  repository: { full_name: "octo/release" },
});

test("a pull request of the repository itself", () => {
  expect(read(JSON.stringify(pullRequest("octo/release")))).toEqual({
    pullRequest: { number: 7, headSha: "abc" },
    fromFork: false,
    byDependabot: false,
  });
});

test.each(["stranger/release", "octo/fork"])("a pull request from a fork, %s", (from) => {
  expect(read(JSON.stringify(pullRequest(from))).fromFork).toBe(true);
});

test("a run that Dependabot started, and no other bot", () => {
  expect(read(JSON.stringify(pullRequest("octo/release")), "dependabot[bot]").byDependabot).toBe(true);
  expect(read(JSON.stringify(pullRequest("octo/release")), "renovate[bot]").byDependabot).toBe(false);
});

const NOTHING = { pullRequest: undefined, fromFork: false, byDependabot: false };

test.each([
  "",
  "{",
  "null",
  "[]",
  "1",
  "{}",
  '{"pull_request":null,"repository":null}',
  '{"pull_request":{"number":"7","head":null}}',
  '{"pull_request":{"number":1.5,"head":{"repo":null}},"repository":{"full_name":"a/b"}}',
  '{"issue":{"number":1}}',
  '{"pull_request":7}',
])("%j says nothing", (text) => {
  expect(read(text)).toEqual(NOTHING);
});

test("a pull request whose fork was deleted has no sender", () => {
  const event = { pull_request: { number: 7, head: { repo: null } }, repository: { full_name: "octo/release" } };
  expect(read(JSON.stringify(event))).toEqual({ ...NOTHING, pullRequest: { number: 7, headSha: "" } });
});

test.each([undefined, "", join(folder, "none.json"), folder])(
  "without a file that can be read (%j) it says nothing",
  (path) => {
    expect(readEvent({ GITHUB_EVENT_PATH: path })).toEqual(NOTHING);
  },
);
