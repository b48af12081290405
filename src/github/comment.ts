/** One comment on the run's pull request, kept up to date. What goes wrong is a warning. */
import { createFetch, type HttpClient } from "../http/client.ts";
import { inlineCode } from "../shared/inline-code.ts";
import type { Note } from "../shared/note.ts";
import type { Redactor } from "../shared/redactor.ts";
import { messageOf } from "../shared/result.ts";
import { readEvent } from "./event.ts";

type Octokit = ReturnType<typeof import("@actions/github").getOctokit>;
type PullRequest = { readonly owner: string; readonly repo: string; readonly issue_number: number };

/** GitHub refuses more characters: https://github.com/orgs/community/discussions/27190 */
const MAX_BODY = 65_536;
const PAGE_SIZE = 100;
/** GitHub allows 2,500 comments. */
const MAX_PAGES = 50;
const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

export interface CommentOptions {
  readonly token: string;
  readonly env: NodeJS.ProcessEnv;
  readonly http: HttpClient;
  readonly redactor: Redactor;
  /** The comment, in at most so many characters. */
  readonly render: (limit: number) => string;
  /** For all requests together. */
  readonly timeoutMs: number;
}

/** Creates the comment, or updates it if its text changed. Does not reject. */
export async function commentOnPullRequest(
  options: CommentOptions,
): Promise<{ kind: "written" | "unchanged" | "no-pull-request" } | { kind: "failed"; note: Note }> {
  const { token, env, http, redactor, render, timeoutMs } = options;
  const { pullRequest } = readEvent(env);
  if (!pullRequest) return { kind: "no-pull-request" };
  const deadline = AbortSignal.timeout(timeoutMs);
  try {
    // A large package, which few runs need.
    const { getOctokit } = await import("@actions/github");
    const baseUrl = env.GITHUB_API_URL || "https://api.github.com";
    const request = { fetch: createFetch(http, deadline) };
    const octokit = getOctokit(token, { baseUrl, log: SILENT, request });
    const [owner = "", repo = ""] = (env.GITHUB_REPOSITORY ?? "").split("/");
    const marker = markerOf(env);
    const body = `${marker}\n${render(MAX_BODY - marker.length - 1)}`;
    return { kind: await put(octokit, { owner, repo, issue_number: pullRequest.number }, marker, body) };
  } catch (error) {
    const details = deadline.aborted ? `no response within ${timeoutMs / 1000} seconds` : messageOf(error);
    return { kind: "failed", note: describeError(statusOf(error), redactor.redact(details)) };
  }
}

/** The first line, by which later runs of the step find the comment. No name can end it. */
function markerOf({ GITHUB_WORKFLOW = "", GITHUB_JOB = "", GITHUB_ACTION = "" }: NodeJS.ProcessEnv): string {
  const step = [GITHUB_WORKFLOW, GITHUB_JOB, GITHUB_ACTION].map(encodeURIComponent).join("/");
  return `<!-- delete-tencentcloud-ssl-csrs ${step} -->`;
}

async function put(octokit: Octokit, pullRequest: PullRequest, marker: string, body: string) {
  const { issues } = octokit.rest;
  const own = await findOwn(octokit, pullRequest, marker);
  if (own && normalize(own.body) === normalize(body)) return "unchanged";
  try {
    if (own) await issues.updateComment({ ...pullRequest, comment_id: own.id, body });
    if (own) return "written";
  } catch (error) {
    // Deleted meanwhile.
    if (statusOf(error) !== 404) throw error;
  }
  await issues.createComment({ ...pullRequest, body });
  return "written";
}

/** Only the token's own comments count: anybody can write the marker. */
async function findOwn({ graphql, rest }: Octokit, pullRequest: PullRequest, marker: string) {
  const author = await loginOf(graphql, rest);
  // Pages are counted here: a `Link` of the response may lead anywhere.
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const { data } = await rest.issues.listComments({ ...pullRequest, per_page: PAGE_SIZE, page });
    const own = data.find(({ user, body }) => user?.login === author && normalize(body).startsWith(`${marker}\n`));
    if (own || data.length < PAGE_SIZE) return own;
  }
  throw new Error(`the pull request has more than ${MAX_PAGES * PAGE_SIZE} comments`);
}

/** Who comments. Tokens of apps, as the job's is one, may not use both calls. */
async function loginOf(graphql: Octokit["graphql"], rest: Octokit["rest"]): Promise<string> {
  const viewer = await graphql<{ viewer?: { login?: unknown } }>("{ viewer { login } }").catch(() => undefined);
  const login = viewer?.viewer?.login ?? (await rest.users.getAuthenticated().catch(() => undefined))?.data?.login;
  return typeof login === "string" && login !== "" ? login : "github-actions[bot]";
}

const normalize = (body = ""): string => body.replaceAll("\r\n", "\n").trimEnd();

/** Octokit gives failures of the network the status 500. */
const statusOf = (error: unknown): unknown => (error as { status?: unknown } | undefined)?.status;

/** @param details redacted */
function describeError(status: unknown, details: string): Note {
  let remedy =
    "GitHub cannot be reached, or is busy. If the next run fails, too, check the runner's network and proxy.";
  if (status === 410 || status === 422 || /locked/i.test(details))
    remedy = "GitHub refuses comments here: the conversation may be locked, or the pull request gone.";
  else if ([401, 403, 404].includes(status as number) && !/rate limit/i.test(details))
    remedy =
      "The token may not comment. Check `github-token`, and give the job `permissions: pull-requests: write`; a run for a pull request from a fork cannot have it.";
  const text = details.replace(/[^ -~]+/g, " ").trim();
  const message = `${remedy} Details: ${inlineCode(text.slice(0, 300) || "none")}.`;
  return { level: "warning", title: "The pull request has no comment of this run", message };
}
