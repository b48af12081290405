import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { DEMO_AUDIENCE, type GitHubEmulator, startGitHubEmulator, startOidcEmulator } from "./emulator.ts";

let github: GitHubEmulator;
let getOctokit: typeof import("@actions/github").getOctokit;

// The package reads the URL of the API when it is loaded.
beforeAll(async () => {
  const comments = Array.from({ length: 120 }, (_, index) => ({ body: `comment ${index + 1}`, login: "octocat" }));
  github = await startGitHubEmulator({ pullRequests: { 1: {}, 2: { comments } } });
  for (const [name, value] of Object.entries(github.environment)) vi.stubEnv(name, value);
  ({ getOctokit } = await import("@actions/github"));
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await github.close();
});

const repository = { owner: "octo-org", repo: "octo-repo" };

test("the toolkit fetches a token", async () => {
  await using oidc = await startOidcEmulator();
  for (const [name, value] of Object.entries(oidc.environment)) vi.stubEnv(name, value);
  const output = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  const { getIDToken } = await import("@actions/core");
  const token = await getIDToken(DEMO_AUDIENCE).finally(() => output.mockRestore());
  expect(oidc.tokens).toMatchObject([{ token, claims: { aud: DEMO_AUDIENCE } }]);
});

test("the client of Actions creates, updates and lists comments", async () => {
  const { rest } = getOctokit(github.token);
  const { data: created } = await rest.issues.createComment({ ...repository, issue_number: 1, body: "plan" });
  await rest.issues.updateComment({ ...repository, comment_id: created.id, body: "result" });
  const { data } = await rest.issues.listComments({ ...repository, issue_number: 1 });
  expect(data.map(({ body, user }) => [body, user?.login])).toEqual([["result", "github-actions[bot]"]]);
});

test("the client of Actions reads all pages", async () => {
  const octokit = getOctokit(github.token);
  const options = { ...repository, issue_number: 2, per_page: 100 };
  expect(await octokit.paginate(octokit.rest.issues.listComments, options)).toHaveLength(120);
});

test("the client of Actions asks who it is", async () => {
  expect(await getOctokit(github.token).graphql("{ viewer { login } }")).toEqual({
    viewer: { login: "github-actions[bot]" },
  });
});

test("the client of Actions sees an error", async () => {
  const request = getOctokit("other").rest.issues.listComments({ ...repository, issue_number: 1 });
  await expect(request).rejects.toMatchObject({ status: 401, message: expect.stringContaining("Bad credentials") });
});
