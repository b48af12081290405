/** The keyless login with the built action: GitHub's OIDC token, STS, temporary credentials. */
import { describe, expect, test } from "vitest";
import {
  DEMO_AUDIENCE,
  DEMO_PROVIDER,
  DEMO_ROLE_ARN,
  type EmulatorOptions,
  type OidcEmulator,
  type OidcOptions,
  type StsSession,
  startEmulator,
  startOidcEmulator,
  stsFor,
} from "../emulator/emulator.ts";
import { type RunOptions, type RunResult, runAction } from "../support/run-action.ts";

const range = (length: number): number[] => Array.from({ length }, (_, index) => index + 1);

interface Given {
  readonly ids?: readonly number[];
  readonly oidc?: OidcOptions;
  readonly sts?: Parameters<typeof stsFor>[1];
  readonly emulator?: EmulatorOptions;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly onStart?: RunOptions["onStart"];
}

async function logIn({ ids = [1, 2, 3], ...given }: Given = {}) {
  await using oidc = await startOidcEmulator(given.oidc);
  await using emulator = await startEmulator({ csrs: ids, sts: stsFor(oidc, given.sts), ...given.emulator });
  const run = await runAction({
    inputs: {
      "csr-ids-file": "ids.txt",
      "role-arn": DEMO_ROLE_ARN,
      "oidc-provider": DEMO_PROVIDER,
      "oidc-audience": DEMO_AUDIENCE,
      endpoint: emulator.url,
      ...given.inputs,
    },
    env: { ...oidc.environment, ...given.env },
    files: { "ids.txt": ids.length === 0 ? "[]" : ids.join("\n") },
    ...(given.onStart ? { onStart: given.onStart } : {}),
  });
  const actions = emulator.requests.map(({ action }) => action);
  checkSecrets(run, oidc, emulator.sessions);
  return {
    ...run,
    emulator,
    oidc,
    logins: actions.filter((action) => action === "AssumeRoleWithWebIdentity").length,
    deletions: actions.filter((action) => action === "BatchDeleteCSR").length,
  };
}

/** Nothing of a token or of temporary credentials in anything that was printed (but for masks) or written. */
function checkSecrets(run: RunResult, oidc: OidcEmulator, sessions: readonly StsSession[]): void {
  const printed = run.stdout.split("\n").filter((line) => !line.startsWith("::add-mask::"));
  const all = [...printed, run.stderr, run.written].join("\n");
  const tokens = oidc.tokens.flatMap(({ token }) => [token, ...token.split(".")]);
  const keys = sessions.flatMap(({ credentials }) => Object.values(credentials));
  for (const secret of [...tokens, ...keys, oidc.environment.ACTIONS_ID_TOKEN_REQUEST_TOKEN ?? ""])
    expect(all).not.toContain(secret);
}

describe.concurrent("the keyless login", () => {
  test("logs in once, deletes, and names role and session", async () => {
    const run = await logIn();
    expect(run).toMatchObject({ exitCode: 0, logins: 1, deletions: 1, stderr: "" });
    expect(run.outputs["deleted-csr-ids"]).toBe("[1,2,3]");
    expect(run.stdout).toContain(`Logging in as ${DEMO_ROLE_ARN}, session octo-org.release@1234567890.1.`);
    expect((run.report as { identity: unknown }).identity).toMatchObject({ roleArn: DEMO_ROLE_ARN });
  });

  test("does not happen when there is nothing to do, but does in a dry run", async () => {
    expect(await logIn({ ids: [] })).toMatchObject({ exitCode: 0, logins: 0, deletions: 0 });
    const dryRun = await logIn({ inputs: { "dry-run": "true" } });
    expect(dryRun).toMatchObject({ exitCode: 0, logins: 1, deletions: 0 });
    expect(dryRun.emulator.inventory.size).toBe(3);
  });

  test("is renewed for credentials that are rejected: all 3,000 are deleted with two logins", async () => {
    const run = await logIn({
      ids: range(3000),
      inputs: { "look-up": "false" },
      sts: { requestsPerSession: 25 },
    });
    expect(run).toMatchObject({ exitCode: 0, logins: 2 });
    expect(run.emulator.inventory.size).toBe(0);
    expect(run.outputs["deleted-count"]).toBe("3000");
  });

  test("whose renewal is refused stops the run, with true outcomes", async () => {
    const run = await logIn({
      ids: range(3000),
      inputs: { "look-up": "false" },
      sts: { requestsPerSession: 10 },
      emulator: {
        faults: [
          {
            action: "AssumeRoleWithWebIdentity",
            requests: { from: 2 },
            fault: { kind: "api-error", code: "UnauthorizedOperation" },
          },
        ],
      },
    });
    expect(run.exitCode).toBe(1);
    expect(JSON.parse(run.outputs["deleted-csr-ids"] ?? "")).toEqual([...run.emulator.deleted].sort((a, b) => a - b));
    expect(run.emulator.deleted.length).toBe(1000);
    expect(run.outputs["not-deleted-count"]).toBe("2000");
    expect(run.stdout.match(/^::error/gm)?.length).toBeLessThanOrEqual(2);
  });

  test.each([
    ["another subject", { sts: { subject: "repo:octo-org/other:ref:refs/heads/main" } }],
    ["another audience", { inputs: { "oidc-audience": "other.example.com" } }],
    ["another provider", { inputs: { "oidc-provider": "gitlab" } }],
    ["another role", { inputs: { "role-arn": `${DEMO_ROLE_ARN}-other` } }],
  ] satisfies [string, Given][])(
    "is refused for %s: not retried, and the token's claims are shown",
    async (_name, given) => {
      const run = await logIn(given);
      expect(run).toMatchObject({ exitCode: 1, logins: 1, deletions: 0 });
      expect(run.outputs).toMatchObject({ "deleted-csr-ids": "", "not-deleted-csr-ids": "" });
      expect(run.stdout.match(/^::error/gm)).toHaveLength(1);
      expect(run.stdout).toContain("repo:octo-org/octo-repo");
    },
  );

  test("for which STS is awaited when the job is cancelled starts no deletion", async () => {
    let child: { kill(signal: NodeJS.Signals): boolean } | undefined;
    const run = await logIn({
      ids: range(1000),
      inputs: { "look-up": "false" },
      emulator: {
        faults: [{ action: "AssumeRoleWithWebIdentity", fault: { kind: "delay", ms: 800 } }],
        onRequest: () => child?.kill("SIGINT"),
      },
      onStart(process) {
        child = process;
      },
    });
    expect(run).toMatchObject({ exitCode: 1, signal: null, deletions: 0 });
    expect(run.emulator.inventory.size).toBe(1000);
    expect((run.report as { csrs: { outcome: string }[] }).csrs.every(({ outcome }) => outcome === "skipped")).toBe(
      true,
    );
  });

  test("that fails in its proxies' way shows nothing of what STS sent", async () => {
    for (const status of [203, 502, 403]) {
      const run = await logIn({
        emulator: {
          faults: [
            {
              action: "AssumeRoleWithWebIdentity",
              fault: { kind: "http", status, body: '{"Response":{"Credentials":{"TmpSecretKey":"leaked-key"}}}' },
            },
          ],
        },
      });
      expect(run).toMatchObject({ exitCode: 1, deletions: 0 });
      expect(run.stdout + run.written).not.toContain("leaked-key");
    }
  });

  test.each(["AuthFailure.TokenFailure", "AuthFailure.SecretIdNotFound"])(
    "whose session ends with %s: every outcome is true",
    async (endedSessionCode) => {
      const run = await logIn({
        ids: range(1500),
        inputs: { "look-up": "false", "requests-per-second": "20" },
        sts: { requestsPerSession: 10 },
        emulator: { endedSessionCode },
      });
      expect(JSON.parse(run.outputs["deleted-csr-ids"] ?? "")).toEqual([...run.emulator.deleted].sort((a, b) => a - b));
      expect(run.exitCode).toBe(run.emulator.inventory.size === 0 ? 0 : 1);
    },
  );

  test("that the trust policy refuses shows the policy that would accept this job", async () => {
    const run = await logIn({
      oidc: { subjectForm: "immutable" },
      sts: { subject: "repo:octo-org/octo-repo:ref:refs/heads/main" },
    });
    expect(run.exitCode).toBe(1);
    for (const text of [run.stdout, run.summary]) expect(text).toContain(run.oidc.subject);
    // Without an environment in the subject, any job of the branch could delete.
    expect(run.summary).not.toContain("name/sts:AssumeRoleWithWebIdentity");
    expect(run.summary).toContain("environment");
  });

  test.each([
    "InvalidParameter.OverLimit",
    "RequestLimitExceeded",
    "InternalError.SystemError",
    "InternalError.UnknownError",
    "InternalError.GetRoleError",
  ])("is tried again after %s, with a new token", async (code) => {
    const fault = { kind: "api-error", code } as const;
    const run = await logIn({
      emulator: { faults: [{ action: "AssumeRoleWithWebIdentity", requests: [1], fault }] },
    });
    expect(run).toMatchObject({ exitCode: 0, logins: 2, deletions: 1 });
    expect(new Set(run.oidc.tokens.map(({ token }) => token)).size).toBe(2);
  });

  test.each(["InvalidParameter.WebIdentityTokenError", "InvalidParameter.ParamError", "ResourceNotFound.RoleNotFound"])(
    "is not tried again after %s",
    async (code) => {
      const fault = { kind: "api-error", code } as const;
      const run = await logIn({ emulator: { faults: [{ action: "AssumeRoleWithWebIdentity", fault }] } });
      expect(run).toMatchObject({ exitCode: 1, logins: 1, deletions: 0 });
      expect(run.stdout).toContain(code);
    },
  );

  test("is given up when STS stays down, in five attempts", async () => {
    const run = await logIn({
      emulator: { faults: [{ action: "AssumeRoleWithWebIdentity", fault: { kind: "reset" } }] },
    });
    expect(run).toMatchObject({ exitCode: 1, logins: 5, deletions: 0 });
    expect(run.outputs["not-deleted-csr-ids"]).toBe("");
  });
});

describe.concurrent("GitHub's OIDC token", () => {
  test.each([
    ["429", { kind: "http", status: 429 }],
    ["500", { kind: "http", status: 500 }],
    ["a broken connection", { kind: "reset" }],
  ] as const)("is requested again after %s", async (_name, fault) => {
    const run = await logIn({ oidc: { faults: [{ action: "id-token", requests: [1], fault }] } });
    expect(run).toMatchObject({ exitCode: 0, logins: 1 });
  });

  test.each([
    ["401", { kind: "http", status: 401 }],
    ["a response without `value`", { kind: "response", response: { count: 0 } }],
  ] as const)("is not requested again after %s, and nothing is sent to STS", async (_name, fault) => {
    const run = await logIn({ oidc: { faults: [{ action: "id-token", fault }] } });
    expect(run).toMatchObject({ exitCode: 1, logins: 0, deletions: 0 });
    expect(run.oidc.requests).toHaveLength(1);
    expect(run.outputs["not-deleted-csr-ids"]).toBe("");
    expect(run.stdout).toContain("Oidc.");
  });

  test("that the job may not request is an input error, which names the permission", async () => {
    const run = await logIn({
      env: { ACTIONS_ID_TOKEN_REQUEST_URL: undefined, ACTIONS_ID_TOKEN_REQUEST_TOKEN: undefined },
    });
    expect(run).toMatchObject({ exitCode: 1, logins: 0 });
    expect(run.stdout).toContain("permissions: id-token: write");
    expect(run.outputs["planned-csr-ids"]).toBe("");
  });

  test.each([
    ["a redirect", { kind: "http", status: 307, headers: { location: "http://127.0.0.1:9/" } }],
    ["60 MB", { kind: "huge", bytes: 60 * 1024 * 1024 }],
  ] as const)("is not taken from %s", async (_name, fault) => {
    const run = await logIn({ oidc: { faults: [{ action: "id-token", fault }] } });
    expect(run).toMatchObject({ exitCode: 1, logins: 0, deletions: 0 });
    expect(run.stdout).toContain("Oidc.");
    expect(run.durationMs).toBeLessThan(20_000);
  });

  test("that never comes leaves the outputs of a cancelled run: everything skipped", async () => {
    let child: { kill(signal: NodeJS.Signals): boolean } | undefined;
    const run = await logIn({
      oidc: { faults: [{ action: "id-token", fault: { kind: "hang" } }], onRequest: () => child?.kill("SIGINT") },
      onStart(process) {
        child = process;
      },
    });
    expect(run).toMatchObject({ exitCode: 1, signal: null, logins: 0, deletions: 0 });
    expect(run.outputs["not-deleted-csr-ids"]).toBe("");
    expect(run.durationMs).toBeLessThan(9_000);
  });
});
