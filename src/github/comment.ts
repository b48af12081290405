/** One comment on the run's pull request, kept up to date. */
import { createFetch, type HttpClient } from "../http/client.ts";
import { inlineCode } from "../shared/inline-code.ts";
import type { Note } from "../shared/note.ts";
import type { Redactor } from "../shared/redactor.ts";
import { messageOf } from "../shared/result.ts";
import { readEvent } from "./event.ts";

type Octokit = ReturnType<typeof import("@actions/github").getOctokit>;
type PullRequest = Readonly<{ owner: string; repo: string; issue_number: number }>;

/** GitHub refuses more characters: https://github.com/orgs/community/discussions/27190 */
const MAX_BODY = 65_536;
const PAGE_SIZE = 100;
/** GitHub allows 2,500 comments. */
const MAX_PAGES = 50;

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

/** Creates the comment, or updates it if its text changed. Does not reject: a note says why there is none. */
export async function commentOnPullRequest({ token, env, http, redactor, render, timeoutMs }: CommentOptions) {
  const { pullRequest } = readEvent(env);
  if (!pullRequest) return "no-pull-request";
  const deadline = AbortSignal.timeout(timeoutMs);
  try {
    // A large package, which few runs need.
    const { getOctokit } = await import("@actions/github");
    const baseUrl = env.GITHUB_API_URL || "https://api.github.com";
    // Silent: what octokit prints quotes the response.
    const log = { warn() {} };
    const octokit = getOctokit(token, { baseUrl, request: { fetch: createFetch(http, deadline), log } });
    const [owner = "", repo = ""] = (env.GITHUB_REPOSITORY ?? "").split("/");
    const marker = markerOf(env);
    const body = `${marker}\n${render(MAX_BODY - marker.length - 1)}`;
    return await put(octokit, { owner, repo, issue_number: pullRequest.number }, marker, body);
  } catch (error) {
    const reason = deadline.aborted ? `not done within ${timeoutMs / 1000} seconds` : messageOf(error);
    const redacted = redactor.redact(reason);
    const details = redacted.replace(/[^ -~]+/g, " ").trim();
    // Where there was no response, octokit says 500, too.
    const { status = 500 } = error as { readonly status?: number };
    const message = `${remedyFor(status, details)} Details: ${inlineCode(details.slice(0, 300) || "none")}.`;
    const note: Note = { level: "warning", title: "The pull request has no comment of this run", message };
    return note;
  }
}

/** The first line, by which later runs of the step find the comment. No name can end it. */
function markerOf({ GITHUB_WORKFLOW = "", GITHUB_JOB = "", GITHUB_ACTION = "" }: NodeJS.ProcessEnv) {
  const step = [GITHUB_WORKFLOW, GITHUB_JOB, GITHUB_ACTION].map(encodeURIComponent).join("/");
  return `<!-- delete-tencentcloud-ssl-csrs ${step} -->`;
}

async function put(octokit: Octokit, pullRequest: PullRequest, marker: string, body: string) {
  const { issues } = octokit.rest;
  const own = await findOwn(octokit, pullRequest, marker);
  if (own && normalize(own.body) === normalize(body)) return "unchanged";
  const update = own && issues.updateComment({ ...pullRequest, comment_id: own.id, body });
  const updated = await update?.catch((error) => {
    // Deleted meanwhile.
    if (error.status !== 404) throw error;
  });
  if (!updated) await issues.createComment({ ...pullRequest, body });
  return "written";
}

/** Only the token's own comments count: anybody can write the marker. */
async function findOwn(octokit: Octokit, pullRequest: PullRequest, marker: string) {
  const author = await loginOf(octokit);
  // Pages are counted here: a `Link` of the response may lead anywhere.
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const { data } = await octokit.rest.issues.listComments({ ...pullRequest, per_page: PAGE_SIZE, page });
    const own = data.find(({ user, body }) => user?.login === author && normalize(body).startsWith(`${marker}\n`));
    if (own || data.length < PAGE_SIZE) return own;
  }
  throw new Error(`the pull request has more than ${MAX_PAGES * PAGE_SIZE} comments`);
}

/** Who comments. Tokens of apps, as the job's is one, may not use both calls. */
async function loginOf({ graphql, rest }: Octokit) {
  const data = await graphql<{ viewer?: { login?: string } }>("{ viewer { login } }").catch(() => undefined);
  const user = data?.viewer ?? (await rest.users.getAuthenticated().catch(() => undefined))?.data;
  return user?.login || "github-actions[bot]";
}

const normalize = (body = "") => body.replaceAll("\r\n", "\n").trimEnd();

function remedyFor(status: number, details: string) {
  if (status === 410 || status === 422 || /locked/i.test(details))
    return "GitHub refuses comments here: the conversation may be locked, or the pull request gone.";
  if ([401, 403, 404].includes(status) && !/rate limit/i.test(details))
    return "The token may not comment. Check `github-token`, and give the job `permissions: pull-requests: write`; a run for a pull request from a fork cannot have it.";
  return "GitHub cannot be reached, or is busy. If the next run fails, too, check the runner's network and proxy.";
}
