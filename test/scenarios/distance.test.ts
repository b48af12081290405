/** The built action and its services at their real names, over TLS, with a round trip of distance between them. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  DEMO_CREDENTIALS,
  DEMO_PROVIDER,
  DEMO_ROLE_ARN,
  startEmulator,
  startOidcEmulator,
  stsFor,
} from "../emulator/emulator.ts";
import { selfSigned } from "../emulator/self-signed.ts";
import { startRelay } from "../support/relay.ts";
import { runAction } from "../support/run-action.ts";

const SSL = "ssl.intl.tencentcloudapi.com";
const STS = "sts.intl.tencentcloudapi.com";
const tls = selfSigned([SSL, STS]);
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "distance-"));
  writeFileSync(join(folder, "ca.pem"), tls.cert);
});
afterAll(() => rmSync(folder, { recursive: true }));

const KEY = { "secret-id": DEMO_CREDENTIALS.secretId, "secret-key": DEMO_CREDENTIALS.secretKey };
const KEYLESS = { "role-arn": DEMO_ROLE_ARN, "oidc-provider": DEMO_PROVIDER };

/** Deletes one CSR, sent at once. */
async function deleteOne(login: Readonly<Record<string, string>>, roundTripMs: number) {
  await using oidc = await startOidcEmulator({ tls });
  await using emulator = await startEmulator({ csrs: [1], sts: stsFor(oidc), tls });
  await using ssl = await startRelay(emulator.port, roundTripMs);
  await using sts = await startRelay(emulator.port, roundTripMs);
  await using github = await startRelay(oidc.port, roundTripMs);
  const run = await runAction({
    inputs: { "csr-ids": "1", "look-up": "false", ...login },
    env: {
      ...oidc.environment,
      HOSTS: JSON.stringify({
        [`${SSL}:443`]: ssl.port,
        [`${STS}:443`]: sts.port,
        [`127.0.0.1:${oidc.port}`]: github.port,
      }),
      NODE_EXTRA_CA_CERTS: join(folder, "ca.pem"),
    },
    nodeArgs: ["--import", join(import.meta.dirname, "hosts.mjs")],
  });
  expect(run).toMatchObject({ exitCode: 0, stderr: "" });
  expect(run.outputs["deleted-csr-ids"]).toBe("[1]");
  const relays = [ssl, sts, github].filter(({ connections }) => connections > 0);
  return {
    emulator,
    connections: { ssl: ssl.connections, sts: sts.connections, github: github.connections },
    firstAt: Math.min(...relays.map(({ firstAt }) => firstAt)),
    lastAt: Math.max(...relays.map(({ lastAt }) => lastAt)),
  };
}

/** How many round trips a run waits for, from its first connection to its last byte. */
async function roundTrips(login: Readonly<Record<string, string>>): Promise<number> {
  const roundTripMs = 500;
  const { firstAt, lastAt } = await deleteOne(login, roundTripMs);
  return (lastAt - firstAt) / roundTripMs;
}

// A machine that is busy for hundreds of ms at the wrong moment is no round trip.
describe.concurrent("one ID over TLS", { retry: 2 }, () => {
  test("a stored key waits for three round trips: connection, TLS, request", async () => {
    expect(await roundTrips(KEY)).toBeLessThanOrEqual(3.6);
  });

  test("a keyless login waits for five: STS and API are connected while GitHub issues the token", async () => {
    expect(await roundTrips(KEYLESS)).toBeLessThanOrEqual(5.6);
  });

  test("each host is connected once, and gets its own calls only", async () => {
    const { connections, emulator } = await deleteOne(KEYLESS, 0);
    expect(connections).toEqual({ ssl: 1, sts: 1, github: 1 });
    expect(emulator.requests.map(({ action, host }) => [action, host])).toEqual([
      ["AssumeRoleWithWebIdentity", STS],
      ["BatchDeleteCSR", SSL],
    ]);
  });
});
