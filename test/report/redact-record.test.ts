import { expect, test } from "vitest";
import { redactRecord } from "../../src/report/redact-record.ts";
import { Redactor } from "../../src/shared/redactor.ts";
import {
  attempt,
  deleted,
  deletion,
  denied,
  dryRun,
  inputs,
  invalidInputs,
  lookup,
  notDeleted,
  planOfRows,
  record,
  row,
} from "./records.ts";

const SECRET = "hunter_2/x";

function redactorOf(...secrets: readonly string[]): Redactor {
  const redactor = new Redactor();
  redactor.registerSecrets(secrets);
  return redactor;
}

/** Maps as their entries, so that nothing is hidden from `JSON.stringify`. */
const json = (value: unknown): string =>
  JSON.stringify(value, (_key, part) => (part instanceof Map ? [...part] : part instanceof Set ? [...part] : part));

test("a secret is nowhere in what the API, a proxy or the network said", () => {
  const failure = { ...denied, code: SECRET, message: `echo ${SECRET}`, requestId: SECRET };
  const given = record(
    deletion(
      [[1, notDeleted("remaining", SECRET, SECRET, SECRET)]],
      { stoppedBy: failure, lookup: lookup([1], failure), unexpectedValues: [SECRET, { deep: [SECRET] }] },
      planOfRows([row(1, { domain: SECRET, createTime: SECRET, remarks: SECRET })]),
    ),
    { attempts: [attempt({ code: SECRET, requestId: SECRET })], warnings: [{ title: "t", message: SECRET }] },
  );
  const redacted = json(redactRecord(given, redactorOf(SECRET)));
  expect(redacted).not.toContain("hunter");
  expect(redacted).toContain("***");
});

test("a secret is in no problem of the inputs", () => {
  const redacted = redactRecord(record(invalidInputs(`bad\n  line 1: ${SECRET}`)), redactorOf(SECRET));
  expect(json(redacted)).not.toContain("hunter");
});

test.each(["deleted", "remaining", "deletion", "dry-run", "delete", "selection", "conclusive", "1234"])(
  "the secret %j changes no ID, and none of our own words",
  (secret) => {
    const given = record(
      deletion([
        [1234, deleted],
        [1235, notDeleted("remaining", "X")],
      ]),
    );
    expect(redactRecord(given, redactorOf(secret))).toEqual(given);
    const plan = record(dryRun(planOfRows([row(1234)])));
    expect(redactRecord(plan, redactorOf(secret))).toEqual(plan);
  },
);

test("IDs that share an outcome share it afterwards, and what holds no secret is not copied", () => {
  const shared = notDeleted("remaining", "X", SECRET);
  const given = record(
    deletion([
      [1, shared],
      [2, shared],
      [3, deleted],
    ]),
  );
  const { outcome } = redactRecord(given, redactorOf(SECRET));
  const outcomes = outcome.kind === "deletion" ? outcome.execution.outcomes : new Map();
  expect(outcomes.get(1)).toBe(outcomes.get(2));
  expect(outcomes.get(1)).not.toBe(shared);
  expect(outcomes.get(3)).toBe(deleted);
});

test("the inputs are the same object", () => {
  const own = inputs({ warnings: [{ title: "t", message: SECRET }] });
  expect(redactRecord(record(deletion([]), { inputs: own }), redactorOf(SECRET)).inputs).toBe(own);
});
