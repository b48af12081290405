/** The promises of the README, one by one, with the built action. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { DEMO_CREDENTIALS, type EmulatorOptions, startEmulator } from "../emulator/emulator.ts";
import { runAction } from "../support/run-action.ts";
import { play, TOKEN } from "./scenario.ts";

const range = (length: number, from = 1): number[] => Array.from({ length }, (_, index) => from + index);
/** IDs as the action is given many of them: an input holds 128 KiB at most. They are sent at once. */
const inFile = (ids: readonly number[]) => ({
  inputs: { "csr-ids-file": "ids.txt", "look-up": "false" },
  files: { "ids.txt": ids.join("\n") },
  ids,
});
/** Inputs of a step that goes to `endpoint`. */
const given = (endpoint: string, csrIds = "1") => ({
  "csr-ids": csrIds,
  "secret-id": DEMO_CREDENTIALS.secretId,
  "secret-key": DEMO_CREDENTIALS.secretKey,
  endpoint,
});
/** Warnings but for the one about the loopback endpoint, which every run here has. */
const warnings = (stdout: string): number =>
  stdout.split("\n").filter((line) => /^::warning(?! title=Loopback)/.test(line)).length;

describe.concurrent("the documentation's example, 11,22,33", () => {
  test("where 11 does not exist: absent, a warning, green", async () => {
    const run = await play({ ids: [11, 22, 33], emulator: { csrs: [22, 33] } });
    expect(run).toMatchObject({ exitCode: 0, deleted: [22, 33], absent: [11], left: [], deletions: 1, lookups: 1 });
    expect(warnings(run.stdout)).toBe(1);
  });

  test("where 11 exists and is not deleted: it fails, and says what to do", async () => {
    const run = await play({ ids: [11, 22, 33], emulator: { csrs: [11, 22, 33], keptIds: [11] } });
    expect(run).toMatchObject({ exitCode: 1, deleted: [22, 33], left: [11], deletions: 1, lookups: 2 });
    expect(run.stdout).toMatch(
      /::error title=CSRs not deleted%3A LeftOut::1 CSR still there \(11\)\.%0ALeftOut: .* What to do: .* RequestId: [0-9a-f-]{36}\.\n/,
    );
    expect(run.summary).toMatch(/\| 1 CSR still there \| 11 \| `LeftOut`: /);
  });
});

/** What the documentation leaves open, each in another way than the emulator does by default. */
const OPEN: ReadonlyArray<readonly [name: string, options: EmulatorOptions]> = [
  ["refused requests count towards the limit", { refusedCount: true }],
  ["unknown IDs refuse the batch", { unknownIds: "refuse" }],
  ["CSRs in use refuse the batch", { keptCsrs: "refuse" }],
  ["odd lists are taken", { oddLists: "accept" }],
  ["the listing is sorted by time", { listing: { order: "newest" } }],
  ["pages are smaller than asked for", { listing: { pageSize: 50 } }],
  ["responses have no Date", { dateHeader: false }],
  ["messages are in Chinese", { messages: "zh-CN" }],
];

describe.concurrent.each(OPEN)("where %s", (_name, options) => {
  const csrs = range(249, 2);
  test.each(["auto", "false"])("250 IDs, of which one is gone and two are in use, look-up: %s", async (lookUp) => {
    const run = await play({
      ids: range(250),
      inputs: { "look-up": lookUp, "requests-per-second": "50" },
      emulator: { csrs, keptIds: [7, 200], requestsPerSecond: 1_000, ...options },
    });
    expect(run).toMatchObject({ exitCode: 1, absent: [1], left: [7, 200] });
    expect(run.deleted).toHaveLength(247);
    expect([7, 200].map((id) => run.outcomes.get(id))).toEqual(["remaining", "remaining"]);
  });
});

test("a run that is killed leaves its plan in files, and no secret in them", async () => {
  const secret = DEMO_CREDENTIALS.secretKey;
  let child: { kill(signal: NodeJS.Signals): boolean } | undefined;
  await using emulator = await startEmulator({
    csrs: [{ Id: 1, Domain: `${secret}.example.com`, Remarks: `is ${Buffer.from(secret).toString("base64")}` }],
    latencyMs: 200,
    onRequest: ({ action }) => void (action === "BatchDeleteCSR" && child?.kill("SIGKILL")),
  });
  const run = await runAction({
    inputs: given(emulator.url),
    onStart(process) {
      child = process;
    },
  });
  expect(run.signal).toBe("SIGKILL");
  expect(run.written).toContain("***.example.com");
  expect(run.written).toContain("csr_id,domain,created");
  expect(run.written).not.toContain(secret);
  expect(run.written).not.toContain(Buffer.from(secret).toString("base64").slice(0, 12));
});

describe.concurrent("many IDs", () => {
  test("250 in mixed forms: in order, 100 a call", async () => {
    const inputs = { "csr-ids": `[${range(50).join(", ")}, "51"]`, "csr-ids-file": "more.txt", "look-up": "false" };
    const files = { "more.txt": `# the rest\n${range(199, 52).join(", ")}\r\n250 # again` };
    const run = await play({ ids: range(250), inputs, files });
    expect(run.emulator.requests.map(({ csrIds }) => csrIds.length)).toEqual([100, 100, 50]);
    expect(run).toMatchObject({ exitCode: 0, deleted: range(250) });
  });

  test("three bad ones among 100: 97 deleted, three remain with their code, at most 45 calls", async () => {
    const faults = [
      { csrIds: [7, 50, 93], fault: { kind: "api-error", code: "InvalidParameter.InvalidCSRId" } as const },
    ];
    const run = await play({ ids: range(100), emulator: { csrs: range(100), faults } });
    expect(run.left).toEqual([7, 50, 93]);
    expect(run.deleted).toHaveLength(97);
    expect(run.emulator.requests.length).toBeLessThanOrEqual(45);
    const report = run.report as { csrs: { id: number; code?: string; requestId: string }[] };
    const refused = report.csrs.filter(({ code }) => code === "InvalidParameter.InvalidCSRId");
    expect(refused.map(({ id }) => id)).toEqual([7, 50, 93]);
    expect(new Set(refused.map(({ requestId }) => requestId)).size).toBe(3);
  });

  test("1,000: 10 calls, in one burst", async () => {
    const inputs = { "look-up": "false" };
    const run = await play({ ids: range(1000), inputs, emulator: { csrs: range(1000), latencyMs: 1_200 } });
    expect(run).toMatchObject({ exitCode: 0, deleted: range(1000), deletions: 10, lookups: 0 });
    const [first, ...others] = run.emulator.requests.map(({ at }) => at);
    // All of them are in flight before the first response comes.
    expect(Math.max(...others) - Number(first)).toBeLessThan(1_000);
  });

  test("3,000, and the token expires after the first burst: deleted, or skipped", async () => {
    const faults = [
      { requests: { from: 11 }, fault: { kind: "api-error", code: "AuthFailure.TokenFailure" } as const },
    ];
    const run = await play({ ...inFile(range(3000)), emulator: { csrs: range(3000), faults } });
    expect(run).toMatchObject({ exitCode: 1, lookups: 0 });
    expect(run.deleted).toEqual([...run.emulator.deleted].sort((a, b) => a - b));
    expect(run.deleted).toHaveLength(1000);
    // A request with an expired token is refused before it has any effect.
    expect(run.left.every((id) => run.outcomes.get(id) === "skipped")).toBe(true);
    expect(run.stdout.match(/^::error/gm)).toHaveLength(1);
  });

  test("29,000 of 15 digits: deleted, and what does not fit into an output is left out and named", async () => {
    const ids = range(29_000, 100_000_000_000_000);
    const file = inFile(ids);
    const run = await play({
      ...file,
      inputs: { ...file.inputs, "requests-per-second": "100" },
      emulator: { csrs: ids, requestsPerSecond: 1_000 },
    });
    expect(run).toMatchObject({ exitCode: 0, deletions: 290, lookups: 0 });
    expect(run.deleted).toEqual(ids);
    expect(run.outputs["planned-csr-ids"]).toBe("");
    expect(run.stdout).toContain("::warning title=Empty outputs");
    expect(Object.values(run.outputs).join("").length).toBeLessThan(512 * 1024);
    expect(Buffer.byteLength(run.summary)).toBeLessThan(1024 * 1024);
  });

  test("5,000 at 300 ms: 50 calls", async () => {
    const run = await play({ ...inFile(range(5000)), emulator: { csrs: range(5000), latencyMs: 300 } });
    expect(run).toMatchObject({ exitCode: 0, lookups: 0 });
    expect(run.deleted).toHaveLength(5000);
    // That none is refused by the rate limit is for the benchmark to show: here other tests delay what arrives.
    expect(run.emulator.requests.filter(({ outcome }) => outcome === "ok")).toHaveLength(50);
  });

  test("4,000 over a network with 200 ms of jitter: few requests are refused, and all is deleted", async () => {
    const ids = range(4000);
    await using emulator = await startEmulator({ csrs: ids, arrivalDelayMs: { min: 0, max: 200 } });
    const { "csr-ids": _, ...inputs } = given(emulator.url);
    const run = await runAction({
      inputs: { ...inputs, "csr-ids-file": "ids.txt" },
      files: { "ids.txt": ids.join("\n") },
    });
    expect(run).toMatchObject({ exitCode: 0, outputs: { "deleted-count": "4000" } });
    expect(emulator.requests.filter(({ outcome }) => outcome !== "ok").length).toBeLessThan(20);
  });

  test("5,000, looked up first: the pages of the listing, then 50 calls", async () => {
    const inputs = { "csr-ids-file": "ids.txt", "requests-per-second": "100" };
    const run = await play({
      ...inFile(range(5000)),
      inputs,
      emulator: { csrs: range(5000), requestsPerSecond: 1_000 },
    });
    expect(run).toMatchObject({ exitCode: 0, deletions: 50 });
    expect(run.deleted).toHaveLength(5000);
    // A page begins with the last row of the one before.
    expect(run.lookups).toBeLessThanOrEqual(Math.ceil(5000 / 99) + 1);
  });

  test.each([true, false])(
    "three jobs of 2,000 share one limit, and end green; refused requests count: %s",
    async (refusedCount) => {
      await using emulator = await startEmulator({ csrs: range(6000), latencyMs: 50, refusedCount });
      const jobs = [0, 2000, 4000].map((start) =>
        runAction({
          inputs: { ...given(emulator.url, range(2000, start + 1).join(",")), "look-up": "false" },
        }),
      );
      const runs = await Promise.all(jobs);
      expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
      expect(runs.map(({ outputs }) => outputs["deleted-count"])).toEqual(["2000", "2000", "2000"]);
      expect(emulator.inventory.size).toBe(0);
    },
  );

  test("100,000 in a dry run: outputs and summary within the runner's limits", async () => {
    const run = await play({
      ...inFile(range(100_000, 1_000_000)),
      inputs: {
        "csr-ids-file": "ids.txt",
        "dry-run": "true",
        "look-up": "false",
        "secret-id": "",
        "secret-key": "",
        "session-token": "",
      },
    });
    expect(run.exitCode).toBe(0);
    expect(run.outputs["planned-csr-ids"]).toBe("");
    expect(run.stdout).toContain("::warning title=Empty outputs");
    expect(Buffer.byteLength(run.summary)).toBeLessThan(1024 * 1024);
    expect((run.report as { csrs: unknown[] }).csrs).toHaveLength(100_000);
  });
});

test("a lost response, then the step again: both green with a warning, and nothing is left", async () => {
  await using emulator = await startEmulator({
    csrs: range(3),
    faults: [{ action: "BatchDeleteCSR", requests: [1], fault: { kind: "reset", effect: true } }],
  });
  const inputs = given(emulator.url, "1 2 3");
  const runs = [await runAction({ inputs }), await runAction({ inputs })];
  expect(
    runs.map(({ exitCode, outputs, stdout }) => [
      exitCode,
      outputs["absent-csr-ids"],
      outputs["deleted-csr-ids"],
      warnings(stdout),
    ]),
  ).toEqual([
    [0, "[1,2,3]", "[]", 1],
    [0, "[1,2,3]", "[]", 1],
  ]);
  expect(runs.map(({ stdout }) => stdout.includes("A call of this run may have deleted them"))).toEqual([true, false]);
  expect(emulator.inventory.size).toBe(0);
});

describe.concurrent("a cancel", () => {
  const many = inFile(range(5000));

  test("in the middle of 5,000 IDs: all that was deleted is reported, but for calls in flight", async () => {
    const signals = [{ signal: "SIGINT", request: 12, afterMs: 0 } as const];
    const run = await play({ ...many, emulator: { csrs: range(5000), latencyMs: 300 }, signals });
    expect(run.exitCode).toBe(1);
    expect(run.deleted).toEqual([...run.emulator.deleted].sort((a, b) => a - b));
    expect(run.deleted.length).toBeGreaterThanOrEqual(1200);
    expect(run.left.every((id) => run.outcomes.get(id) === "skipped")).toBe(true);
    expect(run.summary).toContain("Cancelled.");
    expect(run.sinceSignalMs).toBeLessThan(4_000);
  });

  test("with calls that never come back: their IDs are unknown, never skipped", async () => {
    const faults = [{ requests: { from: 11 }, fault: { kind: "hang", effect: true } as const }];
    const signals = [{ signal: "SIGTERM", request: 15, afterMs: 100 } as const];
    const run = await play({ ...many, emulator: { csrs: range(5000), faults }, signals });
    const unknown = run.left.filter((id) => run.outcomes.get(id) === "unknown");
    expect(run.deleted).toEqual(range(1000));
    expect(unknown).toEqual(run.emulator.requests.slice(10).flatMap(({ csrIds }) => csrIds));
    expect(run.exitCode).toBe(1);
    expect(run.sinceSignalMs).toBeLessThan(4_000);
  });

  test("a second signal drops the requests in flight, and outputs are written at once", async () => {
    let child: { kill(signal: NodeJS.Signals): boolean } | undefined;
    let secondAt = Number.NaN;
    await using emulator = await startEmulator({
      csrs: [1],
      faults: [{ action: "BatchDeleteCSR", fault: { kind: "hang" } }],
      onRequest({ action }) {
        if (action !== "BatchDeleteCSR") return;
        setTimeout(() => child?.kill("SIGINT"), 20);
        setTimeout(() => {
          secondAt = performance.now();
          child?.kill("SIGTERM");
        }, 700);
      },
    });
    const run = await runAction({
      inputs: given(emulator.url),
      onStart(process) {
        child = process;
      },
    });
    expect(run.exitCode).toBe(1);
    expect(run.outputs).toMatchObject({ "deleted-csr-ids": "[]", "not-deleted-csr-ids": "[1]" });
    // Without the second signal it would wait for the call for 3 seconds.
    expect(performance.now() - secondAt).toBeLessThan(2_000);
  });

  test("two signals at once are one: what was deleted is reported", async () => {
    let child: { kill(signal: NodeJS.Signals): boolean } | undefined;
    await using emulator = await startEmulator({
      csrs: [1],
      latencyMs: 300,
      onRequest({ action }) {
        if (action !== "BatchDeleteCSR") return;
        for (const signal of ["SIGINT", "SIGTERM"] as const) child?.kill(signal);
      },
    });
    const run = await runAction({
      inputs: given(emulator.url),
      onStart(process) {
        child = process;
      },
    });
    expect(run).toMatchObject({ exitCode: 1, signal: null });
    expect(run.outputs).toMatchObject({ "deleted-csr-ids": "[1]", "not-deleted-csr-ids": "[]" });
  });

  test("after the last response changes no outcome", async () => {
    let child: { kill(signal: NodeJS.Signals): boolean } | undefined;
    await using emulator = await startEmulator({
      csrs: [1],
      onResponse: ({ action }) => void (action === "BatchDeleteCSR" && child?.kill("SIGINT")),
    });
    const run = await runAction({
      inputs: given(emulator.url),
      onStart(process) {
        child = process;
      },
    });
    expect([run.outputs["deleted-csr-ids"], run.outputs["not-deleted-csr-ids"]]).toEqual(["[1]", "[]"]);
    expect(run.signal).toBe(null);
    // A cancel that is seen fails the step; one that comes too late to be seen does not.
    expect(run.exitCode).toBe(run.summary.includes("Cancelled.") ? 1 : 0);
  });

  test("before anything has started sends nothing", async () => {
    await using emulator = await startEmulator({ csrs: [1] });
    const run = await runAction({
      inputs: given(emulator.url),
      onStart: (process) => process.kill("SIGINT"),
    });
    expect(run.exitCode).not.toBe(0);
    expect(emulator.inventory.size).toBe(1);
  });
});

test("a process that ends before its report fails the step", async () => {
  await using emulator = await startEmulator({
    csrs: [1],
    faults: [{ fault: { kind: "http", status: 503, body: "busy" } }],
  });
  // The wait before the second attempt, a long one, holds the process no longer.
  const forgetful =
    "Math.random = () => 0.9; const wait = setTimeout; globalThis.setTimeout = (...args) => wait(...args).unref();";
  const run = await runAction({
    inputs: given(emulator.url),
    nodeArgs: ["--import", `data:text/javascript,${encodeURIComponent(forgetful)}`],
  });
  expect(run.exitCode).toBe(1);
  expect(run.stdout).toMatch(/^::error::The action ended before it could report/m);
  expect(emulator.requests).toHaveLength(1);
});

test("a process that something still holds open ends with its report", async () => {
  const run = await runAction({
    inputs: { "csr-ids": "1", "dry-run": "true", "look-up": "false" },
    nodeArgs: ["--import", "data:text/javascript,setInterval(() => {}, 1e6)"],
    timeoutMs: 20_000,
  });
  expect(run).toMatchObject({ exitCode: 0, signal: null, outputs: { "planned-csr-ids": "[1]" } });
});

describe.concurrent("the environment", () => {
  test.each(["TENCENTCLOUD_SESSION_TOKEN", "TENCENTCLOUD_TOKEN", "TENCENTCLOUD_SECURITY_TOKEN"])(
    "may hold the credentials, with the token as %s",
    async (name) => {
      const env = {
        TENCENTCLOUD_SECRET_ID: DEMO_CREDENTIALS.secretId,
        TENCENTCLOUD_SECRET_KEY: DEMO_CREDENTIALS.secretKey,
        [name]: TOKEN,
      };
      const run = await play({ ids: [1], inputs: { "secret-id": "", "secret-key": "", "session-token": "" }, env });
      expect(run).toMatchObject({ exitCode: 0, deleted: [1] });
      expect(run.stdout).toContain(`::add-mask::${TOKEN}`);
    },
  );

  test("may lack all that the runner gives", async () => {
    await using emulator = await startEmulator({ csrs: [1] });
    const names = [
      "GITHUB_ACTOR",
      "GITHUB_EVENT_NAME",
      "GITHUB_RUN_ATTEMPT",
      "GITHUB_OUTPUT",
      "GITHUB_STEP_SUMMARY",
      "GITHUB_WORKSPACE",
      "RUNNER_TEMP",
      "GITHUB_REPOSITORY",
      "GITHUB_RUN_ID",
      "GITHUB_ACTIONS",
      "CI",
      "GITHUB_EVENT_PATH",
      "GITHUB_STATE",
    ];
    const run = await runAction({
      inputs: given(emulator.url),
      env: Object.fromEntries(names.map((name) => [name, undefined])),
    });
    expect(run.exitCode).toBe(0);
    expect(emulator.inventory.size).toBe(0);
  });

  test.each([
    ["GITHUB_OUTPUT", "::error title=The outputs could not be written", 1],
    ["GITHUB_STEP_SUMMARY", "::warning title=The summary could not be written", 0],
    ["RUNNER_TEMP", "::warning title=The report file could not be written", 0],
  ] as const)("may name no place that exists in %s: the rest is written all the same", async (name, says, exitCode) => {
    await using emulator = await startEmulator({ csrs: [1] });
    const env = { [name]: join(import.meta.dirname, "no-such-folder", "file") };
    const run = await runAction({ inputs: given(emulator.url), env });
    expect(run.exitCode).toBe(exitCode);
    expect(run.stdout).toContain(says);
    expect(emulator.deleted).toEqual([1]);
    if (name !== "GITHUB_OUTPUT") expect(run.outputs["deleted-csr-ids"]).toBe("[1]");
    if (name !== "GITHUB_STEP_SUMMARY") expect(run.summary).toContain("1 deleted");
  });

  test("names the run for the account's audit log", async () => {
    const { emulator } = await play({ ids: [1] });
    expect(emulator.requests[0]?.headers["x-tc-requestclient"]).toMatch(
      /^delete-tencentcloud-ssl-csrs [\d.]+; run 1234567890\.1; octo-org release$/,
    );
  });

  test.each([
    [
      "a fork",
      {
        pull_request: { head: { repo: { full_name: "fork/release" } } },
        repository: { full_name: "octo-org/release" },
      },
      {},
      "A run for a pull request from a fork gets no secrets",
    ],
    ["Dependabot", {}, { GITHUB_ACTOR: "dependabot[bot]" }, "A run by Dependabot gets no Actions secrets"],
  ])("of %s explains the missing secrets, in one error", async (_name, event, env, text) => {
    const run = await runAction({ inputs: { "csr-ids": "1" }, event, env });
    expect(run.exitCode).toBe(1);
    expect(run.stdout.match(/^::error/gm)).toHaveLength(1);
    expect(run.stdout).toContain(text);
  });
});

test("standard output that nobody reads: outputs, report and summary are written, and the step fails", async () => {
  await using emulator = await startEmulator({ csrs: [1] });
  const run = await runAction({ inputs: given(emulator.url), closedStdout: true });
  expect(run.exitCode).toBe(1);
  expect(run.outputs).toMatchObject({ "deleted-csr-ids": "[1]" });
  expect(run.summary).toContain("1 deleted");
  expect(run.report).toMatchObject({ csrs: [{ id: 1, outcome: "deleted" }] });
});

test("a page that echoes the request reveals no signature", async () => {
  const sent: string[] = [];
  const server = createServer((request, response) => {
    const { authorization = "" } = request.headers;
    sent.push(authorization);
    request.resume().on("end", () => response.writeHead(403).end(`denied: ${authorization.slice(-80)}`));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const run = await runAction({ inputs: given(`http://127.0.0.1:${(server.address() as AddressInfo).port}`) });
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  expect(run.exitCode).toBe(1);
  expect(run.stdout).toContain("HTTP 403: denied: ");
  const signature = /Signature=(\w{64})$/.exec(sent[0] ?? "")?.[1] ?? "none";
  expect(sent).toHaveLength(1);
  expect(signature).not.toBe("none");
  for (const part of [signature, signature.slice(0, 16)])
    expect(run.stdout + run.stderr + run.written).not.toContain(part);
});

test("hostile words of the API start no command, and stay inert in the summary", async () => {
  const message = "\r\n::set-output name=x::y\n##[error]x\u001b[31m</details><script>|`@everyone`[a](https://b)";
  const run = await play({
    ids: [1],
    emulator: {
      faults: [{ action: "BatchDeleteCSR", fault: { kind: "api-error", code: "FailedOperation", message } }],
    },
  });
  expect(run.exitCode).toBe(1);
  expect(run.stdout.split("\n").filter((line) => /^(::set-output|##\[)/.test(line))).toEqual([]);
  for (const control of ["\r", "\u001b"]) expect(run.stdout + run.summary).not.toContain(control);
  // Foreign text is in code spans, where nothing is markup, a mention or a link.
  expect(run.summary.replace(/(`+)(?!`).*?[^`]\1(?!`)/g, "")).not.toMatch(/<script|@everyone|\[a\]\(/);
});
