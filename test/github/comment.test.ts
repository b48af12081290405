import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { type CommentOptions, commentOnPullRequest } from "../../src/github/comment.ts";
import { createHttpClient, type HttpClient, type HttpRequest } from "../../src/http/client.ts";
import { Redactor } from "../../src/shared/redactor.ts";
import { failed } from "../../src/shared/result.ts";
import {
  GITHUB_FAULTS,
  type GitHubEmulator,
  type GitHubFaultRule,
  type GitHubOptions,
  startGitHubEmulator,
} from "../emulator/emulator.ts";

let folder: string;

const http = createHttpClient({});

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "comment-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function eventFile(event: unknown): string {
  const path = join(folder, "event.json");
  writeFileSync(path, JSON.stringify(event));
  return path;
}

interface Commenting extends Partial<CommentOptions> {
  readonly job?: string;
  readonly step?: string;
  readonly event?: unknown;
}

/** Of a run for pull request 1. */
const environment = (
  github: { readonly environment: Readonly<Record<string, string>> },
  { job = "clean", step = "__self", event = { pull_request: { number: 1 } } }: Commenting = {},
) => ({
  ...github.environment,
  GITHUB_REPOSITORY: "octo-org/octo-repo",
  GITHUB_EVENT_PATH: eventFile(event),
  GITHUB_WORKFLOW: "Clean-up --> x",
  GITHUB_JOB: job,
  GITHUB_ACTION: step,
});

/** Comments `text` in a run for pull request 1. */
function comment(
  github: GitHubEmulator,
  text: string,
  { job = "clean", step = "__self", event, ...more }: Commenting = {},
) {
  const redactor = new Redactor();
  redactor.registerSecrets([github.token]);
  const env = environment(github, { job, step, event });
  const { token } = github;
  return commentOnPullRequest({ token, env, http, redactor, render: () => text, timeoutMs: 10_000, ...more });
}

const actionsOf = ({ requests }: GitHubEmulator): readonly string[] => requests.map(({ action }) => action);
const writesOf = (github: GitHubEmulator): readonly string[] =>
  actionsOf(github).filter((action) => /^(create|update)/.test(action));
const warningOf = (result: Awaited<ReturnType<typeof comment>>): string =>
  typeof result === "object" ? result.message : result;

describe("the comment", () => {
  test("is created with a hidden marker as its first line", async () => {
    await using github = await startGitHubEmulator();
    expect(await comment(github, "the plan")).toBe("written");
    expect(github.comments.map(({ body }) => body)).toEqual([
      expect.stringMatching(/^<!-- delete-tencentcloud-ssl-csrs [^ <>]+\/clean\/__self -->\nthe plan$/),
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
    expect(await comment(github, "the plan\n")).toBe("unchanged");
    expect(writesOf(github)).toEqual(["create-comment"]);
  });

  test("is one for each step of each job", async () => {
    await using github = await startGitHubEmulator();
    await comment(github, "a");
    await comment(github, "b", { job: "other" });
    await comment(github, "c", { step: "__self_2" });
    await comment(github, "d", { step: "__self_2" });
    expect(github.comments.map(({ body }) => body.split("\n")[1])).toEqual(["a", "b", "d"]);
  });

  test("of somebody else is left alone, whatever it begins with, and one that only quotes the marker, too", async () => {
    await using github = await startGitHubEmulator();
    await comment(github, "the plan");
    const [{ body = "" } = {}] = github.comments;
    const comments = [
      { body, login: "mallory" },
      { body, login: "dependabot[bot]" },
      { body: `See:\n${body}`, login: "github-actions[bot]" },
    ];
    await using spoofed = await startGitHubEmulator({ pullRequests: { 1: { comments } } });
    await comment(spoofed, "the plan");
    expect(spoofed.comments).toMatchObject([
      ...comments.map((one) => ({ ...one, edits: 0 })),
      { body, login: "github-actions[bot]" },
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

  test("is found among the longest comments", async () => {
    const comments = Array.from({ length: 99 }, () => ({ body: "x".repeat(65_536), login: "octocat" }));
    await using github = await startGitHubEmulator({ pullRequests: { 1: { comments } } });
    await comment(github, "the plan");
    expect(await comment(github, "the result")).toBe("written");
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
    expect(await comment(github, "", { render: (limit) => "x".repeat(limit) })).toBe("written");
    expect(github.comments[0]?.body).toHaveLength(65_536);
  });
});

test("without an event that can be read no call is made", async () => {
  await using github = await startGitHubEmulator();
  const env = { ...environment(github), GITHUB_EVENT_PATH: join(folder, "none.json") };
  expect(await comment(github, "the plan", { env })).toBe("no-pull-request");
  expect(github.requests).toEqual([]);
});

test.each([{}, { issue: { number: 1 } }, { pull_request: null }, { pull_request: { number: "1" } }])(
  "without a pull request in the event (%j) no call is made",
  async (event) => {
    await using github = await startGitHubEmulator();
    expect(await comment(github, "the plan", { event })).toBe("no-pull-request");
    expect(github.requests).toEqual([]);
  },
);

test.each([undefined, ""])("with GITHUB_API_URL=%s it is GitHub's API that is called", async (url) => {
  const requests: HttpRequest[] = [];
  const request: HttpClient["request"] = async (sent) => {
    requests.push(sent);
    return failed({ code: "Network.NotFound", message: "", sent: false });
  };
  const env = { ...environment({ environment: {} }), GITHUB_API_URL: url };
  const options = { token: "t", env, http: { request, preconnect() {} }, redactor: new Redactor(), timeoutMs: 10_000 };
  await commentOnPullRequest({ ...options, render: () => "text" });
  expect(requests.map((sent) => new URL(sent.url).origin)).toEqual(Array(3).fill("https://api.github.com"));
  expect(requests[0]?.body).toContain("{ viewer { login } }");
});

describe("what goes wrong is a warning with a remedy:", () => {
  const failing = (fault: GitHubFaultRule["fault"]): GitHubOptions => ({ faults: [{ fault }] });

  test.each<[string, GitHubOptions, RegExp]>([
    ["a token that may only read", { permission: "read" }, /`permissions: pull-requests: write`.*fork/],
    ["a token that may nothing", { permission: "none" }, /`permissions: pull-requests: write`/],
    ["a locked pull request", { pullRequests: { 1: { locked: true } } }, /locked/],
    ["comments that are switched off", failing({ kind: "http", status: 410, body: "" }), /refuses comments/],
    ["a deleted pull request", { pullRequests: { 1: { deleted: true } } }, /gone/],
    ["a secondary rate limit (403)", failing(GITHUB_FAULTS.secondaryRateLimit(403)), /rate limit/],
    ["a secondary rate limit (429)", failing(GITHUB_FAULTS.secondaryRateLimit(429)), /rate limit/],
    ["the hour's rate limit", failing(GITHUB_FAULTS.primaryRateLimit()), /rate limit/],
    ["an error of GitHub", failing(GITHUB_FAULTS.serverError(502)), /GitHub cannot be reached, or is busy/],
    ["a connection that breaks", failing({ kind: "reset" }), /network/],
    ["a page of a proxy", failing({ kind: "http", status: 200, body: "<html>@me" }), /network and proxy/],
  ])("%s", async (_name, options, remedy) => {
    await using github = await startGitHubEmulator(options);
    const result = await comment(github, "the plan");
    expect(result).toMatchObject({ level: "warning", title: "The pull request has no comment of this run" });
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

  test("a token that GitHub echoes is redacted before the text is cut", async () => {
    await using github = await startGitHubEmulator();
    const body = JSON.stringify({ message: `${"x ".repeat(135)}${github.token}` });
    const headers = { "content-type": "application/json" };
    await using echo = await startGitHubEmulator(failing({ kind: "http", status: 500, headers, body }));
    const result = await comment(github, "the plan", { token: github.token, env: { ...environment(echo) } });
    expect(warningOf(result)).toContain("x ***");
    expect(warningOf(result)).not.toContain(github.token.slice(0, 8));
  });

  test("what GitHub says is shown without what cannot be printed, up to a limit; what it does not say is not made up", async () => {
    const messageFor = async (message: string): Promise<string> => {
      const headers = { "content-type": "application/json" };
      const body = JSON.stringify({ message });
      await using github = await startGitHubEmulator(failing({ kind: "http", status: 500, headers, body }));
      return warningOf(await comment(github, "the plan"));
    };
    expect(await messageFor("a\u0001\u0002中b")).toContain("Details: `a b`.");
    expect(await messageFor("中")).toContain("Details: `none`.");
    const long = /Details: `(.*)`\.$/.exec(await messageFor("y".repeat(1_000)))?.[1];
    expect(long).toBe("y".repeat(300));
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

describe("GitHub that misbehaves", () => {
  type Answer = {
    readonly status?: number;
    readonly body: unknown;
    readonly link?: string;
    readonly deprecation?: string;
    readonly location?: string;
  };

  /** A GitHub that answers as `answer` says, if at all, and what it was asked. */
  async function github(answer: (request: string) => Answer | undefined) {
    const requests: string[] = [];
    const server = createServer((incoming, response) => {
      const request = `${incoming.method} ${incoming.url}`;
      requests.push(request);
      const answered = answer(request);
      if (!answered) return;
      const { status = 200, body, ...more } = answered;
      const headers = { "content-type": "application/json", ...more };
      response.writeHead(status, headers).end(JSON.stringify(body));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => void server.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const env = environment({ environment: { GITHUB_API_URL: url } });
    const options = { token: "t", env, http, redactor: new Redactor(), render: () => "text", timeoutMs: 10_000 };
    return { requests, run: () => commentOnPullRequest(options), url };
  }

  const MARKER = "<!-- delete-tencentcloud-ssl-csrs Clean-up%20--%3E%20x/clean/__self -->";
  const own = (login?: string) => ({ id: 7, body: `${MARKER}\nold`, user: login === undefined ? {} : { login } });
  const isList = (request: string): boolean => /^GET .*\/comments\?/.test(request);

  test.each<[string, unknown]>([
    ["an empty viewer", { data: { viewer: {} } }],
    ["no viewer", { data: null }],
    ["a viewer without a name", { data: { viewer: { login: "" } } }],
  ])("and names nobody (%s): a comment without an author, or without text, is not edited", async (_name, viewer) => {
    const { requests, run } = await github((request) => {
      if (request === "POST /graphql") return { body: viewer };
      const silent = { id: 8, user: { login: "github-actions[bot]" } };
      return { body: isList(request) ? [own(), { ...own(), user: null }, own(""), silent] : {} };
    });
    expect(await run()).toBe("written");
    expect(requests.filter((request) => /^(PATCH|POST .*comments)/.test(request))).toEqual([
      "POST /repos/octo-org/octo-repo/issues/1/comments",
    ]);
  });

  test("a comment that was deleted meanwhile is made anew", async () => {
    const { requests, run } = await github((request) => {
      if (request === "POST /graphql") return { body: { data: { viewer: { login: "me" } } } };
      if (request.startsWith("PATCH")) return { status: 404, body: { message: "Not Found" } };
      return { body: isList(request) ? [own("me")] : {} };
    });
    expect(await run()).toBe("written");
    expect(requests.slice(-2)).toEqual([
      "PATCH /repos/octo-org/octo-repo/issues/comments/7",
      "POST /repos/octo-org/octo-repo/issues/1/comments",
    ]);
  });

  test("a comment that cannot be updated gets no second one beside it", async () => {
    const { requests, run } = await github((request) => {
      if (request === "POST /graphql") return { body: { data: { viewer: { login: "me" } } } };
      if (request.startsWith("PATCH")) return { status: 403, body: { message: "Resource not accessible" } };
      return { body: isList(request) ? [own("me")] : {} };
    });
    expect(warningOf(await run())).toContain("The token may not comment");
    expect(requests.at(-1)).toBe("PATCH /repos/octo-org/octo-repo/issues/comments/7");
  });

  test("a comment that only has other line ends, and a new line at its end, is not written again", async () => {
    const { requests, run } = await github((request) => {
      if (request === "POST /graphql") return { body: { data: { viewer: { login: "me" } } } };
      return { body: isList(request) ? [{ ...own("me"), body: `${MARKER}\r\ntext\r\n` }] : {} };
    });
    expect(await run()).toBe("unchanged");
    expect(requests.filter((request) => /^(PATCH|POST .*comments)/.test(request))).toEqual([]);
  });

  test.each([
    [410, "Gone", "GitHub refuses comments here"],
    [422, "Unprocessable", "GitHub refuses comments here"],
    [403, "The issue is locked", "GitHub refuses comments here"],
    [401, "Bad credentials", "The token may not comment"],
    [404, "Not Found", "The token may not comment"],
    [403, "API rate limit exceeded", "cannot be reached, or is busy"],
    [500, "", "cannot be reached, or is busy"],
  ])("status %d (%s) on a new comment has its remedy", async (status, message, remedy) => {
    const { run } = await github((request) =>
      request.startsWith("POST /repos") ? { status, body: { message } } : { body: isList(request) ? [] : {} },
    );
    expect(warningOf(await run())).toContain(remedy);
  });

  test("a list of comments without an end is given up, and no `Link` is followed", async () => {
    const other = await github(() => ({ body: [] }));
    const { requests, run } = await github((request) => ({
      body: isList(request) ? Array.from({ length: 100 }, () => own("somebody")) : {},
      link: `<${other.url}/next>; rel="next"`,
    }));
    expect(warningOf(await run())).toContain("more than 5000 comments");
    const pages = requests.filter(isList).map((request) => Number(/page=(\d+)$/.exec(request)?.[1]));
    expect(pages).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
    // Two more ask whose token it is.
    expect(requests).toHaveLength(52);
    expect(other.requests).toEqual([]);
  });

  test("a call that GitHub will remove puts nothing on the log", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    onTestFinished(() => warn.mockRestore());
    const { run } = await github((request) => ({ body: isList(request) ? [] : {}, deprecation: "true" }));
    expect(await run()).toBe("written");
    expect(warn).not.toHaveBeenCalled();
  });

  test("a redirect is not followed", async () => {
    const other = await github(() => ({ body: [] }));
    const { run } = await github(() => ({ status: 307, body: {}, location: other.url }));
    expect(await run()).toHaveProperty("level", "warning");
    expect(other.requests).toEqual([]);
  });

  test("the deadline holds while comments are listed", async () => {
    const deadline = new AbortController();
    const timeout = vi.spyOn(AbortSignal, "timeout").mockReturnValue(deadline.signal);
    onTestFinished(() => timeout.mockRestore());
    const { requests, run } = await github((request) => {
      if (request.endsWith("&page=2")) deadline.abort();
      return { body: isList(request) ? Array.from({ length: 100 }, () => own("somebody")) : {} };
    });
    expect(warningOf(await run())).toContain("within 10 seconds");
    expect(requests.filter(isList)).toHaveLength(2);
  });
});
