/** Reads inputs as a step of a workflow gives them: what is left out has its default, as on the runner. */
import { type Inputs, type Problem, readInputs, readSecrets } from "../../src/inputs/inputs.ts";
import { readAll } from "../../src/inputs/reader.ts";
import { inlineCode } from "../../src/shared/inline-code.ts";
import { Redactor } from "../../src/shared/redactor.ts";
import type { Result } from "../../src/shared/result.ts";

export type Given = Readonly<Record<string, string>>;

export const KEYS = { "secret-id": "AKIDEXAMPLE", "secret-key": "example-secret-key" };

/** A selection that says which CSRs are old. */
export const SELECTION = { "csr-ids": "", domains: "*", "keep-newest": "1" };

/** By input; blank for one that may be blank. */
export const DEFAULTS: ReadonlyMap<string, string> = readAll({}, inlineCode).defaults;

export const INPUT_NAMES = [...DEFAULTS.keys()];

/** The environment of a step. */
export function envOf(given: Given, env: NodeJS.ProcessEnv = {}, workspace = "."): NodeJS.ProcessEnv {
  const inputs = [...DEFAULTS].map(([name, text]) => [`INPUT_${name.toUpperCase()}`, given[name] ?? text]);
  return { ...Object.fromEntries(inputs), GITHUB_WORKSPACE: workspace, ...env };
}

export function readResult(
  given: Given,
  env: NodeJS.ProcessEnv = {},
  workspace = ".",
): Result<Inputs, readonly Problem[]> {
  const redactor = new Redactor();
  readSecrets(envOf(given, env, workspace), redactor);
  return readInputs(envOf(given, env, workspace), redactor);
}

/** The inputs of a step with a key, and with the ID 11 unless IDs are given. */
export function read(given: Given = {}, env: NodeJS.ProcessEnv = {}, workspace = "."): Inputs {
  const inputs = readResult({ "csr-ids": "11", ...KEYS, ...given }, env, workspace);
  if (!inputs.ok) throw new Error(inputs.failure.map(({ message }) => message).join("\n"));
  return inputs.value;
}

/** The problems of exactly these inputs. */
export function problemsOf(given: Given, env: NodeJS.ProcessEnv = {}, workspace = "."): readonly string[] {
  const inputs = readResult(given, env, workspace);
  return inputs.ok ? [] : inputs.failure.map(({ message }) => message);
}

/** The problems of a step that has a key and the ID 11 beside these inputs. */
export const problemOf = (given: Given, env: NodeJS.ProcessEnv = {}, workspace = "."): string =>
  problemsOf({ "csr-ids": "11", ...KEYS, ...given }, env, workspace).join("\n");
