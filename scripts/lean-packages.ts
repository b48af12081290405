/**
 * Lean copies of packages, for the bundle only. Every start of the action reads the whole of `dist/index.js`, and most of undici and of
 * what `@actions/core` imports is never used. In a copy, a few files are replaced: the new ones leave something out, or load the real
 * package when it is first called. All other code is the package's own.
 */
import { cpSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, sep } from "node:path";

interface LeanPackage {
  readonly name: string;
  /** Files that the new ones load, besides those that they replace. */
  readonly loaded?: readonly string[];
  /** The new files by path. Each gets the path of the file that it replaces, as its own `import` has to write it. */
  readonly replaced: Readonly<Record<string, (original: string) => string>>;
}

const leftOut = (what: string): string => `throw new Error("This build of the action has no ${what}.");`;

const LEAN_PACKAGES: readonly LeanPackage[] = [
  {
    name: "undici",
    loaded: ["lib/api/api-connect.js", "lib/dispatcher/dispatcher.js", "lib/dispatcher/env-http-proxy-agent.js"],
    replaced: {
      // The package's own index also loads fetch, mocks, caches and web sockets. An agent's tunnel through a proxy needs `connect`.
      "index.js": () => `
        Object.assign(require("./lib/dispatcher/dispatcher.js").prototype, { connect: require("./lib/api/api-connect.js") });
        module.exports = { EnvHttpProxyAgent: require("./lib/dispatcher/env-http-proxy-agent.js") };`,
      // The transport sets `allowH2: false`.
      "lib/dispatcher/client-h2.js": () => `module.exports = () => { ${leftOut("HTTP/2")} };`,
      // An experimental second parser for HTTP/1.1, which undici uses only where an option or a variable asks for it.
      "lib/dispatcher/parser-h1.js": () => "module.exports = { getMiloEnabled: () => false };",
      // All request bodies are text, so none is a form.
      "lib/web/fetch/body.js": () => leftOut("request bodies other than text"),
      "lib/web/fetch/formdata.js": () => leftOut("forms"),
      "lib/web/webidl/index.js": () => leftOut("forms"),
    },
  },
  { name: "@actions/core", replaced: {} },
  {
    // @actions/core needs it for OIDC tokens only.
    name: "@actions/http-client",
    loaded: ["lib/auth.js"],
    replaced: {
      "lib/index.js": (original) => `
        export class HttpClient {
          #options;
          constructor(...options) {
            this.#options = options;
          }
          async getJson(...request) {
            const { HttpClient } = await import("${original}");
            return new HttpClient(...this.#options).getJson(...request);
          }
        }`,
    },
  },
  {
    // @actions/core needs it only to describe the platform.
    name: "@actions/exec",
    replaced: {
      "lib/exec.js": (original) => `
        export async function getExecOutput(...command) {
          const { getExecOutput } = await import("${original}");
          return getExecOutput(...command);
        }`,
    },
  },
];

/** The path of `file` in the package at `folder`, which an update may have moved. */
function find(folder: string, file: string): string {
  const path = join(folder, file);
  if (existsSync(path)) return path;
  const { name, version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Record<string, string>;
  throw new Error(`${name} ${version} has no ${file}: adapt scripts/lean-packages.ts to this version.`);
}

/** Puts the lean packages into `target`, a folder `node_modules`. The real ones are in `packages`. */
export function writeLeanPackages(packages: string, target: string): void {
  for (const { name, loaded = [], replaced } of LEAN_PACKAGES) {
    const [real, lean] = [join(packages, name), join(target, name)];
    for (const file of loaded) find(real, file);
    cpSync(real, lean, { recursive: true, filter: (path) => basename(path) !== "node_modules" || path === real });
    for (const [file, content] of Object.entries(replaced)) {
      const path = join(lean, file);
      const original = relative(dirname(path), find(real, file)).split(sep).join("/");
      writeFileSync(path, content(original));
    }
  }
}
