import type { CommentSeed, GitHubComment, PullRequestSeed } from "../types.ts";

type Open = { -readonly [Key in keyof GitHubComment]: GitHubComment[Key] };

const FIRST_ID = 3_000_000_001;
const FIRST_CREATION = Date.UTC(2026, 0, 1);

/** The pull requests of a repository, and their comments. */
export class CommentStore {
  readonly comments: Open[] = [];
  readonly #pullRequests: Readonly<Record<number, PullRequestSeed>>;
  readonly #login: string;

  constructor(pullRequests: Readonly<Record<number, PullRequestSeed>>, login: string) {
    this.#pullRequests = pullRequests;
    this.#login = login;
    for (const [number, { comments = [] }] of Object.entries(pullRequests)) {
      for (const comment of comments) this.add(Number(number), comment);
    }
  }

  pullRequest(number: number): PullRequestSeed | undefined {
    return this.#pullRequests[number];
  }

  /** In the order of creation. */
  of(pullRequest: number): readonly GitHubComment[] {
    return this.comments.filter((comment) => comment.pullRequest === pullRequest);
  }

  find(id: number): GitHubComment | undefined {
    return this.comments.find((comment) => comment.id === id);
  }

  /** The comment that `add` would add. */
  next(pullRequest: number, { body, login = this.#login }: CommentSeed): GitHubComment {
    return { id: FIRST_ID + this.comments.length, pullRequest, login, body, edits: 0 };
  }

  add(pullRequest: number, seed: CommentSeed): void {
    this.comments.push({ ...this.next(pullRequest, seed) });
  }

  update(id: number, body: string): void {
    const comment = this.comments.find((candidate) => candidate.id === id);
    if (comment !== undefined) Object.assign(comment, { body, edits: comment.edits + 1 });
  }
}

/** When a comment was created, and when it was updated. */
export function timesOf({ id, edits }: GitHubComment): { created_at: string; updated_at: string } {
  const created = FIRST_CREATION + (id - FIRST_ID) * 1000;
  const text = (milliseconds: number) => new Date(milliseconds).toISOString().replace(".000Z", "Z");
  return { created_at: text(created), updated_at: text(created + edits * 60_000) };
}
