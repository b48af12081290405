/** What is bundled into `dist`: the packages, and what lies inside them under a license of its own. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";

const root = resolve(import.meta.dirname, "..");
const modulesFile = join(root, "build", "modules.json");

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

/** Code in packages that has a license of its own but comes without its text: by SHA-256 of the file, so that an update is noticed. */
const EMBEDDED: Readonly<Record<string, { name: string; version: string; license: string; text: string }>> = {
  // undici/lib/llhttp/llhttp-wasm.js and llhttp_simd-wasm.js
  "5d8313d6fe8145d832e6af9959b2810523c9a6993d5b93cee09bd7e5f1f2c085": llhttp("9.3.1"),
  a3f30f3307ab3c191720cb636d570febb3610c420bc7077f2e225dacfcad3295: llhttp("9.3.1"),
};

function llhttp(version: string) {
  return { name: "llhttp", version, license: "MIT", text: read("scripts/licenses/llhttp.txt") };
}

/** How WebAssembly begins in base64: machine code that somebody else may have written. */
const WEBASSEMBLY = "AGFzbQ";

function read(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

export function idOf({ name, version = "" }: Pick<Component, "name" | "version">): string {
  return `${name}@${version}`;
}

function byId(a: Component, b: Component): number {
  const [first, second] = [idOf(a), idOf(b)];
  return first === second ? 0 : first < second ? -1 : 1;
}

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
  const paths = pathsOf(modules).map((path) => relative(root, path).replaceAll(sep, "/"));
  return [...new Set(paths)].sort();
}

/** Keeps the list of the last build for the SBOM. */
export function serializeModules(modules: readonly string[]): string {
  return `${JSON.stringify(modules, undefined, 1)}\n`;
}

/** The list of the last build. */
export function readModules(): readonly string[] {
  if (!existsSync(modulesFile)) throw new Error("There is no build/modules.json: run `npm run build` first.");
  return JSON.parse(readFileSync(modulesFile, "utf8")) as string[];
}

/** The package that a module belongs to: its folder, as a key of package-lock.json. `build/` may hold adapted copies of packages. */
export function packageFolder(module: string): string | undefined {
  return /^(?:build\/)?((?:node_modules\/(?:@[^/]+\/)?[^/]+\/)*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(module)?.[1];
}

interface PackageFile {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** The text of the license in a folder, if there is one. */
function licenseIn(folder: string): string | undefined {
  if (!existsSync(join(root, folder))) return undefined;
  const name = readdirSync(join(root, folder)).find((file) => /^licen[cs]e(\.(md|txt))?$/i.test(file));
  return name === undefined ? undefined : read(`${folder}/${name}`).replaceAll("\r\n", "\n").trim();
}

/** The SPDX expression for the text of a license, by its title. */
function identify(text: string): string {
  const [, title = ""] = /^\W*(?:the )?(MIT|ISC|Apache|BSD|Mozilla)/i.exec(text) ?? [];
  const license = { mit: "MIT", isc: "ISC" }[title.toLowerCase()];
  if (license === undefined) throw new Error(`Which license is this?\n${text.slice(0, 200)}`);
  return license;
}

/** The folders between a package and a module in it. */
function foldersBetween(folder: string, module: string): readonly string[] {
  const inner: string[] = [];
  const real = module.replace(/^build\//, "");
  for (let path = dirname(real); path.length > folder.length; path = dirname(path)) inner.push(path);
  return inner;
}

/** Parts of a package that have a license of their own. */
function partsOf(folder: string, modules: readonly string[], within: string): readonly Component[] {
  const parts = new Map<string, Component>();
  for (const module of modules) {
    const licensed = foldersBetween(folder, module).find((path) => licenseIn(path) !== undefined);
    const content = read(module);
    const embedded = EMBEDDED[createHash("sha256").update(content).digest("hex")];
    if (embedded) {
      const { name, version, license, text } = embedded;
      parts.set(name, { name, version, license, licenseText: text.trim(), within, dependencies: [] });
    } else if (licensed !== undefined) {
      const licenseText = licenseIn(licensed) ?? "";
      const name = licensed.slice("node_modules/".length);
      parts.set(name, { name, license: identify(licenseText), licenseText, within, dependencies: [] });
    } else if (content.includes(WEBASSEMBLY)) {
      throw new Error(`${module} holds WebAssembly. Whose is it? Add it to EMBEDDED in scripts/bundle-contents.ts.`);
    }
  }
  return [...parts.values()];
}

/** The folder of a dependency as Node finds it from a package's folder (`""`: the root), among `folders`. */
function findDependency(from: string, name: string, folders: ReadonlySet<string>): string | undefined {
  const parents = from === "" ? [] : from.split(/\/?(?=node_modules\/)/);
  for (let depth = parents.length; depth >= 0; depth -= 1) {
    const folder = [...parents.slice(0, depth), `node_modules/${name}`].join("/");
    if (folders.has(folder)) return folder;
  }
  return undefined;
}

const packageFile = (folder: string): PackageFile => JSON.parse(read(join(folder, "package.json"))) as PackageFile;

/** The packages in the bundle that the package in `from` depends on. */
function dependenciesOf(from: string, folders: ReadonlySet<string>): readonly string[] {
  const { dependencies = {} } = packageFile(from);
  const found = Object.keys(dependencies).map((name) => findDependency(from, name, folders));
  return found.flatMap((folder) => (folder === undefined ? [] : [idOf(packageFile(folder))]));
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
    const { name, version, license } = packageFile(folder);
    const licenseText = licenseIn(folder);
    if (!license || !licenseText) throw new Error(`${name} ${version} has no license, or no text of it.`);
    const { integrity } = lock.packages[folder] ?? {};
    const dependencies = dependenciesOf(folder, folders);
    const component = { name, version, license, licenseText, integrity, dependencies };
    return { component, parts: partsOf(folder, members, idOf(component)).toSorted(byId) };
  });
  return packages
    .toSorted((a, b) => byId(a.component, b.component))
    .flatMap(({ component, parts }) => [component, ...parts]);
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
