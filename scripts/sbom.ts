/**
 * `node scripts/sbom.ts [file]`: the software bill of materials of `dist` as CycloneDX 1.6 JSON, from the modules of the last build and
 * package-lock.json. https://cyclonedx.org/docs/1.6/json/
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Component, componentsOf, directDependencies, idOf, readModules } from "./bundle-contents.ts";

const root = resolve(import.meta.dirname, "..");

interface OwnPackage {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
}

/** https://github.com/package-url/purl-spec */
function purl(name: string, version: string): string {
  return `pkg:npm/${name.replace(/^@/, "%40")}@${version}`;
}

function refOf(component: Component): string {
  return component.within === undefined ? idOf(component) : `${component.within}#${component.name}`;
}

/** `sha512-…` in base64, as CycloneDX wants it. */
function hashOf(integrity: string): { readonly alg: string; readonly content: string } {
  const [algorithm = "", value = ""] = integrity.split("-");
  return { alg: algorithm.replace("sha", "SHA-"), content: Buffer.from(value, "base64").toString("hex") };
}

const isExpression = (license: string): boolean => /\s/.test(license);

function describe(component: Component, parts: readonly Component[]): object {
  const { name, version, license, integrity, within } = component;
  const [, group, baseName = name] = /^(@[^/]+)\/(.+)$/.exec(within === undefined ? name : "") ?? [];
  return {
    type: "library",
    "bom-ref": refOf(component),
    ...(group ? { group } : {}),
    name: baseName,
    ...(version === undefined ? {} : { version }),
    scope: "required",
    ...(integrity === undefined ? {} : { hashes: [hashOf(integrity)] }),
    licenses: [isExpression(license) ? { expression: license } : { license: { id: license } }],
    ...(within === undefined ? { purl: purl(name, version ?? "") } : {}),
    ...(parts.length > 0 ? { components: parts.map((part) => describe(part, [])) } : {}),
  };
}

function distFiles(): readonly object[] {
  return readdirSync(join(root, "dist"))
    .sort()
    .map((name) => ({
      type: "file",
      name: `dist/${name}`,
      hashes: [
        {
          alg: "SHA-256",
          content: createHash("sha256")
            .update(readFileSync(join(root, "dist", name)))
            .digest("hex"),
        },
      ],
    }));
}

/** When the commit was made: the same for every build of it. */
function commitTime(): string {
  const seconds = execFileSync("git", ["log", "-1", "--format=%ct"], { cwd: root, encoding: "utf8" });
  return new Date(Number(seconds) * 1000).toISOString().replace(".000", "");
}

/** The bill of materials of a bundle's modules. */
export function sbomOf(modules: readonly string[], own: OwnPackage, timestamp: string): object {
  const components = componentsOf(modules);
  const packages = components.filter(({ within }) => within === undefined);
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
    components: packages.map((component) =>
      describe(
        component,
        components.filter(({ within }) => within === idOf(component)),
      ),
    ),
    dependencies: [
      { ref: idOf(own), dependsOn: directDependencies(modules) },
      ...packages.map((component) => ({ ref: refOf(component), dependsOn: component.dependencies })),
    ],
  };
}

if (import.meta.main) {
  const own = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as OwnPackage;
  const sbom = sbomOf(readModules(), own, commitTime());
  const text = `${JSON.stringify(sbom, undefined, 2)}\n`;
  const [file] = process.argv.slice(2);
  if (file === undefined) process.stdout.write(text);
  else writeFileSync(file, text);
}
