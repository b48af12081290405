/**
 * `node scripts/sbom.ts [file]`: the software bill of materials of `dist` as CycloneDX 1.6 JSON, from the modules of the last build and
 * package-lock.json. https://cyclonedx.org/docs/1.6/json/
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Component, componentsOf, directDependencies, idOf } from "./bundle-contents.ts";
import { LEAN_PACKAGES } from "./lean-packages.ts";

const root = resolve(import.meta.dirname, "..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");

type OwnPackage = Readonly<Record<"name" | "version" | "description" | "license", string>>;

const refOf = (component: Component): string =>
  component.within === undefined ? idOf(component) : `${component.within}#${component.name}`;

/** `sha512-…` in base64, as CycloneDX wants it. */
function hashOf(integrity: string): { readonly alg: string; readonly content: string } {
  const [algorithm = "", value = ""] = integrity.split("-");
  return { alg: algorithm.replace("sha", "SHA-"), content: Buffer.from(value, "base64").toString("hex") };
}

/** A patch that replaces the whole of a file. */
function replacement(file: string, before: string, after: string): string {
  const lines = (text: string): readonly string[] => text.replace(/\n$/, "").split("\n");
  const [removed, added] = [lines(before), lines(after)];
  const head = `--- a/${file}\n+++ b/${file}\n@@ -1,${removed.length} +1,${added.length} @@\n`;
  return `${head}${[...removed.map((line) => `-${line}`), ...added.map((line) => `+${line}`)].join("\n")}\n`;
}

/** What a package is by the registry: its name, and the hash of its archive. */
function identity({ name, version, integrity }: Component): object {
  if (integrity === undefined) throw new Error(`${name} ${version} has no hash in package-lock.json.`);
  const [, group, baseName = name] = /^(@[^/]+)\/(.+)$/.exec(name) ?? [];
  const purl = `pkg:npm/${name.replace(/^@/, "%40")}@${version}`; // https://github.com/package-url/purl-spec
  return { type: "library", ...(group && { group }), name: baseName, version, purl, hashes: [hashOf(integrity)] };
}

/** The same; of a package that the build changes, that is only the ancestor, and what was changed. */
function provenance(component: Component): object {
  const replaced = LEAN_PACKAGES.find(({ name }) => name === component.name)?.replaced ?? {};
  const files = Object.keys(replaced);
  if (files.length === 0) return identity(component);
  const { hashes: _, ...changed } = identity(component) as { readonly hashes: unknown };
  const patches = Object.entries(replaced).map(([file, content]) => {
    const diff = replacement(file, read(`node_modules/${component.name}/${file}`), content);
    return { type: "unofficial", diff: { text: { contentType: "text/x-diff", content: diff } } };
  });
  const notes = `Changed by scripts/lean-packages.ts. Replaced: ${files.join(", ")}.`;
  return { ...changed, pedigree: { ancestors: [identity(component)], patches, notes } };
}

function describe(component: Component, parts: readonly Component[]): object {
  const { name, version, license, within } = component;
  return {
    ...(within === undefined ? provenance(component) : { type: "library", name, ...(version && { version }) }),
    "bom-ref": refOf(component),
    scope: "required",
    licenses: [{ license: { id: license } }],
    ...(parts.length > 0 && { components: parts.map((part) => describe(part, [])) }),
  };
}

/** The files of `dist`, with their hashes. */
const distFiles = (): readonly object[] =>
  readdirSync(join(root, "dist"))
    .sort()
    .map((name) => {
      const content = createHash("sha256")
        .update(readFileSync(join(root, "dist", name)))
        .digest("hex");
      return { type: "file", name: `dist/${name}`, hashes: [{ alg: "SHA-256", content }] };
    });

/** The bill of materials of a bundle's modules. */
export function sbomOf(modules: readonly string[], own: OwnPackage, timestamp: string): object {
  const components = componentsOf(modules);
  const packages = components.filter(({ within }) => within === undefined);
  const partsOf = (whole: Component) => components.filter(({ within }) => within === idOf(whole));
  return {
    $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: {
      timestamp,
      lifecycles: [{ phase: "build" }],
      component: {
        type: "application",
        "bom-ref": idOf(own),
        name: own.name,
        version: own.version,
        description: own.description,
        licenses: [{ license: { id: own.license } }],
        components: distFiles(),
      },
    },
    components: packages.map((component) => describe(component, partsOf(component))),
    dependencies: [
      { ref: idOf(own), dependsOn: directDependencies(modules) },
      ...packages.map((component) => ({ ref: refOf(component), dependsOn: component.dependencies })),
    ],
  };
}

if (import.meta.main) {
  if (!existsSync(join(root, "build/modules.json"))) throw new Error("Run `npm run build` first.");
  // The time of the commit: the same for every build of it.
  const seconds = execFileSync("git", ["log", "-1", "--format=%ct"], { cwd: root, encoding: "utf8" });
  const timestamp = new Date(Number(seconds) * 1000).toISOString().replace(".000", "");
  const modules = JSON.parse(read("build/modules.json")) as string[];
  const sbom = sbomOf(modules, JSON.parse(read("package.json")) as OwnPackage, timestamp);
  writeFileSync(process.argv[2] ?? 1, `${JSON.stringify(sbom, undefined, 2)}\n`);
}
