/** What each room of `src` may import, as .github/CONTRIBUTING.md lists it. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { expect, test } from "vitest";

const src = resolve(import.meta.dirname, "../src");

/** By room: rooms, or files of other rooms, that it may import; those with `type` for their types alone. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  shared: [],
  http: ["shared"],
  tencentcloud: ["shared", "http"],
  github: ["shared", "http", "tencentcloud"],
  inputs: ["shared", "http/proxy.ts", "github/event.ts"],
  credentials: ["shared", "http", "github", "tencentcloud", "type inputs"],
  csrs: ["shared", "tencentcloud", "type inputs"],
  report: [
    ...["shared", "inputs", "csrs", "github", "tencentcloud/errors.ts"],
    ...["type tencentcloud", "type credentials", "credentials/identity.ts", "type http"],
  ],
};

/** The run record is made of what the rooms hand on. */
const EXCEPTIONS: Readonly<Record<string, readonly string[]>> = {
  "shared/run-record.ts": ["inputs", "csrs", "credentials", "tencentcloud"].map((room) => `type ${room}`),
};

/** By file of no room: what it may import. `main.ts` may import all. */
const FILES: Readonly<Record<string, readonly string[]>> = {
  "index.ts": ["main.ts", "report", "shared"],
  "version.ts": [],
};

const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  "@actions/core": ["inputs", "report"],
  "@actions/github": ["github"],
  undici: ["http"],
};

interface Import {
  readonly from: string;
  readonly target: string;
  readonly typeOnly: boolean;
}

/** The imports and re-exports in a module. */
function importsOf(from: string, code: string): readonly Import[] {
  const text = code.replaceAll(/\/\*.*?\*\/|^\s*\/\/.*$/gms, "");
  const lines = text.matchAll(/^\s*(?:import|export)\b(?:([^;"'`=]*?)\bfrom)?\s*["']([^"']+)["']/gm);
  const calls = text.matchAll(/(typeof )?\bimport\(\s*["']([^"']+)["']/g);
  return [
    ...[...lines].map(([, clause = "", target = ""]) => {
      const names = /^\s*\{(.*)\}/s
        .exec(clause)?.[1]
        ?.split(",")
        .filter((name) => name.trim() !== "");
      return { from, target, typeOnly: /^\s*type\b/.test(clause) || !!names?.every((name) => /^\s*type /.test(name)) };
    }),
    ...[...calls].map(([, type, target = ""]) => ({ from, target, typeOnly: type !== undefined })),
  ];
}

const roomOf = (path: string): string => path.split("/")[0] ?? "";

/** Why a module may not have an import; undefined if it may. */
function objection({ from, target, typeOnly }: Import): string | undefined {
  const room = roomOf(from);
  const said = `${from} imports ${typeOnly ? "types of " : ""}${target}`;
  if (!target.startsWith(".")) {
    if (target.startsWith("node:") || PACKAGES[target]?.includes(room)) return undefined;
    return typeOnly && target in PACKAGES ? undefined : said;
  }
  const path = relative(src, join(src, dirname(from), target)).replaceAll(sep, "/");
  const other = roomOf(path);
  // Files of no room: the version is for all, the rest is for none.
  if (other === room || path === "version.ts") return undefined;
  const allowed = [...(ALLOWED[room] ?? []), ...(EXCEPTIONS[from] ?? []), ...(FILES[from] ?? [])];
  const names = [other, path].flatMap((name) => (typeOnly ? [name, `type ${name}`] : [name]));
  return names.some((name) => allowed.includes(name)) ? undefined : said;
}

const modules = readdirSync(src, { recursive: true, encoding: "utf8" })
  .map((path) => path.replaceAll(sep, "/"))
  .filter((path) => path.endsWith(".ts") && path !== "main.ts");

test("every folder of src is a room of the table, and every room is a folder", () => {
  const names = [...new Set(modules.map(roomOf))].sort();
  expect(names).toEqual([...Object.keys(ALLOWED), ...Object.keys(FILES)].sort());
});

test(".github/CONTRIBUTING.md has these rooms in its table, and those that they may import", () => {
  const document = readFileSync(join(src, "../.github/CONTRIBUTING.md"), "utf8");
  const cells = [...document.matchAll(/^\| `src\/([\w.]+)\/?` \|.*\| (.*) \|$/gm)];
  const named = new Map(cells.map(([, room = "", may = ""]) => [room, may.match(/(?<=`)\w+(?=`)/g) ?? []]));
  const { "version.ts": _, ...files } = FILES;
  expect([...named.keys()].sort()).toEqual([...Object.keys(ALLOWED), ...Object.keys(files), "main.ts"].sort());
  for (const [room, allowed] of Object.entries({ ...ALLOWED, ...files })) {
    const whole = allowed.filter((name) => !/[ /]/.test(name)).map((name) => name.replace(".ts", ""));
    const parts = allowed.map((name) => roomOf(name.replace("type ", "")).replace(".ts", ""));
    // Each whole room is named; what is named may be imported, at least in part.
    expect([room, named.get(room)]).toEqual([room, expect.arrayContaining(whole)]);
    expect(named.get(room)?.filter((name) => !parts.includes(name))).toEqual([]);
  }
});

test("the emulator knows nothing of src", () => {
  const emulator = join(src, "../test/emulator");
  const files = readdirSync(emulator, { recursive: true, encoding: "utf8" });
  const imports = files
    .filter((path) => path.endsWith(".ts") && !path.endsWith(".test.ts"))
    .flatMap((path) => importsOf(path, readFileSync(join(emulator, path), "utf8")));
  expect(imports.length).toBeGreaterThan(5);
  expect(imports.filter(({ target }) => target.includes("src/"))).toEqual([]);
});

test("no room imports what it must not know", () => {
  const imports = modules.flatMap((path) => importsOf(path, readFileSync(join(src, path), "utf8")));
  expect(imports.length).toBeGreaterThan(modules.length);
  expect(imports.flatMap((one) => objection(one) ?? [])).toEqual([]);
});

test.each([
  ["inputs/a.ts", 'import { ApiClient } from "../tencentcloud/api-client.ts";'],
  ["inputs/a.ts", 'import type { Plan } from "../csrs/plan.ts";'],
  ["inputs/a.ts", 'import { request } from "../http/client.ts";'],
  ["csrs/a.ts", 'import { readInputs } from "../inputs/inputs.ts";'],
  ["csrs/a.ts", 'import {\n  type Inputs,\n  readInputs,\n} from "../inputs/inputs.ts";'],
  ["csrs/a.ts", 'export * from "../report/text.ts";'],
  ["csrs/a.ts", 'import { info } from "@actions/core";'],
  ["tencentcloud/a.ts", 'const core = await import("@actions/core");'],
  ["tencentcloud/a.ts", 'import { request } from "undici";'],
  ["report/a.ts", 'import { ApiClient } from "../tencentcloud/api-client.ts";'],
  ["shared/a.ts", 'import "../http/client.ts";'],
  ["shared/run-record.ts", 'import { readInputs } from "../inputs/inputs.ts";'],
  ["http/a.ts", 'import { run } from "../main.ts";'],
  ["index.ts", 'import { request } from "./http/client.ts";'],
])("%s must not have: %s", (from, code) => {
  expect(importsOf(from, code).map(objection)).toEqual([expect.stringContaining(from)]);
});

test.each([
  ["inputs/a.ts", 'import { readEvent } from "../github/event.ts";'],
  ["csrs/a.ts", 'import type { Inputs } from "../inputs/inputs.ts";'],
  ["csrs/a.ts", '// import { info } from "@actions/core";\n/** import "../report/text.ts" */'],
  ["report/a.ts", 'import { errorInfo } from "../tencentcloud/errors.ts";'],
  ["http/a.ts", 'import { VERSION } from "../version.ts";'],
])("%s may have: %s", (from, code) => {
  expect(importsOf(from, code).flatMap((one) => objection(one) ?? [])).toEqual([]);
});
