/** The report file, in the form of docs/report.schema.json, and the CSRs as a table beside it. */
import { appendFileSync, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Cause } from "../csrs/outcome.ts";
import type { RunRecord } from "../shared/run-record.ts";
import { errorInfo } from "../tencentcloud/errors.ts";
import { VERSION } from "../version.ts";
import { plainText, sanitizeLine } from "./text.ts";
import { kindOf, type Verdict } from "./verdict.ts";
import { describeDecision, recordOf, rulesOf } from "./words.ts";

/** A report of 100,000 CSRs is never one string. */
const BUFFER_LENGTH = 65_536;

function reportedCause({ code, message, requestId }: Cause) {
  const { meaning, remedy } = errorInfo(code);
  return { code, message: sanitizeLine(message), meaning, remedy, requestId };
}

function* reportedCsrs(record: RunRecord) {
  const { plan, execution, crash, inputs } = record;
  for (const row of plan?.rows ?? []) {
    const csr = recordOf(row, record);
    const outcome = execution?.outcomes.get(row.id);
    const isLost = crash !== undefined && !outcome && row.decision === "delete" && !inputs?.dryRun;
    yield {
      id: row.id,
      domain: csr && sanitizeLine(csr.domain ?? ""),
      created: csr && sanitizeLine(csr.createTime ?? ""),
      ageMs: row.ageMs,
      remarks: csr && sanitizeLine(csr.remarks ?? ""),
      decision: row.decision,
      outcome: isLost ? "unknown" : outcome?.name,
      code: isLost ? "Internal.Error" : outcome?.cause?.code,
      requestId: outcome?.requestId,
    };
  }
}

/** Rows are a line each. Without a verdict: of a run that is about to delete. */
export function* reportPieces(record: RunRecord, verdict?: Verdict): Generator<string> {
  const { inputs, identity, plan, refusal, execution, clockOffsetMs } = record;
  const refused = refusal?.kind === "listing" ? refusal.listing : undefined;
  const listing = plan?.listing ?? refused ?? execution?.listing;
  const notes = verdict?.notes ?? inputs?.warnings ?? [];
  const head = {
    action: "delete-tencentcloud-ssl-csrs",
    version: VERSION,
    kind: kindOf(record),
    failed: verdict?.failed,
    dryRun: inputs?.dryRun,
    endpoint: inputs?.endpoint.host,
    identity: identity && { roleArn: identity.roleArn, sessionName: identity.sessionName },
    startedAt: new Date(record.startedAt).toISOString(),
    durationMs: Math.round(record.durationMs),
    cancelled: record.cancelled,
    clockOffsetMs,
    refusal: refusal?.kind,
    listing: listing && {
      conclusive: listing.conclusive,
      total: listing.total,
      failure: listing.failure && reportedCause(listing.failure),
    },
    stoppedBy: execution?.stoppedBy && reportedCause(execution.stoppedBy),
    notes: notes.map((note) => ({ ...note, message: plainText(note.message) })),
    causes: verdict?.causes.map(({ cause }) => reportedCause(cause)) ?? [],
  };
  const calls = record.calls.map((call) => ({
    ...call,
    startedAt: new Date(call.startedAt).toISOString(),
    durationMs: Math.round(call.durationMs),
  }));
  yield `${JSON.stringify(head, undefined, 2).slice(0, -2)},\n  "csrs": [`;
  yield* jsonRows(reportedCsrs(record));
  yield '\n  ],\n  "calls": [';
  yield* jsonRows(calls);
  yield "\n  ]\n}\n";
}

function* jsonRows(rows: Iterable<unknown>) {
  let separator = "";
  for (const row of rows) {
    yield `${separator}\n    ${JSON.stringify(row)}`;
    separator = ",";
  }
}

/** A formula, also if cells are split elsewhere: https://owasp.org/www-community/attacks/CSV_Injection */
const FORMULA = /(?:^|[,;])[\s,;]*[=+\-@\uff1d\uff0b\uff0d\uff20]/;

const csvCell = (line: string) => `"${FORMULA.test(line) ? "'" : ""}${line.replaceAll('"', '""')}"`;

/** The rows of the plan as CSV (RFC 4180). */
export function* csvPieces(record: RunRecord): Generator<string> {
  yield "csr_id,domain,created,age_days,remarks,decision,outcome\r\n";
  for (const { id, domain = "", created = "", ageMs, remarks = "", decision, outcome = "" } of reportedCsrs(record)) {
    const days = ageMs === undefined ? "" : Math.floor(ageMs / 86_400_000);
    const words = describeDecision(decision, rulesOf(record.inputs)).replaceAll("`", "");
    const cells = [id, csvCell(domain), csvCell(created), days, csvCell(remarks), csvCell(words), outcome];
    yield `${cells.join(",")}\r\n`;
  }
}

/** Makes a folder for the report. A random name might hold a masked value, and the runner would drop the output. */
export function createReportPath({ RUNNER_TEMP }: NodeJS.ProcessEnv): string {
  if (!RUNNER_TEMP) throw new Error("RUNNER_TEMP is not set");
  for (let number = 1; ; number += 1) {
    const folder = join(RUNNER_TEMP, `csr-report-${number}`);
    if (existsSync(folder)) continue;
    mkdirSync(folder);
    return join(folder, "report.json");
  }
}

export const writeReportFile = (path: string, record: RunRecord, verdict?: Verdict): void =>
  writeWhole(path, reportPieces(record, verdict));

/** Writes the table beside the report file, if there is a plan. */
export function writeTable(reportPath: string, record: RunRecord): void {
  if (record.plan?.rows.length) writeWhole(join(dirname(reportPath), "csrs.csv"), csvPieces(record));
}

/** Writes to a new file that takes the place of an older one only when it is whole. */
function writeWhole(path: string, pieces: Iterable<string>) {
  const part = `${path}.part`;
  try {
    let buffered = "";
    for (const piece of pieces) {
      buffered += piece;
      if (buffered.length < BUFFER_LENGTH) continue;
      appendFileSync(part, buffered);
      buffered = "";
    }
    appendFileSync(part, buffered);
    renameSync(part, path);
  } finally {
    rmSync(part, { force: true });
  }
}
