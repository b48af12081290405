import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { readInputs, readSecrets } from "../src/inputs/inputs.ts";
import { INPUTS } from "../src/inputs/reader.ts";
import { outputsOf } from "../src/report/outputs.ts";
import { Redactor } from "../src/shared/redactor.ts";
import type { RunRecord } from "../src/shared/run-record.ts";
import { VERSION } from "../src/version.ts";

const text = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8");
const action = parse(text("../action.yml")) as {
  inputs: Record<string, { description: string; default?: string }>;
  outputs: Record<string, { description: string }>;
};

test("the inputs and their defaults are those of the code", () => {
  const defaultsOf = (inputs: Readonly<Record<string, { readonly default?: string }>>) =>
    Object.entries(inputs).map(([name, input]) => [name, input.default]);
  const known: Readonly<Record<string, object>> = INPUTS;
  expect(defaultsOf(action.inputs)).toEqual(defaultsOf(known));
});

test("every declared input is read", () => {
  const names = new Set<string>();
  const redactor = new Redactor();
  const steps: ReadonlyArray<Readonly<Record<string, string>>> = [
    { "csr-ids": "1", "comment-on-pull-request": "true" },
    { domains: "*", "role-arn": "qcs::cam::uin/1:roleName/r" },
  ];
  for (const step of steps) {
    const values = Object.entries(action.inputs).map(([name, input]) => [name, step[name] ?? input.default ?? ""]);
    const inputs = Object.fromEntries(values.map(([name, value]) => [`INPUT_${name?.toUpperCase()}`, value]));
    const env = new Proxy(inputs, {
      get: (target, name: string) => {
        if (name.startsWith("INPUT_")) names.add(name.slice("INPUT_".length).toLowerCase());
        return target[name];
      },
    });
    readSecrets(env, redactor);
    readInputs(env, redactor);
  }
  expect([...names].sort()).toEqual(Object.keys(action.inputs).sort());
});

test("every output that is set is declared, and back", () => {
  const record: RunRecord = { problems: [], calls: [], cancelled: false, startedAt: 0, durationMs: 0 };
  expect(Object.keys(outputsOf(record, "report.json").values).sort()).toEqual(Object.keys(action.outputs).sort());
});

test("all have descriptions", () => {
  for (const { description } of [...Object.values(action.inputs), ...Object.values(action.outputs)])
    expect(description).toMatch(/^[A-Z`].{10,}\.$/s);
});

test("the version is that of package.json", () => {
  expect(VERSION).toBe((JSON.parse(text("../package.json")) as { version: string }).version);
});
