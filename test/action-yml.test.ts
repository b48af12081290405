import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { readInputs, readSecrets } from "../src/inputs/inputs.ts";
import { INPUT_DEFAULTS, type InputName } from "../src/inputs/known-inputs.ts";
import { outputsOf } from "../src/report/outputs.ts";
import type { RunRecord } from "../src/report/run-record.ts";
import { Redactor } from "../src/shared/redactor.ts";
import { VERSION } from "../src/version.ts";

const text = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8");
const action = parse(text("../action.yml")) as {
  inputs: Record<InputName, { description: string; default?: string }>;
  outputs: Record<string, { description: string }>;
};

test("the inputs and their defaults are those of the code", () => {
  const declared = Object.entries(action.inputs).map(([name, input]) => [name, input.default]);
  expect(Object.fromEntries(declared)).toEqual(INPUT_DEFAULTS);
});

test("every declared input is read", () => {
  const names = new Set<string>();
  const redactor = new Redactor();
  const steps: ReadonlyArray<Readonly<Record<string, string>>> = [
    { "csr-ids": "1", "comment-on-pull-request": "true" },
    { domains: "*", "role-arn": "qcs::cam::uin/1:roleName/r" },
  ];
  for (const step of steps) {
    const sources = {
      getInput: (name: InputName) => {
        names.add(name);
        return step[name] ?? INPUT_DEFAULTS[name] ?? "";
      },
      env: {},
      workspace: ".",
    };
    readSecrets(sources, redactor);
    readInputs(sources, redactor);
  }
  expect([...names].sort()).toEqual(Object.keys(action.inputs).sort());
});

test("every output that is set is declared, and back", () => {
  const record: RunRecord = {
    outcome: { kind: "invalid-inputs", problems: [] },
    inputs: undefined,
    attempts: [],
    clockOffsetMs: undefined,
    warnings: [],
    cancelled: false,
    startedAt: 0,
    durationMs: 0,
    identity: undefined,
  };
  expect(Object.keys(outputsOf(record, "report.json").values).sort()).toEqual(Object.keys(action.outputs).sort());
});

test("all have descriptions", () => {
  for (const { description } of [...Object.values(action.inputs), ...Object.values(action.outputs)])
    expect(description).toMatch(/^[A-Z`].{10,}\.$/s);
});

test("the version is that of package.json", () => {
  expect(VERSION).toBe((JSON.parse(text("../package.json")) as { version: string }).version);
});
