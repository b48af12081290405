/** What is bundled into `dist`: the packages, and what lies inside them under a license of its own. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";

const root = resolve(import.meta.dirname, "..");

/** Of webpack's statistics, what is used here: https://webpack.js.org/api/stats/#module-object */
export interface BundleStats {
  toJson(options: Readonly<Record<string, unknown>>): { readonly modules?: readonly StatsModule[] };
}

interface StatsModule {
  /** Absolute path of the file; missing for modules of Node and of webpack. */
  readonly nameForCondition?: string | null;
  /** The modules that were joined into this one. */
  readonly modules?: readonly StatsModule[];
}

/** A package in the bundle, or a part of one that has another license. */
export interface Component {
  readonly name: string;
  /** Missing if the package around it does not say. */
  readonly version?: string | undefined;
  /** SPDX expression. */
  readonly license: string;
  readonly licenseText: string;
  /** The package that it is a part of, as `name@version`. */
  readonly within?: string;
  /** Subresource integrity of the package's archive, from package-lock.json. */
  readonly integrity?: string | undefined;
  /** The packages in the bundle that it depends on, as `name@version`. */
  readonly dependencies: readonly string[];
}

/** Allow use in an action under the MIT license, if their texts come with it. */
const ALLOWED = ["0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BlueOak-1.0.0", "ISC", "MIT", "Unlicense"];

/** Code in packages that has a license of its own but comes without its text: by SHA-256 of the file, so that an update is noticed. */
const LLHTTP = { name: "llhttp", version: "9.3.1", license: "MIT", textFile: "scripts/licenses/llhttp.txt" };
const EMBEDDED: Readonly<Record<string, typeof LLHTTP>> = {
  // undici/lib/llhttp/llhttp-wasm.js and llhttp_simd-wasm.js
  "5d8313d6fe8145d832e6af9959b2810523c9a6993d5b93cee09bd7e5f1f2c085": LLHTTP,
  a3f30f3307ab3c191720cb636d570febb3610c420bc7077f2e225dacfcad3295: LLHTTP,
};

/** How WebAssembly begins in base64: machine code that somebody else may have written. */
const WEBASSEMBLY = "AGFzbQ";

const read = (path: string): string => readFileSync(join(root, path), "utf8");
export const idOf = ({ name, version = "" }: Pick<Component, "name" | "version">): string => `${name}@${version}`;
const byId = (a: Component, b: Component): number => (idOf(a) < idOf(b) ? -1 : 1);

function pathsOf(modules: readonly StatsModule[]): readonly string[] {
  return modules.flatMap(({ modules: inner, nameForCondition: path }) => (inner ? pathsOf(inner) : path ? [path] : []));
}

/** The files that went into the bundle and its chunks, relative to the root. */
export function bundledModules(stats: BundleStats): readonly string[] {
  const groups = ["Attributes", "CacheStatus", "Extension", "Layer", "Path", "Type"];
  const { modules = [] } = stats.toJson({
    all: false,
    modules: true,
    nestedModules: true,
    modulesSpace: Number.POSITIVE_INFINITY,
    nestedModulesSpace: Number.POSITIVE_INFINITY,
    cachedModules: true,
    dependentModules: true,
    ...Object.fromEntries(groups.map((name) => [`groupModulesBy${name}`, false])),
  });
  return [...new Set(pathsOf(modules).map((path) => relative(root, path).replaceAll(sep, "/")))].sort();
}

/** The package that a module belongs to: its folder, as a key of package-lock.json. `build/` may hold lean copies of packages. */
export function packageFolder(module: string): string | undefined {
  return /^(?:build\/)?((?:node_modules\/(?:@[^/]+\/)?[^/]+\/)*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(module)?.[1];
}

interface PackageFile {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

const packageFile = (folder: string): PackageFile => JSON.parse(read(join(folder, "package.json"))) as PackageFile;

/** The text of the license in a folder, if there is one. */
function licenseIn(folder: string): string | undefined {
  if (!existsSync(join(root, folder))) return undefined;
  const name = readdirSync(join(root, folder)).find((file) => /^licen[cs]e(\.(md|txt))?$/i.test(file));
  return name === undefined ? undefined : read(`${folder}/${name}`).replaceAll("\r\n", "\n").trim();
}

/** The SPDX expression for the text of a license, by its title. */
function identify(text: string): string {
  const license = /^\W*(?:the )?(MIT|ISC)\b/i.exec(text)?.[1]?.toUpperCase();
  if (license === undefined) throw new Error(`Which license is this?\n${text.slice(0, 200)}`);
  return license;
}

/** Parts of a package that have a license of their own. */
function partsOf(folder: string, modules: readonly string[], within: string): readonly Component[] {
  const parts = new Map<string, Component>();
  for (const module of modules) {
    let licensed = dirname(module.replace(/^build\//, ""));
    while (licensed.length > folder.length && licenseIn(licensed) === undefined) licensed = dirname(licensed);
    const content = read(module);
    const embedded = EMBEDDED[createHash("sha256").update(content).digest("hex")];
    if (embedded) {
      const { textFile, ...component } = embedded;
      parts.set(embedded.name, { ...component, licenseText: read(textFile).trim(), within, dependencies: [] });
    } else if (licensed.length > folder.length) {
      const licenseText = licenseIn(licensed) ?? "";
      const name = licensed.slice("node_modules/".length);
      parts.set(name, { name, license: identify(licenseText), licenseText, within, dependencies: [] });
    } else if (content.includes(WEBASSEMBLY)) {
      throw new Error(`${module} holds WebAssembly. Whose is it? Add it to EMBEDDED in scripts/bundle-contents.ts.`);
    }
  }
  return [...parts.values()].toSorted(byId);
}

/** The packages among `folders` that the package in `from` (`""`: the root) depends on, found as Node does. */
function dependenciesOf(from: string, folders: ReadonlySet<string>): readonly string[] {
  const parents = from === "" ? [] : from.split(/\/?(?=node_modules\/)/);
  return Object.keys(packageFile(from).dependencies ?? {}).flatMap((name) => {
    const places = Array.from({ length: parents.length + 1 }, (_, up) =>
      [...parents.slice(0, parents.length - up), `node_modules/${name}`].join("/"),
    );
    const folder = places.find((place) => folders.has(place));
    return folder === undefined ? [] : [idOf(packageFile(folder))];
  });
}

/** @throws {Error} if a license is missing, without text, or not allowed */
export function checkLicense({ name, version, license, licenseText }: Partial<Component>): void {
  if (!license || !licenseText) throw new Error(`${name} ${version} has no license, or no text of it.`);
  if (!ALLOWED.includes(license)) throw new Error(`${name}: ${license} is not among ${ALLOWED.join(", ")}.`);
}

/** The packages of a bundle, by name, and after each its parts. */
export function componentsOf(modules: readonly string[]): readonly Component[] {
  const lock = JSON.parse(read("package-lock.json")) as {
    readonly packages: Readonly<Record<string, { readonly integrity?: string }>>;
  };
  const byFolder = Map.groupBy(modules, (module) => packageFolder(module) ?? "");
  byFolder.delete("");
  const folders = new Set(byFolder.keys());
  const packages = [...byFolder].map(([folder, members]) => {
    const { name, version, license = "" } = packageFile(folder);
    const { integrity } = lock.packages[folder] ?? {};
    const dependencies = dependenciesOf(folder, folders);
    const component = { name, version, license, licenseText: licenseIn(folder) ?? "", integrity, dependencies };
    return [component, ...partsOf(folder, members, idOf(component))] as const;
  });
  if (packages.length === 0) throw new Error("No package is among the bundled modules.");
  const components = packages.toSorted(([a], [b]) => byId(a, b)).flat();
  components.forEach(checkLicense);
  return components;
}

/** The packages in a bundle that this repository names as its dependencies, as `name@version`. */
export function directDependencies(modules: readonly string[]): readonly string[] {
  return dependenciesOf("", new Set(modules.flatMap((module) => packageFolder(module) ?? [])));
}

/** `dist/licenses.txt`: name, version, license and text of each component. */
export function licensesText(components: readonly Component[]): string {
  const rule = "=".repeat(80);
  const sections = components.map(({ name, version, within, license, licenseText }) => {
    const title = [name, version, within && `(in ${within})`].filter(Boolean).join(" ");
    return `${rule}\n${title}\nLicense: ${license}\n${rule}\n\n${licenseText}\n`;
  });
  return `Software of others in this folder, and its licenses.\n\n${sections.join("\n")}`;
}
