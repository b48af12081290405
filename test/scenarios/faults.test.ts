import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { selfSigned } from "../emulator/self-signed.ts";
import { type Row, rows } from "./faults.ts";
import { startProxy } from "./proxy.ts";
import { type Played, play } from "./scenario.ts";

const folder = mkdtempSync(join(tmpdir(), "certificate-"));
const certificate = selfSigned();
const certificateFile = join(folder, "cert.pem");
writeFileSync(certificateFile, certificate.cert);
afterAll(() => rmSync(folder, { recursive: true }));

async function run(row: Row): Promise<Played> {
  const tls = row.tls ? { emulator: { ...row.emulator, tls: certificate } } : {};
  const trust = row.tls === "trusted" ? { NODE_EXTRA_CA_CERTS: certificateFile } : {};
  if (!row.proxy) return play({ ...row, ...tls, env: { ...trust, ...row.env } });
  // The proxy lets through to one port; the emulator takes that.
  const port = 40_000 + (process.pid % 20_000);
  await using proxy = await startProxy(row.proxy === "to the emulator" ? { to: port } : row.proxy);
  const env = { ...trust, HTTPS_PROXY: `http://proxy-user:proxy-password@127.0.0.1:${proxy.port}` };
  const played = await play({
    ...row,
    emulator: { ...tls.emulator, port: row.proxy === "to the emulator" ? port : 0 },
    env,
  });
  expect(proxy.heads.length).toBeGreaterThan(0);
  expect(proxy.heads[0]).toContain(`Basic ${Buffer.from("proxy-user:proxy-password").toString("base64")}`);
  expect(proxy.heads.join("")).not.toMatch(/TC3-HMAC|x-tc-/i);
  return played;
}

const says = (row: Row): readonly string[] => [row.expect.says ?? []].flat();

describe.concurrent("the built action", () => {
  test.each(rows.map((row) => [row.name, row] as const))("%s", async (_name, row) => {
    const played = await run(row);
    const { exit, deleted = 0, absent = 0, left, errors, deletions, lookups, maxDeletions, maxMs } = row.expect;
    expect(played.exitCode).toBe(exit);
    expect(played.stderr).toBe("");
    if (row.inputs?.["dry-run"] !== "true") {
      expect({ deleted: played.deleted.length, absent: played.absent.length, left: played.left.length }).toEqual({
        deleted,
        absent,
        left: left?.[1] ?? 0,
      });
    }
    for (const id of played.left) expect(played.outcomes.get(id)).toBe(left?.[0]);
    for (const text of says(row)) expect(played.stdout).toContain(text);
    const lines = played.stdout.split("\n");
    if (errors !== undefined) expect(lines.filter((line) => line.startsWith("::error"))).toHaveLength(errors);
    // Nothing from outside starts a line, and with it a command.
    expect(lines.filter((line) => /^::error::(page|of the API)/.test(line))).toEqual([]);
    if (deletions !== undefined) expect(played.deletions).toBe(deletions);
    if (lookups !== undefined) expect(played.lookups).toBe(lookups);
    if (maxDeletions !== undefined) expect(played.deletions).toBeLessThanOrEqual(maxDeletions);
    if (maxMs !== undefined) expect(played.durationMs).toBeLessThan(maxMs);
  });

  test("the table has at least 60 rows, each with a name of its own", () => {
    expect(rows.length).toBeGreaterThanOrEqual(60);
    expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length);
  });
});
