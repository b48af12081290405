import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { DEFAULT_ENDPOINT } from "../src/inputs/endpoint.ts";
import { readInputs, readSecrets } from "../src/inputs/inputs.ts";
import { outputsOf } from "../src/report/outputs.ts";
import { VERSION } from "../src/version.ts";
import { cleanUp, result } from "./report/results.ts";

const text = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8");
const action = parse(text("../action.yml")) as {
  inputs: Record<string, { description: string; default?: string }>;
  outputs: Record<string, { description: string }>;
};

/** The inputs that the code asks for. */
function inputsRead(): readonly string[] {
  const names = new Set<string>();
  const getInput = (name: string): string => {
    names.add(name);
    return { "csr-ids": "1", "dry-run": "true" }[name] ?? "";
  };
  const sources = { getInput, env: {}, workspace: "." };
  readInputs(sources);
  readSecrets(sources);
  return [...names].sort();
}

test("every input that is read is declared, and back", () => {
  expect(inputsRead()).toEqual(Object.keys(action.inputs).sort());
});

test("every output that is set is declared, and back", () => {
  expect(Object.keys(outputsOf(result(cleanUp([])), "p").values).sort()).toEqual(Object.keys(action.outputs).sort());
});

test("the defaults are those of the code", () => {
  const defaults = Object.fromEntries(
    Object.entries(action.inputs).flatMap(([name, input]) => ("default" in input ? [[name, input.default]] : [])),
  );
  expect(defaults).toEqual({
    endpoint: DEFAULT_ENDPOINT,
    "dry-run": "false",
    "requests-per-second": "10",
    "on-absent": "warn",
  });
});

test("a step that leaves out all inputs with defaults is the same step as one that gives them", () => {
  const read = (inputs: Readonly<Record<string, string | undefined>>) =>
    readInputs({ getInput: (name) => inputs[name] ?? "", env: {}, workspace: "." });
  const needed = { "csr-ids": "1", "secret-id": "AKIDEXAMPLE", "secret-key": "example" };
  const defaults = Object.fromEntries(Object.entries(action.inputs).map(([name, input]) => [name, input.default]));
  expect(read({ ...defaults, ...needed })).toEqual(read(needed));
});

test("inputs are read, and outputs are set, in no other place than those looked at here", () => {
  const sources = readdirSync(new URL("../src", import.meta.url), { recursive: true, encoding: "utf8" })
    .map((name) => name.replaceAll("\\", "/"))
    .filter((name) => name.endsWith(".ts"));
  const using = (pattern: RegExp) => sources.filter((name) => pattern.test(text(`../src/${name}`))).sort();
  expect(using(/getInput\(/)).toEqual(["inputs/credentials.ts", "inputs/inputs.ts"]);
  expect(using(/setOutput\(/)).toEqual(["report/report.ts"]);
  expect(using(/getMultilineInput|getBooleanInput|INPUT_|GITHUB_OUTPUT/)).toEqual([]);
});

test("all have descriptions", () => {
  for (const { description } of [...Object.values(action.inputs), ...Object.values(action.outputs)])
    expect(description).toMatch(/^[A-Z`].{10,}/s);
});

test("the version is that of package.json", () => {
  expect(VERSION).toBe((JSON.parse(text("../package.json")) as { version: string }).version);
});
