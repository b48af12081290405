import { describe, expect, test } from "vitest";
import { GITHUB_FAULTS, type GitHubEmulator, type GitHubOptions, startGitHubEmulator } from "./emulator.ts";

const MARKER = "<!-- example marker -->";
const TOO_LONG = "Body is too long (maximum is 65536 characters)";

interface Sent {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look at JSON of any form
  json: any;
}

interface Sending {
  method?: string;
  body?: unknown;
  headers?: Record<string, string>;
}

async function send(
  github: GitHubEmulator,
  path: string,
  { method = "GET", body, headers }: Sending = {},
): Promise<Sent> {
  const url = path.startsWith("http") ? path : `${github.environment.GITHUB_API_URL}${path}`;
  const usual = { authorization: `token ${github.token}`, "user-agent": "test" };
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const response = await fetch(url, {
    method,
    headers: { ...usual, ...headers },
    ...(body === undefined ? {} : { body: text }),
  });
  return { status: response.status, headers: response.headers, json: await response.json() };
}

function commentsPath(number = 1): string {
  return `/repos/octo-org/octo-repo/issues/${number}/comments`;
}

function create(github: GitHubEmulator, body: unknown, number = 1): Promise<Sent> {
  return send(github, commentsPath(number), { method: "POST", body: { body } });
}

function update(github: GitHubEmulator, id: number, body: unknown): Promise<Sent> {
  return send(github, `/repos/octo-org/octo-repo/issues/comments/${id}`, { method: "PATCH", body: { body } });
}

function viewer(github: GitHubEmulator, query = "query { viewer { login } }"): Promise<Sent> {
  return send(github, github.environment.GITHUB_GRAPHQL_URL ?? "", { method: "POST", body: { query } });
}

function withComments(count: number): GitHubOptions {
  const comments = Array.from({ length: count }, (_, index) => ({ body: `comment ${index + 1}`, login: "octocat" }));
  return { pullRequests: { 1: { comments } } };
}

describe("a comment", () => {
  test("is created, listed, and updated in place", async () => {
    await using github = await startGitHubEmulator();
    const created = await create(github, `${MARKER}\nplan`);
    expect(created.status).toBe(201);
    const { id } = created.json;
    expect((await update(github, id, `${MARKER}\nresult`)).status).toBe(200);
    const { json } = await send(github, commentsPath());
    expect(json).toMatchObject([
      { id, body: `${MARKER}\nresult`, user: { login: "github-actions[bot]", type: "Bot" } },
    ]);
    expect(Date.parse(json[0].updated_at)).toBeGreaterThan(Date.parse(json[0].created_at));
    expect(github.comments).toEqual([
      { id, pullRequest: 1, login: "github-actions[bot]", body: `${MARKER}\nresult`, edits: 1 },
    ]);
    expect(github.requests.map(({ action, outcome }) => `${action} ${outcome}`)).toEqual([
      "create-comment ok",
      "update-comment ok",
      "list-comments ok",
    ]);
  });

  test("of somebody else can hold the same marker", async () => {
    const comments = [{ body: `${MARKER}\nspoof`, login: "mallory" }];
    await using github = await startGitHubEmulator({ pullRequests: { 1: { comments } } });
    github.addComment(1, { body: "later", login: "octocat" });
    await create(github, MARKER);
    const { json } = await send(github, commentsPath());
    expect(json.map((comment: { user: object }) => comment.user)).toEqual([
      { login: "mallory", type: "User" },
      { login: "octocat", type: "User" },
      { login: "github-actions[bot]", type: "Bot" },
    ]);
  });

  test.each<[string, number, object, unknown]>([
    ["longer than 65,536 characters", 422, { errors: [{ message: TOO_LONG }] }, "x".repeat(65_537)],
    ["without text", 422, { errors: [{ message: "Body can't be blank" }] }, " \n"],
    ["without a body", 422, { message: expect.stringContaining("wasn't supplied") }, undefined],
    ["that is a number", 422, { message: expect.stringContaining("wasn't supplied") }, 1],
  ])("%s is refused", async (_, status, json, body) => {
    await using github = await startGitHubEmulator();
    expect(await create(github, body)).toMatchObject({ status, json });
    expect(github.comments).toEqual([]);
  });

  test("of 65,536 characters is accepted, also of characters of four bytes", async () => {
    await using github = await startGitHubEmulator();
    expect((await create(github, "😀".repeat(65_536))).status).toBe(201);
  });

  test("that is not JSON is refused", async () => {
    await using github = await startGitHubEmulator();
    expect((await send(github, commentsPath(), { method: "POST", body: "{" })).status).toBe(400);
  });
});

describe("pages", () => {
  test("are linked until the last one", async () => {
    await using github = await startGitHubEmulator(withComments(250));
    const bodies: string[] = [];
    let next: string | undefined = `${commentsPath()}?per_page=100`;
    const links: (string | null)[] = [];
    while (next !== undefined) {
      const { json, headers } = await send(github, next);
      bodies.push(...json.map((comment: { body: string }) => comment.body));
      links.push(headers.get("link"));
      next = /<([^>]+)>; rel="next"/.exec(headers.get("link") ?? "")?.[1];
    }
    expect(bodies).toHaveLength(250);
    expect(new Set(bodies).size).toBe(250);
    expect(links.map((link) => link?.match(/rel="\w+"/g)?.join())).toEqual([
      'rel="next",rel="last"',
      'rel="prev",rel="next",rel="last",rel="first"',
      'rel="prev",rel="first"',
    ]);
  });

  test.each([
    ["", 30],
    ["?per_page=5", 5],
    ["?per_page=1000", 100],
    ["?per_page=100&page=2", 20],
    ["?per_page=100&page=9", 0],
  ])("with %j have %i comments", async (query, count) => {
    await using github = await startGitHubEmulator(withComments(120));
    expect((await send(github, commentsPath() + query)).json).toHaveLength(count);
  });

  test("of few comments have no links", async () => {
    await using github = await startGitHubEmulator(withComments(3));
    expect((await send(github, commentsPath())).headers.get("link")).toBeNull();
  });
});

describe("a token", () => {
  test.each([
    ["token", 200],
    ["Bearer", 200],
    ["bearer", 200],
    ["Basic", 401],
  ])("is sent as %s", async (scheme, status) => {
    await using github = await startGitHubEmulator();
    const headers = { authorization: `${scheme} ${github.token}` };
    expect((await send(github, commentsPath(), { headers })).status).toBe(status);
  });

  test("that is wrong is refused", async () => {
    await using github = await startGitHubEmulator();
    expect(await send(github, commentsPath(), { headers: { authorization: "token other" } })).toMatchObject({
      status: 401,
      json: { message: "Bad credentials" },
    });
  });

  test("that may only read cannot write", async () => {
    await using github = await startGitHubEmulator({ ...withComments(1), permission: "read" });
    const id = github.comments[0]?.id ?? 0;
    const refused = { status: 403, json: { message: "Resource not accessible by integration" } };
    expect((await send(github, commentsPath())).status).toBe(200);
    expect(await create(github, "x")).toMatchObject(refused);
    expect(await update(github, id, "x")).toMatchObject(refused);
  });

  test("without permission sees nothing", async () => {
    await using github = await startGitHubEmulator({ permission: "none" });
    expect((await send(github, commentsPath())).status).toBe(404);
  });

  test("of Actions has a viewer, but no user", async () => {
    await using github = await startGitHubEmulator();
    expect((await viewer(github)).json).toEqual({ data: { viewer: { login: "github-actions[bot]" } } });
    expect((await send(github, "/user")).status).toBe(403);
  });

  test("of a user has both", async () => {
    await using github = await startGitHubEmulator({ login: "octocat" });
    expect((await viewer(github, "{viewer{login}}")).json.data.viewer.login).toBe("octocat");
    expect((await send(github, "/user")).json.login).toBe("octocat");
  });

  test("can be without a viewer", async () => {
    await using github = await startGitHubEmulator({ viewer: false });
    const { status, json } = await viewer(github);
    expect(status).toBe(200);
    expect(json).toMatchObject({ data: null, errors: [{ type: "FORBIDDEN" }] });
  });
});

test.each(["{ viewer { id } }", "mutation { x }", "query { repository { id } }"])(
  "the query %j is not known",
  async (query) => {
    await using github = await startGitHubEmulator();
    expect((await viewer(github, query)).json.errors).toHaveLength(1);
  },
);

describe("a pull request", () => {
  test.each<[string, GitHubOptions["pullRequests"], number, string]>([
    ["that does not exist", {}, 404, "Not Found"],
    ["that was deleted", { 1: { deleted: true } }, 410, "This issue was deleted"],
    ["that is locked", { 1: { locked: true } }, 403, "Unable to create comment because issue is locked."],
  ])("%s takes no comments", async (_, pullRequests = {}, status, message) => {
    await using github = await startGitHubEmulator({ pullRequests });
    expect(await create(github, "x")).toMatchObject({ status, json: { message } });
  });

  test("that is closed takes comments", async () => {
    await using github = await startGitHubEmulator({ pullRequests: { 1: { state: "closed" } } });
    expect((await create(github, "x")).status).toBe(201);
  });
});

test("other repositories, paths and methods do not exist", async () => {
  await using github = await startGitHubEmulator();
  expect((await send(github, "/repos/octo-org/other/issues/1/comments")).status).toBe(404);
  expect((await send(github, "/repos/octo-org/octo-repo/issues/1")).status).toBe(404);
  expect((await send(github, commentsPath(), { method: "PUT", body: {} })).status).toBe(404);
  expect((await update(github, 1, "x")).status).toBe(404);
});

test("a client must name itself", async () => {
  await using github = await startGitHubEmulator();
  const headers = { "user-agent": "" };
  expect((await send(github, commentsPath(), { headers })).status).toBe(403);
});

test("GitHub Enterprise Server has other paths", async () => {
  await using github = await startGitHubEmulator({ enterprise: true });
  expect(github.environment).toEqual({
    GITHUB_API_URL: `${github.url}/api/v3`,
    GITHUB_GRAPHQL_URL: `${github.url}/api/graphql`,
  });
  expect((await create(github, "x")).status).toBe(201);
  expect((await viewer(github)).status).toBe(200);
  expect((await send(github, `${github.url}${commentsPath()}`)).status).toBe(404);
});

describe("faults", () => {
  test("have the messages of GitHub", async () => {
    await using github = await startGitHubEmulator({
      faults: [
        GITHUB_FAULTS.secondaryRateLimit(),
        GITHUB_FAULTS.secondaryRateLimit(429, 3),
        GITHUB_FAULTS.primaryRateLimit(),
        GITHUB_FAULTS.notAccessible(),
        GITHUB_FAULTS.serverError(),
      ].map((fault) => ({ times: 1, fault })),
    });
    const seen: unknown[][] = [];
    for (let count = 0; count < 5; count += 1) {
      const { status, json, headers } = await create(github, "x");
      seen.push([status, json.message.slice(0, 23), headers.get("retry-after"), headers.get("x-ratelimit-remaining")]);
    }
    expect(seen).toEqual([
      [403, "You have exceeded a sec", "60", null],
      [429, "You have exceeded a sec", "3", null],
      [403, "API rate limit exceeded", null, "0"],
      [403, "Resource not accessible", null, null],
      [500, "Server Error", null, null],
    ]);
    expect(github.comments).toEqual([]);
  });

  test("can occur after the effect, and in one operation only", async () => {
    const faults = [{ action: "create-comment", fault: { kind: "reset", effect: true } }] as const;
    await using github = await startGitHubEmulator({ faults });
    await expect(create(github, "x")).rejects.toThrow();
    expect((await send(github, commentsPath())).json).toHaveLength(1);
  });

  test("can be a hang", async () => {
    await using github = await startGitHubEmulator({ faults: [{ fault: { kind: "hang" } }] });
    const url = `${github.url}${commentsPath()}`;
    await expect(fetch(url, { signal: AbortSignal.timeout(50) })).rejects.toThrow("timeout");
  });
});
