/** TC3-HMAC-SHA256 and the headers of a request: https://www.tencentcloud.com/document/product/1007/36574 */
import { createHash, createHmac } from "node:crypto";
import { VERSION } from "../version.ts";

export interface Credentials {
  readonly secretId: string;
  readonly secretKey: string;
  /** Of temporary credentials. */
  readonly token?: string;
}

export interface RequestFacts {
  readonly action: string;
  readonly body: string;
  readonly host: string;
  readonly service: string;
  readonly version: string;
  readonly region?: string;
  readonly auditTag: string;
  /** UNIX seconds. */
  readonly timestamp: number;
}

/** In alphabetical order; names are in lower case. */
type SignedHeaders = Readonly<Record<string, string>>;
type SignedFacts = Pick<RequestFacts, "body" | "timestamp" | "service">;

const ALGORITHM = "TC3-HMAC-SHA256";
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const hmac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();

function scopeOf({ timestamp, service }: SignedFacts) {
  return [new Date(timestamp * 1000).toISOString().slice(0, 10), service, "tc3_request"];
}

/** Step 1, of a POST to `/`. */
export function canonicalRequest(signed: SignedHeaders, body: string): string {
  const lines = Object.entries(signed).map(([name, value]) => `${name}:${value.toLowerCase()}\n`);
  return ["POST", "/", "", lines.join(""), Object.keys(signed).join(";"), sha256(body)].join("\n");
}

/** Step 2. */
export const stringToSign = (signed: SignedHeaders, facts: SignedFacts): string =>
  [ALGORITHM, facts.timestamp, scopeOf(facts).join("/"), sha256(canonicalRequest(signed, facts.body))].join("\n");

/** Step 3, with a key derived from the secret one for the day and the service. */
export function computeSignature(signed: SignedHeaders, facts: SignedFacts, secretKey: string): string {
  const key = scopeOf(facts).reduce<string | Buffer>(hmac, `TC3${secretKey}`);
  return hmac(key, stringToSign(signed, facts)).toString("hex");
}

/** All headers of a request, which is not signed without credentials. */
export function signedHeaders(facts: RequestFacts, credentials?: Credentials) {
  const signed = { "content-type": "application/json", host: facts.host, "x-tc-action": facts.action };
  const signature = credentials && computeSignature(signed, facts, credentials.secretKey);
  const scope = `Credential=${credentials?.secretId}/${scopeOf(facts).join("/")}`;
  const headers: Record<string, string> = {
    ...signed,
    authorization: credentials
      ? `${ALGORITHM} ${scope}, SignedHeaders=${Object.keys(signed).join(";")}, Signature=${signature}`
      : "SKIP",
    "x-tc-version": facts.version,
    "x-tc-timestamp": String(facts.timestamp),
    "x-tc-language": "en-US",
    "x-tc-requestclient": facts.auditTag,
  };
  if (facts.region) headers["x-tc-region"] = facts.region;
  if (credentials?.token) headers["x-tc-token"] = credentials.token;
  return { headers, signature };
}

/** Who calls, for the account's audit log: characters and length as in the official Go SDK. */
export function auditTag(env: NodeJS.ProcessEnv): string {
  const { GITHUB_RUN_ID: run, GITHUB_RUN_ATTEMPT: attempt = "1", GITHUB_REPOSITORY: repository } = env;
  // The longest is last, since it may be cut.
  const parts = [`delete-tencentcloud-ssl-csrs ${VERSION}`, run && `run ${run}.${attempt}`, repository];
  const text = parts.filter(Boolean).join("; ").replace("/", " ");
  return text.replace(/[^0-9a-zA-Z\-_ ,;.]/g, "_").slice(0, 128);
}
