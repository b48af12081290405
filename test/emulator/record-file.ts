import { recordOf } from "./tencentcloud/records.ts";
import type { CsrSeed } from "./types.ts";

const FIELDS = Object.keys(recordOf(1));

function problemOf(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return "it is not an object";
  const unknown = Object.keys(value).find((name) => !FIELDS.includes(name));
  if (unknown !== undefined) return `there is no field "${unknown}"`;
  return "Id" in value && Number.isSafeInteger(value.Id) ? undefined : '"Id" is not an integer';
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`it is not JSON: ${error instanceof Error ? error.message : error}`);
  }
}

/** The CSRs in a file; throws an error that describes what is wrong with it. */
export function parseRecords(text: string): CsrSeed[] {
  const records = parse(text);
  if (!Array.isArray(records)) throw new Error("it must hold a JSON array of records");
  for (const [index, record] of records.entries()) {
    const problem = problemOf(record);
    if (problem !== undefined) throw new Error(`record ${index + 1}: ${problem}`);
  }
  return records;
}
