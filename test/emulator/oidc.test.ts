import { createLocalJWKSet, createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from "jose";
import { expect, test } from "vitest";
import { DEMO_AUDIENCE, type OidcEmulator, type OidcOptions, startOidcEmulator } from "./emulator.ts";

const GITHUB = "https://token.actions.githubusercontent.com";

interface TokenResponse {
  status: number;
  value?: string;
}

async function request(oidc: OidcEmulator, audience?: string, init: RequestInit = {}): Promise<TokenResponse> {
  const { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: token } = oidc.environment;
  const query = audience === undefined ? "" : `&audience=${encodeURIComponent(audience)}`;
  const response = await fetch(`${url}${query}`, { headers: { authorization: `Bearer ${token}` }, ...init });
  return { status: response.status, ...((await response.json()) as object) };
}

async function claims(options: OidcOptions = {}, audience = DEMO_AUDIENCE) {
  await using oidc = await startOidcEmulator(options);
  const { value = "" } = await request(oidc, audience);
  return decodeJwt(value);
}

test("a token verifies against the keys, and has the claims of GitHub's", async () => {
  await using oidc = await startOidcEmulator();
  const { value = "" } = await request(oidc, DEMO_AUDIENCE);
  const keys = createRemoteJWKSet(new URL("/.well-known/jwks", oidc.url));
  const { payload } = await jwtVerify(value, keys, { issuer: GITHUB, audience: DEMO_AUDIENCE, algorithms: ["RS256"] });
  expect(decodeProtectedHeader(value)).toEqual({ typ: "JWT", alg: "RS256", kid: oidc.jwks.keys[0]?.kid });
  expect(payload).toMatchObject({
    sub: "repo:octo-org/octo-repo:ref:refs/heads/main",
    repository: "octo-org/octo-repo",
    job_workflow_ref: "octo-org/octo-repo/.github/workflows/clean-up.yml@refs/heads/main",
    run_id: expect.stringMatching(/^\d+$/),
    jti: expect.any(String),
  });
  const { iat = 0, nbf = 0, exp = 0 } = payload;
  expect(nbf).toBeLessThanOrEqual(iat);
  expect(exp - iat).toBe(300);
  expect(oidc.tokens).toEqual([{ token: value, claims: payload }]);
});

test.each<[string, OidcOptions]>([
  ["repo:o/r:ref:refs/tags/v1", { repository: "o/r", ref: "refs/tags/v1" }],
  ["repo:o/r:environment:production", { repository: "o/r", environment: "production" }],
  ["repo:o/r:pull_request", { repository: "o/r", eventName: "pull_request" }],
  ["repo:o@1234567/r@7654321:ref:refs/heads/main", { repository: "o/r", subjectForm: "immutable" }],
  ["repo:o@1234567/r@7654321:environment:e", { repository: "o/r", subjectForm: "immutable", environment: "e" }],
])("the subject can be %s", async (subject, options) => {
  expect((await claims(options)).sub).toBe(subject);
});

test("claims can be replaced and removed, the lifetime shortened", async () => {
  const token = await claims({ claims: { run_id: "7", actor: undefined }, lifetimeSeconds: 10 });
  expect(token.run_id).toBe("7");
  expect(token).not.toHaveProperty("actor");
  expect((token.exp ?? 0) - (token.iat ?? 0)).toBe(10);
});

test("without an audience, the token is for the owner", async () => {
  await using oidc = await startOidcEmulator();
  const { value = "" } = await request(oidc);
  expect(decodeJwt(value).aud).toBe("https://github.com/octo-org");
});

test("each request gets a token of its own", async () => {
  await using oidc = await startOidcEmulator();
  await request(oidc);
  await request(oidc);
  const [first, second] = oidc.tokens;
  expect(first?.claims.jti).not.toBe(second?.claims.jti);
});

test.each<[string, RequestInit]>([
  ["no bearer token", { headers: {} }],
  ["another bearer token", { headers: { authorization: "Bearer other" } }],
])("a request with %s is refused", async (_, init) => {
  await using oidc = await startOidcEmulator();
  expect(await request(oidc, DEMO_AUDIENCE, init)).toMatchObject({ status: 401 });
  expect(oidc.tokens).toEqual([]);
  expect(oidc.requests).toMatchObject([{ action: "id-token", outcome: "401" }]);
});

test("another path, another method, and a missing query are refused", async () => {
  await using oidc = await startOidcEmulator();
  const { ACTIONS_ID_TOKEN_REQUEST_URL: url = "", ACTIONS_ID_TOKEN_REQUEST_TOKEN: token } = oidc.environment;
  const headers = { authorization: `Bearer ${token}` };
  const status = async (target: string, method = "GET") => (await fetch(target, { method, headers })).status;
  expect(await status(`${oidc.url}/`)).toBe(404);
  expect(await status(url, "POST")).toBe(405);
  expect(await status(url.replace(/\?.*/, "?audience=x"))).toBe(400);
});

test("after a rotation, the old keys do not verify new tokens", async () => {
  await using oidc = await startOidcEmulator();
  const old = createLocalJWKSet(structuredClone(oidc.jwks));
  await oidc.rotateKey();
  const { value = "" } = await request(oidc);
  await expect(jwtVerify(value, old)).rejects.toThrow("no applicable key");
  await jwtVerify(value, createLocalJWKSet(oidc.jwks));
});

test("faults can be injected", async () => {
  await using oidc = await startOidcEmulator({
    faults: [
      ...[401, 429, 500].map((status, index) => ({
        requests: [index + 1],
        fault: { kind: "http", status, body: "{}" } as const,
      })),
      { requests: [4], fault: { kind: "response", response: { count: 0 } } },
      { requests: [5], fault: { kind: "reset" } },
      { requests: [6], fault: { kind: "hang" } },
      { action: "jwks", fault: { kind: "http", status: 503, body: "{}" } },
    ],
  });
  const statuses = [await request(oidc), await request(oidc), await request(oidc)].map(({ status }) => status);
  expect(statuses).toEqual([401, 429, 500]);
  expect(await request(oidc)).toEqual({ status: 200, count: 0 });
  await expect(request(oidc)).rejects.toMatchObject({ cause: { code: "ECONNRESET" } });
  await expect(request(oidc, undefined, { signal: AbortSignal.timeout(50) })).rejects.toThrow("timeout");
  expect(oidc.tokens).toEqual([]);
  expect(await request(oidc)).toMatchObject({ status: 200, value: expect.any(String) });
  expect((await fetch(new URL("/.well-known/jwks", oidc.url))).status).toBe(503);
});
