import { expect, test } from "vitest";
import { componentsOf, licensesText, packageFolder } from "../../scripts/bundle-contents.ts";
import { sbomOf } from "../../scripts/sbom.ts";

const MODULES = [
  "build/index.js",
  "node_modules/@actions/core/lib/command.js",
  "node_modules/undici/lib/dispatcher/client-h1.js",
  "node_modules/undici/lib/llhttp/llhttp-wasm.js",
  "node_modules/undici/lib/llhttp/llhttp_simd-wasm.js",
  "node_modules/undici/lib/web/fetch/body.js",
];

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
  expect(components.map(({ name }) => name)).toEqual(["@actions/core", "undici", "llhttp", "undici/lib/web/fetch"]);
  const [core, undici, llhttp, fetch] = components;
  expect(core).toMatchObject({ license: "MIT", integrity: expect.stringMatching(/^sha512-/) });
  expect(llhttp).toMatchObject({ version: "9.3.1", within: `undici@${undici?.version}` });
  expect(llhttp?.licenseText).toContain("Copyright Fedor Indutny, 2018.");
  expect(fetch?.licenseText).toContain("Ethan Arrowood");
});

test("licenses.txt has name, version and text of each", () => {
  const [core, undici] = componentsOf(MODULES);
  const text = licensesText(componentsOf(MODULES));
  expect(text).toContain(`\n@actions/core ${core?.version}\nLicense: MIT\n`);
  expect(text).toContain(`\nllhttp 9.3.1 (in undici@${undici?.version})\n`);
  expect(text).toContain("Copyright Fedor Indutny, 2018.");
});

test("WebAssembly of unknown origin is not passed over", () => {
  expect(() => componentsOf(["node_modules/es-module-lexer/dist/lexer.js"])).toThrow("holds WebAssembly");
});

test("the SBOM names the packages, their archives and what depends on what", () => {
  const own = { name: "own", version: "1.0.0", description: "", license: "MIT" };
  const [core, undici] = componentsOf(MODULES);
  expect(sbomOf(MODULES, own, "2027-01-01T00:00:00Z")).toMatchObject({
    bomFormat: "CycloneDX",
    metadata: { component: { name: "own", version: "1.0.0" } },
    components: [
      {
        group: "@actions",
        name: "core",
        purl: `pkg:npm/%40actions/core@${core?.version}`,
        hashes: [{ alg: "SHA-512", content: expect.stringMatching(/^[0-9a-f]{128}$/) }],
      },
      {
        name: "undici",
        purl: `pkg:npm/undici@${undici?.version}`,
        components: [{ name: "llhttp", version: "9.3.1" }, { name: "undici/lib/web/fetch" }],
      },
    ],
    dependencies: expect.arrayContaining([
      { ref: "own@1.0.0", dependsOn: [`@actions/core@${core?.version}`, `undici@${undici?.version}`] },
    ]),
  });
});
