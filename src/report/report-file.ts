/** The report file: every ID's outcome and every call, as JSON, for `actions/upload-artifact`. */
import { closeSync, mkdtempSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { Cause } from "../cleanup/outcome.ts";
import { VERSION } from "../version.ts";
import type { RunResult } from "./result.ts";
import { oneLine } from "./text.ts";

/** So much is written at once: the whole of a large report never stands in memory. */
const CHUNK_CHARACTERS = 64 * 1024;

const explained = (cause: Cause | undefined) =>
  cause && { code: cause.code, message: oneLine(cause.message), meaning: cause.meaning, remedy: cause.remedy };

/** Every row of the report's `ids`. */
function* idRows({ work }: RunResult): Generator<unknown> {
  if (work.kind === "clean-up") {
    for (const [id, { name, requestId, cause }] of work.outcomes) {
      yield { id, outcome: name, ...(cause ? { code: cause.code } : {}), ...(requestId ? { requestId } : {}) };
    }
    return;
  }
  const listing = work.kind === "dry run" ? work.listing : undefined;
  for (const id of work.ids) yield { id, exists: listing?.present.has(id) || (listing?.complete ? false : null) };
}

/** Each cause once, by its code. */
function causesOf({ work }: RunResult): readonly unknown[] {
  const found = new Map<string, unknown>();
  if (work.kind === "clean-up") {
    for (const { cause } of work.outcomes.values())
      if (cause && !found.has(cause.code)) found.set(cause.code, explained(cause));
  }
  return [...found.values()];
}

function* calls(result: RunResult): Generator<unknown> {
  for (const { startedAt, ...call } of result.calls) yield { ...call, startedAt: new Date(startedAt).toISOString() };
}

function* array(name: string, rows: Iterable<unknown>): Generator<string> {
  yield `,\n  "${name}": [`;
  let separator = "\n    ";
  for (const row of rows) {
    yield separator + JSON.stringify(row);
    separator = ",\n    ";
  }
  yield "\n  ]";
}

/** The text of the report, piece by piece. */
export function* reportText(result: RunResult): Generator<string> {
  const { work, cancelled, endpoint, startedAt, durationMs } = result;
  const head = {
    action: "delete-tencentcloud-ssl-csrs",
    version: VERSION,
    kind: work.kind,
    endpoint,
    startedAt: new Date(startedAt).toISOString(),
    durationMs: Math.round(durationMs),
    cancelled,
    ...(work.kind === "failed" ? { problems: work.problems } : {}),
    ...("stoppedBy" in work && work.stoppedBy ? { stoppedBy: explained(work.stoppedBy) } : {}),
    ...("listing" in work && work.listing
      ? {
          listing: {
            complete: work.listing.complete,
            ...(work.listing.fault ? { fault: explained(work.listing.fault) } : {}),
          },
        }
      : {}),
  };
  yield JSON.stringify(head, undefined, 2).slice(0, -2);
  yield* array("causes", causesOf(result));
  yield* array("ids", idRows(result));
  yield* array("calls", calls(result));
  yield "\n}\n";
}

/**
 * Writes the report into a new folder under `folder`. Returns its path.
 * @param result without secrets: in the file's text they could not be hidden without harm to numbers and names
 * @throws {Error} what the file system says
 */
export function writeReport(result: RunResult, folder: string): string {
  const path = join(mkdtempSync(join(folder, "csr-clean-up-")), "report.json");
  const file = openSync(path, "w");
  try {
    let chunk = "";
    for (const piece of reportText(result)) {
      chunk += piece;
      if (chunk.length < CHUNK_CHARACTERS) continue;
      writeSync(file, chunk);
      chunk = "";
    }
    writeSync(file, chunk);
  } finally {
    closeSync(file);
  }
  return path;
}
