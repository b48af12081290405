import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { checkLicense, componentsOf, licensesText, packageFolder } from "../../scripts/bundle-contents.ts";
import { LEAN_PACKAGES } from "../../scripts/lean-packages.ts";
import { sbomOf } from "../../scripts/sbom.ts";

const root = resolve(import.meta.dirname, "../..");
const MODULES = [
  "build/index.js",
  "node_modules/@actions/core/lib/command.js",
  "node_modules/@actions/exec/lib/exec.js",
  "node_modules/@actions/http-client/lib/auth.js",
  "node_modules/undici/lib/dispatcher/client-h1.js",
  "node_modules/undici/lib/llhttp/llhttp-wasm.js",
  "node_modules/undici/lib/llhttp/llhttp_simd-wasm.js",
  "node_modules/undici/lib/web/fetch/body.js",
];
const lock = JSON.parse(readFileSync(resolve(root, "package-lock.json"), "utf8"));
const locked = (name: string): { version: string; integrity: string } => lock.packages[`node_modules/${name}`];
/** The hash of a package's archive, in hexadecimal. */
const hashOf = (name: string) => [
  { alg: "SHA-512", content: Buffer.from(locked(name).integrity.slice("sha512-".length), "base64").toString("hex") },
];
const versionOf = (name: string): string => locked(name).version;

test.each([
  ["build/index.js", undefined],
  ["node_modules/undici/lib/x.js", "node_modules/undici"],
  ["node_modules/@octokit/core/dist/x.js", "node_modules/@octokit/core"],
  ["node_modules/a/node_modules/@b/c/x.js", "node_modules/a/node_modules/@b/c"],
  ["build/node_modules/@actions/core/lib/core.js", "node_modules/@actions/core"],
])("the package of %s", (module, folder) => {
  expect(packageFolder(module)).toBe(folder);
});

test("packages, and the parts of them that have another license", () => {
  const components = componentsOf(MODULES);
  expect(components.map(({ name }) => name)).toEqual([
    ...["@actions/core", "@actions/exec", "@actions/http-client", "undici", "llhttp", "undici/lib/web/fetch"],
  ]);
  const [core, , , undici, llhttp, fetch] = components;
  expect(core).toMatchObject({ license: "MIT", integrity: expect.stringMatching(/^sha512-/) });
  expect(llhttp).toMatchObject({ version: "9.3.1", within: `undici@${undici?.version}` });
  expect(llhttp?.licenseText).toContain("Copyright Fedor Indutny, 2018.");
  expect(fetch?.licenseText).toContain("Ethan Arrowood");
});

test("a package depends on the copy of another that Node finds for it", () => {
  const folders = ["path-key", "npm-run-path", "npm-run-path/node_modules/path-key"];
  const components = componentsOf(folders.map((name) => `node_modules/${name}/index.js`));
  const [outer, inner] = [locked("path-key").version, locked("npm-run-path/node_modules/path-key").version];
  expect(inner).not.toBe(outer);
  expect(components.find(({ name }) => name === "npm-run-path")?.dependencies).toEqual([`path-key@${inner}`]);
});

test("a license that is known by its text alone is identified, or stops the build", () => {
  const [, part] = componentsOf(["node_modules/undici/lib/milo/simd.js"]);
  expect(part).toMatchObject({ name: "undici/lib/milo", license: "ISC" });
  // The text of this one does not begin with its name.
  const module = "node_modules/typescript/vendor/vscode-jsonrpc/package.json";
  expect(() => componentsOf([module])).toThrow("Which license is this?\nCopyright (c) Microsoft");
});

test("licenses.txt has name, version and text of each", () => {
  const text = licensesText(componentsOf(MODULES));
  expect(text).toContain(`\n@actions/core ${versionOf("@actions/core")}\nLicense: MIT\n`);
  expect(text).toContain(`\nllhttp 9.3.1 (in undici@${versionOf("undici")})\n`);
  expect(text).toContain("Copyright Fedor Indutny, 2018.");
});

test("WebAssembly of unknown origin is not passed over", () => {
  expect(() => componentsOf(["node_modules/es-module-lexer/dist/lexer.js"])).toThrow("holds WebAssembly");
});

test.each(["GPL-3.0", "GPL-3.0-only", "AGPL-3.0-only", "LGPL-2.1", "SSPL-1.0", "MIT OR GPL-3.0", "UNLICENSED"])(
  "the license %s is refused",
  (license) => {
    expect(() => checkLicense({ name: "x", version: "1", license, licenseText: "text" })).toThrow(license);
  },
);

test("a license must be named, and have a text", () => {
  expect(() => checkLicense({ name: "x", version: "1", license: "MIT", licenseText: "" })).toThrow("no license");
  expect(() => checkLicense({ name: "x", version: "1", license: "", licenseText: "text" })).toThrow("no license");
  expect(() => checkLicense({ name: "x", version: "1", license: "MIT", licenseText: "text" })).not.toThrow();
});

test("a package in the bundle with a license that is not allowed stops the build", () => {
  // lightningcss, of the tests' tools, is under MPL-2.0.
  expect(() => componentsOf(["node_modules/lightningcss/node/index.js"])).toThrow("MPL-2.0");
});

interface Component {
  readonly "bom-ref": string;
  readonly pedigree?: {
    readonly ancestors: readonly object[];
    readonly patches: readonly {
      readonly type: string;
      readonly diff: { readonly text: { readonly content: string } };
    }[];
    readonly notes: string;
  };
}

const own = { name: "own", version: "1.0.0", description: "What it is", license: "MIT" };
const sbom = sbomOf(MODULES, own, "2027-01-01T00:00:00Z");
const MIT = [{ license: { id: "MIT" } }];

test("the SBOM names each package with the hash of its archive and its license", () => {
  const { $schema: _, ...head } = sbom as Record<string, unknown>;
  expect(head).toMatchObject({ bomFormat: "CycloneDX", specVersion: "1.6", version: 1 });
  const [core] = (sbom as { components: readonly object[] }).components;
  const version = versionOf("@actions/core");
  expect(core).toEqual({
    type: "library",
    "bom-ref": `@actions/core@${version}`,
    group: "@actions",
    name: "core",
    version,
    scope: "required",
    purl: `pkg:npm/%40actions/core@${version}`,
    hashes: hashOf("@actions/core"),
    licenses: MIT,
  });
});

test.each(LEAN_PACKAGES.filter(({ replaced }) => Object.keys(replaced).length > 0))(
  "the SBOM does not pass a changed package off as the one in the registry: $name",
  ({ name, replaced }) => {
    const changed = (sbom as { components: readonly Component[] }).components.find(
      (one) => one["bom-ref"] === `${name}@${versionOf(name)}`,
    );
    expect(changed).toMatchObject({ version: versionOf(name), licenses: MIT });
    expect(changed).not.toHaveProperty("hashes");
    const files = Object.keys(replaced);
    const { ancestors, patches, notes } = changed?.pedigree ?? { ancestors: [], patches: [], notes: "" };
    expect(ancestors).toEqual([expect.objectContaining({ version: versionOf(name), hashes: hashOf(name) })]);
    expect(patches.map(({ type, diff }) => [type, diff.text.content.split("\n")[1]])).toEqual(
      files.map((file) => ["unofficial", `+++ b/${file}`]),
    );
    for (const [index, file] of files.entries()) {
      const lines = patches[index]?.diff.text.content.split("\n").slice(3, -1) ?? [];
      const side = (sign: string) => lines.filter((line) => line[0] === sign).map((line) => line.slice(1));
      const [removed, added] = [side("-").length, side("+").length];
      expect(patches[index]?.diff.text.content.split("\n")[2]).toBe(`@@ -1,${removed} +1,${added} @@`);
      expect(side("-").join("\n")).toBe(readFileSync(resolve(root, "node_modules", name, file), "utf8").trimEnd());
      expect(`${side("+").join("\n")}\n`).toBe(replaced[file]);
      expect(notes).toContain(file);
    }
  },
);

test("the SBOM names the parts of packages that have a license of their own", () => {
  const { components } = sbom as { components: readonly { name: string; components?: unknown }[] };
  const within = `undici@${versionOf("undici")}`;
  expect(components.find(({ name }) => name === "undici")?.components).toEqual([
    {
      type: "library",
      name: "llhttp",
      version: "9.3.1",
      "bom-ref": `${within}#llhttp`,
      scope: "required",
      licenses: MIT,
    },
    {
      type: "library",
      name: "undici/lib/web/fetch",
      "bom-ref": `${within}#undici/lib/web/fetch`,
      scope: "required",
      licenses: MIT,
    },
  ]);
});

test("the SBOM says what depends on what", () => {
  const [core, exec, client, undici] = ["@actions/core", "@actions/exec", "@actions/http-client", "undici"].map(
    (name) => `${name}@${versionOf(name)}`,
  );
  expect(sbom).toHaveProperty("dependencies", [
    { ref: "own@1.0.0", dependsOn: [core, undici] },
    { ref: core, dependsOn: [exec, client] },
    { ref: exec, dependsOn: [] },
    { ref: client, dependsOn: [undici] },
    { ref: undici, dependsOn: [] },
  ]);
});

test("the SBOM describes the action, with the hash of each file of dist", () => {
  const { component } = (sbom as { metadata: { component: Record<string, unknown> } }).metadata;
  expect(component).toMatchObject({ type: "application", name: "own", version: "1.0.0", licenses: MIT });
  const names = readdirSync(resolve(root, "dist")).sort();
  expect(names).toContain("index.js");
  expect(component.components).toEqual(
    names.map((name) => ({
      type: "file",
      name: `dist/${name}`,
      hashes: [
        {
          alg: "SHA-256",
          content: createHash("sha256")
            .update(readFileSync(resolve(root, "dist", name)))
            .digest("hex"),
        },
      ],
    })),
  );
});
