/** The report file: every ID's outcome and every call as JSON, for `actions/upload-artifact`; and the plan as CSV beside it. */
import { closeSync, existsSync, mkdirSync, openSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Cause, OutcomeName } from "../csrs/outcome.ts";
import type { PlanRow } from "../csrs/plan.ts";
import type { AttemptRecord } from "../tencentcloud/api-client.ts";
import type { ApiFailure } from "../tencentcloud/failure.ts";
import { VERSION } from "../version.ts";
import { describeDecision } from "./plan-rows.ts";
import { type Explanation, explain } from "./remedies.ts";
import { lookupOf, type PendingRecord, type RunOutcome, type RunRecord, rowsOf } from "./run-record.ts";
import { sanitizeLine } from "./text.ts";
import type { Verdict } from "./verdict.ts";

/** The form of the report file. Texts of the API are on one line each; what is missing is not known or does not apply. */
export interface ReportFile {
  readonly action: "delete-tencentcloud-ssl-csrs";
  readonly version: string;
  /** `pending`: the run has begun to delete, and ended before it could write its result. */
  readonly kind: RunOutcome["kind"] | "pending";
  /** Whether the step fails; missing while it is pending. */
  readonly failed?: boolean;
  readonly dryRun?: boolean;
  readonly endpoint?: string;
  readonly identity?: { readonly roleArn: string; readonly sessionName: string };
  /** ISO 8601. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly cancelled: boolean;
  /** Why the step fails, besides `causes`: wrong inputs, guards, lookups. Markdown. */
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
  /** The failure that made further calls pointless. */
  readonly stoppedBy?: ReportedCause;
  /** The listing of CSRs. `conclusive`: an ID that it did not show does not exist. */
  readonly lookup?: { readonly conclusive: boolean; readonly failure?: ReportedCause };
  /** Added to the runner's clock, in ms. */
  readonly clockOffsetMs?: number;
  readonly unexpectedValues?: readonly unknown[];
  /** Why IDs were not deleted: each code once. */
  readonly causes: readonly ReportedCause[];
  /** The planned IDs in order; empty without a plan. */
  readonly ids: readonly ReportedId[];
  /** What a listing said about the planned CSRs, and in a selection about those that are kept. */
  readonly plan: readonly ReportedRow[];
  /** Every request, in the order of the responses. */
  readonly calls: readonly ReportedCall[];
}

export interface ReportedCause extends Explanation {
  readonly code: string;
  readonly message: string;
  readonly requestId?: string;
}

export interface ReportedId {
  readonly id: number;
  readonly outcome: OutcomeName | "planned" | "pending";
  readonly code?: string;
  readonly requestId?: string;
  /** In a dry run: whether the CSR exists; `null` if that is not known. */
  readonly exists?: boolean | null;
}

export interface ReportedRow {
  readonly id: number;
  readonly domain: string;
  readonly created: string;
  readonly ageMs: number | null;
  readonly remarks: string;
  readonly decision: PlanRow["decision"];
}

/** `startedAt` in ISO 8601. `code` is missing when the call succeeded. */
export type ReportedCall = Omit<AttemptRecord, "startedAt"> & { readonly startedAt: string };

/** The report without its lists, which may be long. */
type Head = Omit<ReportFile, "causes" | "ids" | "plan" | "calls">;

/** So many characters are written at once: a large report is never in memory as a whole. */
const CHUNK_CHARACTERS = 64 * 1024;
const MAX_NAME = 100;
const MAX_FOLDERS = 1_000;

const reportedCause = ({ code, message, requestId }: Cause | ApiFailure): ReportedCause => ({
  code: sanitizeLine(code, MAX_NAME),
  message: sanitizeLine(message),
  ...explain(code),
  ...named({ requestId }),
});

/** Codes and RequestIds, where there are any, on one line. */
function named(names: { readonly code?: string | undefined; readonly requestId?: string | undefined }) {
  const given = Object.entries(names).filter(([, name]) => name);
  return Object.fromEntries(given.map(([key, name]) => [key, sanitizeLine(name ?? "", MAX_NAME)]));
}

function* reportedIds(record: RunRecord | PendingRecord): Generator<ReportedId> {
  const { outcome, inputs } = record;
  if (outcome.kind === "deletion") {
    for (const [id, { name, requestId, cause }] of outcome.execution.outcomes)
      yield { id, outcome: name, ...named({ code: cause?.code, requestId }) };
  } else if (outcome.kind === "pending") {
    for (const id of outcome.plan.ids) yield { id, outcome: "pending" };
  } else if (outcome.kind === "internal-error" && !inputs?.dryRun) {
    for (const id of outcome.plan?.ids ?? []) yield { id, outcome: "unknown", code: "Internal.Error" };
  } else if (outcome.kind === "dry-run") {
    const { ids, lookup } = outcome.plan;
    for (const id of ids)
      yield { id, outcome: "planned", exists: lookup?.records.has(id) || (lookup?.conclusive ? false : null) };
  }
}

function* reportedRows(rows: readonly PlanRow[]): Generator<ReportedRow> {
  for (const { record, decision, ageMs = null } of rows) {
    const { id, domain = "", createTime = "", remarks = "" } = record;
    yield {
      id,
      domain: sanitizeLine(domain),
      created: sanitizeLine(createTime, MAX_NAME),
      ageMs,
      remarks: sanitizeLine(remarks),
      decision,
    };
  }
}

function* reportedCalls({ attempts }: Pick<RunRecord, "attempts">): Generator<ReportedCall> {
  for (const { startedAt, requestId, code, durationMs, ...call } of attempts)
    yield {
      ...call,
      startedAt: new Date(startedAt).toISOString(),
      durationMs: Math.round(durationMs),
      ...named({ requestId, code }),
    };
}

const notesOf = (notes: Verdict["errors"]): readonly string[] =>
  notes.map(({ title, message }) => `${title}: ${message}`);

function headOf(record: RunRecord | PendingRecord, verdict: Verdict | undefined): Head {
  const { outcome, inputs, identity, clockOffsetMs } = record;
  const execution = outcome.kind === "deletion" ? outcome.execution : undefined;
  const lookup = lookupOf(record);
  return {
    action: "delete-tencentcloud-ssl-csrs",
    version: VERSION,
    kind: outcome.kind,
    ...(verdict ? { failed: verdict.failed } : {}),
    ...(inputs ? { dryRun: inputs.dryRun, endpoint: inputs.endpoint.host } : {}),
    ...(identity ? { identity: { roleArn: identity.roleArn, sessionName: identity.sessionName } } : {}),
    startedAt: new Date(record.startedAt).toISOString(),
    durationMs: Math.round(record.durationMs),
    cancelled: record.cancelled,
    errors: notesOf(verdict?.errors ?? []),
    warnings: notesOf(verdict?.warnings ?? record.warnings),
    ...(execution?.stoppedBy ? { stoppedBy: reportedCause(execution.stoppedBy) } : {}),
    ...(lookup
      ? {
          lookup: {
            conclusive: lookup.conclusive,
            ...(lookup.failure ? { failure: reportedCause(lookup.failure) } : {}),
          },
        }
      : {}),
    ...(clockOffsetMs === undefined ? {} : { clockOffsetMs }),
    ...(execution?.unexpectedValues.length ? { unexpectedValues: execution.unexpectedValues } : {}),
  };
}

function* jsonArray(name: keyof ReportFile, rows: Iterable<unknown>): Generator<string> {
  let separator = "\n    ";
  yield `,\n  "${name}": [`;
  for (const row of rows) {
    yield separator + JSON.stringify(row);
    separator = ",\n    ";
  }
  yield "\n  ]";
}

/** The text of the report file, piece by piece. */
export function* reportText(record: RunRecord | PendingRecord, verdict?: Verdict): Generator<string> {
  yield JSON.stringify(headOf(record, verdict), undefined, 2).slice(0, -2);
  yield* jsonArray(
    "causes",
    (verdict?.causes ?? []).map(({ cause }) => reportedCause(cause)),
  );
  yield* jsonArray("ids", reportedIds(record));
  yield* jsonArray("plan", reportedRows(rowsOf(record)));
  yield* jsonArray("calls", reportedCalls(record));
  yield "\n}\n";
}

/** A cell that no spreadsheet takes for a formula: https://owasp.org/www-community/attacks/CSV_Injection */
function csvCell(text: string): string {
  const line = sanitizeLine(text);
  return `"${/^[=+\-@\uff1d\uff0b\uff0d\uff20]/.test(line) ? "'" : ""}${line.replaceAll('"', '""')}"`;
}

/** The rows of the plan as CSV (RFC 4180), piece by piece. */
export function* planCsv(rows: readonly PlanRow[]): Generator<string> {
  yield "csr_id,domain,created,age_days,remarks,decision\r\n";
  for (const row of rows) {
    const { id, domain = "", createTime = "", remarks = "" } = row.record;
    const days = row.ageMs === undefined ? "" : Math.floor(row.ageMs / 86_400_000);
    const decision = describeDecision(row).replaceAll("`", "");
    yield `${id},${csvCell(domain)},${csvCell(createTime)},${days},${csvCell(remarks)},${csvCell(decision)}\r\n`;
  }
}

/**
 * Makes a folder for the report, and returns the path of the report file in it. The name is fixed but for a number: a random one
 * could hold a masked value by chance, and the runner would drop the output.
 * @throws {Error} what the file system says
 */
export function createReportPath(folder: string): string {
  for (let number = 1; ; number += 1) {
    const path = join(folder, `csr-report-${number}`);
    try {
      mkdirSync(path);
      return join(path, "report.json");
    } catch (error) {
      if (!existsSync(path) || number === MAX_FOLDERS) throw error;
    }
  }
}

/**
 * Writes the report file, and the plan beside it if a listing was read.
 * @param record redacted
 * @throws {Error} what the file system says
 */
export function writeReportFile(path: string, record: RunRecord | PendingRecord, verdict?: Verdict): void {
  const rows = rowsOf(record);
  if (rows.length > 0) writePieces(join(path, "..", "plan.csv"), planCsv(rows));
  writePieces(path, reportText(record, verdict));
}

/** Writes to a new file that takes the place of an older one only when it is whole. */
function writePieces(path: string, pieces: Iterable<string>): void {
  const file = openSync(`${path}.part`, "w");
  try {
    let chunk = "";
    for (const piece of pieces) {
      chunk += piece;
      if (chunk.length < CHUNK_CHARACTERS) continue;
      writeFileSync(file, chunk);
      chunk = "";
    }
    writeFileSync(file, chunk);
  } finally {
    closeSync(file);
  }
  renameSync(`${path}.part`, path);
}
