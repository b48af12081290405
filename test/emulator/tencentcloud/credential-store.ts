import type { Credentials, StsSession } from "../types.ts";

/** Credentials that the API accepts, or did accept. */
export interface KnownCredentials {
  readonly credentials: Readonly<Credentials>;
  /** The code for credentials that have ended. */
  readonly endedCode: string;
  /** Counts a request that was signed with them; `false` if they have ended. `now` is in milliseconds. */
  use(now: number): boolean;
}

const TOKEN_FAILURE = "AuthFailure.TokenFailure";

/** How sessions end. */
export interface SessionOptions {
  requestsPerSession?: number | undefined;
  endedSessionCode?: string | undefined;
}

/** Temporary credentials, which end. */
class TemporaryCredentials implements KnownCredentials {
  readonly credentials: Readonly<Credentials>;
  readonly endedCode: string;
  readonly #expiresAt: number;
  #requestsLeft: number;

  constructor({ credentials, expiresAt }: StsSession, { requestsPerSession, endedSessionCode }: SessionOptions) {
    this.credentials = credentials;
    this.endedCode = endedSessionCode ?? TOKEN_FAILURE;
    this.#expiresAt = expiresAt;
    this.#requestsLeft = requestsPerSession ?? Number.POSITIVE_INFINITY;
  }

  use(now: number): boolean {
    this.#requestsLeft -= 1;
    return this.#requestsLeft >= 0 && now / 1000 < this.#expiresAt;
  }

  end(): void {
    this.#requestsLeft = 0;
  }
}

/** All credentials that the API knows. */
export class CredentialStore {
  readonly sessions: StsSession[] = [];
  readonly #permanent: KnownCredentials;
  readonly #temporary = new Map<string, TemporaryCredentials>();
  readonly #sessionOptions: SessionOptions;

  constructor(credentials: Readonly<Credentials>, sessionOptions: SessionOptions = {}) {
    this.#permanent = { credentials, endedCode: TOKEN_FAILURE, use: () => true };
    this.#sessionOptions = sessionOptions;
  }

  find(secretId: string): KnownCredentials | undefined {
    if (secretId === this.#permanent.credentials.secretId) return this.#permanent;
    return this.#temporary.get(secretId);
  }

  add(session: StsSession): void {
    this.sessions.push(session);
    this.#temporary.set(session.credentials.secretId, new TemporaryCredentials(session, this.#sessionOptions));
  }

  /** Ends all temporary credentials. */
  expireSessions(): void {
    for (const temporary of this.#temporary.values()) temporary.end();
  }
}
