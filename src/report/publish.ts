/** Puts the record of a run where people and later steps find it. Each part is independent of the others. */
import * as core from "@actions/core";
import type { Env } from "../shared/env.ts";
import type { Redactor } from "../shared/redactor.ts";
import { messageOf } from "../shared/result.ts";
import type { Warning } from "../shared/warning.ts";
import type { Log } from "./log.ts";
import { renderMarkdown } from "./markdown.ts";
import { outputsOf } from "./outputs.ts";
import { commentOnPullRequest } from "./pull-request.ts";
import { redactRecord } from "./redact-record.ts";
import { createReportPath, writeReportFile } from "./report-file.ts";
import type { PendingRecord, RunRecord } from "./run-record.ts";
import { codeSpan, sanitizeLine, sanitizeLines } from "./text.ts";
import { annotationsOf, evaluate, type Verdict } from "./verdict.ts";

/** The runner cuts an annotation at 4096 characters. */
const MAX_ANNOTATION = 4_000;
/** The runner drops a larger summary: https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands */
const MAX_SUMMARY_BYTES = 1024 * 1024;
const COMMENT_TIMEOUT_MS = 10_000;
/** The runner ends a cancelled process within 10 seconds. */
const CANCELLED_COMMENT_TIMEOUT_MS = 2_000;

export interface PublishOptions {
  readonly redactor: Redactor;
  readonly env: Env;
  readonly log: Log;
  /** The file that `saveReport` made, if it did. */
  readonly reportPath?: string | undefined;
}

/** Has the runner mask a secret in the log. Call it before anything is printed. */
export function maskInLog(secret: string): void {
  core.setSecret(secret);
}

/** Writes the report file before the first deletion, so that a run that dies leaves its plan behind. Returns its path. */
export function saveReport(
  record: PendingRecord,
  { redactor, env }: Pick<PublishOptions, "redactor" | "env">,
): string | undefined {
  try {
    const path = createReportPath(reportFolder(env));
    writeReportFile(path, redactRecord(record, redactor));
    return path;
  } catch {
    // Tried again, and reported, at the end of the run.
    return undefined;
  }
}

/** For a process that ends before its report: it must not end green. */
export function reportUnfinished(): void {
  core.setFailed(
    "The action ended before it could report the outcome of every ID. Run the step again: that is safe. With `dry-run: true` it lists what is still there.",
  );
}

function reportFolder({ RUNNER_TEMP }: Env): string {
  if (!RUNNER_TEMP) throw new Error("RUNNER_TEMP is not set");
  return RUNNER_TEMP;
}

/**
 * Publishes `record`: report file, outputs, summary, comment, annotations, exit code. Files come before anything is printed: they
 * must be there even if standard output is broken. Does not reject.
 */
export async function publish(record: RunRecord, options: PublishOptions): Promise<void> {
  await new Publication(redactRecord(record, options.redactor), options).publish();
}

class Publication {
  readonly #record: RunRecord;
  readonly #options: PublishOptions;
  /** Of the run, and of publishing it so far. */
  #verdict: Verdict;

  constructor(record: RunRecord, options: PublishOptions) {
    this.#record = record;
    this.#options = options;
    this.#verdict = evaluate(record);
  }

  async publish(): Promise<void> {
    const { env, log } = this.#options;
    const path = (await this.#attempt("report file", () => this.#writeReport())) ?? "";
    // Without its outputs, later steps would work on nothing: that fails the step.
    await this.#attempt("outputs", () => this.#setOutputs(path), true);
    if (env.GITHUB_STEP_SUMMARY) await this.#attempt("summary", () => this.#writeSummary());
    await this.#attempt("comment", () => this.#comment());
    this.#annotate();
    log.retries();
    log.line(`${this.#verdict.result} (${this.#verdict.cost}).`);
    if (this.#verdict.failed || log.broken) process.exitCode = core.ExitCode.Failure;
  }

  async #attempt<T>(what: string, write: () => T, needed = false): Promise<Awaited<T> | undefined> {
    try {
      return await write();
    } catch (error) {
      const note = { title: `The ${what} could not be written`, message: codeSpan(this.#redact(messageOf(error))) };
      this.#note(note, needed ? "errors" : "warnings");
      return undefined;
    }
  }

  #note(note: Warning, list: "errors" | "warnings"): void {
    const verdict = this.#verdict;
    this.#verdict = { ...verdict, [list]: [note, ...verdict[list]], failed: verdict.failed || list === "errors" };
  }

  #redact(text: string): string {
    return this.#options.redactor.redact(text);
  }

  #writeReport(): string {
    const path = this.#options.reportPath ?? createReportPath(reportFolder(this.#options.env));
    writeReportFile(path, this.#record, this.#verdict);
    return path;
  }

  #setOutputs(reportPath: string): void {
    const { values, omitted } = outputsOf(this.#record, reportPath);
    for (const [name, value] of Object.entries(values)) core.setOutput(name, value);
    if (omitted.length === 0) return;
    const message = `Too long for an output, therefore empty: ${omitted.map((name) => `\`${name}\``).join(", ")}. The report file (\`report-path\`) has all IDs.`;
    this.#note({ title: "Empty outputs", message }, "warnings");
  }

  async #writeSummary(): Promise<void> {
    const options = { limit: MAX_SUMMARY_BYTES, more: "the report file (`report-path`)", cost: true };
    await core.summary.addRaw(renderMarkdown(this.#record, this.#verdict, options)).write();
  }

  async #comment(): Promise<void> {
    const { inputs, cancelled } = this.#record;
    if (!inputs?.comment) return;
    const { env, log } = this.#options;
    const result = await commentOnPullRequest({
      token: inputs.comment.token,
      env,
      render: (limit) =>
        renderMarkdown(this.#record, this.#verdict, { limit, more: `the ${summaryLink(env)}`, cost: false }),
      timeoutMs: cancelled ? CANCELLED_COMMENT_TIMEOUT_MS : COMMENT_TIMEOUT_MS,
    });
    if (result.kind === "no-pull-request") log.line("No comment: this run does not belong to a pull request.");
    if (result.kind !== "failed") return;
    const { title, message } = result.warning;
    this.#note({ title, message: this.#redact(message) }, "warnings");
  }

  #annotate(): void {
    for (const { level, title, message } of annotationsOf(this.#verdict)) {
      const text = sanitizeLines(message);
      const cut = text.length > MAX_ANNOTATION ? `${text.slice(0, MAX_ANNOTATION)}…` : text;
      this.#options.log.annotate(level, sanitizeLine(title), cut);
    }
  }
}

function summaryLink({ GITHUB_SERVER_URL, GITHUB_REPOSITORY, GITHUB_RUN_ID }: Env): string {
  if (!GITHUB_SERVER_URL || !GITHUB_REPOSITORY || !GITHUB_RUN_ID) return "job summary";
  return `[job summary](${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}/actions/runs/${GITHUB_RUN_ID})`;
}
