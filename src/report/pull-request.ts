/** One comment on the pull request of the run, kept up to date. It can never fail the work: what goes wrong is a warning. */
import { readFileSync } from "node:fs";
import type { Env } from "../shared/env.ts";
import { messageOf } from "../shared/result.ts";
import type { Warning } from "../shared/warning.ts";
import { codeSpan } from "./text.ts";

/** GitHub refuses more characters: https://github.com/orgs/community/discussions/27190 */
const MAX_BODY = 65_536;

export interface CommentOptions {
  readonly token: string;
  readonly env: Env;
  /** The text of the comment, in at most so many bytes. */
  readonly render: (limit: number) => string;
  /** In all, ms. */
  readonly timeoutMs: number;
}

/** What came of the comment. */
export type CommentResult =
  | { readonly kind: "written" | "unchanged" | "no-pull-request" }
  | { readonly kind: "failed"; readonly warning: Warning };

interface PullRequest {
  readonly owner: string;
  readonly repo: string;
  readonly issue_number: number;
}

/** Creates the comment, or updates it if its text is another one. Does not reject. */
export async function commentOnPullRequest({ token, env, render, timeoutMs }: CommentOptions): Promise<CommentResult> {
  try {
    const pullRequest = pullRequestOf(env);
    if (!pullRequest) return { kind: "no-pull-request" };
    const marker = markerOf(env);
    const body = `${marker}\n${render(MAX_BODY - marker.length - 1)}`;
    const comments = await Comments.open(token, env, pullRequest, AbortSignal.timeout(timeoutMs));
    return { kind: await comments.put(marker, body) };
  } catch (error) {
    return { kind: "failed", warning: explain(error, timeoutMs) };
  }
}

function pullRequestOf({ GITHUB_EVENT_PATH, GITHUB_REPOSITORY = "" }: Env): PullRequest | undefined {
  const event = GITHUB_EVENT_PATH ? JSON.parse(readFileSync(GITHUB_EVENT_PATH, "utf8")) : {};
  const number: unknown = event.pull_request?.number;
  const [owner = "", repo = ""] = GITHUB_REPOSITORY.split("/");
  return typeof number === "number" ? { owner, repo, issue_number: number } : undefined;
}

/** The first line of the comment, by which later runs of the same job find it. Encoded, so that no name can end it. */
function markerOf({ GITHUB_WORKFLOW = "", GITHUB_JOB = "" }: Env): string {
  const job = [GITHUB_WORKFLOW, GITHUB_JOB].map(encodeURIComponent).join("/");
  return `<!-- delete-tencentcloud-ssl-csrs ${job} -->`;
}

type Octokit = ReturnType<typeof import("@actions/github").getOctokit>;

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

class Comments {
  readonly #octokit: Octokit;
  /** Parameters of every call. */
  readonly #target: PullRequest & { readonly request: { readonly signal: AbortSignal } };

  constructor(octokit: Octokit, pullRequest: PullRequest, signal: AbortSignal) {
    this.#octokit = octokit;
    this.#target = { ...pullRequest, request: { signal } };
  }

  /** Loads the client, a large package, only now. */
  static async open(token: string, env: Env, pullRequest: PullRequest, signal: AbortSignal): Promise<Comments> {
    const { getOctokit } = await import("@actions/github");
    const baseUrl = env.GITHUB_API_URL || "https://api.github.com";
    return new Comments(getOctokit(token, { baseUrl, log: SILENT }), pullRequest, signal);
  }

  async put(marker: string, body: string): Promise<"written" | "unchanged"> {
    const { issues } = this.#octokit.rest;
    const comment = await this.#find(marker);
    if (comment?.body && normalize(comment.body) === normalize(body)) return "unchanged";
    if (comment) await issues.updateComment({ ...this.#target, comment_id: comment.id, body });
    else await issues.createComment({ ...this.#target, body });
    return "written";
  }

  /** Only the token's own comments count: anybody can write one that begins with the marker. */
  async #find(marker: string): Promise<{ readonly id: number; readonly body?: string } | undefined> {
    const login = await this.#login();
    const { paginate, rest } = this.#octokit;
    for await (const { data } of paginate.iterator(rest.issues.listComments, { ...this.#target, per_page: 100 })) {
      const own = data.find(
        ({ user, body }) => user?.login === login && normalize(body ?? "").startsWith(`${marker}\n`),
      );
      if (own) return own;
    }
    return undefined;
  }

  /** Login of the token's owner. Installation tokens, such as the job's, cannot use all of these calls. */
  async #login(): Promise<string> {
    const { request } = this.#target;
    try {
      const { viewer } = await this.#octokit.graphql<{ viewer: { login: string } }>("{ viewer { login } }", {
        request,
      });
      return viewer.login;
    } catch (error) {
      if (request.signal.aborted) throw error;
    }
    try {
      return (await this.#octokit.rest.users.getAuthenticated({ request })).data.login;
    } catch (error) {
      if (request.signal.aborted) throw error;
      return "github-actions[bot]";
    }
  }
}

const normalize = (body: string): string => body.replaceAll("\r\n", "\n").trimEnd();

/** What is known about an error of the client; it has no common class. */
interface RequestError {
  readonly name?: string;
  readonly status?: number;
  readonly response?: { readonly headers?: Readonly<Record<string, unknown>> };
}

function explain(error: unknown, timeoutMs: number): Warning {
  const message = messageOf(error);
  return {
    title: "The pull request has no comment of this run",
    message: `${remedyFor((error ?? {}) as RequestError, message, timeoutMs)} Details: ${codeSpan(message) || "none"}.`,
  };
}

function remedyFor({ name = "", status = 0, response }: RequestError, message: string, timeoutMs: number): string {
  const limited = response?.headers?.["x-ratelimit-remaining"] === "0" || /rate limit/i.test(message);
  if (/^(Abort|Timeout)Error$/.test(name) || /aborted|timeout/i.test(message))
    return `GitHub did not respond within ${timeoutMs / 1000} seconds. The next run tries again.`;
  if (status === 429 || (status === 403 && limited)) return "GitHub's rate limit is used up. The next run tries again.";
  if (status === 401) return "GitHub refused the token. Check `github-token`.";
  if (/locked/i.test(message)) return "The conversation is locked. Unlock it, or leave out `comment-on-pull-request`.";
  if (status === 403 || status === 404)
    return "The token may not comment. Give the job `permissions: pull-requests: write`; a run for a pull request from a fork cannot have it.";
  if (status === 410 || status === 422) return "GitHub refused the comment. The pull request may be closed or gone.";
  // The client gives failures of the network the status 500, without a response.
  if (status >= 500 && response) return "GitHub is not available. The next run tries again.";
  return "Check the runner's network and proxy, and `github-token`.";
}
