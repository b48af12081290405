import type { Reply } from "../http/service.ts";
import type { GitHubComment } from "../types.ts";
import { type CommentStore, timesOf } from "./comment-store.ts";
import { githubError, invalidBody, notAccessible } from "./github-errors.ts";
import { jsonReply } from "./json-response.ts";
import { pageOf } from "./pagination.ts";

/** https://docs.github.com/rest/issues/comments; the length is in no document, but in the error. */
const MAXIMUM_CHARACTERS = 65_536;

/** Whose token it is, and what it may do. */
export interface Caller {
  login: string;
  permission: "write" | "read" | "none";
}

function isBot(login: string): boolean {
  return login.endsWith("[bot]");
}

function commentJson(comment: GitHubComment, { origin }: URL): object {
  const { id, pullRequest, login, body } = comment;
  return {
    id,
    node_id: Buffer.from(`comment:${id}`).toString("base64"),
    url: `${origin}/comments/${id}`,
    html_url: `${origin}/pull/${pullRequest}#issuecomment-${id}`,
    body,
    user: { login, type: isBot(login) ? "Bot" : "User" },
    ...timesOf(comment),
    author_association: isBot(login) ? "NONE" : "CONTRIBUTOR",
  };
}

function bodyText(json: string): string | Reply {
  try {
    const { body } = JSON.parse(json);
    if (typeof body !== "string") return githubError(422, 'Invalid request.\n\n"body" wasn\'t supplied.');
    if (body.trim() === "") return invalidBody("Body can't be blank");
    const isTooLong = [...body].length > MAXIMUM_CHARACTERS;
    return isTooLong ? invalidBody(`Body is too long (maximum is ${MAXIMUM_CHARACTERS} characters)`) : body;
  } catch {
    return githubError(400, "Problems parsing JSON");
  }
}

/** The comments of one repository. */
export class CommentsApi {
  readonly #store: CommentStore;
  readonly #caller: Caller;

  constructor(store: CommentStore, caller: Caller) {
    this.#store = store;
    this.#caller = caller;
  }

  list(pullRequest: number, url: URL): Reply {
    const refusal = this.#refusalToRead(pullRequest);
    if (refusal !== undefined) return refusal;
    const { items, link } = pageOf(this.#store.of(pullRequest), url);
    const rows = items.map((comment) => commentJson(comment, url));
    return jsonReply(200, rows, link === undefined ? {} : { link });
  }

  create(pullRequest: number, json: string, url: URL): Reply {
    const refusal = this.#refusalToRead(pullRequest) ?? this.#refusalToWrite(pullRequest);
    if (refusal !== undefined) return refusal;
    const body = bodyText(json);
    if (typeof body !== "string") return body;
    const comment = this.#store.next(pullRequest, { body });
    const takeEffect = () => this.#store.add(pullRequest, { body });
    return { ...jsonReply(201, commentJson(comment, url)), takeEffect };
  }

  update(id: number, json: string, url: URL): Reply {
    const comment = this.#store.find(id);
    if (comment === undefined) return githubError(404, "Not Found");
    const refusal = this.#refusalToRead(comment.pullRequest) ?? this.#refusalToWrite(comment.pullRequest);
    if (refusal !== undefined) return refusal;
    const body = bodyText(json);
    if (typeof body !== "string") return body;
    const updated = { ...comment, body, edits: comment.edits + 1 };
    return { ...jsonReply(200, commentJson(updated, url)), takeEffect: () => this.#store.update(id, body) };
  }

  #refusalToRead(number: number): Reply | undefined {
    const pullRequest = this.#store.pullRequest(number);
    if (pullRequest === undefined || this.#caller.permission === "none") return githubError(404, "Not Found");
    return pullRequest.deleted ? githubError(410, "This issue was deleted") : undefined;
  }

  #refusalToWrite(number: number): Reply | undefined {
    if (this.#caller.permission === "read") return notAccessible();
    if (!this.#store.pullRequest(number)?.locked) return undefined;
    return githubError(403, "Unable to create comment because issue is locked.");
  }
}
