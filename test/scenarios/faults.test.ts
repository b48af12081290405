import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FaultRule } from "../emulator/emulator.ts";
import { selfSigned } from "../emulator/self-signed.ts";
import { rows } from "./faults/index.ts";
import { ELSEWHERE, type Row } from "./faults/row.ts";
import { startProxy } from "./proxy.ts";
import { type Played, PROXY_BASIC, PROXY_LOGIN, PROXY_PASSWORD, play } from "./scenario.ts";

const folder = mkdtempSync(join(tmpdir(), "certificate-"));
const certificate = selfSigned();
const certificateFile = join(folder, "cert.pem");
writeFileSync(certificateFile, certificate.cert);
afterAll(() => rmSync(folder, { recursive: true }));

/** The other host of all redirects. */
const elsewhere = createServer((_request, response) => response.end());
const visits: unknown[] = [];
elsewhere.on("request", ({ headers }) => visits.push(headers));
beforeAll(() => new Promise<void>((resolve) => elsewhere.listen(0, "127.0.0.1", resolve)));
afterAll(() => new Promise((resolve) => elsewhere.close(resolve)));

/** With the true address of elsewhere. */
function addressed({ fault, ...rule }: FaultRule): FaultRule {
  if (fault.kind !== "http" || fault.headers?.location !== ELSEWHERE) return { fault, ...rule };
  const { port } = elsewhere.address() as AddressInfo;
  return { ...rule, fault: { ...fault, headers: { location: `http://localhost:${port}/` } } };
}

/** Most rows are about the deletion alone: it is the first call there. */
const sentAtOnce = ({ inputs = {} }: Row): Row["inputs"] =>
  inputs["dry-run"] === "true" ? inputs : { "look-up": "false", ...inputs };

async function run(given: Row): Promise<Played> {
  const row = { ...given, inputs: sentAtOnce(given) ?? {} };
  const emulator = {
    ...row.emulator,
    ...(row.tls ? { tls: certificate } : {}),
    faults: (row.emulator?.faults ?? []).map(addressed),
  };
  const env = { ...(row.tls === "trusted" ? { NODE_EXTRA_CA_CERTS: certificateFile } : {}), ...row.env };
  const { proxy: behaviour } = row;
  if (!behaviour) return play({ ...row, emulator, env });
  await using proxies = new AsyncDisposableStack();
  let heads: readonly string[] = [];
  const played = await play({
    ...row,
    emulator,
    env,
    async prepare({ port }) {
      const proxy = proxies.use(await startProxy(behaviour, port));
      ({ heads } = proxy);
      return { HTTPS_PROXY: `http://${PROXY_LOGIN}@127.0.0.1:${proxy.port}` };
    },
  });
  expect(heads.length).toBeGreaterThan(0);
  expect(heads[0]).toContain(`Basic ${PROXY_BASIC}`);
  expect(heads.join("")).not.toMatch(/TC3-HMAC|x-tc-/i);
  for (const secret of [PROXY_PASSWORD, PROXY_BASIC]) expect(played.stdout).toContain(`::add-mask::${secret}`);
  return played;
}

const says = (row: Row): readonly string[] => [row.expect.says ?? []].flat();
/** Annotations are plain text, without the code spans of the summary. */
const plain = (text: string): string => text.replaceAll("`", "");

describe.concurrent("the built action", () => {
  test.each(rows.map((row) => [row.name, row] as const))("%s", async (_name, row) => {
    const played = await run(row);
    const { exit, deleted = 0, absent = 0, left, ids = {}, errors, error } = row.expect;
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
    for (const [outcome, exactly] of Object.entries(ids)) {
      expect([...played.outcomes].flatMap(([id, name]) => (name === outcome ? [id] : []))).toEqual(exactly);
    }
    for (const text of says(row)) expect(plain(played.stdout)).toContain(plain(text));
    const lines = played.stdout.split("\n");
    const errorLines = lines.filter((line) => line.startsWith("::error"));
    if (errors !== undefined) expect(errorLines).toHaveLength(errors);
    if (error !== undefined) {
      expect(plain(errorLines.join("\n"))).toContain(plain(error));
      expect(plain(errorLines.join("\n"))).toContain(`RequestId: ${played.emulator.requests[0]?.requestId}.`);
    }
    // Nothing from outside starts a line, and with it a command.
    expect(lines.filter((line) => /^::error::(page|of the API)/.test(line))).toEqual([]);
    const { deletions, lookups, maxDeletions = deletions, maxLookups = lookups } = row.expect;
    if (deletions !== undefined) expect(played.deletions).toBe(deletions);
    if (lookups !== undefined) expect(played.lookups).toBe(lookups);
    if (maxDeletions !== undefined) expect(played.deletions).toBeLessThanOrEqual(maxDeletions);
    if (maxLookups !== undefined) expect(played.lookups).toBeLessThanOrEqual(maxLookups);
    const { maxMs = Number.POSITIVE_INFINITY, maxSinceSignalMs = Number.POSITIVE_INFINITY } = row.expect;
    expect(played.durationMs).toBeLessThan(maxMs);
    expect(played.sinceSignalMs).toBeLessThan(maxSinceSignalMs);
    expect(visits).toEqual([]);
  });

  test("every row has a name of its own", () => {
    expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length);
  });
});
