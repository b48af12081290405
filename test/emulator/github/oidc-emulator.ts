import type { Exchange } from "../http/exchange.ts";
import { type Random, randomUuid, seededRandom } from "../http/random.ts";
import { type Reply, type Service, startService } from "../http/service.ts";
import type {
  Claims,
  HttpRecord,
  IssuedToken,
  Jwks,
  OidcEmulator,
  OidcFaultRule,
  OidcOperation,
  OidcOptions,
} from "../types.ts";
import { jsonReply } from "./json-response.ts";
import { claimsOf, defaultAudience, GITHUB_ISSUER, jobOf, subjectOf } from "./oidc-claims.ts";
import { firstSigningKey, generateSigningKey, type SigningKey, signToken } from "./oidc-keys.ts";
import { SimpleArrival } from "./simple-arrival.ts";

/** `ACTIONS_ID_TOKEN_REQUEST_TOKEN` by default. It opens nothing else. */
export const DEMO_REQUEST_TOKEN = "example-id-token-request-token-emulator-only";

// As on GitHub, the URL of a job has a query already, to which clients append `&audience=`.
const TOKEN_PATH = "/runs/16437282918/idtoken";
const TOKEN_QUERY = "?api-version=2.0";
const OPERATIONS: Readonly<Record<string, OidcOperation>> = {
  [TOKEN_PATH]: "id-token",
  "/.well-known/jwks": "jwks",
};

/** Issues tokens, and serves the keys that verify them. */
class OidcService implements Service<HttpRecord> {
  readonly tokens: IssuedToken[] = [];
  readonly requestToken: string;
  readonly #options: OidcOptions;
  readonly #random: Random;
  #key: SigningKey;

  constructor(options: OidcOptions, random: Random, key: SigningKey) {
    this.requestToken = options.requestToken ?? DEMO_REQUEST_TOKEN;
    this.#options = options;
    this.#random = random;
    this.#key = key;
  }

  get issuer(): string {
    return this.#options.issuer ?? GITHUB_ISSUER;
  }

  get jwks(): Jwks {
    return { keys: [this.#key.jwk] };
  }

  async issue(audience: string, more?: Claims): Promise<string> {
    const issued = await this.#newToken(audience, more);
    this.tokens.push(issued);
    return issued.token;
  }

  async rotateKey(): Promise<void> {
    this.#key = await generateSigningKey();
  }

  actionOf({ path }: Exchange): string {
    return OPERATIONS[path.split("?")[0] ?? ""] ?? "";
  }

  arrive(_: Exchange, head: HttpRecord): SimpleArrival {
    return new SimpleArrival(head, (record) => this.#process(record));
  }

  headers(): Record<string, string> {
    return { date: new Date().toUTCString() };
  }

  #process({ action, method, path, headers }: HttpRecord): Reply | Promise<Reply> {
    if (action === "") return jsonReply(404, { message: "Not Found" });
    if (method !== "GET") return jsonReply(405, { message: "Method Not Allowed" });
    if (action === "jwks") return jsonReply(200, this.jwks);
    if (headers.authorization !== `Bearer ${this.requestToken}`) return jsonReply(401, { message: "Unauthorized" });
    return this.#tokenReply(new URLSearchParams(path.split("?")[1]));
  }

  async #newToken(audience: string, more?: Claims): Promise<IssuedToken> {
    const claims = claimsOf(this.#options, audience, randomUuid(this.#random), more);
    return { token: await signToken(this.#key, claims), claims };
  }

  async #tokenReply(query: URLSearchParams): Promise<Reply> {
    if (!query.has("api-version")) return jsonReply(400, { message: "The query api-version is missing." });
    const issued = await this.#newToken(query.get("audience") ?? defaultAudience(jobOf(this.#options)));
    const { token: value } = issued;
    return { ...jsonReply(200, { count: value.length, value }), takeEffect: () => void this.tokens.push(issued) };
  }
}

/** Starts a server that responds as GitHub's OIDC endpoint does to a job with `id-token: write`. */
export async function startOidcEmulator(options: OidcOptions = {}): Promise<OidcEmulator> {
  const random = seededRandom(options.seed ?? 1);
  const oidc = new OidcService(options, random, await firstSigningKey());
  const service = await startService<HttpRecord, OidcFaultRule>(oidc, options, random);
  return {
    ...service,
    issuer: oidc.issuer,
    subject: subjectOf(jobOf(options)),
    environment: {
      ACTIONS_ID_TOKEN_REQUEST_URL: `${service.url}${TOKEN_PATH}${TOKEN_QUERY}`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: oidc.requestToken,
    },
    tokens: oidc.tokens,
    get jwks() {
      return oidc.jwks;
    },
    issue: (audience, claims) => oidc.issue(audience, claims),
    rotateKey: () => oidc.rotateKey(),
  };
}
