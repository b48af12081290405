/** Puts the record of a run where people and later steps find it. Each part is independent of the others. */
import { appendFileSync } from "node:fs";
import * as core from "@actions/core";
import { commentOnPullRequest } from "../github/comment.ts";
import { readEvent } from "../github/event.ts";
import type { HttpClient } from "../http/client.ts";
import type { Note } from "../shared/note.ts";
import type { Redactor } from "../shared/redactor.ts";
import { messageOf } from "../shared/result.ts";
import type { RunRecord } from "../shared/run-record.ts";
import type { Log } from "./log.ts";
import { renderMarkdown } from "./markdown.ts";
import { outputsOf } from "./outputs.ts";
import { createReportPath, writeReportFile, writeTable } from "./report-file.ts";
import { codeSpan, codeSpans } from "./text.ts";
import { describeCost, evaluate } from "./verdict.ts";
import { OWN_WORDS } from "./words.ts";

/** Bytes; the runner drops a larger one. */
const MAX_SUMMARY = 1024 * 1024;

export interface PublishOptions {
  readonly redactor: Redactor;
  readonly env: NodeJS.ProcessEnv;
  readonly log: Log;
  readonly http: HttpClient;
  /** Of `saveReport`. */
  readonly reportPath?: string;
  /** None: no comment is wanted. */
  readonly comment?: { readonly token: string };
}

export const maskInLog = (secret: string): void => core.setSecret(secret);

/** Before the first deletion: a run that dies leaves its plan behind. Returns the path of the report file. */
export function saveReport(record: RunRecord, { redactor, env }: Pick<PublishOptions, "redactor" | "env">) {
  try {
    const redacted = redactor.redactValue(record, OWN_WORDS);
    const path = createReportPath(env);
    writeReportFile(path, redacted);
    writeTable(path, redacted);
    return path;
  } catch {
    // Tried again, and reported, at the end of the run.
    return undefined;
  }
}

/** For a process that ends before its report: it must not end green. */
export function reportUnfinished(): void {
  core.setFailed(
    "The action ended before it could report all outcomes. Run the step again: that is safe, and shows what is left.",
  );
}

/** Publishes `record`; does not reject. Files come first: they must be there even if standard output is broken. */
export async function publish(record: RunRecord, options: PublishOptions): Promise<void> {
  const { redactor, env, log } = options;
  const trouble: Note[] = [];
  /** Resolves with undefined, and notes why, if `work` fails. */
  const attempt = async <T>(what: string, work: () => T, level: Note["level"] = "warning") => {
    try {
      return await work();
    } catch (error) {
      trouble.unshift({ level, title: `The ${what} could not be written`, message: describeThrown(error, redactor) });
      return undefined;
    }
  };

  const { cancelled, startedAt, durationMs } = record;
  const tried = (safe: RunRecord) => evaluate(safe) && safe;
  const redacted = await attempt("result", () => tried(redactor.redactValue(record, OWN_WORDS)), "error");
  // What cannot be redacted or described is not shown; the outputs hold nothing but numbers.
  const shown = redacted ?? { problems: [], calls: [], crash: "", cancelled, startedAt, durationMs };
  const verdict = () => evaluate(shown, trouble);

  const path = await attempt("report file", () => {
    const file = options.reportPath ?? createReportPath(env);
    writeReportFile(file, shown, verdict());
    return file;
  });
  // Without its outputs, later steps would work on nothing: that fails the step.
  await attempt("outputs", () => setOutputs({ ...record, calls: redacted?.calls }, path, trouble), "error");
  if (path) await attempt("table of CSRs", () => writeTable(path, shown));
  await attempt("summary", () => {
    const more = path ? "the report file (`report-path`)" : "";
    const text = renderMarkdown(shown, verdict(), { limit: MAX_SUMMARY, more });
    if (env.GITHUB_STEP_SUMMARY) appendFileSync(env.GITHUB_STEP_SUMMARY, text);
  });
  await attempt("comment", () => comment(shown, trouble, options));

  const { result, failed, annotations } = verdict();
  for (const note of annotations) log.annotate(note);
  log.retries();
  log.line(`${result} (${describeCost(shown)}).`);
  if (failed || log.broken) process.exitCode = core.ExitCode.Failure;
}

function describeThrown(error: unknown, redactor: Redactor) {
  try {
    return `${codeSpan(redactor.redact(messageOf(error)).replace(/\.+$/, ""))}.`;
  } catch {
    return "Its reason cannot be shown.";
  }
}

function setOutputs(record: Partial<RunRecord>, reportPath: string | undefined, trouble: Note[]) {
  const { values, omitted } = outputsOf(record, reportPath ?? "");
  for (const [name, value] of Object.entries(values)) core.setOutput(name, value);
  if (omitted.length === 0) return;
  const where = reportPath ? " The report file (`report-path`) has all IDs." : "";
  const message = `Too long for an output, therefore empty: ${codeSpans(omitted)}.${where}`;
  trouble.push({ level: "warning", title: "Empty outputs", message });
}

async function comment(shown: RunRecord, trouble: Note[], options: PublishOptions) {
  const { env, log, comment: wanted } = options;
  if (!wanted) return;
  const run = `${env.GITHUB_SERVER_URL}/${env.GITHUB_REPOSITORY}/actions/runs/${env.GITHUB_RUN_ID}`;
  const commit = codeSpan(readEvent(env).pullRequest?.headSha ?? "");
  const page = { more: `the [job summary](${run})`, intro: `${commit && `Commit ${commit}, `}[run](${run})` };
  const result = await commentOnPullRequest({
    ...options,
    token: wanted.token,
    render: (limit) => renderMarkdown(shown, evaluate(shown, trouble), { ...page, limit }),
    // The runner ends a cancelled process within 10 seconds.
    timeoutMs: shown.cancelled ? 2_000 : 10_000,
  });
  if (result === "no-pull-request") log.line("No comment: this run does not belong to a pull request.");
  if (typeof result === "object") trouble.push(result);
}
