import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CommentOptions, commentOnPullRequest } from "../../src/report/pull-request.ts";
import {
  GITHUB_FAULTS,
  type GitHubEmulator,
  type GitHubFaultRule,
  type GitHubOptions,
  startGitHubEmulator,
} from "../emulator/emulator.ts";

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "comment-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function eventFile(event: unknown): string {
  const path = join(folder, "event.json");
  writeFileSync(path, JSON.stringify(event));
  return path;
}

interface Commenting extends Partial<CommentOptions> {
  readonly job?: string;
  readonly event?: unknown;
}

/** Comments `text` in a run for pull request 1. */
function comment(github: GitHubEmulator, text: string, { job = "clean", event, ...more }: Commenting = {}) {
  const env = {
    ...github.environment,
    GITHUB_REPOSITORY: "octo-org/octo-repo",
    GITHUB_EVENT_PATH: eventFile(event ?? { pull_request: { number: 1 } }),
    GITHUB_WORKFLOW: "Clean-up --> x",
    GITHUB_JOB: job,
  };
  return commentOnPullRequest({ token: github.token, env, render: () => text, timeoutMs: 10_000, ...more });
}

const actionsOf = ({ requests }: GitHubEmulator): readonly string[] => requests.map(({ action }) => action);
const writesOf = (github: GitHubEmulator): readonly string[] =>
  actionsOf(github).filter((action) => /^(create|update)/.test(action));
const warningOf = (result: Awaited<ReturnType<typeof comment>>): string =>
  result.kind === "failed" ? result.warning.message : result.kind;

describe("the comment", () => {
  test("is created with a hidden marker as its first line", async () => {
    await using github = await startGitHubEmulator();
    expect(await comment(github, "the plan")).toEqual({ kind: "written" });
    expect(github.comments.map(({ body }) => body)).toEqual([
      expect.stringMatching(/^<!-- delete-tencentcloud-ssl-csrs [^ <>]+\/clean -->\nthe plan$/),
    ]);
  });

  test("is updated in place: a result replaces the plan", async () => {
    await using github = await startGitHubEmulator();
    await comment(github, "the plan");
    await comment(github, "the result");
    expect(github.comments).toMatchObject([{ edits: 1, body: expect.stringContaining("the result") }]);
  });

  test("of the same text is not written again", async () => {
    await using github = await startGitHubEmulator();
    await comment(github, "the plan\n");
    expect(await comment(github, "the plan\n")).toEqual({ kind: "unchanged" });
    expect(writesOf(github)).toEqual(["create-comment"]);
  });

  test("is one for each job", async () => {
    await using github = await startGitHubEmulator();
    await comment(github, "a");
    await comment(github, "b", { job: "other" });
    expect(github.comments).toHaveLength(2);
  });

  test("of somebody else is left alone, whatever it begins with", async () => {
    await using github = await startGitHubEmulator();
    await comment(github, "the plan");
    const [{ body = "" } = {}] = github.comments;
    await using spoofed = await startGitHubEmulator({
      pullRequests: { 1: { comments: [{ body, login: "mallory" }] } },
    });
    await comment(spoofed, "the plan");
    expect(spoofed.comments.map(({ login, edits }) => [login, edits])).toEqual([
      ["mallory", 0],
      ["github-actions[bot]", 0],
    ]);
  });

  test("is found on a later page", async () => {
    const comments = Array.from({ length: 250 }, () => ({ body: "chat", login: "octocat" }));
    await using github = await startGitHubEmulator({ pullRequests: { 1: { comments } } });
    await comment(github, "the plan");
    await comment(github, "the result");
    expect(github.comments).toHaveLength(251);
    expect(github.comments.at(-1)?.edits).toBe(1);
  });

  test.each<[string, GitHubOptions]>([
    ["an app's token, which GraphQL does not serve", { viewer: false }],
    ["a person's token", { login: "octocat" }],
    ["a person's token, which GraphQL does not serve", { login: "octocat", viewer: false }],
    ["GitHub Enterprise Server", { enterprise: true }],
    ["a closed pull request", { pullRequests: { 1: { state: "closed" } } }],
  ])("works with %s", async (_name, options) => {
    await using github = await startGitHubEmulator(options);
    await comment(github, "the plan");
    await comment(github, "the result");
    expect(github.comments).toMatchObject([{ edits: 1 }]);
  });

  test("has room for 65,536 characters with its marker", async () => {
    await using github = await startGitHubEmulator();
    expect(await comment(github, "", { render: (limit) => "x".repeat(limit) })).toEqual({ kind: "written" });
    expect(github.comments[0]?.body).toHaveLength(65_536);
  });
});

test.each([{}, { issue: { number: 1 } }, { pull_request: null }, { pull_request: { number: "1" } }])(
  "without a pull request in the event (%j) no call is made",
  async (event) => {
    await using github = await startGitHubEmulator();
    expect(await comment(github, "the plan", { event })).toEqual({ kind: "no-pull-request" });
    expect(github.requests).toEqual([]);
  },
);

describe("what goes wrong is a warning with a remedy:", () => {
  const failing = (fault: GitHubFaultRule["fault"]): GitHubOptions => ({ faults: [{ fault }] });

  test.each<[string, GitHubOptions, RegExp]>([
    ["a token that may only read", { permission: "read" }, /`permissions: pull-requests: write`.*fork/],
    ["a token that may nothing", { permission: "none" }, /`permissions: pull-requests: write`/],
    ["a locked pull request", { pullRequests: { 1: { locked: true } } }, /locked/],
    ["a deleted pull request", { pullRequests: { 1: { deleted: true } } }, /gone/],
    ["a secondary rate limit (403)", failing(GITHUB_FAULTS.secondaryRateLimit(403)), /rate limit/],
    ["a secondary rate limit (429)", failing(GITHUB_FAULTS.secondaryRateLimit(429)), /rate limit/],
    ["the hour's rate limit", failing(GITHUB_FAULTS.primaryRateLimit()), /rate limit/],
    ["an error of GitHub", failing(GITHUB_FAULTS.serverError(502)), /not available/],
    ["a connection that breaks", failing({ kind: "reset" }), /network/],
    ["a page of a proxy", failing({ kind: "http", status: 200, body: "<html>@me" }), /network and proxy/],
  ])("%s", async (_name, options, remedy) => {
    await using github = await startGitHubEmulator(options);
    const result = await comment(github, "the plan");
    expect(result.kind).toBe("failed");
    expect(warningOf(result)).toMatch(remedy);
  });

  test("a token that GitHub does not know", async () => {
    await using github = await startGitHubEmulator();
    expect(warningOf(await comment(github, "the plan", { token: "ghs_wrong" }))).toContain("Check `github-token`");
  });

  test("GitHub that does not respond is given up in time", async () => {
    await using github = await startGitHubEmulator(failing({ kind: "hang" }));
    expect(warningOf(await comment(github, "the plan", { timeoutMs: 100 }))).toContain("within 0.1 seconds");
  });

  test("GitHub that is slow at every call gets the time once, not for each call", async () => {
    await using github = await startGitHubEmulator(failing({ kind: "delay", ms: 120 }));
    expect(warningOf(await comment(github, "the plan", { timeoutMs: 200 }))).toContain("within 0.2 seconds");
    expect(github.comments).toEqual([]);
  });

  test("no server at all", async () => {
    const github = await startGitHubEmulator();
    await github.close();
    expect(warningOf(await comment(github, "the plan"))).toContain("network");
  });

  test("an event that cannot be read", async () => {
    await using github = await startGitHubEmulator();
    const env = { ...github.environment, GITHUB_EVENT_PATH: join(folder, "none.json") };
    expect((await comment(github, "the plan", { env })).kind).toBe("failed");
  });

  test("what GitHub says is inert", async () => {
    const body = JSON.stringify({ message: "`x` @me <b>\n::error::y" });
    await using github = await startGitHubEmulator(
      failing({ kind: "http", status: 500, headers: { "content-type": "application/json" }, body }),
    );
    const message = warningOf(await comment(github, "the plan"));
    expect(message).not.toContain("\n");
    expect(message.replace(/``.*``/, "")).not.toMatch(/[@<]/);
  });
});
