/** The whole report, as files and as the log: what is written, in which order, and what happens if a part cannot be. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createHttpClient } from "../../src/http/client.ts";
import { Log } from "../../src/report/log.ts";
import { maskInLog, type PublishOptions, publish, reportUnfinished, saveReport } from "../../src/report/publish.ts";
import { Redactor } from "../../src/shared/redactor.ts";
import type { RunRecord } from "../../src/shared/run-record.ts";
import { startGitHubEmulator } from "../emulator/emulator.ts";
import { isMutation } from "../support/mutation.ts";
import { parseOutputs } from "../support/run-action.ts";
import {
  absent,
  attempt,
  deleted,
  deletion,
  denied,
  dryRun,
  expectInOrder,
  inconsistent,
  listing,
  notDeleted,
  notListed,
  planOfIds,
  planOfRows,
  record,
  redactorOf,
  row,
  selection,
  wrongInputs,
} from "./records.ts";

let folder: string;
let log: string;

beforeEach(() => {
  log = "";
  folder = mkdtempSync(join(tmpdir(), "publish-"));
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    log += String(text);
    return true;
  });
  for (const name of ["output", "summary"]) writeFileSync(join(folder, name), "");
  vi.stubEnv("GITHUB_OUTPUT", join(folder, "output"));
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  process.exitCode = undefined;
  rmSync(folder, { recursive: true });
});

const read = (name: string): string => readFileSync(join(folder, name), "utf8");
const env = (more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
  GITHUB_STEP_SUMMARY: join(folder, "summary"),
  RUNNER_TEMP: folder,
  ...more,
});

async function published(
  given: RunRecord,
  {
    secrets = [] as readonly string[],
    redactor = redactorOf(...secrets),
    more = {} as NodeJS.ProcessEnv,
    ...options
  }: Partial<PublishOptions> & { readonly secrets?: readonly string[]; readonly more?: NodeJS.ProcessEnv } = {},
) {
  const http = createHttpClient({});
  await publish(given, { redactor, env: env(more), log: new Log(redactor), http, ...options });
  const outputs = parseOutputs(read("output"));
  const reportPath = outputs["report-path"] ?? "";
  const fileOf = (name: string): string => {
    const file = join(dirname(reportPath), name);
    return reportPath !== "" && readdirSync(dirname(reportPath)).includes(name) ? readFileSync(file, "utf8") : "";
  };
  const [report, table] = [fileOf("report.json"), fileOf("csrs.csv")];
  return {
    failed: process.exitCode === 1,
    outputs,
    summary: read("summary"),
    report,
    table,
    written: [log, read("output"), read("summary"), report, table].join("\n"),
    errors: log.split("\n").filter((line) => line.startsWith("::error ")),
    warnings: log.split("\n").filter((line) => line.startsWith("::warning ")),
  };
}

test("a green run writes outputs, report, table and summary, and prints one line", async () => {
  const given = deletion([[1, deleted]], {}, planOfIds([1], listing([1])));
  const { failed, outputs, summary, report, table } = await published(given);
  expect(failed).toBe(false);
  expect(outputs["deleted-csr-ids"]).toBe("[1]");
  expect(JSON.parse(report)).toMatchObject({ csrs: [{ id: 1, outcome: "deleted" }] });
  expect(table).toContain(",deleted\r\n");
  expect(summary).toContain("CSRs: 1 deleted");
  expect(log).toBe("CSRs: 1 deleted (0 calls, 1.2 s).\n");
});

test("the summary is added to what other programs of the step wrote", async () => {
  writeFileSync(join(folder, "summary"), "# Before\n\n");
  expect((await published(deletion([[1, deleted]]))).summary).toMatch(/^# Before\n\n## ✅ CSRs: 1 deleted\n/);
});

test("calls stay in order of time, in the report and in the outputs, which have no secret", async () => {
  const calls = ["a-1", "b-2", "hunter2", "c-3"].map((requestId, index) => attempt({ requestId, startedAt: index }));
  const { outputs, report } = await published({ ...deletion([[1, deleted]]), calls }, { secrets: ["hunter2"] });
  expect(outputs["request-ids"]).toBe('["a-1","b-2","c-3"]');
  expectInOrder(report, '"calls"', '"a-1"', '"b-2"', '"c-3"');
});

test("everything is written before anything is printed", async () => {
  let writtenBefore = "";
  vi.mocked(process.stdout.write).mockImplementation(() => {
    writtenBefore ||= read("output") + read("summary");
    return true;
  });
  await published(deletion([[1, notDeleted("remaining", "LeftOut")]]));
  expectInOrder(writtenBefore, "not-deleted-csr-ids", "`LeftOut`");
});

test("retries are summed up before the closing line, which is the last one", async () => {
  const redactor = new Redactor();
  const logger = new Log(redactor);
  for (let index = 0; index < 3; index += 1) logger.onRetry(attempt(), denied, 1);
  await published(deletion([[1, deleted]]), { log: logger });
  expectInOrder(log, "retrying in 1 ms", "BatchDeleteCSR: UnauthorizedOperation: 2 more retries.", "CSRs: 1 deleted (");
});

test("a failed run has the same reason in annotation, summary and report", async () => {
  const { failed, summary, report, errors } = await published(notListed(listing([], denied)));
  expect(failed).toBe(true);
  expect(errors).toHaveLength(1);
  for (const text of [errors.join(), summary, report]) expect(text).toContain("ssl:DescribeCSRSet");
});

test.each([
  ["wrong inputs", wrongInputs("p")],
  ["a plan that could not be made", notListed(inconsistent)],
])("%s: lists and counts are empty text in the file of outputs, too", async (_name, given) => {
  const { outputs } = await published(given);
  const { "report-path": path, "request-ids": requestIds, ...lists } = outputs;
  expect(path).not.toBe("");
  expect(requestIds).toBe("[]");
  expect(Object.keys(lists)).toHaveLength(7);
  expect(new Set(Object.values(lists))).toEqual(new Set([""]));
});

describe("a part that cannot be written leaves the others alone:", () => {
  const given = deletion([[1, deleted]], {}, planOfIds([1], listing([1])));
  const filesIn = (name: string): readonly string[] => readdirSync(join(folder, name)).sort();

  test("without outputs the step fails; summary and log say so", async () => {
    vi.stubEnv("GITHUB_OUTPUT", join(folder, "none"));
    const { failed, summary } = await published(given);
    expect(failed).toBe(true);
    expect(log).toContain("::error title=The outputs could not be written::");
    expect(summary).toContain("The outputs could not be written");
    expect(summary).toContain("1 deleted");
  });

  test("without a summary there is a warning", async () => {
    const { failed, outputs, warnings } = await published(given, { more: { GITHUB_STEP_SUMMARY: folder } });
    expect(failed).toBe(false);
    expect(warnings).toEqual([expect.stringContaining("title=The summary could not be written::EISDIR")]);
    expect(outputs["deleted-csr-ids"]).toBe("[1]");
  });

  test.each<[string, NodeJS.ProcessEnv]>([
    ["RUNNER_TEMP", { RUNNER_TEMP: undefined }],
    ["a usable RUNNER_TEMP", { RUNNER_TEMP: join("none", "of", "these") }],
  ])("without %s there is a warning, and `report-path` is empty", async (_name, more) => {
    const { failed, outputs, summary, warnings } = await published(given, { more });
    expect(failed).toBe(false);
    expect(outputs).toMatchObject({ "report-path": "", "deleted-csr-ids": "[1]" });
    expect(summary).toContain("The report file could not be written");
    expect(warnings).toEqual([expect.stringContaining("title=The report file could not be written::")]);
  });

  test.runIf(process.platform === "linux")(
    "on a full disk no part of the report is left, and nothing says that it has all IDs",
    async () => {
      // The device that is always full: writing to it fails as on a full disk.
      const path = join(folder, "csr-report-1", "report.json");
      mkdirSync(dirname(path));
      symlinkSync("/dev/full", `${path}.part`);
      const ids = Array.from({ length: 60_000 }, (_, index) => 10_000_000 + index);
      const long = deletion(ids.map((id) => [id, deleted] as const));
      const { outputs, summary } = await published(long, { reportPath: path });
      expect(log).toContain("::warning title=The report file could not be written::ENOSPC");
      expect(filesIn("csr-report-1")).toEqual([]);
      expect(outputs["report-path"]).toBe("");
      expect(summary).toContain("Empty outputs");
      expect(summary + log).not.toMatch(/The report file \(|see the report file/);
    },
  );

  test.runIf(process.platform === "linux")(
    "a table that cannot be written leaves the report, and no part of the table",
    async () => {
      const path = join(folder, "csr-report-1", "report.json");
      mkdirSync(dirname(path));
      symlinkSync("/dev/full", join(dirname(path), "csrs.csv.part"));
      const { outputs, warnings } = await published(given, { reportPath: path });
      expect(warnings).toEqual([expect.stringContaining("title=The table of CSRs could not be written::")]);
      expect(outputs["report-path"]).toBe(path);
      expect(filesIn("csr-report-1")).toEqual(["report.json"]);
    },
  );

  test("without a summary of the runner nothing is said", async () => {
    const { warnings } = await published(given, { more: { GITHUB_STEP_SUMMARY: undefined } });
    expect(warnings).toEqual([]);
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

  test("texts that cannot be redacted are nowhere; the outputs are there, and the step fails", async () => {
    const redactor = new Redactor();
    vi.spyOn(redactor, "redactValue").mockImplementation(() => {
      throw new Error("a mistake");
    });
    const secret = { ...given, cancelled: true, calls: [attempt({ requestId: "hunter2" })] };
    const { failed, outputs, written, errors } = await published(secret, { redactor });
    expect(failed).toBe(true);
    expect(outputs).toMatchObject({ "deleted-csr-ids": "[1]", "request-ids": "" });
    expect(errors.join()).toContain("The result could not be written::a mistake.");
    expect(log).toContain("\nCancelled. The action failed (");
    expect(written).not.toMatch(/hunter2|www\.example\.com/);
  });

  test("no reason holds a part of a secret, where it is cut either", async () => {
    const secret = "hunter2/".repeat(60);
    const { warnings, written } = await published(given, { secrets: [secret], more: { RUNNER_TEMP: secret } });
    expect(warnings).toEqual([expect.stringContaining("The report file could not be written::ENOENT")]);
    expect(written).not.toContain("hunter2");
  });

  test("nor is the reason, if it cannot be redacted either", async () => {
    const redactor = new Redactor();
    for (const method of ["redactValue", "redact"] as const)
      vi.spyOn(redactor, method).mockImplementation(() => {
        throw new Error("a mistake with hunter2");
      });
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    const { failed, outputs, summary, written } = await published(given, { redactor });
    expect(failed).toBe(true);
    expect(outputs["deleted-csr-ids"]).toBe("[1]");
    expect(summary).toContain("The result could not be written**: Its reason cannot be shown.");
    expect(written).not.toContain("hunter2");
  });

  test("a record that cannot be described leaves the outputs, and says so", async () => {
    const broken = {
      ...given,
      get plan() {
        return new Error().stack?.includes("evaluate") ? fail() : given.plan;
      },
    } as RunRecord;
    const { failed, outputs, errors, summary } = await published(broken);
    expect(failed).toBe(true);
    expect(outputs["deleted-csr-ids"]).toBe("[1]");
    expect(errors.join()).toContain("The result could not be written");
    expect(summary).toContain("The result could not be written");
  });

  const fail = (): never => {
    throw new Error("a mistake");
  };
});

describe("lists that do not fit into the outputs", () => {
  const ids = Array.from({ length: 30_000 }, (_, index) => 1_000_000_000_000_000 + index);
  const title = "::warning title=Empty outputs::";

  test("are named, and are in the report file", async () => {
    const { outputs, warnings, summary } = await published(dryRun(planOfIds(ids)));
    expect(outputs).toMatchObject({ "planned-csr-ids": "", "not-deleted-csr-ids": "[]" });
    const message = "Too long for an output, therefore empty: planned-csr-ids.";
    expect(warnings).toEqual([`${title}${message} The report file (report-path) has all IDs.`]);
    expect(summary).toContain("Empty outputs");
  });

  test("are not said to be in a report file that is not there", async () => {
    const { warnings } = await published(dryRun(planOfIds(ids)), { more: { RUNNER_TEMP: "" } });
    expect(warnings.find((line) => line.startsWith(title))).toMatch(/planned-csr-ids\.$/);
  });
});

describe("a comment", () => {
  const more = {
    GITHUB_REPOSITORY: "octo-org/octo-repo",
    GITHUB_SERVER_URL: "https://github.example",
    GITHUB_RUN_ID: "42",
  };
  /** Of a run for pull request 1. */
  function commented(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
    const event = join(folder, "event.json");
    writeFileSync(event, JSON.stringify({ pull_request: { number: 1, head: { sha: "0123456789abcdef" } } }));
    return { ...more, ...environment, GITHUB_EVENT_PATH: event };
  }

  test("that cannot be made is a warning", async () => {
    await using github = await startGitHubEmulator({ pullRequests: {} });
    const comment = { token: github.token };
    const { failed, warnings } = await published(deletion([[1, deleted]]), {
      comment,
      more: commented(github.environment),
    });
    expect(failed).toBe(false);
    expect(warnings).toEqual([expect.stringMatching(/title=[^:]*comment/)]);
  });

  test.each([
    [false, 10],
    [true, 2],
  ])("of a run whose cancel is %s has %d seconds", async (cancelled, seconds) => {
    await using github = await startGitHubEmulator({ faults: [{ fault: { kind: "hang" } }] });
    const timeout = AbortSignal.timeout.bind(AbortSignal);
    vi.spyOn(AbortSignal, "timeout").mockImplementation((ms) => timeout(ms / 100));
    const more = commented(github.environment);
    await published({ ...deletion([[1, deleted]]), cancelled }, { comment: { token: github.token }, more });
    expect(log).toContain(`not done within ${seconds} seconds`);
  });

  test("outside of a pull request is a line in the log", async () => {
    const { warnings } = await published(deletion([[1, deleted]]), { comment: { token: "t" } });
    expect(log).toContain("No comment: this run does not belong to a pull request.\n");
    expect(warnings).toEqual([]);
  });

  test("holds the same plan as the summary, without secrets and costs, names the commit, and links the run", async () => {
    await using github = await startGitHubEmulator();
    const rows = Array.from({ length: 2_000 }, (_, index) => row(index + 1, { remarks: "hunter2" }));
    const given = {
      ...dryRun(planOfRows(rows)),
      inputs: selection({ dryRun: true }),
      calls: [attempt()],
    };
    const { failed, summary } = await published(given, {
      secrets: ["hunter2"],
      more: commented(github.environment),
      comment: { token: github.token },
    });
    expect(failed).toBe(false);
    expect(log).not.toContain("No comment");
    const [{ body = "" } = {}] = github.comments;
    const rowOfPlan = "| 1 | `www.example.com` | `2026-08-26 00:00:00` (90 d) | `***` | delete |";
    for (const text of [body, summary]) expect(text).toContain(rowOfPlan);
    const run = "https://github.example/octo-org/octo-repo/actions/runs/42";
    expect(body).toContain(`\n\nCommit \`0123456789abcdef\`, [run](${run})\n\n`);
    expect(body).toContain(`see the [job summary](${run}).`);
    expect(body).not.toMatch(/hunter2|1 call/);
  });

  test("keeps its rows when the plan turns into a result; a failure and wrong inputs replace it", async () => {
    await using github = await startGitHubEmulator();
    const environment = commented(github.environment);
    const comment = { token: github.token };
    const plan = planOfRows([row(1), row(2, {}, "protected")]);
    const bodyAfter = async (given: RunRecord): Promise<string> => {
      await published(given, { more: environment, comment });
      expect(github.comments).toHaveLength(1);
      return github.comments[0]?.body ?? "";
    };
    expect(await bodyAfter({ ...dryRun(plan), inputs: selection({ dryRun: true }) })).toContain("would delete 1");
    const result = await bodyAfter({ ...deletion([[1, deleted]], {}, plan), inputs: selection() });
    expectInOrder(result, "CSRs: 1 deleted, 1 kept", "| 1 | `www.example.com` |", "| deleted |", "| keep: protected |");
    const failure = await bodyAfter({ ...notListed(listing([], denied)), inputs: selection() });
    expect(failure).toContain("Nothing was deleted: the CSRs could not be listed");
    environment.RUNNER_TEMP = "";
    const wrong = await bodyAfter(wrongInputs("`csr-ids` is blank."));
    expectInOrder(wrong, "`csr-ids` is blank.", "The report file could not be written");
    expect(wrong).not.toContain("www.example.com");
  });
});

describe("before the first deletion", () => {
  const plan = planOfRows([row(1, { remarks: "hunter2" })]);
  const pending = record({ plan });

  test("the plan is saved; the result takes its place", async () => {
    const redactor = new Redactor();
    const reportPath = saveReport(pending, { redactor, env: env() });
    expect(readFileSync(reportPath ?? "", "utf8")).toContain('"pending"');
    const { outputs, report } = await published(deletion([[1, deleted]], {}, plan), { reportPath });
    expect(outputs["report-path"]).toBe(reportPath);
    expect(report).not.toContain('"pending"');
  });

  test("no file of it holds a secret", () => {
    const reportPath = saveReport(pending, { redactor: redactorOf("hunter2"), env: env() }) ?? "";
    const files = readdirSync(dirname(reportPath));
    expect(files.sort()).toEqual(["csrs.csv", "report.json"]);
    for (const file of files) {
      expect(readFileSync(join(dirname(reportPath), file), "utf8")).toContain("***");
      expect(readFileSync(join(dirname(reportPath), file), "utf8")).not.toContain("hunter2");
    }
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

test("a secret is masked by the runner", () => {
  maskInLog("100%\nsure");
  expect(log).toBe("::add-mask::100%25%0Asure\n");
});

describe("annotations", () => {
  test("are never more than ten errors; the summary has all problems", async () => {
    const problems = Array.from({ length: 14 }, (_, index) => `Problem ${index} is here.`);
    const { errors, summary } = await published(wrongInputs(...problems));
    expect(errors).toHaveLength(10);
    expect(errors.at(-1)).toContain("5 more errors");
    for (const problem of problems) expect(summary).toContain(problem);
  });

  test("are plain text: no backticks in title or message, and no command of the old form", async () => {
    const { errors } = await published(wrongInputs("`csr-ids` is blank: ``a`b``, ##[error]\u001bx."));
    expect(errors).toEqual(["::error title=Invalid input%3A csr-ids::csr-ids is blank: ab, ## [error] x."]);
  });

  test("have no backtick of a code either", async () => {
    const { errors } = await published(deletion([[1, notDeleted("remaining", "Odd`Code")]]));
    expect(errors).toEqual([expect.stringMatching(/^::error title=CSRs not deleted%3A OddCode::[^`]*$/)]);
  });

  test("say once, in no title, that nothing was deleted", async () => {
    const { summary } = await published(notListed(listing([], denied)));
    expect(log.match(/Nothing was deleted/g)).toHaveLength(1);
    expect(summary.match(/Nothing was deleted/g)).toHaveLength(1);
  });

  test("are cut before the runner cuts them, and say so", async () => {
    const { errors } = await published(wrongInputs("x".repeat(10_000)));
    const [, message = ""] = /^::error .*?::(.*)$/.exec(errors[0] ?? "") ?? [];
    expect(message.length).toBeLessThanOrEqual(4_096);
    expect(message.endsWith("…")).toBe(true);
  });
});

describe.skipIf(isMutation)("at 100,000 IDs of 16 digits all stays within the runner's limits", () => {
  const markup = "<|`".repeat(120);
  const wide = "中".repeat(360);
  const causes = Array.from({ length: 400 }, (_, index) =>
    // The client cuts codes at 100 characters.
    notDeleted("unknown", `${index}${index % 2 ? markup : wide}`.slice(0, 100), markup, wide),
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
    const { outputs, summary, report, errors, warnings } = await published(deletion(entries), { secrets: ["hunter2"] });
    expect(Buffer.byteLength(summary)).toBeLessThan(1024 * 1024);
    expect(Object.values(outputs).join("").length).toBeLessThanOrEqual(481_000);
    expect(errors.length).toBeLessThanOrEqual(10);
    const reported = (JSON.parse(report) as { csrs: { id: number }[] }).csrs.map(({ id }) => id);
    expect(reported.join() === ids.join()).toBe(true);
    expect(warnings.join()).toContain("Empty outputs::Too long for an output, therefore empty: ");
  });
});
