/** Checks reports against docs/report.schema.json. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";

const path = resolve(import.meta.dirname, "../../docs/report.schema.json");

type Schema = Readonly<Record<string, unknown>>;

/** The schema, but without fields that it does not describe: users must ignore these, and tests must find them. */
function closed(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(closed);
  const copy = Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, closed(inner)]));
  return "properties" in value ? { ...copy, additionalProperties: false } : copy;
}

const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true });
const validate = ajv.compile(closed(JSON.parse(readFileSync(path, "utf8"))) as Schema);

/** What is wrong with a report; empty if it fits the schema and has no field that is not in it. */
export function reportProblems(report: unknown): readonly string[] {
  if (validate(report)) return [];
  return (validate.errors ?? []).map(({ instancePath, message, params }) =>
    `${instancePath || "/"} ${message} ${JSON.stringify(params)}`.trim(),
  );
}

/** The same for a report file. */
export function reportFileProblems(file: string): readonly string[] {
  return reportProblems(JSON.parse(readFileSync(file, "utf8")));
}
