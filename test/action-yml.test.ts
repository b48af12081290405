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
const types = parse(text("../action-types.yml")) as { inputs: object; outputs: object };
const namesOf = ({ inputs, outputs }: { inputs: object; outputs: object }) => ({
  inputs: Object.keys(inputs).sort(),
  outputs: Object.keys(outputs).sort(),
});

test("the inputs and their defaults are those of the code", () => {
  const defaultsOf = (inputs: Readonly<Record<string, { readonly default?: string }>>) =>
    Object.entries(inputs).map(([name, input]) => [name, input.default]);
  // The runner puts the value of an expression in.
  expect(action.inputs["github-token"]?.default).toBe("$" + "{{ github.token }}");
  const known: Readonly<Record<string, object>> = INPUTS;
  expect(defaultsOf({ ...action.inputs, "github-token": {} })).toEqual(defaultsOf(known));
});

test("action-types.yml has a type for exactly the inputs and outputs", () => {
  expect(namesOf(types)).toEqual(namesOf(action));
});

test.each(["inputs", "outputs"] as const)(
  "a name that is missing in the types of the %s, or one too many, is noticed",
  (part) => {
    const [[first = "", type], ...others] = Object.entries(types[part]) as [[string, unknown], ...[string, unknown][]];
    const without = { ...types, [part]: Object.fromEntries(others) };
    const renamed = { ...types, [part]: Object.fromEntries([[`${first}s`, type], ...others]) };
    const more = { ...types, [part]: { ...types[part], more: type } };
    for (const changed of [without, renamed, more]) expect(namesOf(changed)).not.toEqual(namesOf(action));
  },
);

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
