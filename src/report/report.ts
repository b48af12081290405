/** Puts the result where people and later steps find it: outputs, report file, summary, annotations, exit code. */
import { tmpdir } from "node:os";
import * as core from "@actions/core";
import { outputsOf } from "./outputs.ts";
import { writeReport } from "./report-file.ts";
import type { Annotation, RunResult } from "./result.ts";
import { withoutSecrets } from "./secrets.ts";
import { summaryOf } from "./summary.ts";
import { lines } from "./text.ts";
import { judge } from "./verdict.ts";

/** The runner cuts an annotation at 4096 characters; ours ends on its own terms. */
const MAX_ANNOTATION = 4_000;

export interface ReportOptions {
  /** Hides secrets. */
  readonly clean: (text: string) => string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Reports `result`. Outputs come first: they must be there before the step fails. A part that fails does not take the others along. */
export async function report(result: RunResult, { clean, env }: ReportOptions): Promise<void> {
  const given = withoutSecrets(result, clean);
  const notices: Annotation[] = [...given.notices];
  async function attempt<T>(level: Annotation["level"], what: string, write: () => T): Promise<Awaited<T> | undefined> {
    try {
      return await write();
    } catch (error) {
      notices.push({ level, title: `${what} could not be written`, message: reason(error) });
      return undefined;
    }
  }

  const path = await attempt("warning", "The report file", () => writeReport(given, env.RUNNER_TEMP || tmpdir()));
  const { values, omitted } = outputsOf(given, path ?? "");
  // Without its outputs, later steps would work on nothing: that fails the step.
  await attempt("error", "An output", () => {
    for (const [name, value] of Object.entries(values)) core.setOutput(name, value);
  });
  if (omitted.length > 0) {
    const message = `Too long for an output, so left empty: ${omitted.join(", ")}. The report file (output report-path) has all IDs.`;
    notices.push({ level: "warning", title: "Outputs left empty", message });
  }
  if (env.GITHUB_STEP_SUMMARY) {
    await attempt("warning", "The summary", () => core.summary.addRaw(clean(summaryOf({ ...given, notices }))).write());
  }

  const { failed, annotations, headline } = judge({ ...given, notices });
  for (const { level, title, message } of annotations) {
    const text = lines(clean(message));
    const annotate = level === "error" ? core.error : core.warning;
    annotate(text.length > MAX_ANNOTATION ? `${text.slice(0, MAX_ANNOTATION)}…` : text, { title: clean(title) });
  }
  core.info(clean(headline));
  if (failed) process.exitCode = core.ExitCode.Failure;
}
