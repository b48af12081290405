/** One comment on the run's pull request, kept up to date. It never fails the work: what goes wrong is a warning. */
import type { HttpClient } from "../http/client.ts";
import { createFetch } from "../http/fetch.ts";
import type { Env } from "../shared/env.ts";
import { inlineCode } from "../shared/inline-code.ts";
import type { Note } from "../shared/note.ts";
import type { Redactor } from "../shared/redactor.ts";
import { messageOf } from "../shared/result.ts";
import { readEvent } from "./event.ts";

/** GitHub refuses more characters: https://github.com/orgs/community/discussions/27190 */
const MAX_BODY = 65_536;
const PAGE_SIZE = 100;
/** GitHub allows 2,500 comments. */
const MAX_PAGES = 50;
/** Two more ask whose token it is, and two write. */
const MAX_REQUESTS = MAX_PAGES + 4;

export interface CommentOptions {
  readonly token: string;
  readonly env: Env;
  readonly http: HttpClient;
  readonly redactor: Redactor;
  /** The text of the comment, in at most so many bytes. */
  readonly render: (limit: number) => string;
  /** For all requests together. */
  readonly timeoutMs: number;
}

/** What came of the comment. */
export type CommentResult =
  | { readonly kind: "written" | "unchanged" | "no-pull-request" }
  | { readonly kind: "failed"; readonly note: Note };

/** Creates the comment, or updates it if its text is another one. Does not reject. */
export async function commentOnPullRequest(options: CommentOptions): Promise<CommentResult> {
  const { token, env, http, redactor, render, timeoutMs } = options;
  const { pullRequest } = readEvent(env);
  if (!pullRequest) return { kind: "no-pull-request" };
  const deadline = AbortSignal.timeout(timeoutMs);
  try {
    // A large package, which few runs need.
    const { getOctokit } = await import("@actions/github");
    const baseUrl = env.GITHUB_API_URL || "https://api.github.com";
    const fetch = createFetch(http, { signal: deadline, maxRequests: MAX_REQUESTS });
    const octokit = getOctokit(token, { baseUrl, log: SILENT, request: { fetch } });
    const [owner = "", repo = ""] = (env.GITHUB_REPOSITORY ?? "").split("/");
    const marker = markerOf(env);
    const body = `${marker}\n${render(MAX_BODY - marker.length - 1)}`;
    return { kind: await put(octokit, { owner, repo, issue_number: pullRequest.number }, marker, body) };
  } catch (error) {
    const details = deadline.aborted ? `no response within ${timeoutMs / 1000} seconds` : messageOf(error);
    return { kind: "failed", note: describeError(statusOf(error), redactor.redact(details)) };
  }
}

/** The first line, by which later runs of the step find the comment; jobs of a matrix share one. No name ends it. */
function markerOf({ GITHUB_WORKFLOW = "", GITHUB_JOB = "", GITHUB_ACTION = "" }: Env): string {
  const step = [GITHUB_WORKFLOW, GITHUB_JOB, GITHUB_ACTION].map(encodeURIComponent).join("/");
  return `<!-- delete-tencentcloud-ssl-csrs ${step} -->`;
}

type Target = { readonly owner: string; readonly repo: string; readonly issue_number: number };
type Octokit = ReturnType<typeof import("@actions/github").getOctokit>;

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

async function put(octokit: Octokit, target: Target, marker: string, body: string): Promise<"written" | "unchanged"> {
  const { issues } = octokit.rest;
  const own = await findOwn(octokit, target, marker);
  if (own?.body && normalize(own.body) === normalize(body)) return "unchanged";
  if (own) {
    try {
      await issues.updateComment({ ...target, comment_id: own.id, body });
      return "written";
    } catch (error) {
      // Deleted meanwhile.
      if (statusOf(error) !== 404) throw error;
    }
  }
  await issues.createComment({ ...target, body });
  return "written";
}

/** Only the token's own comments count: anybody can write one that begins with the marker. */
async function findOwn({ graphql, rest }: Octokit, target: Target, marker: string) {
  const login = await loginOf(graphql, rest);
  // Pages are counted here: a `Link` of the response may lead anywhere.
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const { data } = await rest.issues.listComments({ ...target, per_page: PAGE_SIZE, page });
    const own = data.find(({ user, body }) => user?.login === login && normalize(body ?? "").startsWith(`${marker}\n`));
    if (own || data.length < PAGE_SIZE) return own;
  }
  throw new Error(`the pull request has more than ${MAX_PAGES * PAGE_SIZE} comments`);
}

/** Login of the token's owner. Tokens of apps, as the job's is one, may not use both calls. */
async function loginOf(graphql: Octokit["graphql"], rest: Octokit["rest"]): Promise<string> {
  const viewer = await graphql<{ viewer?: { login?: unknown } }>("{ viewer { login } }").catch(() => undefined);
  const login = viewer?.viewer?.login ?? (await rest.users.getAuthenticated().catch(() => undefined))?.data?.login;
  return typeof login === "string" && login !== "" ? login : "github-actions[bot]";
}

const normalize = (body: string): string => body.replaceAll("\r\n", "\n").trimEnd();

/** Of an error of octokit, which gives failures of the network the status 500. */
const statusOf = (error: unknown): number => Number((error as { status?: unknown } | undefined)?.status ?? 0);

/** @param details redacted */
function describeError(status: number, details: string): Note {
  const text = details
    .replace(/[^ -~]+/g, " ")
    .trim()
    .slice(0, 300);
  return {
    level: "warning",
    title: "The pull request has no comment of this run",
    message: `${remedyFor(status, details)} Details: ${inlineCode(text || "none")}.`,
  };
}

function remedyFor(status: number, details: string): string {
  if (status === 410 || status === 422 || /locked/i.test(details))
    return "GitHub refuses comments here: the conversation may be locked, or the pull request gone.";
  if ([401, 403, 404].includes(status) && !/rate limit/i.test(details))
    return "The token may not comment. Check `github-token`, and give the job `permissions: pull-requests: write`; a run for a pull request from a fork cannot have it.";
  return "GitHub cannot be reached, or is busy. The next run tries again; if it fails, too, check the runner's network and proxy.";
}
