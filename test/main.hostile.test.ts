/** Whatever a response holds, wherever: outputs, summary and report are written, and no secret is in any byte of them. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, afterEach, expect, test, vi } from "vitest";
import { run } from "../src/main.ts";
import { systemClock } from "../src/shared/clock.ts";
import { DEMO_CREDENTIALS, type FaultRule, startEmulator } from "./emulator/emulator.ts";
import { never } from "./support/client-for.ts";
import { inputVariables, parseOutputs } from "./support/run-action.ts";

const RUNS = Number(process.env.PROPERTY_RUNS ?? 60);
const SECRET = DEMO_CREDENTIALS.secretKey;
const folder = mkdtempSync(join(tmpdir(), "hostile-"));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  process.exitCode = undefined;
});

/** JSON texts, not values: `JSON.stringify` itself gives up on some of them. */
const nested = (open: string, close: string, depth: number): string => open.repeat(depth) + close.repeat(depth);
const FORMS: readonly string[] = [
  nested("[", "]", 10_000),
  `${`{"${SECRET}":`.repeat(2_000)}1${"}".repeat(2_000)}`,
  JSON.stringify("x".repeat(1_000_000)),
  JSON.stringify(`${"y".repeat(280)}${SECRET}`),
  JSON.stringify({ [SECRET]: SECRET }),
  JSON.stringify([SECRET, { Code: SECRET, Message: SECRET }]),
  JSON.stringify(`\u001b[31m\r\n::error::${Buffer.from(SECRET).toString("base64")}`),
  "1e400",
  "-0",
  '{"__proto__":{"Success":[1]},"constructor":1,"toString":null}',
  "null",
];

/** Where in a response a value may stand. */
const PLACES: ReadonlyArray<readonly [action: FaultRule["action"], response: (value: string) => string]> = (
  ["DescribeCSRSet", "BatchDeleteCSR"] as const
).flatMap((action) =>
  [
    (value: string) => value,
    (value: string) => `{"Response":${value}}`,
    (value: string) => `{"Response":{"RequestId":${value},"Total":2,"Set":[],"Success":[1,2]}}`,
    (value: string) => `{"Response":{"Error":${value},"RequestId":"r"}}`,
    (value: string) => `{"Response":{"Error":{"Code":${value},"Message":"m"},"RequestId":"r"}}`,
    (value: string) => `{"Response":{"Error":{"Code":"FailedOperation","Message":${value}},"RequestId":"r"}}`,
    (value: string) => `{"Response":{"Success":${value},"Total":${value},"Set":[],"RequestId":"r"}}`,
    (value: string) => `{"Response":{"Success":[1,${value}],"Total":2,"Set":${value},"RequestId":"r"}}`,
    (value: string) => `{"Response":{"Success":[1,2],"Total":1,"Set":[${value}],"RequestId":"r"}}`,
    (value: string) =>
      `{"Response":{"Total":1,"Set":[{"Id":1,"Domain":${value},"Remarks":${value},"CreateTime":${value},"OwnerUin":${value}}]}}`,
  ].map((response) => [action, response] as const),
);

let number = 0;

async function act(faults: readonly FaultRule[]) {
  await using emulator = await startEmulator({ csrs: [1, 2], requestsPerSecond: 1_000, faults });
  number += 1;
  const temp = join(folder, String(number));
  mkdirSync(temp);
  const files = { GITHUB_OUTPUT: join(temp, "output"), GITHUB_STEP_SUMMARY: join(temp, "summary") };
  for (const file of Object.values(files)) writeFileSync(file, "");
  const inputs = {
    "csr-ids": "1, 2",
    "secret-id": DEMO_CREDENTIALS.secretId,
    "secret-key": SECRET,
    endpoint: emulator.url,
    "requests-per-second": "100",
  };
  const env = { GITHUB_WORKSPACE: temp, RUNNER_TEMP: temp, ...files, ...inputVariables(inputs) };
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  let log = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    log += String(text);
    return true;
  });
  const fast = { ...systemClock, sleep: (ms: number, signal?: AbortSignal) => systemClock.sleep(ms / 50, signal) };
  await run({ env: process.env, cancel: never, hardAbort: never, clock: fast });
  const written = readdirSync(temp, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"));
  rmSync(temp, { recursive: true });
  const printed = log.replace(/^::add-mask::.*$/gm, "");
  return { outputs: parseOutputs(written.find((text) => text.includes("report-path")) ?? ""), written, printed };
}

test("any JSON, at any place of any response", { timeout: 30_000 + RUNS * 200 }, async () => {
  const anyJson = fc.oneof(fc.constantFrom(...FORMS), fc.json({ depthSize: "medium" }));
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...PLACES), anyJson, async ([action, response], value) => {
      const fault = { kind: "http", status: 200, body: response(value), effect: true } as const;
      const { outputs, written, printed } = await act([{ action, fault }]);
      expect(Object.keys(outputs)).toHaveLength(9);
      expect(outputs["report-path"]).toMatch(/report\.json$/);
      expect(written.some((text) => text.startsWith("## "))).toBe(true);
      const reports = written.filter((text) => text.startsWith("{")).map((text) => JSON.parse(text) as object);
      expect(reports).toHaveLength(1);
      for (const text of [...written, printed]) {
        expect(text).not.toContain(SECRET);
        expect(text).not.toContain(Buffer.from(SECRET).toString("base64").slice(0, 16));
        expect(text).not.toMatch(/^::error::[A-Za-z0-9]{8}/m);
      }
    }),
    { numRuns: RUNS },
  );
});
