import type { Exchange } from "../http/exchange.ts";
import { type Random, randomUuid, seededRandom } from "../http/random.ts";
import { type Reply, type Service, startService } from "../http/service.ts";
import type { GitHubEmulator, GitHubFaultRule, GitHubOperation, GitHubOptions, HttpRecord } from "../types.ts";
import { CommentStore } from "./comment-store.ts";
import { CommentsApi } from "./comments-api.ts";
import { githubError } from "./github-errors.ts";
import { SimpleArrival } from "./simple-arrival.ts";
import { graphqlReply, userReply } from "./viewer-api.ts";

/** The token of a job by default. It opens nothing else. */
export const DEMO_GITHUB_TOKEN = "ghs_example-emulator-only";

const DEFAULT_REPOSITORY = "octo-org/octo-repo";
const DEFAULT_LOGIN = "github-actions[bot]";

interface Route {
  operation: GitHubOperation;
  method: string;
  path: RegExp;
}

const ROUTES: readonly Route[] = [
  { operation: "list-comments", method: "GET", path: /^\/repos\/([^/]+\/[^/]+)\/issues\/([0-9]+)\/comments$/ },
  { operation: "create-comment", method: "POST", path: /^\/repos\/([^/]+\/[^/]+)\/issues\/([0-9]+)\/comments$/ },
  { operation: "update-comment", method: "PATCH", path: /^\/repos\/([^/]+\/[^/]+)\/issues\/comments\/([0-9]+)$/ },
  { operation: "user", method: "GET", path: /^\/user$/ },
];

/** Where a request goes. */
interface Target {
  operation: GitHubOperation | "";
  repository: string;
  id: number;
}

/** GitHub's API, as one token sees it. */
class GitHubService implements Service<HttpRecord> {
  readonly token: string;
  readonly store: CommentStore;
  readonly restPath: string;
  readonly graphqlPath: string;
  readonly #options: GitHubOptions;
  readonly #random: Random;
  readonly #login: string;
  readonly #comments: CommentsApi;

  constructor(options: GitHubOptions, random: Random) {
    const {
      token = DEMO_GITHUB_TOKEN,
      login = DEFAULT_LOGIN,
      permission = "write",
      pullRequests = { 1: {} },
    } = options;
    this.token = token;
    this.store = new CommentStore(pullRequests, login);
    this.restPath = options.enterprise ? "/api/v3" : "";
    this.graphqlPath = options.enterprise ? "/api/graphql" : "/graphql";
    this.#options = options;
    this.#random = random;
    this.#login = login;
    this.#comments = new CommentsApi(this.store, { login, permission });
  }

  actionOf(exchange: Exchange): string {
    return this.#targetOf(exchange.method, exchange.path).operation;
  }

  arrive(_: Exchange, head: HttpRecord): SimpleArrival {
    return new SimpleArrival(head, (record) => this.#process(record));
  }

  headers(): Record<string, string> {
    return { date: new Date().toUTCString(), "x-github-request-id": randomUuid(this.#random) };
  }

  #targetOf(method: string, path: string): Target {
    const [plain = ""] = path.split("?");
    const none = { repository: "", id: 0 };
    if (plain === this.graphqlPath) return { ...none, operation: method === "POST" ? "graphql" : "" };
    if (!plain.startsWith(`${this.restPath}/`)) return { ...none, operation: "" };
    const rest = plain.slice(this.restPath.length);
    for (const { operation, method: expected, path: form } of ROUTES) {
      const [match, repository = "", id] = form.exec(rest) ?? [];
      if (match !== undefined && method === expected) return { operation, repository, id: Number(id) };
    }
    return { ...none, operation: "" };
  }

  #process(record: HttpRecord): Reply {
    const { headers, method, path, host, body } = record;
    if (!headers["user-agent"]) return githubError(403, "Request forbidden by administrative rules.");
    if (![`token ${this.token}`, `bearer ${this.token}`].includes(this.#authorization(headers.authorization))) {
      return githubError(401, "Bad credentials");
    }
    const scheme = this.#options.tls === undefined ? "http" : "https";
    return this.#route(this.#targetOf(method, path), new URL(`${scheme}://${host}${path}`), body);
  }

  // The scheme has no case; the token has.
  #authorization(header = ""): string {
    return header.replace(/^\w+/, (scheme) => scheme.toLowerCase());
  }

  #route({ operation, repository, id }: Target, url: URL, body: string): Reply {
    const { repository: own = DEFAULT_REPOSITORY, viewer = true } = this.#options;
    if (operation === "graphql") return graphqlReply(body, this.#login, viewer);
    if (operation === "user") return userReply(this.#login);
    if (operation === "" || repository.toLowerCase() !== own.toLowerCase()) return githubError(404, "Not Found");
    if (operation === "list-comments") return this.#comments.list(id, url);
    if (operation === "create-comment") return this.#comments.create(id, body, url);
    return this.#comments.update(id, body, url);
  }
}

/** Starts a server that responds to requests for comments of pull requests as GitHub's API does. */
export async function startGitHubEmulator(options: GitHubOptions = {}): Promise<GitHubEmulator> {
  const random = seededRandom(options.seed ?? 1);
  const github = new GitHubService(options, random);
  const service = await startService<HttpRecord, GitHubFaultRule>(github, options, random);
  return {
    ...service,
    token: github.token,
    environment: {
      GITHUB_API_URL: `${service.url}${github.restPath}`,
      GITHUB_GRAPHQL_URL: `${service.url}${github.graphqlPath}`,
    },
    comments: github.store.comments,
    addComment: (pullRequest, comment) => github.store.add(pullRequest, comment),
  };
}
