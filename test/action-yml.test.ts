import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { readInputs, readSecrets } from "../src/inputs/inputs.ts";
import { readAll } from "../src/inputs/reader.ts";
import { outputsOf } from "../src/report/outputs.ts";
import { Redactor } from "../src/shared/redactor.ts";
import type { RunRecord } from "../src/shared/run-record.ts";
import { VERSION } from "../src/version.ts";

const text = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8");
const action = parse(text("../action.yml")) as {
  inputs: Record<string, { description: string; required: boolean; default?: string }>;
  outputs: Record<string, { description: string }>;
  runs: object;
};
interface Type {
  readonly type: string;
  readonly separator?: string;
  readonly "list-item"?: { readonly type: string };
  readonly "allowed-values"?: readonly string[];
}
const types = parse(text("../action-types.yml")) as { inputs: Record<string, Type>; outputs: Record<string, Type> };
const namesOf = ({ inputs, outputs }: { inputs: object; outputs: object }) => ({
  inputs: Object.keys(inputs).sort(),
  outputs: Object.keys(outputs).sort(),
});

test("the inputs and their defaults are those of the code", () => {
  // The runner puts the value of an expression in.
  expect(action.inputs["github-token"]?.default).toBe("$" + "{{ github.token }}");
  const declared = Object.entries({ ...action.inputs, "github-token": { default: "" } });
  expect(declared.map(([name, input]) => [name, input.default ?? ""])).toEqual([...readAll({}, String).defaults]);
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

describe("the type of an input is what the code takes it for:", () => {
  const accepts = (name: string, value: string) =>
    !readAll({ [`INPUT_${name.toUpperCase()}`]: value }, String).problems.some(({ input }) => input === name);
  const WORDS = ["auto", "true", "false", "ignore", "warn", "fail"];

  function typeOf(name: string): string {
    const [isText, isNumber] = [accepts(name, "x") || accepts(name, "11, 22"), accepts(name, "3")];
    const words = WORDS.filter((word) => accepts(name, word));
    if (!isText && isNumber) return accepts(name, "1.5") ? "float" : "integer";
    if (isText || words.length === 0) return "text";
    return words.join() === "true,false" ? "boolean" : words.join();
  }

  test.each(Object.entries(types.inputs))("%s", (name, { type, ...rest }) => {
    const said = { string: "text", list: "text", enum: rest["allowed-values"]?.join() }[type] ?? type;
    expect(said).toBe(typeOf(name));
    if (type !== "list") return;
    expect(rest["list-item"]).toEqual({ type: "string" });
    const entries = Array.from({ length: 1_001 }, (_, index) =>
      name.endsWith("-ids") ? `${index + 1}` : `a${index}.com`,
    );
    expect(accepts(name, entries.slice(1).join(rest.separator))).toBe(true);
    // Each counts, so they are told apart.
    expect(accepts(name, entries.join(rest.separator))).toBe(false);
  });
});

test("counts are integers, all other outputs text", () => {
  for (const [name, { type }] of Object.entries(types.outputs))
    expect([name, type]).toEqual([name, name.endsWith("-count") ? "integer" : "string"]);
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

test("GitHub starts dist on Node 24, and wants no input by itself", () => {
  expect(action.runs).toEqual({ using: "node24", main: "dist/index.js" });
  for (const [name, { required }] of Object.entries(action.inputs)) expect([name, required]).toEqual([name, false]);
});

test("all have descriptions", () => {
  for (const { description } of [...Object.values(action.inputs), ...Object.values(action.outputs)])
    expect(description).toMatch(/^[A-Z`].{10,}\.$/s);
});

test("the version is that of package.json", () => {
  expect(VERSION).toBe((JSON.parse(text("../package.json")) as { version: string }).version);
});
