/** A keyless login in virtual time: GitHub and STS as scripts, and the record of what they were asked. */
import { KeylessCredentials } from "../../src/credentials/keyless.ts";
import { Redactor } from "../../src/shared/redactor.ts";
import { failed, type Result, success } from "../../src/shared/result.ts";
import { type ApiFailure, apiFailure } from "../../src/tencentcloud/failure.ts";
import type { HttpRequest, HttpResponse } from "../../src/tencentcloud/http.ts";
import { RateLimiter } from "../../src/tencentcloud/rate-limiter.ts";
import { never } from "../support/client-for.ts";
import { type VirtualClock, virtualClock } from "../support/virtual-clock.ts";

export const CLAIMS = {
  iss: "https://token.actions.githubusercontent.com",
  sub: "repo:octo-org@1/release@2:environment:csr-deletion",
  aud: "sts.tencentcloudapi.com",
  job_workflow_ref: "octo-org/release/.github/workflows/clean.yml@refs/heads/main",
};

const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** A JWT with these claims, and a signature that is not one. */
export const jwt = (number = 1, claims: object = CLAIMS): string =>
  [base64({ typ: "JWT", alg: "RS256" }), base64(claims), `signature-${number}-of-the-token`].join(".");

/** What STS does with one request: an error code, a failure of the network, credentials that live so long, or another body. */
export type StsStep = string | { readonly network: string } | { readonly seconds: number } | { readonly body: string };

/** What GitHub does when asked for a token: an error message, a token, or no response. */
export type IdTokenStep = Error | string | "hang";

export interface KeylessFor {
  readonly clock: VirtualClock;
  readonly credentials: KeylessCredentials;
  readonly redactor: Redactor;
  /** Secrets in the order in which they became known. */
  readonly secrets: string[];
  readonly audiences: string[];
  /** The requests to STS. */
  readonly requests: Array<{
    readonly body: Record<string, unknown>;
    readonly headers: HttpRequest["headers"];
    /** How many secrets were known by then. */
    readonly secretsKnown: number;
  }>;
  readonly retries: string[];
}

interface Script {
  /** After the last step all goes well. */
  readonly sts?: readonly StsStep[];
  readonly idToken?: readonly IdTokenStep[];
}

export function keylessFor({ sts = [], idToken = [] }: Script = {}): KeylessFor {
  const clock = virtualClock();
  const secrets: string[] = [];
  const audiences: string[] = [];
  const requests: KeylessFor["requests"] = [];
  const retries: string[] = [];
  const redactor = new Redactor((secret) => secrets.push(secret));

  async function getIdToken(audience: string): Promise<string> {
    audiences.push(audience);
    const step = idToken[audiences.length - 1] ?? jwt(audiences.length);
    if (step === "hang") return new Promise(() => undefined);
    if (step instanceof Error) throw step;
    return step;
  }

  async function post({ body, headers, onStarted }: HttpRequest): Promise<Result<HttpResponse, ApiFailure>> {
    requests.push({ body: JSON.parse(body), headers, secretsKnown: secrets.length });
    onStarted?.();
    const step = sts[requests.length - 1] ?? { seconds: 1_800 };
    if (typeof step === "object" && "body" in step) return success({ status: 200, date: undefined, body: step.body });
    if (typeof step === "object" && "network" in step) return failed(apiFailure(step.network, "the network is down"));
    const response = typeof step === "string" ? { Error: { Code: step, Message: "no" } } : granted(step.seconds);
    const text = JSON.stringify({ Response: { ...response, RequestId: `request-${requests.length}` } });
    return success({ status: 200, date: undefined, body: text });
  }

  const granted = (seconds: number) => ({
    Credentials: {
      Token: `token-${requests.length}`,
      TmpSecretId: `AKIDtemporary${requests.length}`,
      TmpSecretKey: `temporary-key-${requests.length}`,
    },
    ExpiredTime: Math.floor(clock.now() / 1000) + seconds,
  });

  const credentials = new KeylessCredentials({
    login: {
      kind: "keyless",
      roleArn: "qcs::cam::uin/100012345678:roleName/csr-cleanup",
      provider: "github",
      audience: "sts.tencentcloudapi.com",
    },
    sessionName: "octo-org.release@42.1",
    getIdToken,
    sts: {
      host: "sts.intl.tencentcloudapi.com",
      auditTag: "test",
      transport: { post, close: async () => undefined },
      rateLimiter: new RateLimiter(10, clock),
      clock,
      random: () => 0.5,
      redactor,
      observer: {
        onAttempt: () => undefined,
        onRetry: (_record, { code }) => retries.push(code),
        onClockCorrected: () => undefined,
      },
      hardAbort: never,
    },
  });
  return { clock, credentials, redactor, secrets, audiences, requests, retries };
}
