/** The comment on a pull request, with the built action. It must never fail the work. */
import { describe, expect, test } from "vitest";
import {
  DEMO_CREDENTIALS,
  GITHUB_FAULTS,
  type GitHubEmulator,
  type GitHubOptions,
  startEmulator,
  startGitHubEmulator,
} from "../emulator/emulator.ts";
import { type RunResult, runAction } from "../support/run-action.ts";

const EVENT = {
  pull_request: {
    number: 1,
    head: { sha: "0123456789abcdef0123456789abcdef01234567", repo: { full_name: "octo-org/octo-repo" } },
  },
  repository: { full_name: "octo-org/octo-repo", name: "octo-repo", owner: { login: "octo-org" } },
};

interface Given {
  readonly github?: GitHubOptions;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly event?: unknown;
  /** Between two runs of the same step. */
  readonly between?: (github: GitHubEmulator) => void;
  readonly runs?: number;
  /** Inputs that differ from the second run on. */
  readonly second?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs the step (twice, if asked) in a pull request. */
async function comment({ github: options, inputs = {}, event = EVENT, runs = 1, between, ...given }: Given = {}) {
  await using emulator = await startEmulator({ csrs: [11, 22, 33] });
  await using github = await startGitHubEmulator(options);
  const results: RunResult[] = [];
  for (let run = 0; run < runs; run += 1) {
    if (run > 0) between?.(github);
    results.push(
      await runAction({
        inputs: {
          "csr-ids": "11, 22",
          "secret-id": DEMO_CREDENTIALS.secretId,
          "secret-key": DEMO_CREDENTIALS.secretKey,
          endpoint: emulator.url,
          "dry-run": "true",
          "comment-on-pull-request": "true",
          "github-token": github.token,
          ...inputs,
          ...(run > 0 ? given.second : {}),
        },
        event,
        env: {
          ...github.environment,
          GITHUB_EVENT_NAME: "pull_request",
          GITHUB_REPOSITORY: "octo-org/octo-repo",
          ...given.env,
        },
      }),
    );
  }
  const [first, last] = [results[0] as RunResult, results.at(-1) as RunResult];
  return { first, last, github, comments: github.comments, deleted: emulator.deleted };
}

const writes = (github: GitHubEmulator): number =>
  github.requests.filter(({ method }) => /POST|PATCH/.test(method)).filter(({ path }) => !/graphql/.test(path)).length;

/** A run that is cancelled while its call hangs, with a GitHub that hangs as well; signals come so many ms after that call. */
async function cancelled(...signalsAfterMs: readonly number[]) {
  let child: { kill(signal: NodeJS.Signals): boolean } | undefined;
  let lastSignalAt = Number.NaN;
  await using emulator = await startEmulator({
    csrs: [11],
    faults: [{ fault: { kind: "hang" } }],
    onRequest() {
      for (const ms of signalsAfterMs)
        setTimeout(() => {
          lastSignalAt = performance.now();
          child?.kill("SIGINT");
        }, ms);
    },
  });
  await using github = await startGitHubEmulator({ faults: [{ fault: { kind: "hang" } }] });
  const run = await runAction({
    inputs: {
      "csr-ids": "11",
      "look-up": "false",
      "secret-id": DEMO_CREDENTIALS.secretId,
      "secret-key": DEMO_CREDENTIALS.secretKey,
      endpoint: emulator.url,
      "comment-on-pull-request": "true",
      "github-token": github.token,
    },
    event: EVENT,
    env: { ...github.environment, GITHUB_EVENT_NAME: "pull_request", GITHUB_REPOSITORY: "octo-org/octo-repo" },
    onStart(process) {
      child = process;
    },
  });
  return { ...run, sinceLastSignalMs: performance.now() - lastSignalAt };
}

describe.concurrent("a cancel with a GitHub that hangs", () => {
  test("waits two seconds for the comment, and reports", async () => {
    const run = await cancelled(20, 900);
    expect(run).toMatchObject({ exitCode: 1, signal: null, outputs: { "not-deleted-csr-ids": "[11]" } });
    expect(run.stdout).toContain("no comment of this run");
    expect(run.stdout).toMatch(/^Cancelled\. CSRs: /m);
    expect(run.sinceLastSignalMs).toBeGreaterThan(1_500);
    expect(run.sinceLastSignalMs).toBeLessThan(8_000);
  });

  test("and a third signal ends at once, with a failure", async () => {
    const run = await cancelled(20, 900, 1_800);
    expect(run).toMatchObject({ exitCode: 1, signal: null, outputs: { "not-deleted-csr-ids": "[11]" } });
    // It does not wait for the comment: neither its failure nor the closing line is printed.
    expect(run.stdout).not.toContain("no comment of this run");
    expect(run.stdout).not.toMatch(/^Cancelled\. CSRs: /m);
  });
});

describe.concurrent("the comment", () => {
  test("shows the plan, and is kept in place when the step runs again", async () => {
    const { last, github, comments } = await comment({ runs: 2 });
    expect(last.exitCode).toBe(0);
    expect(comments).toHaveLength(1);
    expect(comments[0]?.body).toMatch(/^<!-- .* -->\n/);
    expect(comments[0]?.body).toContain("would delete 2");
    expect(comments[0]?.body).toContain("| 11 |");
    // Equal text makes no call.
    expect(writes(github)).toBe(1);
  });

  test("of a plan is replaced by the result", async () => {
    const plan = await comment({ inputs: { "csr-ids": "11" } });
    expect(plan.comments).toHaveLength(1);
    const result = await comment({
      inputs: { "csr-ids": "11", "dry-run": "false" },
      github: { pullRequests: { 1: { comments: [{ body: plan.comments[0]?.body ?? "" }] } } },
    });
    expect(result.comments).toHaveLength(1);
    expect(result.comments[0]?.body).toContain("1 deleted");
  });

  test("of another step of the same job is another comment", async () => {
    const plan = await comment();
    const body = plan.comments[0]?.body ?? "";
    const run = await comment({
      github: { pullRequests: { 1: { comments: [{ body }] } } },
      inputs: { "csr-ids": "33" },
      env: { GITHUB_ACTION: "second" },
    });
    expect(run.comments.map((one) => one.body === body)).toEqual([true, false]);
  });

  test("that somebody deleted meanwhile is made anew", async () => {
    const run = await comment({
      runs: 2,
      inputs: { "csr-ids": "33" },
      between: (github) =>
        github.setFaults([{ action: "update-comment", fault: { kind: "http", status: 404, body: "{}" } }]),
      second: { "csr-ids": "11" },
    });
    expect(run.last.exitCode).toBe(0);
    expect(run.comments.at(-1)?.body).toContain("| 11 |");
    expect(run.comments).toHaveLength(2);
  });

  test("is not looked for in a list without end", async () => {
    const url = "http://127.0.0.1:1/";
    const link = { link: `<${url}>; rel="next"` };
    const run = await comment({
      github: {
        faults: [{ action: "list-comments", fault: { kind: "http", status: 200, headers: link, body: "[]" } }],
      },
    });
    expect(run.last.exitCode).toBe(0);
    expect(run.github.requests.length).toBeLessThan(100);
    expect(run.last.durationMs).toBeLessThan(20_000);
  });

  test("whose author is not known is never edited", async () => {
    const plan = await comment();
    const body = plan.comments[0]?.body ?? "";
    const run = await comment({
      github: {
        pullRequests: { 1: { comments: [{ body, login: "mallory" }] } },
        faults: [
          { action: "graphql", fault: { kind: "response", response: { data: { viewer: {} } } } },
          { action: "user", fault: { kind: "response", response: {} } },
        ],
      },
      inputs: { "csr-ids": "33" },
    });
    expect(run.comments[0]?.body).toBe(body);
  });

  test("of an older plan is replaced by that of a run with wrong inputs", async () => {
    const run = await comment({ runs: 2, second: { "csr-ids": "x" } });
    expect(run.last.exitCode).toBe(1);
    expect(run.comments).toHaveLength(1);
    expect(run.comments[0]?.body).not.toContain("would delete");
    expect(run.comments[0]?.body).toContain("csr-ids");
  });

  test("names the commit, and links the run", async () => {
    const run = await comment();
    expect(run.comments[0]?.body).toContain("0123456789abcdef0123456789abcdef01234567".slice(0, 7));
    expect(run.comments[0]?.body).toContain("/octo-org/octo-repo/actions/runs/1234567890");
  });

  test("never touches a comment of somebody else, even one with its marker", async () => {
    const plan = await comment();
    const body = plan.comments[0]?.body ?? "";
    const run = await comment({
      github: { pullRequests: { 1: { comments: [{ body, login: "mallory" }] } } },
      inputs: { "csr-ids": "33" },
    });
    expect(run.comments.map((one) => one.body === body)).toEqual([true, false]);
  });

  test("is found beyond the first page", async () => {
    const plan = await comment();
    const others = Array.from({ length: 120 }, (_, index) => ({ body: `comment ${index}`, login: "octocat" }));
    const run = await comment({
      github: { pullRequests: { 1: { comments: [...others, { body: plan.comments[0]?.body ?? "" }] } } },
      inputs: { "csr-ids": "33" },
    });
    expect(run.comments).toHaveLength(121);
    expect(run.comments.at(-1)?.body).toContain("would delete 1");
  });

  test("of a long plan is cut to GitHub's limit, and points to the summary", async () => {
    const ids = Array.from({ length: 15_000 }, (_, index) => 1_000_000 + index).join(" ");
    const run = await comment({ inputs: { "csr-ids": ids } });
    expect(run.last.exitCode).toBe(0);
    expect(run.comments[0]?.body.length).toBeLessThanOrEqual(65_536);
    expect(run.comments[0]?.body).toContain("job summary");
  });

  test.each([
    ["no permission", { permission: "read" as const }, "pull-requests: write"],
    ["a secondary rate limit", { faults: [{ fault: GITHUB_FAULTS.secondaryRateLimit(403, 60) }] }, "comment"],
    ["an error of GitHub", { faults: [{ fault: GITHUB_FAULTS.serverError() }] }, "comment"],
    ["a GitHub that hangs", { faults: [{ fault: { kind: "hang" as const } }] }, "comment"],
    ["a deleted pull request", { pullRequests: { 1: { deleted: true } } }, "comment"],
    ["a token that is refused", { token: "ghs_the-other-token" }, "comment"],
  ] satisfies [string, GitHubOptions, string][])(
    "that meets %s is a warning; the work is done",
    async (name, github, text) => {
      const inputs = {
        "dry-run": "false",
        ...(name === "a token that is refused" ? { "github-token": "ghs_wrong" } : {}),
      };
      const run = await comment({ github, inputs });
      expect(run.last.exitCode).toBe(0);
      expect(run.deleted).toEqual([11, 22]);
      const warning = run.last.stdout.split("\n").find((line) => /^::warning title=.*comment/i.test(line));
      expect(warning).toContain(text);
      expect(run.last.durationMs).toBeLessThan(20_000);
    },
  );

  test("is not made outside of a pull request", async () => {
    const run = await comment({ event: {} });
    expect(run.last.exitCode).toBe(0);
    expect(run.github.requests).toHaveLength(0);
    expect(run.last.stdout).toContain("does not belong to a pull request");
  });

  test("starts no mention, link, image or HTML from the remarks of a CSR", async () => {
    await using emulator = await startEmulator({
      csrs: [{ Id: 7, Domain: "a|b`.example.com", Remarks: "@octocat ![x](https://x.example) <img src=x> `` #1" }],
    });
    await using github = await startGitHubEmulator();
    const run = await runAction({
      inputs: {
        domains: "*",
        "keep-newest": "0",
        "secret-id": DEMO_CREDENTIALS.secretId,
        "secret-key": DEMO_CREDENTIALS.secretKey,
        endpoint: emulator.url,
        "dry-run": "true",
        "comment-on-pull-request": "true",
        "github-token": github.token,
      },
      event: EVENT,
      env: { ...github.environment, GITHUB_EVENT_NAME: "pull_request", GITHUB_REPOSITORY: "octo-org/octo-repo" },
    });
    expect(run.exitCode).toBe(0);
    const outsideOfCode = github.comments[0]?.body.replace(/(?<!`)(`+)(?!`).*?[^`]\1(?!`)/g, "") ?? "@octocat";
    expect(outsideOfCode).not.toMatch(/@octocat|!\[|<img|https:\/\/x/);
  });
});
