import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type RunOptions, run } from "../src/main.ts";
import { systemClock } from "../src/shared/clock.ts";
import {
  DEMO_AUDIENCE,
  DEMO_CREDENTIALS,
  DEMO_PROVIDER,
  DEMO_ROLE_ARN,
  type EmulatorOptions,
  startEmulator,
  startGitHubEmulator,
  startOidcEmulator,
  stsFor,
} from "./emulator/emulator.ts";
import { never } from "./support/client-for.ts";
import { inputVariables, parseOutputs } from "./support/run-action.ts";

// One for all tests: the toolkit keeps the path of the first summary that it wrote.
const folder = mkdtempSync(join(tmpdir(), "main-"));
let log: string;

beforeEach(() => {
  log = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    log += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  process.exitCode = undefined;
});
afterAll(() => rmSync(folder, { recursive: true }));

const keys = { "secret-id": DEMO_CREDENTIALS.secretId, "secret-key": DEMO_CREDENTIALS.secretKey };

/** Runs the action in this process. */
async function act(
  inputs: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
  options: Partial<RunOptions> = {},
) {
  const files = { GITHUB_OUTPUT: join(folder, "output"), GITHUB_STEP_SUMMARY: join(folder, "summary") };
  for (const file of Object.values(files)) writeFileSync(file, "");
  const all = { GITHUB_WORKSPACE: folder, RUNNER_TEMP: folder, ...files, ...env };
  for (const [name, value] of Object.entries(all)) vi.stubEnv(name, value);
  for (const [name, value] of Object.entries(inputVariables(inputs))) vi.stubEnv(name, value);
  await run({ env: process.env, cancel: never, hardAbort: never, ...options });
  const failed = process.exitCode === 1;
  return {
    failed,
    outputs: parseOutputs(readFileSync(files.GITHUB_OUTPUT, "utf8")),
    summary: readFileSync(files.GITHUB_STEP_SUMMARY, "utf8"),
  };
}

async function actAgainst(
  options: EmulatorOptions,
  inputs: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
) {
  await using emulator = await startEmulator(options);
  return {
    ...(await act({ ...keys, endpoint: emulator.url, ...inputs }, env)),
    requests: emulator.requests,
    inventory: emulator.inventory,
    sessions: emulator.sessions,
  };
}

test("IDs are deleted, what is left is reported, and the step fails", async () => {
  const { failed, outputs, summary } = await actAgainst(
    { csrs: [22, 33, 44], keptIds: [44] },
    { "csr-ids": "11, 22, 33, 44" },
  );
  expect(failed).toBe(true);
  expect(outputs).toMatchObject({
    "deleted-csr-ids": "[22,33]",
    "absent-csr-ids": "[11]",
    "not-deleted-csr-ids": "[44]",
  });
  expect(summary).toContain("2 deleted, 1 absent, 1 remaining");
  // Listing, deletion, listing.
  expect(JSON.parse(outputs["request-ids"] ?? "")).toHaveLength(3);
  expect(log).toMatch(/^::add-mask::/);
  expect(log).toContain("::group::Plan: delete 3, 1 already absent\n");
  expect(log).toMatch(/^::debug::BatchDeleteCSR of 3, attempt 1, \d+ ms: ok \(RequestId \S+\)$/m);
  expect(log).toContain("Deleted 2 of 3 CSRs; ");
  expect(log).toContain("Looking up 1 CSR");
  const { durationMs, startedAt } = JSON.parse(readFileSync(outputs["report-path"] ?? "", "utf8"));
  expect(durationMs).toBeGreaterThan(0);
  expect(durationMs).toBeLessThan(60_000);
  expect(Math.abs(Date.now() - durationMs - Date.parse(startedAt))).toBeLessThan(60_000);
});

test("secrets are masked before anything else is printed, and then neither printed nor written", async () => {
  const secret = keys["secret-key"];
  const base64 = Buffer.from(secret).toString("base64");
  const csr = { Id: 1, Domain: `${secret}.example.com`, Remarks: `is ${base64}` };
  const { summary, outputs } = await actAgainst({ csrs: [csr] }, { "csr-ids": "1" });
  const lines = log.split("\n");
  const masks = lines.findIndex((line) => !line.startsWith("::add-mask::"));
  expect(lines.slice(0, masks)).toEqual(
    expect.arrayContaining([`::add-mask::${keys["secret-id"]}`, `::add-mask::${secret}`]),
  );
  const files = [outputs["report-path"] ?? "", join(outputs["report-path"] ?? "", "..", "csrs.csv")];
  for (const text of [lines.slice(masks).join("\n"), summary, ...files.map((path) => readFileSync(path, "utf8"))]) {
    expect(text).toContain("***.example.com");
    for (const part of [keys["secret-id"], secret, base64.slice(0, 12)]) expect(text).not.toContain(part);
  }
});

test("a secret given as an ID is not shown", async () => {
  const { summary } = await act({ ...keys, "csr-ids": keys["secret-key"] });
  expect(summary).toContain("`csr-ids` has entries that are not valid:");
  expect(summary).toContain("a text that contains a secret");
  expect(log.replace(/^::add-mask::.*$/gm, "")).not.toContain(keys["secret-key"]);
  expect(summary).not.toContain(keys["secret-key"]);
});

test("a dry run deletes nothing and says what would be", async () => {
  const { failed, outputs, inventory } = await actAgainst({ csrs: [22] }, { "csr-ids": "11 22", "dry-run": "true" });
  expect(failed).toBe(false);
  expect(outputs).toMatchObject({ "planned-csr-ids": "[22]", "deleted-csr-ids": "[]", "absent-csr-ids": "[11]" });
  expect(inventory.size).toBe(1);
  expect(log).toContain("Dry run: would delete 1, 1 already absent");
});

test("a dry run without credentials, and nothing to do, make no call", async () => {
  expect((await act({ "csr-ids": "11 11", "dry-run": "true", "look-up": "false" })).failed).toBe(false);
  expect(log).toContain("csr-ids: 11 (1 repeated, dropped)");
  expect(log).toMatch(/inputs (only|alone)|only the inputs/);
  const { failed, outputs } = await act({ "csr-ids": "[]", "dry-run": "false" });
  expect(failed).toBe(false);
  expect(outputs).toMatchObject({ "deleted-csr-ids": "[]", "deleted-count": "0", "not-deleted-count": "0" });
  expect(JSON.parse(readFileSync(outputs["report-path"] ?? "", "utf8"))).toMatchObject({
    kind: "deletion",
    failed: false,
  });
  expect(log).toContain("CSRs: nothing to do (0 calls");
  expect(log).not.toContain("::warning");
});

test("a plan that is refused is not carried out", async () => {
  const inputs = { "csr-ids": "1 2", "max-deletions": "1" };
  const { failed, outputs, requests, inventory } = await actAgainst({ csrs: [1, 2] }, inputs);
  expect(failed).toBe(true);
  expect(requests.map(({ action }) => action)).toEqual(["DescribeCSRSet"]);
  expect(inventory.size).toBe(2);
  expect(outputs["deleted-csr-ids"]).toBe("");
  expect(log).toContain("::error title=The plan has more deletions than max-deletions allows::");
});

test("a run without a key logs in with the token of GitHub, again if need be, and says once as whom", async () => {
  await using oidc = await startOidcEmulator();
  const ended = { kind: "api-error", code: "AuthFailure.TokenFailure" } as const;
  const faults = [{ action: "BatchDeleteCSR", requests: [1], fault: ended } as const];
  const inputs = {
    "csr-ids": "1",
    "role-arn": DEMO_ROLE_ARN,
    "oidc-provider": DEMO_PROVIDER,
    "oidc-audience": DEMO_AUDIENCE,
    "secret-id": "",
    "secret-key": "",
  };
  const { failed, outputs, sessions } = await actAgainst({ csrs: [1], sts: stsFor(oidc), faults }, inputs, {
    GITHUB_REPOSITORY: "octo-org/release",
    ...oidc.environment,
  });
  const secrets = sessions.flatMap(({ credentials }) => Object.values(credentials));
  for (const secret of [...oidc.tokens.map(({ token }) => token), ...secrets])
    expect(log).toContain(`::add-mask::${secret}\n`);
  expect(failed).toBe(false);
  expect(outputs["deleted-csr-ids"]).toBe("[1]");
  expect(log).toContain(`Logging in as ${DEMO_ROLE_ARN}, session octo-org.release@`);
  expect(log.match(/^Logging in/gm)).toHaveLength(1);
  expect(log.indexOf("\nLogging in")).toBeLessThan(log.indexOf("::group::Plan"));
  const { identity, calls } = JSON.parse(readFileSync(outputs["report-path"] ?? "", "utf8"));
  expect(calls.map(({ action }: { action: string }) => action)).toEqual([
    ...["AssumeRoleWithWebIdentity", "DescribeCSRSet", "BatchDeleteCSR"],
    ...["AssumeRoleWithWebIdentity", "BatchDeleteCSR"],
  ]);
  expect(identity).toMatchObject({ roleArn: DEMO_ROLE_ARN });
});

test("wrong inputs fail the step, with outputs", async () => {
  const { failed, outputs } = await act({ "csr-ids": "x" });
  expect(failed).toBe(true);
  expect(outputs).toMatchObject({ "planned-csr-ids": "", "deleted-csr-ids": "", "deleted-count": "" });
  expect(log).toContain("::error title=Invalid input%3A csr-ids::");
  await act({ "csr-ids": "x", "dry-run": "y" });
  expect(log).toContain("Nothing was deleted: 2 problems with the inputs");
});

test("retries, a wrong clock and unexpected values are reported", async () => {
  const { failed } = await actAgainst(
    {
      csrs: [1, 2],
      clockSkewMs: -600_000,
      faults: [
        { action: "BatchDeleteCSR", requests: [1], fault: { kind: "api-error", code: "InternalError" } },
        { action: "BatchDeleteCSR", requests: [2], fault: { kind: "success", as: "extra" } },
      ],
    },
    { "csr-ids": "1 2" },
  );
  expect(failed).toBe(false);
  expect(log).toMatch(
    /^BatchDeleteCSR: attempt 1 failed with InternalError \(RequestId \S+\); retrying in \d+(\.\d+)? m?s\.$/m,
  );
  expect(log).toMatch(
    /::warning title=The runner's clock is wrong::The runner's clock is (600\.\d|599\.\d|60\d\.\d) s ahead of the API's/,
  );
  expect(log).toMatch(/^The runner's clock is .* ahead of the API's/m);
  expect(log).toContain("::warning title=Unexpected values in the response::");
});

test("a refused batch is split, and the log says so", async () => {
  await actAgainst(
    { csrs: [1, 2, 3], faults: [{ csrIds: [2], fault: { kind: "api-error", code: "InvalidParameter.InvalidCSRId" } }] },
    { "csr-ids": "1 2 3" },
  );
  expect(log).toContain("A call for 3 CSRs failed with InvalidParameter.InvalidCSRId");
  expect(log).toContain("A call for 1 CSR failed with InvalidParameter.InvalidCSRId");
});

describe("files that cannot be written", () => {
  test("fail the step if they are the outputs; the rest is still there", async () => {
    const inputs = { "csr-ids": "1", "dry-run": "true", "look-up": "false" };
    const { failed } = await act(inputs, { GITHUB_OUTPUT: join(folder, "missing") });
    expect(failed).toBe(true);
    expect(log).toContain("::error title=The outputs could not be written::");
    expect(log).toContain("Dry run: would delete 1");
  });

  test("are a warning if they are summary or report", async () => {
    const env = { GITHUB_STEP_SUMMARY: join(folder, "missing", "x"), RUNNER_TEMP: join(folder, "missing") };
    const { failed, outputs } = await act({ "csr-ids": "1", "dry-run": "true", "look-up": "false" }, env);
    expect(log).toContain("::warning title=The summary could not be written::");
    expect(log).toContain("::warning title=The report file could not be written::");
    expect(failed).toBe(false);
    expect(outputs).toMatchObject({ "planned-csr-ids": "[1]", "report-path": "" });
  });
});

test("lists that are too long for outputs are left empty, with a warning", async () => {
  writeFileSync(join(folder, "ids.txt"), Array.from({ length: 100_000 }, (_, index) => 1_000_000 + index).join("\n"));
  const { outputs, failed } = await act({ "csr-ids-file": "ids.txt", "dry-run": "true", "look-up": "false" });
  expect(failed).toBe(false);
  expect(outputs["planned-csr-ids"]).toBe("");
  expect(log).toContain("::warning title=Empty outputs::");
});

test("an annotation is cut before the runner cuts it", async () => {
  await act({ "csr-ids": Array.from({ length: 25 }, () => "\u0001".repeat(60)).join(" ") });
  const annotation = log.split("\n").find((line) => line.startsWith("::error"));
  expect(annotation?.length).toBeLessThan(4_096 * 3);
  expect(decodeURIComponent(annotation?.split("::")[2] ?? "").length).toBeLessThanOrEqual(4_096);
});

test.each([
  ["false", "[1]"],
  ["auto", ""],
])("a cancel before the start sends nothing, and fails the step (look-up: %s)", async (lookUp, left) => {
  await using emulator = await startEmulator({ csrs: [1] });
  const inputs = { ...keys, endpoint: emulator.url, "csr-ids": "1", "look-up": lookUp };
  const { failed, outputs, summary } = await act(inputs, {}, { cancel: AbortSignal.abort() });
  expect(failed).toBe(true);
  expect(outputs["not-deleted-csr-ids"]).toBe(left);
  expect(summary).toContain("ancelled");
  expect(emulator.requests).toHaveLength(0);
});

test("a cancel waits for calls in flight, until they are to be dropped", async () => {
  await using emulator = await startEmulator({ csrs: [1], faults: [{ fault: { kind: "hang" } }] });
  const [cancel, hardAbort] = [new AbortController(), new AbortController()];
  const inputs = { ...keys, endpoint: emulator.url, "csr-ids": "1", "look-up": "false" };
  const running = act(inputs, {}, { cancel: cancel.signal, hardAbort: hardAbort.signal });
  await vi.waitUntil(() => emulator.requests.length === 1);
  cancel.abort();
  const early = await Promise.race([running, new Promise((resolve) => setTimeout(resolve, 50, "waits"))]);
  expect(early).toBe("waits");
  hardAbort.abort();
  const { failed, outputs } = await running;
  expect(failed).toBe(true);
  expect(outputs["not-deleted-csr-ids"]).toBe("[1]");
  expect(log).toContain("::error title=CSRs not deleted");
  expect(log).toContain("1 CSR in an unknown state");
});

test("an internal error during the calls leaves no ID without an outcome", async () => {
  const ids = Array.from({ length: 150 }, (_, index) => index + 1);
  const faults = [{ requests: [1], fault: { kind: "http", status: 503, body: "busy" } as const }];
  await using emulator = await startEmulator({ csrs: [1], faults });
  vi.spyOn(Math, "random").mockImplementation(() => {
    throw new Error("odd");
  });
  const inputs = { ...keys, endpoint: emulator.url, "csr-ids": JSON.stringify(ids), "look-up": "false" };
  const { failed, outputs } = await act(inputs);
  expect(failed).toBe(true);
  const of = (name: string): number[] => JSON.parse(outputs[name] ?? "") as number[];
  expect(
    [...of("deleted-csr-ids"), ...of("absent-csr-ids"), ...of("not-deleted-csr-ids")].sort((a, b) => a - b),
  ).toEqual(ids);
  expect(of("not-deleted-csr-ids").length).toBeGreaterThan(0);
  expect(log).toContain("Internal.Error");
});

test("while the first deletion is under way, its plan is in the log and in the report file", async () => {
  const temp = join(folder, "pending-report");
  mkdirSync(temp);
  const faults = [{ action: "BatchDeleteCSR", fault: { kind: "hang" } } as const];
  await using emulator = await startEmulator({ csrs: [1], faults });
  const hardAbort = new AbortController();
  const inputs = { ...keys, endpoint: emulator.url, "csr-ids": "1 2" };
  const running = act(inputs, { RUNNER_TEMP: temp }, { hardAbort: hardAbort.signal });
  await vi.waitUntil(() => emulator.requests.length === 2, { interval: 1, timeout: 10_000 });
  expect(log).toMatch(/^::group::Plan: delete 1, 1 already absent\n(.*\n)*1 \|.*\| delete$/m);
  const saved = readdirSync(temp, { recursive: true, encoding: "utf8" }).find((path) => path.endsWith(".json"));
  expect(JSON.parse(readFileSync(join(temp, saved ?? ""), "utf8"))).toMatchObject({
    kind: "pending",
    cancelled: false,
    csrs: [
      { id: 1, decision: "delete" },
      { id: 2, decision: "absent" },
    ],
  });
  hardAbort.abort();
  await running;
});

test("the plan that is saved before the deletion becomes the report", async () => {
  const temp = join(folder, "one-report");
  mkdirSync(temp);
  const { outputs } = await actAgainst({ csrs: [1] }, { "csr-ids": "1" }, { RUNNER_TEMP: temp });
  const reports = readdirSync(temp, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".json"));
  expect(reports.map((path) => join(temp, path))).toEqual([outputs["report-path"]]);
});

test("the report lists calls in the order in which they started", async () => {
  const ids = Array.from({ length: 200 }, (_, index) => index + 1);
  const faults = [{ action: "BatchDeleteCSR", requests: [1], fault: { kind: "delay", ms: 200 } } as const];
  await using emulator = await startEmulator({ csrs: ids, faults });
  let readings = 0;
  const now = (): number => {
    readings += 1;
    return systemClock.now() + readings;
  };
  const inputs = { ...keys, endpoint: emulator.url, "csr-ids": JSON.stringify(ids), "look-up": "false" };
  const { outputs } = await act(inputs, {}, { clock: { ...systemClock, now } });
  const { calls } = JSON.parse(readFileSync(outputs["report-path"] ?? "", "utf8"));
  const starts: string[] = calls.map(({ startedAt }: { startedAt: string }) => startedAt);
  expect(new Set(starts).size).toBe(2);
  expect(starts).toEqual(starts.toSorted());
});

test("a mistake of this action fails the step, with outputs that claim nothing", async () => {
  const env = new Proxy(process.env, {
    get(target, name) {
      if (name === "GITHUB_RUN_ID") throw new Error("odd");
      return target[String(name)];
    },
  });
  const { failed, outputs } = await act({ ...keys, "csr-ids": "1" }, {}, { env });
  expect(failed).toBe(true);
  expect(outputs).toMatchObject({ "deleted-count": "", "not-deleted-csr-ids": "" });
  expect(log).toMatch(/::error title=The action failed::.*Internal\.Error.*odd/);
});

test("a broken event file is no reason to report nothing", async () => {
  writeFileSync(join(folder, "event.json"), "{");
  const { failed, outputs } = await act({ "csr-ids": "1" }, { GITHUB_EVENT_PATH: join(folder, "event.json") });
  expect(failed).toBe(true);
  expect(outputs).toMatchObject({ "deleted-count": "" });
  expect(log).toContain("No credentials");
});

test("requests start as seldom as `requests-per-second` says", async () => {
  let sleptMs = 0;
  const clock = {
    now: () => systemClock.now() + sleptMs,
    monotonicNow: () => systemClock.monotonicNow() + sleptMs,
    async sleep(ms: number) {
      sleptMs += ms;
    },
  };
  await using emulator = await startEmulator({ csrs: [1] });
  const inputs = { ...keys, endpoint: emulator.url, "csr-ids": "1", "requests-per-second": "0.1" };
  const { outputs } = await act(inputs, {}, { clock });
  const { calls } = JSON.parse(readFileSync(outputs["report-path"] ?? "", "utf8"));
  const [listing, deletion] = calls.map(({ startedAt }: { startedAt: string }) => Date.parse(startedAt));
  expect(deletion - listing).toBeGreaterThanOrEqual(10_000);
});

test.each([
  [{ "csr-ids": "11" }, 0],
  [{ "csr-ids": "11", "comment-on-pull-request": "true" }, 1],
  [{ "csr-ids": "x", "comment-on-pull-request": "true" }, 1],
])("in a pull request, %j makes %d comments", async (inputs, count) => {
  await using github = await startGitHubEmulator();
  const event = { pull_request: { number: 1 }, repository: { full_name: "octo-org/octo-repo" } };
  writeFileSync(join(folder, "event.json"), JSON.stringify(event));
  const env = { GITHUB_REPOSITORY: "octo-org/octo-repo", GITHUB_EVENT_PATH: join(folder, "event.json") };
  const checks = { "dry-run": "true", "look-up": "false", "github-token": github.token };
  await act({ ...checks, ...inputs }, { ...github.environment, ...env });
  expect(github.comments).toHaveLength(count);
});

test("requests name the run for the audit log of the account", async () => {
  const env = { GITHUB_REPOSITORY: "octo/pipeline", GITHUB_RUN_ID: "42", GITHUB_RUN_ATTEMPT: "3" };
  const { requests } = await actAgainst({ csrs: [1] }, { "csr-ids": "1" }, env);
  expect(requests.map(({ action }) => action)).toEqual(["DescribeCSRSet", "BatchDeleteCSR"]);
  for (const { headers } of requests)
    expect(headers["x-tc-requestclient"]).toMatch(/^delete-tencentcloud-ssl-csrs \S+; run 42\.3; octo pipeline$/);
});
