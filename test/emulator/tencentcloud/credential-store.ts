import type { Credentials, StsSession } from "../types.ts";

/** Credentials that the API accepts, or did accept. */
export interface KnownCredentials {
  readonly credentials: Readonly<Credentials>;
  /** Counts a request that was signed with them; `false` if they have ended. `now` is in milliseconds. */
  use(now: number): boolean;
}

/** Temporary credentials, which end. */
class TemporaryCredentials implements KnownCredentials {
  readonly credentials: Readonly<Credentials>;
  readonly #expiresAt: number;
  #requestsLeft: number;

  constructor({ credentials, expiresAt }: StsSession, requests: number) {
    this.credentials = credentials;
    this.#expiresAt = expiresAt;
    this.#requestsLeft = requests;
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
  readonly #requestsPerSession: number;

  constructor(credentials: Readonly<Credentials>, requestsPerSession = Number.POSITIVE_INFINITY) {
    this.#permanent = { credentials, use: () => true };
    this.#requestsPerSession = requestsPerSession;
  }

  find(secretId: string): KnownCredentials | undefined {
    if (secretId === this.#permanent.credentials.secretId) return this.#permanent;
    return this.#temporary.get(secretId);
  }

  add(session: StsSession): void {
    this.sessions.push(session);
    this.#temporary.set(session.credentials.secretId, new TemporaryCredentials(session, this.#requestsPerSession));
  }

  /** Ends all temporary credentials. */
  expireSessions(): void {
    for (const temporary of this.#temporary.values()) temporary.end();
  }
}
