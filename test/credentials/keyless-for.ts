/** A keyless login in virtual time: GitHub and STS as scripts, and the record of what they were asked. */

import type { LoginIdentity } from "../../src/credentials/identity.ts";
import { type CredentialsOptions, createCredentials } from "../../src/credentials/provider.ts";
import type { HttpClient, HttpRequest } from "../../src/http/client.ts";
import { Redactor } from "../../src/shared/redactor.ts";
import { failed, success } from "../../src/shared/result.ts";
import type { AttemptRecord, CredentialsProvider } from "../../src/tencentcloud/api-client.ts";
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
  [base64({ typ: "JWT", alg: "RS256", kid: "key-1" }), base64(claims), `signature-${number}-of-the-token`].join(".");

/** What a server does with one request: an HTTP response, a failure of the network, or nothing at all. */
export type Step =
  | { readonly status?: number; readonly body: string; readonly headers?: Record<string, string> }
  | { readonly network: string }
  | "hang";
/** Of STS, a text is an error code, and "ok" are credentials. */
export type StsStep = string | Step;

export interface KeylessFor {
  readonly provider: CredentialsProvider;
  readonly clock: VirtualClock;
  readonly redactor: Redactor;
  /** Secrets in the order in which they became known. */
  readonly secrets: string[];
  /** All that was done with the network, in order. */
  readonly traffic: string[];
  /** The requests to GitHub, and those to STS. */
  readonly tokenRequests: HttpRequest[];
  readonly stsRequests: Array<
    HttpRequest & { readonly parameters: Record<string, unknown>; readonly secretsKnown: number }
  >;
  readonly attempts: AttemptRecord[];
  readonly retries: string[];
  readonly clockOffsets: number[];
  readonly identities: LoginIdentity[];
}

interface Script {
  /** After the last step all goes well. */
  readonly sts?: readonly StsStep[];
  readonly idToken?: readonly Step[];
  readonly env?: CredentialsOptions["env"];
  readonly hardAbort?: AbortSignal;
  /** Called at each step of the login, before it is taken. */
  readonly at?: (step: string) => void;
}

const REQUEST_ID = "0b4a3c1e-5c1d-4f0e-9a51-00000000000";

export function keylessFor({ sts = [], idToken = [], env, hardAbort = never, at }: Script = {}): KeylessFor {
  const clock = virtualClock();
  const secrets: string[] = [];
  const traffic: string[] = [];
  const tokenRequests: HttpRequest[] = [];
  const stsRequests: KeylessFor["stsRequests"] = [];
  const attempts: AttemptRecord[] = [];
  const retries: string[] = [];
  const clockOffsets: number[] = [];
  const identities: LoginIdentity[] = [];
  const redactor = new Redactor((secret) => secrets.push(secret));

  async function respond(request: HttpRequest, step: Step): ReturnType<HttpClient["request"]> {
    const { signal, onStarted } = request;
    if (signal?.aborted) return failed({ code: "Network.Aborted", message: "", sent: false });
    onStarted?.();
    if (step === "hang") {
      await new Promise<void>((resolve) => signal?.addEventListener("abort", () => resolve()));
      return failed({ code: "Network.Aborted", message: "", sent: true });
    }
    // One turn of the event loop, as a response takes at least.
    await clock.sleep(0);
    if ("network" in step) return failed({ code: step.network, message: "the network is down", sent: true });
    return success({ status: step.status ?? 200, headers: step.headers ?? {}, body: step.body });
  }

  function stsStep(step: StsStep): Step {
    if (typeof step !== "string" || step === "hang") return step as Step;
    const RequestId = `${REQUEST_ID}${stsRequests.length}`;
    const content = step === "ok" ? granted(stsRequests.length) : { Error: { Code: step, Message: "no" } };
    return { body: JSON.stringify({ Response: { ...content, RequestId } }) };
  }

  const http: HttpClient = {
    request(request) {
      const isSts = request.url.startsWith("https://sts.");
      traffic.push(`${request.method} ${new URL(request.url).host}`);
      at?.(isSts ? "sts" : "id-token");
      if (!isSts) {
        tokenRequests.push(request);
        const value = { body: JSON.stringify({ value: jwt(tokenRequests.length) }) };
        return respond(request, idToken[tokenRequests.length - 1] ?? value).finally(() => at?.("token"));
      }
      const parameters = JSON.parse(request.body ?? "");
      stsRequests.push({ ...request, parameters, secretsKnown: secrets.length });
      return respond(request, stsStep(sts[stsRequests.length - 1] ?? "ok"));
    },
    preconnect: (origin) => traffic.push(`preconnect ${new URL(origin).host}`),
  };

  const credentials = createCredentials(
    {
      kind: "keyless",
      roleArn: "qcs::cam::uin/100012345678:roleName/csr-cleanup",
      provider: "github",
      audience: "sts.tencentcloudapi.com",
    },
    {
      http,
      endpoint: {
        origin: "https://ssl.intl.tencentcloudapi.com",
        host: "ssl.intl.tencentcloudapi.com",
        loopback: false,
        sts: { origin: "https://sts.intl.tencentcloudapi.com", host: "sts.intl.tencentcloudapi.com" },
      },
      env: env ?? {
        ACTIONS_ID_TOKEN_REQUEST_URL: "https://token.example.com/idtoken?api-version=2.0",
        ACTIONS_ID_TOKEN_REQUEST_TOKEN: "request-token",
        GITHUB_REPOSITORY: "octo-org/release",
        GITHUB_RUN_ID: "42",
      },
      auditTag: "test",
      clock,
      random: () => 0.5,
      redactor,
      observer: {
        onAttempt: (record) => attempts.push(record),
        onRetry: ({ action, attempt }, { code }) => {
          at?.("wait");
          retries.push(`${action} ${attempt} ${code}`);
        },
        onClockCorrected: (offsetMs) => clockOffsets.push(offsetMs),
      },
      hardAbort,
      onIdentity: (identity) => identities.push(identity),
    },
  );
  if (!credentials) throw new Error("there are no credentials");
  return {
    clock,
    provider: credentials,
    redactor,
    secrets,
    traffic,
    tokenRequests,
    stsRequests,
    attempts,
    retries,
    clockOffsets,
    identities,
  };
}

const granted = (number: number) => ({
  Credentials: {
    Token: `token-${number}`,
    TmpSecretId: `AKIDtemporary${number}`,
    TmpSecretKey: `temporary-key-${number}`,
  },
  ExpiredTime: 1_800_000_000,
});

/** The body of a response with credentials. */
export const GRANTED = JSON.stringify({ Response: { ...granted(1), RequestId: `${REQUEST_ID}1` } });
