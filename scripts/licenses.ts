/** The licences of everything in `dist`, from the modules that ncc bundled. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** SPDX identifier. */
  readonly license: string;
  /** Texts of the package and of what it holds of others, by where they are in the package. */
  readonly texts: ReadonlyMap<string, string>;
}

/** The folder of the package that a module belongs to; `undefined` for a module of our own. */
function packageFolder(module: string): string | undefined {
  return /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+(?=[\\/])/.exec(module)?.[0];
}

/** A module's folder and those above it, up to that of its package. */
function foldersOf(module: string, top: string): readonly string[] {
  const folder = dirname(module);
  return folder === top ? [top] : [...foldersOf(folder, top), folder];
}

const isLicense = (file: string): boolean => /^licen[cs]e(\.\w+)?$/i.test(file);
const read = (path: string): string => readFileSync(path, "utf8").replaceAll("\r\n", "\n").trim();

/** undici brings llhttp as compiled code, without its licence file. Its terms are those of undici. */
function llhttpLicense(undici: string): string {
  return `Copyright Fedor Indutny, 2018.\n\n${undici.slice(undici.indexOf("Permission is hereby granted"))}`;
}

/** The packages that `modules` (absolute paths) belong to, by name and version. A copy counts as the package that it is a copy of. */
export function bundledPackages(modules: Iterable<string>): readonly BundledPackage[] {
  const packages = new Map<string, BundledPackage & { readonly texts: Map<string, string> }>();
  for (const module of modules) {
    const folder = packageFolder(module);
    if (folder === undefined) continue;
    const { name, version, license } = JSON.parse(read(join(folder, "package.json"))) as BundledPackage;
    const key = `${name}@${version}`;
    const { texts } = packages.get(key) ?? { texts: new Map<string, string>() };
    for (const place of foldersOf(module, folder)) {
      for (const file of readdirSync(place).filter(isLicense)) {
        const path = join(place, file);
        texts.set(path.slice(folder.length + 1).replaceAll("\\", "/"), read(path));
      }
    }
    if (/[\\/]llhttp[\\/]/.test(module)) texts.set("lib/llhttp/LICENSE", llhttpLicense(texts.get("LICENSE") ?? ""));
    packages.set(key, { name, version, license, texts });
  }
  for (const [key, { license, texts }] of packages) {
    if (!license || texts.size === 0)
      throw new Error(`${key} is bundled, and has no licence to be named in dist/licenses.txt.`);
  }
  return [...packages].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, bundled]) => bundled);
}

/** `dist/licenses.txt`. */
export function licenseFile(packages: readonly BundledPackage[]): string {
  const sections = packages.map(({ name, version, license, texts }) => {
    const [own = "", ...others] = [...texts]
      .sort(([a], [b]) => a.split("/").length - b.split("/").length || (a < b ? -1 : 1))
      .map(([path, text]) => (path.includes("/") ? `In ${dirname(path)}:\n\n${text}` : text));
    return [`${name} ${version} (${license})`, own, ...others].join("\n\n");
  });
  return `${sections.join(`\n\n${"-".repeat(80)}\n\n`)}\n`;
}
