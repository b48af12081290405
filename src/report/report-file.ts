/** The report file, in the form of docs/report.schema.json, and the CSRs as a table beside it. */
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Cause } from "../csrs/outcome.ts";
import type { Env } from "../shared/env.ts";
import type { RunRecord } from "../shared/run-record.ts";
import { errorInfo } from "../tencentcloud/errors.ts";
import { VERSION } from "../version.ts";
import { plainText, sanitizeLine } from "./text.ts";
import { kindOf, type Verdict } from "./verdict.ts";
import { describeDecision, recordOf, rulesOf } from "./words.ts";

/** A code or a RequestId. */
const name = (text: string | undefined): string | undefined => (text ? sanitizeLine(text, 100) : undefined);

const reportedCause = ({ code, message, requestId }: Cause) => {
  const { meaning, remedy } = errorInfo(code);
  return { code: name(code) ?? "", message: sanitizeLine(message), meaning, remedy, requestId: name(requestId) };
};

/** A row for each CSR of the plan. */
function* reportedCsrs(record: RunRecord) {
  const { plan, execution, crash, inputs } = record;
  for (const row of plan?.rows ?? []) {
    const csr = recordOf(row, record);
    const outcome = execution?.outcomes.get(row.id);
    const isLost = crash !== undefined && row.decision === "delete" && !inputs?.dryRun;
    yield {
      id: row.id,
      domain: csr && sanitizeLine(csr.domain ?? ""),
      created: csr && sanitizeLine(csr.createTime ?? "", 100),
      ageMs: row.ageMs,
      remarks: csr && sanitizeLine(csr.remarks ?? ""),
      decision: row.decision,
      outcome: outcome?.name ?? (isLost ? "unknown" : undefined),
      code: name(outcome ? outcome.cause?.code : isLost ? "Internal.Error" : undefined),
      requestId: name(outcome?.requestId),
    };
  }
}

function* reportedCalls({ calls }: RunRecord) {
  for (const { startedAt, durationMs, requestId, code, ...call } of calls)
    yield {
      ...call,
      startedAt: new Date(startedAt).toISOString(),
      durationMs: Math.round(durationMs),
      requestId: name(requestId),
      code: name(code),
    };
}

/** What is undefined is left out. Rows are a line each. Without a verdict: of a run that is about to delete. */
export function reportText(record: RunRecord, verdict?: Verdict): string {
  const { inputs, identity, plan, refusal, execution, clockOffsetMs } = record;
  const listing = execution?.listing ?? plan?.listing ?? (refusal?.kind === "listing" ? refusal.listing : undefined);
  const { failure } = listing ?? {};
  const notes = verdict?.notes ?? inputs?.warnings ?? [];
  const head = {
    action: "delete-tencentcloud-ssl-csrs",
    version: VERSION,
    kind: verdict ? kindOf(record) : "pending",
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
      failure: failure && reportedCause(failure),
    },
    stoppedBy: execution?.stoppedBy && reportedCause(execution.stoppedBy),
    notes: notes.map((note) => ({ ...note, message: plainText(note.message) })),
    causes: verdict?.causes.map(({ cause }) => reportedCause(cause)) ?? [],
  };
  const list = (rows: Iterable<unknown>): string => {
    const lines = Array.from(rows, (row) => `\n    ${JSON.stringify(row)}`).join(",");
    return lines === "" ? "[]" : `[${lines}\n  ]`;
  };
  const start = JSON.stringify(head, undefined, 2).slice(0, -2);
  return `${start},\n  "csrs": ${list(reportedCsrs(record))},\n  "calls": ${list(reportedCalls(record))}\n}\n`;
}

/** A formula, also if cells are split elsewhere: https://owasp.org/www-community/attacks/CSV_Injection */
const FORMULA = /(?:^|[,;])[\s,;]*[=+\-@\uff1d\uff0b\uff0d\uff20]/;

function csvCell(text: string): string {
  const line = sanitizeLine(text);
  return `"${FORMULA.test(line) ? "'" : ""}${line.replaceAll('"', '""')}"`;
}

/** The rows of the plan as CSV (RFC 4180). */
export function csvText(record: RunRecord): string {
  const lines = ["csr_id,domain,created,age_days,remarks,decision,outcome"];
  for (const { id, domain = "", created = "", ageMs, remarks = "", decision, outcome = "" } of reportedCsrs(record)) {
    const days = ageMs === undefined ? "" : Math.floor(ageMs / 86_400_000);
    const words = plainText(describeDecision(decision, rulesOf(record.inputs)));
    lines.push([id, csvCell(domain), csvCell(created), days, csvCell(remarks), csvCell(words), outcome].join(","));
  }
  return `${lines.join("\r\n")}\r\n`;
}

/** Makes a folder for the report. A random name might hold a masked value, and the runner would drop the output. */
export function createReportPath({ RUNNER_TEMP }: Env): string {
  if (!RUNNER_TEMP) throw new Error("RUNNER_TEMP is not set");
  let number = 1;
  while (existsSync(join(RUNNER_TEMP, `csr-report-${number}`))) number += 1;
  const folder = join(RUNNER_TEMP, `csr-report-${number}`);
  mkdirSync(folder);
  return join(folder, "report.json");
}

/** @param record redacted */
export const writeReportFile = (path: string, record: RunRecord, verdict?: Verdict): void =>
  writeWhole(path, reportText(record, verdict));

/** Writes the table beside the report file, if there is a plan. */
export function writeTable(reportPath: string, record: RunRecord): void {
  if (record.plan?.rows.length) writeWhole(join(dirname(reportPath), "csrs.csv"), csvText(record));
}

/** Writes to a new file that takes the place of an older one only when it is whole. */
function writeWhole(path: string, text: string): void {
  const part = `${path}.part`;
  try {
    writeFileSync(part, text);
    renameSync(part, path);
  } finally {
    rmSync(part, { force: true });
  }
}
