/** The whole report, as files and as the log; above all what it makes of text that came from outside. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as core from "@actions/core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { Outcome } from "../../src/cleanup/outcome.ts";
import { redactor } from "../../src/redaction.ts";
import { createLog } from "../../src/report/log.ts";
import { report } from "../../src/report/report.ts";
import type { Annotation, RunResult, Work } from "../../src/report/result.ts";
import { hideSecrets } from "../../src/report/secrets.ts";
import { fault } from "../../src/tencentcloud/fault.ts";
import { parseOutputs } from "../runner.ts";
import { absent, call, cleanUp, deleted, left, result } from "./results.ts";

let folder: string;
let log: string;

// One folder for all: the toolkit keeps the first path of the summary.
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "report-"));
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

interface ReportFile {
  readonly ids: readonly { readonly id: number; readonly outcome: string; readonly code?: string }[];
  readonly causes: readonly { readonly code: string; readonly message: string }[];
  readonly calls: readonly { readonly code?: string }[];
}

async function reported(given: RunResult, secrets: readonly string[] = []) {
  await report(given, { clean: redactor(secrets), env: { ...process.env, RUNNER_TEMP: folder } });
  const read = (name: string): string => readFileSync(join(folder, name), "utf8");
  const outputs = parseOutputs(read("output"));
  const reportText = readFileSync(outputs["report-path"] ?? "", "utf8");
  return {
    failed: process.exitCode === 1,
    outputs,
    summary: read("summary"),
    report: JSON.parse(reportText) as ReportFile,
    written: [log, read("output"), read("summary"), reportText].join("\n"),
    errors: log.split("\n").filter((line) => line.startsWith("::error ")),
  };
}

/** As the runner finds commands in a line: https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs */
function commandsIn(text: string): readonly string[] {
  return text.split(/\r\n|\r|\n/).flatMap((line) => {
    const modern = /^\s*::([a-z-]+).*?::/.exec(line)?.[1];
    // The old form is a command anywhere in a line that is none in the new form.
    const old = /##\[([a-z-]+).*?\]/.exec(line)?.[1];
    return modern ?? old ?? [];
  });
}

const HOSTILE: readonly (readonly [string, string])[] = [
  ["a command", "::set-output name=deleted-count::999"],
  ["a command on a new line", "x\r\n::error::gotcha\n::add-mask::CSR"],
  ["a command after a carriage return", "x\r::stop-commands::y"],
  ["a command of the old form", "##[set-output name=deleted-count;]999"],
  ["a command of the old form in pieces", "#\u0000#[add-mask]CSR ##\u200b[error]x"],
  ["terminal escapes", "\u001b[2J\u001b]0;title\u0007\u009b31m"],
  ["a table's bars", "a | b || c\n|---|---|"],
  ["a script", "<script>alert(1)</script><img src=x onerror=alert(1)>"],
  ["the end of a fold", "</details></td></tr></table><!--"],
  ["code", "`x` ```\nfence\n``` ~~~ $`x`$"],
  ["mentions and references", "@octocat #1 GH-1 octo/repo#1"],
  ["links", "https://evil.example [x](https://evil.example) ![x](https://evil.example) <https://evil.example>"],
  ["a link without a scheme", "see www.evil.example/x and WWW.evil.example"],
  ["entities", "&lt;script&gt; &#60; &amp;"],
  ["other line breaks", "a\u2028::error::b\u2029c\u0085d\u000be\u000cf"],
  ["reversed writing", "\u202etxt.exe\u2066x"],
  ["a lot", "<|`".repeat(50_000)],
];

describe.each(HOSTILE)("%s from outside", (_name, text) => {
  const why = fault(text, text, { requestId: text });
  const work: Work = {
    ...(cleanUp([
      [11, deleted],
      [22, left("remaining", text, text, text)],
      [33, { name: "unknown", requestId: text, cause: why }],
      [44, { name: "deleted", requestId: text }],
    ]) as Extract<Work, { kind: "clean-up" }>),
    stoppedBy: why,
    listing: { present: new Set(), complete: false, fault: why },
  };
  const record = call({ code: text, requestId: text });

  test("starts no command in the log, and stays on its line", () => {
    const line = createLog((raw) => raw);
    line.onCall(record);
    line.onRetry(record, why, 500);
    line.onRetry(record, why, 0);
    line.cleanUp.onAnswer({
      asked: 2,
      answer: { ok: true, deleted: [], strange: [text, { text }], requestId: text, lost: false },
      done: 1,
      total: 2,
    });
    line.cleanUp.onSplit(2, why);
    line.cleanUp.onFailure(2, why);
    expect(commandsIn(log)).toEqual(["debug"]);
    expect(log.split("\n")).toHaveLength(7);
    expect([...log].filter((sign) => sign < " " && sign !== "\n")).toEqual([]);
    for (const each of log.split("\n")) expect(each.length).toBeLessThan(1_000);
    expect(line.notices).toHaveLength(1);
    expect(line.notices[0]?.message.length).toBeLessThan(1_000);
  });

  test("is inert in summary and annotations, and every ID keeps its outcome", async () => {
    const line = createLog((raw) => raw);
    line.cleanUp.onAnswer({
      asked: 1,
      answer: { ok: true, deleted: [11], strange: [text], requestId: "r", lost: false },
      done: 1,
      total: 1,
    });
    log = "";
    const { failed, outputs, summary, report, errors } = await reported(
      result(work, { calls: [record], notices: line.notices }),
    );
    expect(failed).toBe(true);
    expect(outputs).toMatchObject({ "deleted-csr-ids": "[11,44]", "not-deleted-csr-ids": "[22,33]" });
    expect(report.ids.map(({ id }) => id)).toEqual([11, 22, 33, 44]);
    expect(errors).toHaveLength(1);
    expect(commandsIn(log)).toEqual(["error", "warning", "warning"]);
    for (const each of log.split("\n")) expect(each.length).toBeLessThanOrEqual(4_096);

    const mine = summary.replace(/<\/?(details|summary)>/g, "");
    expect(mine).not.toMatch(/[<>]|www\.|https?:|[@#](?=[a-z0-9])(?!#)(?<!&#)/i);
    expect(mine.replace(/`[a-zA-Z:*-]+`/g, "")).not.toContain("`");
    expect(summary.match(/<details>/g)).toHaveLength(1);
    expect([...summary].filter((sign) => sign < " " && sign !== "\n")).toEqual([]);
    for (const row of summary.split("\n").filter((each) => /^\| (remaining|unknown) \| [0-9]+ \| \*/.test(each)))
      expect(row.match(/\|/g)).toHaveLength(5);
    expect(summary.length).toBeLessThan(20_000);
  });

  test("is bounded in the report file, however many IDs it is about", async () => {
    const many = cleanUp(Array.from({ length: 100 }, (_, index) => [index + 1, left("remaining", text)] as const));
    const { written, report } = await reported(result(many, { calls: [record, record] }));
    expect(report.ids).toHaveLength(100);
    expect(written.length).toBeLessThan(100_000);
  });
});

describe("a secret", () => {
  test.each([
    ["with signs that Markdown has", "p_a*ss|w<o>r`d/+="],
    ["with signs that JSON escapes", 'quo"te\\back\u00e9'],
    ["with blanks", "two  words"],
    ["that is long", "t0ken".repeat(80)],
  ])("%s is nowhere, also when the API, a proxy or the network says it", async (_name, secret) => {
    const clean = redactor([secret]);
    const line = createLog(clean);
    // Where the texts are cut, half of it must not be left over.
    const text = `${"x ".repeat(45)}${secret} ${"y ".repeat(98)}${secret} ${"z ".repeat(90)}${secret}`;
    const why = fault(secret, text, { requestId: secret });
    const record = call({ code: secret, requestId: secret });
    line.onCall(record);
    line.onRetry(record, why, 1);
    line.cleanUp.onSplit(2, why);
    line.cleanUp.onFailure(2, why);
    line.cleanUp.onAnswer({
      asked: 2,
      answer: { ok: true, deleted: [], strange: [secret, { text }], requestId: secret, lost: false },
      done: 2,
      total: 2,
    });
    const work: Work = {
      ...(cleanUp([
        [1, { name: "remaining", requestId: secret, cause: why }],
        [2, { name: "absent", requestId: secret, lost: true, cause: why }],
        [3, { name: "deleted", requestId: secret }],
      ]) as Extract<Work, { kind: "clean-up" }>),
      stoppedBy: why,
      listing: { present: new Set([1]), complete: false, fault: why },
    };
    const given = result(work, { calls: line.calls, notices: line.notices, endpoint: secret });
    const { written, summary } = await reported(given, [secret]);
    for (const form of [
      secret,
      secret.slice(0, 8),
      JSON.stringify(secret).slice(1, -1),
      secret.replace(/[^a-z0-9]/gi, (sign) => `&#${sign.codePointAt(0)};`),
    ])
      expect(written).not.toContain(form);
    // The page as it is read.
    expect(summary.replace(/&#(\d+);/g, (_entity, code) => String.fromCodePoint(Number(code)))).not.toContain(secret);
  });

  test("in the problems and in a dry run's fault is hidden too", async () => {
    const secret = "hunter_2/x";
    const problems = await reported(
      result({ kind: "failed", ids: [], problems: [`The action failed: ${secret}\nat ${secret}`] }),
      [secret],
    );
    expect(problems.written).not.toMatch(/hunter_2|hunter&#95;2/);
    const listing = { present: new Set<number>(), complete: false, fault: fault("X", secret) };
    const plan = await reported(result({ kind: "dry run", ids: [1], listing }), [secret]);
    expect(plan.written).not.toMatch(/hunter_2|hunter&#95;2/);
  });

  test.each(["12", "123", "deleted", "outcome", "ids", "clean-up", "error"])(
    "that is %s does not break the report file or the outputs",
    async (secret) => {
      const work = cleanUp([
        [1123, deleted],
        [1234, left("remaining", "X")],
      ]);
      const { outputs, report, failed } = await reported(result(work, { calls: [call()] }), [secret]);
      expect(report.ids.map(({ id, outcome }) => [id, outcome])).toEqual([
        [1123, "deleted"],
        [1234, "remaining"],
      ]);
      expect(outputs).toMatchObject({ "deleted-csr-ids": "[1123]", "not-deleted-csr-ids": "[1234]" });
      expect(failed).toBe(true);
    },
  );

  test("is masked by the runner before anything is printed; one of two characters is none", () => {
    const clean = hideSecrets(["ab", "secret", "100%\nsure"]);
    expect(log).toBe("::add-mask::secret\n::add-mask::100%25%0Asure\n");
    expect(clean("ab secret")).toBe("ab ***");
  });
});

describe("annotations", () => {
  const notices: readonly Annotation[] = [
    { level: "error", title: "An output could not be written", message: "m" },
    ...Array.from({ length: 3 }, (): Annotation => ({ level: "warning", title: "t", message: "m" })),
  ];

  test("are never more than ten errors, whatever comes together", async () => {
    const outcomes: (readonly [number, Outcome])[] = Array.from({ length: 40 }, (_, index) => [
      index + 1,
      index < 20 ? left("remaining", `Code${index}`) : absent(),
    ]);
    const { errors } = await reported(result(cleanUp(outcomes), { onAbsent: "fail", notices, cancelled: true }));
    expect(errors).toHaveLength(10);
    expect(errors.join("\n")).toContain("13 further causes");
    expect(errors.join("\n")).toContain("CSRs already absent");
    expect(errors.join("\n")).toContain("An output could not be written");
  });

  test("are never more than ten for wrong inputs either; the summary has them all", async () => {
    const problems = Array.from({ length: 14 }, (_, index) => `Problem ${index} is here.`);
    const { errors, summary } = await reported(result({ kind: "failed", ids: [], problems }));
    expect(errors).toHaveLength(10);
    expect(errors.at(-1)).toContain("5 further");
    for (const problem of problems) expect(summary).toContain(problem);
  });

  test("are cut before the runner cuts them, and say so", async () => {
    const { errors } = await reported(result({ kind: "failed", ids: [], problems: ["x".repeat(10_000)] }));
    const [, , message = ""] = /^::error (.*?)::(.*)$/.exec(errors[0] ?? "") ?? [];
    expect(message.length).toBeLessThanOrEqual(4_096);
    expect(message.endsWith("…")).toBe(true);
  });
});

describe("at 100,000 IDs of 16 digits", () => {
  const ids = Array.from({ length: 100_000 }, (_, index) => 1_000_000_000_000_000 + index);
  const one = left("remaining", "LeftOut");
  /** Thirds that are deleted, absent, and left; of these, 100 at a time share a cause. */
  const thirds = (why: (call: number) => Outcome): ((index: number) => Outcome) => {
    const calls = Array.from({ length: 400 }, (_, index) => why(index));
    return (index) => [deleted, absent(), calls[Math.floor(index / 300)] ?? deleted][index % 3] ?? deleted;
  };
  const markup = "<|`".repeat(500);
  const wide = "\u4e2d".repeat(1_500);
  const cases: readonly (readonly [string, (index: number) => Outcome])[] = [
    ["all deleted", () => deleted],
    ["all remaining", () => one],
    ["each remaining with a cause of its own", (index) => left("remaining", `Code${index}`, "<|`", `r${index}`)],
    ["some left, with causes full of markup", thirds((index) => left("unknown", `${index}${markup}`, markup, markup))],
    ["some left, with causes of three bytes a sign", thirds((index) => left("skipped", `${index}${wide}`, wide, wide))],
  ];

  test.each(cases)("%s: all stays within the runner's limits", async (_name, outcome) => {
    const work = cleanUp(ids.map((id, index) => [id, outcome(index)] as const));
    const { outputs, summary, report, errors } = await reported(result(work), ["secret"]);
    expect(Buffer.byteLength(summary)).toBeLessThan(1024 * 1024);
    const characters = Object.entries(outputs).reduce((sum, [, value]) => sum + value.length, 0);
    expect(characters).toBeLessThanOrEqual(480_000 + 1_000);
    expect(errors.length).toBeLessThanOrEqual(10);
    expect(report.ids.map(({ id }) => id).join() === ids.join()).toBe(true);
    expect(log).toContain("::warning title=Outputs left empty::");
  });
});

test("a long account of the action's own failure fits into the summary", async () => {
  const problems = [Array.from({ length: 5_000 }, () => "<".repeat(400)).join("\n")];
  const { summary, failed } = await reported(result({ kind: "failed", ids: [], problems }));
  expect(Buffer.byteLength(summary)).toBeLessThan(1024 * 1024);
  expect(failed).toBe(true);
});

describe("what cannot be written", () => {
  test("is the output: the step fails, and summary, report and log are there", async () => {
    vi.stubEnv("GITHUB_OUTPUT", join(folder, "none"));
    await report(result(cleanUp([[1, deleted]])), {
      clean: redactor([]),
      env: { ...process.env, RUNNER_TEMP: folder },
    });
    expect(process.exitCode).toBe(1);
    expect(log).toContain("::error title=An output could not be written::");
    expect(log).toContain("CSRs: 1 deleted");
    expect(readFileSync(join(folder, "summary"), "utf8")).toContain("1 deleted");
  });

  test("is the summary: a warning, and the step is green", async () => {
    rmSync(join(folder, "summary"));
    mkdirSync(join(folder, "summary"));
    await report(result(cleanUp([[1, deleted]])), {
      clean: redactor([]),
      env: { ...process.env, RUNNER_TEMP: folder },
    });
    rmSync(join(folder, "summary"), { recursive: true });
    expect(process.exitCode).toBeUndefined();
    expect(log).toContain("::warning title=The summary could not be written::");
    expect(parseOutputs(readFileSync(join(folder, "output"), "utf8"))["deleted-csr-ids"]).toBe("[1]");
  });

  test("is the report file: a warning, an empty report-path, and the step is green", async () => {
    await report(result(cleanUp([[1, deleted]])), { clean: redactor([]), env: { RUNNER_TEMP: join(folder, "none") } });
    expect(process.exitCode).toBeUndefined();
    expect(log).toContain("::warning title=The report file could not be written::");
    expect(parseOutputs(readFileSync(join(folder, "output"), "utf8"))).toMatchObject({
      "report-path": "",
      "deleted-csr-ids": "[1]",
    });
  });
});
