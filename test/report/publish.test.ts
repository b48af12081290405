/** The whole report, as files and as the log: what is written, in which order, and what happens if a part cannot be. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as core from "@actions/core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { createLog } from "../../src/report/log.ts";
import { maskInLog, publish, reportUnfinished, saveReport } from "../../src/report/publish.ts";
import type { PendingRecord, RunRecord } from "../../src/report/run-record.ts";
import type { Env } from "../../src/shared/env.ts";
import { Redactor } from "../../src/shared/redactor.ts";
import { startGitHubEmulator } from "../emulator/emulator.ts";
import { parseOutputs } from "../support/run-action.ts";
import {
  absent,
  attempt,
  deleted,
  deletion,
  denied,
  dryRun,
  inconsistent,
  inputs,
  invalidInputs,
  lookup,
  noPlan,
  notDeleted,
  planOfRows,
  record,
  row,
} from "./records.ts";

let folder: string;
let log: string;

// One folder for all: the toolkit keeps the first path of the summary.
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "publish-"));
});
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => {
  log = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    log += String(text);
    return true;
  });
  for (const name of ["output", "summary"]) writeFileSync(join(folder, name), "");
  vi.stubEnv("GITHUB_OUTPUT", join(folder, "output"));
  vi.stubEnv("GITHUB_STEP_SUMMARY", join(folder, "summary"));
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  core.summary.emptyBuffer();
  process.exitCode = undefined;
});

const read = (name: string): string => readFileSync(join(folder, name), "utf8");
const env = (more: Env = {}): Env => ({ GITHUB_STEP_SUMMARY: join(folder, "summary"), RUNNER_TEMP: folder, ...more });

function redactorOf(secrets: readonly string[]): Redactor {
  const redactor = new Redactor();
  redactor.registerSecrets(secrets);
  return redactor;
}

async function published(given: RunRecord, { secrets = [] as readonly string[], more = {} as Env } = {}) {
  const redactor = redactorOf(secrets);
  await publish(given, { redactor, env: env(more), log: createLog(redactor) });
  const outputs = parseOutputs(read("output"));
  const reportPath = outputs["report-path"] ?? "";
  const report = reportPath === "" ? "" : readFileSync(reportPath, "utf8");
  return {
    failed: process.exitCode === 1,
    outputs,
    summary: read("summary"),
    report,
    written: [log, read("output"), read("summary"), report].join("\n"),
    errors: log.split("\n").filter((line) => line.startsWith("::error ")),
  };
}

test("a green run writes outputs, report and summary, and prints one line", async () => {
  const { failed, outputs, summary, report } = await published(record(deletion([[1, deleted]])));
  expect(failed).toBe(false);
  expect(outputs["deleted-csr-ids"]).toBe("[1]");
  expect(JSON.parse(report)).toMatchObject({ ids: [{ id: 1, outcome: "deleted" }] });
  expect(summary).toContain("CSRs: 1 deleted");
  expect(log).toBe("CSRs: 1 deleted (0 calls, 1.2 s).\n");
});

test("everything is written before anything is printed", async () => {
  let writtenBefore = "";
  vi.mocked(process.stdout.write).mockImplementation(() => {
    writtenBefore ||= read("output") + read("summary");
    return true;
  });
  await published(record(deletion([[1, notDeleted("remaining", "LeftOut")]])));
  expect(writtenBefore).toContain("not-deleted-csr-ids");
  expect(writtenBefore).toContain("`LeftOut`");
});

test("a failed run has the same reason in annotation, summary and report", async () => {
  const refused = noPlan({ kind: "lookup-failed", lookup: lookup([], denied) });
  const { failed, summary, report, errors } = await published(record(refused));
  expect(failed).toBe(true);
  expect(errors).toHaveLength(1);
  for (const text of [errors.join(), summary, report]) expect(text).toContain("ssl:DescribeCSRSet");
});

test.each([
  ["wrong inputs", invalidInputs("p")],
  ["a plan that could not be made", noPlan({ kind: "lookup-failed", lookup: inconsistent })],
])("%s: lists and counts are empty text in the file of outputs, too", async (_name, outcome) => {
  const { outputs } = await published(record(outcome));
  const { "report-path": path, "request-ids": requestIds, ...lists } = outputs;
  expect(path).not.toBe("");
  expect(requestIds).toBe("[]");
  expect(Object.keys(lists)).toHaveLength(7);
  expect(new Set(Object.values(lists))).toEqual(new Set([""]));
});

describe("a part that cannot be written leaves the others alone:", () => {
  const given = record(deletion([[1, deleted]]));

  test("without outputs the step fails; report, summary and log say so", async () => {
    vi.stubEnv("GITHUB_OUTPUT", join(folder, "none"));
    const { failed, summary } = await published(given);
    expect(failed).toBe(true);
    expect(log).toContain("::error title=The outputs could not be written::");
    expect(summary).toContain("The outputs could not be written");
    expect(summary).toContain("1 deleted");
  });

  test("without a summary there is a warning", async () => {
    rmSync(join(folder, "summary"));
    mkdirSync(join(folder, "summary"));
    const redactor = new Redactor();
    await publish(given, { redactor, env: env(), log: createLog(redactor) });
    rmSync(join(folder, "summary"), { recursive: true });
    expect(process.exitCode).toBeUndefined();
    expect(log).toContain("::warning title=The summary could not be written::");
    expect(parseOutputs(read("output"))["deleted-csr-ids"]).toBe("[1]");
  });

  test.each<[string, Env]>([
    ["RUNNER_TEMP", { RUNNER_TEMP: undefined }],
    ["a usable RUNNER_TEMP", { RUNNER_TEMP: join("none", "of", "these") }],
  ])("without %s there is a warning, and `report-path` is empty", async (_name, more) => {
    const { failed, outputs, summary } = await published(given, { more });
    expect(failed).toBe(false);
    expect(outputs).toMatchObject({ "report-path": "", "deleted-csr-ids": "[1]" });
    expect(summary).toContain("The report file could not be written");
    expect(log).toContain("::warning title=The report file could not be written::");
  });

  test("without a summary of the runner nothing is said", async () => {
    await published(given, { more: { GITHUB_STEP_SUMMARY: undefined } });
    expect(read("summary")).toBe("");
    expect(log).not.toContain("::warning");
  });

  test("if standard output is closed, all files are written, and the step fails", async () => {
    vi.mocked(process.stdout.write).mockImplementation(() => {
      throw Object.assign(new Error("write EPIPE"), { code: "EPIPE" });
    });
    const { failed, outputs, summary, report } = await published(given);
    expect(failed).toBe(true);
    expect(outputs["deleted-csr-ids"]).toBe("[1]");
    expect(summary).toContain("1 deleted");
    expect(report).toContain('"deleted"');
  });

  test("a comment that cannot be made is a warning", async () => {
    const wanted = { ...given, inputs: inputs({ comment: { token: "t" } }) };
    const { failed } = await published(wanted, { more: { GITHUB_EVENT_PATH: join(folder, "none") } });
    expect(failed).toBe(false);
    expect(log).toMatch(/::warning title=[^:]*comment/);
  });
});

test("a comment outside of a pull request is a line in the log", async () => {
  await published(record(deletion([[1, deleted]]), { inputs: inputs({ comment: { token: "t" } }) }));
  expect(log).toContain("No comment: this run does not belong to a pull request.\n");
  expect(log).not.toContain("::warning");
});

test("a comment holds the same plan as the summary, without secrets and costs, and links to the summary if it is cut", async () => {
  await using github = await startGitHubEmulator();
  writeFileSync(join(folder, "event.json"), JSON.stringify({ pull_request: { number: 1 } }));
  const more = {
    ...github.environment,
    GITHUB_EVENT_PATH: join(folder, "event.json"),
    GITHUB_REPOSITORY: "octo-org/octo-repo",
    GITHUB_SERVER_URL: "https://github.example",
    GITHUB_RUN_ID: "42",
  };
  const rows = Array.from({ length: 2_000 }, (_, index) => row(index + 1, { remarks: "hunter2" }));
  const given = record(dryRun(planOfRows(rows)), {
    inputs: inputs({ dryRun: true, comment: { token: github.token } }),
    attempts: [attempt()],
  });
  const { failed, summary } = await published(given, { secrets: ["hunter2"], more });
  expect(failed).toBe(false);
  const [{ body = "" } = {}] = github.comments;
  const rowOfPlan = "| 1 | `www.example.com` | `2026-08-26 00:00:00` (90 d) | `***` | delete |";
  for (const text of [body, summary]) expect(text).toContain(rowOfPlan);
  expect(body).toContain("see the [job summary](https://github.example/octo-org/octo-repo/actions/runs/42).");
  expect(body).not.toMatch(/hunter2|1 call/);
});

describe("before the first deletion", () => {
  const plan = planOfRows([row(1)]);
  const pending: PendingRecord = { ...record(dryRun(plan)), outcome: { kind: "pending", plan } };

  test("the plan is saved; the result takes its place", async () => {
    const redactor = new Redactor();
    const reportPath = saveReport(pending, { redactor, env: env() });
    expect(readFileSync(reportPath ?? "", "utf8")).toContain('"pending"');
    const after = record(deletion([[1, deleted]], {}, plan));
    await publish(after, { redactor, env: env(), log: createLog(redactor), reportPath });
    expect(parseOutputs(read("output"))["report-path"]).toBe(reportPath);
    expect(readFileSync(reportPath ?? "", "utf8")).not.toContain('"pending"');
  });

  test("a folder that cannot be written stops nothing", () => {
    expect(saveReport(pending, { redactor: new Redactor(), env: {} })).toBeUndefined();
  });
});

test("a process that ends before its report is not green", () => {
  reportUnfinished();
  expect(process.exitCode).toBe(1);
  expect(log).toMatch(/^::error::.*Run the step again/);
});

describe("a secret", () => {
  test.each([
    ["with Markdown's characters", "p_a*ss|w<o>r`d/+="],
    ["with characters that JSON escapes", 'quo"te\\back\u00e9'],
    ["with spaces", "two  words"],
    ["that is long", "t0ken".repeat(80)],
  ])("%s is nowhere, whoever says it and wherever the text is cut", async (_name, secret) => {
    const text = `${"x ".repeat(45)}${secret} ${"y ".repeat(98)}${secret} ${"z ".repeat(90)}${secret}`;
    const failure = { ...denied, code: secret, message: text, requestId: secret };
    const outcome = deletion(
      [
        [1, notDeleted("remaining", secret, text, secret)],
        [2, { ...absent(true), requestId: secret }],
        [3, { name: "deleted", requestId: secret }],
      ],
      { stoppedBy: failure, lookup: lookup([1], failure), unexpectedValues: [secret, { text }] },
      planOfRows([row(1, { domain: secret, remarks: text })]),
    );
    const attempts = [attempt({ code: secret, requestId: secret })];
    const { written, outputs, summary } = await published(record(outcome, { attempts }), { secrets: [secret] });
    expect(outputs["request-ids"]).toBe("[]");
    const entities = secret.replace(/[^a-z0-9]/gi, (character) => `&#${character.codePointAt(0)};`);
    for (const form of [secret, secret.slice(0, 8), JSON.stringify(secret).slice(1, -1), entities])
      expect(written).not.toContain(form);
    expect(summary.replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))).not.toContain(secret);
  });

  test.each(["12", "123", "1234", "deleted", "outcome", "ids", "deletion", "error"])(
    "that is %j does not break the report file or the outputs",
    async (secret) => {
      const outcome = deletion([
        [1123, deleted],
        [1234, notDeleted("remaining", "X")],
      ]);
      const { outputs, report } = await published(record(outcome), { secrets: [secret] });
      expect(JSON.parse(report)).toMatchObject({
        ids: [
          { id: 1123, outcome: "deleted" },
          { id: 1234, outcome: "remaining" },
        ],
      });
      expect(outputs).toMatchObject({ "deleted-csr-ids": "[1123]", "not-deleted-csr-ids": "[1234]" });
    },
  );

  test("is masked by the runner", () => {
    maskInLog("100%\nsure");
    expect(log).toBe("::add-mask::100%25%0Asure\n");
  });
});

describe("annotations", () => {
  test("are never more than ten errors; the summary has all problems", async () => {
    const problems = Array.from({ length: 14 }, (_, index) => `Problem ${index} is here.`);
    const { errors, summary } = await published(record(invalidInputs(...problems)));
    expect(errors).toHaveLength(10);
    expect(errors.at(-1)).toContain("5 more errors");
    for (const problem of problems) expect(summary).toContain(problem);
  });

  test("are cut before the runner cuts them, and say so", async () => {
    const { errors } = await published(record(invalidInputs("x".repeat(10_000))));
    const [, message = ""] = /^::error .*?::(.*)$/.exec(errors[0] ?? "") ?? [];
    expect(message.length).toBeLessThanOrEqual(4_096);
    expect(message.endsWith("…")).toBe(true);
  });
});

describe("at 100,000 IDs of 16 digits all stays within the runner's limits", () => {
  const markup = "<|`".repeat(500);
  const wide = "中".repeat(1_500);
  const causes = Array.from({ length: 400 }, (_, index) =>
    notDeleted("unknown", `${index}${index % 2 ? markup : wide}`, markup, wide),
  );

  test.each([
    ["all are deleted", () => deleted],
    [
      "a third is left, with long causes",
      (index: number) => [deleted, absent(), causes[index % 400] ?? deleted][index % 3],
    ],
  ])("when %s", async (_name, outcome) => {
    const ids = Array.from({ length: 100_000 }, (_, index) => 1_000_000_000_000_000 + index);
    const entries = ids.map((id, index) => [id, outcome(index) ?? deleted] as const);
    const { outputs, summary, report, errors } = await published(record(deletion(entries)));
    expect(Buffer.byteLength(summary)).toBeLessThan(1024 * 1024);
    expect(Object.values(outputs).join("").length).toBeLessThanOrEqual(481_000);
    expect(errors.length).toBeLessThanOrEqual(10);
    const reported = (JSON.parse(report) as { ids: { id: number }[] }).ids.map(({ id }) => id);
    expect(reported.join() === ids.join()).toBe(true);
    expect(log).toContain("::warning title=Empty outputs::");
  });
});
