/** Reports of every kind fit docs/report.schema.json, and have no field that it does not describe. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import type { Refusal } from "../../src/csrs/plan.ts";
import { type Decision, KEPT } from "../../src/csrs/selection.ts";
import { reportPieces } from "../../src/report/report-file.ts";
import { evaluate, kindOf } from "../../src/report/verdict.ts";
import type { RunRecord } from "../../src/shared/run-record.ts";
import { reportProblems } from "../support/report-schema.ts";
import {
  absent,
  attempt,
  crashed,
  deleted,
  deletion,
  denied,
  dryRun,
  listing,
  notDeleted,
  planOfRows,
  record,
  refused,
  row,
  wrongInputs,
} from "./records.ts";

const DECISIONS = ["delete", "absent", ...Object.keys(KEPT)] as readonly Decision[];
const plan = planOfRows(DECISIONS.map((decision, index) => row(index + 1, { remarks: undefined }, decision)));
const refusals: readonly Refusal[] = [
  { kind: "listing", listing: listing([], denied), neededBy: "a selection" },
  { kind: "accounts", found: ["1"], allowed: ["2"] },
  { kind: "absent", ids: [2] },
  { kind: "protected", ids: [3] },
  { kind: "too-many", planned: 2, max: 1 },
];
const entries = [
  [1, deleted],
  [2, absent(true)],
  [3, notDeleted("remaining", "LeftOut", "", undefined)],
  [4, notDeleted("unknown", "X")],
  [5, notDeleted("skipped", "Cancelled")],
] as const;

const RECORDS: readonly RunRecord[] = [
  wrongInputs("`dry-run` is blank"),
  ...refusals.map((refusal) => refused(refusal, plan)),
  dryRun(plan),
  deletion(entries, { stoppedBy: denied, listing: listing([3], denied), unexpectedValues: ["99", "null"] }, plan),
  crashed(plan),
  crashed(),
].map((given) => ({
  ...given,
  calls: [attempt(), attempt({ requestId: undefined, code: "InternalError", durationMs: 1.5 })],
  clockOffsetMs: -3_600_000,
  cancelled: true,
  identity: { roleArn: "qcs::cam::uin/1:roleName/r", sessionName: "s", provider: "p", repository: "o/r" },
}));

const reportOf = (given: RunRecord): Record<string, unknown> =>
  JSON.parse([...reportPieces(given, evaluate(given))].join(""));

test.each(RECORDS.map((given) => [`${kindOf(given)} ${given.refusal?.kind ?? ""}`, given] as const))(
  "a report of kind %s fits the schema",
  (_kind, given) => {
    expect(reportProblems(reportOf(given))).toEqual([]);
  },
);

test("so does the report of a run that has not ended", () => {
  expect(reportProblems(JSON.parse([...reportPieces(record({ plan }))].join("")))).toEqual([]);
});

test("and so do the examples in docs/report-file.md", () => {
  const document = readFileSync(resolve(import.meta.dirname, "../../docs/report-file.md"), "utf8");
  const examples = [...document.matchAll(/^```json\n(.*?)^```$/gms)].map(([, text = ""]) => JSON.parse(text));
  expect(examples).toHaveLength(3);
  for (const example of examples) expect(reportProblems(example)).toEqual([]);
});

describe("what the schema does not describe is found:", () => {
  const valid = reportOf(deletion(entries, {}, plan));
  const withRow = (more: object): object => ({ ...valid, csrs: [{ id: 1, decision: "delete", ...more }] });

  test.each<[string, object]>([
    ["another type", { ...valid, durationMs: "1" }],
    ["another field", { ...valid, more: 1 }],
    ["another kind", { ...valid, kind: "other" }],
    ["another level", { ...valid, notes: [{ level: "info", title: "t", message: "m" }] }],
    ["another decision", withRow({ decision: "keep" })],
    ["another outcome", withRow({ outcome: "gone" })],
    ["another field of a row", withRow({ more: 1 })],
    ["an ID that is text", withRow({ id: "1" })],
    ["a time in another form", { ...valid, startedAt: "yesterday" }],
  ])("%s", (_name, report) => {
    expect(reportProblems(withRow({}))).toEqual([]);
    expect(reportProblems(report)).toHaveLength(1);
  });

  test.each(["action", "version", "kind", "startedAt", "durationMs", "cancelled", "notes", "causes", "csrs", "calls"])(
    "a report without %s",
    (name) => {
      const { [name]: _, ...incomplete } = valid;
      expect(reportProblems(incomplete)).toHaveLength(1);
    },
  );
});

describe("the schema says of every field what it may be:", () => {
  type Path = readonly (string | number)[];
  /** All places in a report, by their names in the schema: `csrs.id` is that of any row. */
  function* placesIn(value: unknown, path: Path = []): Generator<readonly [name: string, path: Path, value: unknown]> {
    if (path.length > 0) yield [path.filter((part) => typeof part === "string").join("."), path, value];
    if (typeof value !== "object" || value === null) return;
    for (const [name, inner] of Object.entries(value))
      yield* placesIn(inner, [...path, Array.isArray(value) ? Number(name) : name]);
  }

  /** A copy with another value at `path`; without one, it is taken out. */
  function withAt(report: unknown, [first = "", ...rest]: Path, value?: unknown): unknown {
    const copy = (Array.isArray(report) ? [...report] : { ...(report as object) }) as Record<string | number, unknown>;
    if (rest.length > 0) copy[first] = withAt(copy[first], rest, value);
    else if (value !== undefined) copy[first] = value;
    else delete copy[first];
    return copy;
  }

  const reports = RECORDS.map(reportOf);
  const places = new Map(
    reports.flatMap((report) => [...placesIn(report)].map(([name, ...place]) => [name, [report, ...place]] as const)),
  );
  const problemsWith = (name: string, value?: unknown): readonly string[] => {
    const [report, path] = places.get(name) ?? expect.fail(`no report has ${name}`);
    return reportProblems(withAt(report, path, value));
  };

  test.each([...places])("not any type, nor null, for %s", (name, [, , value]) => {
    expect(problemsWith(name, value)).toEqual([]);
    expect(problemsWith(name, typeof value === "string" ? 1 : "x")).not.toEqual([]);
    expect(problemsWith(name, null)).not.toEqual([]);
  });

  test.each(["action", "version", "kind", "refusal", "startedAt", "notes.level", "csrs.decision", "csrs.outcome"])(
    "not any text for %s",
    (name) => expect(problemsWith(name, "other")).not.toEqual([]),
  );

  test.each(["durationMs", "listing.total", "csrs.id", "calls.size", "calls.attempt", "calls.durationMs"])(
    "not any number for %s",
    (name) => {
      expect(problemsWith(name, 1)).toEqual([]);
      expect(problemsWith(name, 1.5)).not.toEqual([]);
      expect(problemsWith(name, -1)).not.toEqual([]);
    },
  );

  test.each([
    ...[
      "identity.roleArn",
      "identity.sessionName",
      "listing.conclusive",
      "notes.level",
      "notes.title",
      "notes.message",
    ],
    ...["causes.code", "causes.message", "causes.meaning", "causes.remedy", "csrs.id", "csrs.decision", "calls.action"],
    ...["calls.size", "calls.attempt", "calls.retry", "calls.startedAt", "calls.durationMs", "stoppedBy.code"],
  ])("that %s is never missing", (name) => expect(problemsWith(name)).not.toEqual([]));
});
