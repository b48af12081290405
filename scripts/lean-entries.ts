/**
 * Lean entries for the bundle: the same packages, less of them at the start of the action. They lie beside the compiled code, so that
 * its imports meet them first; the packages themselves, and all that they import, stay as they are.
 *
 * - `undici`: the proxy agent, without fetch, mocks, caches and web sockets, which its index loads as well.
 * - `@actions/core`: a copy, whose imports of `@actions/http-client` and `@actions/exec` meet entries that load the real packages when
 *   they are first called. Only `getIDToken` and `platform` need them.
 */
import { cpSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";

/** The files of undici that its index takes `EnvHttpProxyAgent` from, and `connect`, which a tunnel through a proxy needs. */
export const UNDICI_FILES = {
  Dispatcher: "lib/dispatcher/dispatcher.js",
  connect: "lib/api/api-connect.js",
  EnvHttpProxyAgent: "lib/dispatcher/env-http-proxy-agent.js",
} as const;

const AUTH = "@actions/http-client/lib/auth.js";
const HTTP_CLIENT = "@actions/http-client/lib/index.js";
const EXEC = "@actions/exec/lib/exec.js";

/**
 * Writes the entries into `target`, a folder named `node_modules`.
 * @param root the folder that has the packages in its `node_modules`
 * @throws {Error} if an update of a package has moved a file
 */
export function layLeanEntries(root: string, target: string): void {
  const packages = join(root, "node_modules");

  function lay(
    name: string,
    manifest: object,
    files: (real: (path: string) => string) => Record<string, string>,
  ): void {
    const folder = join(target, name);
    mkdirSync(folder, { recursive: true });
    const real = (path: string): string => {
      const file = join(packages, path);
      if (!existsSync(file)) throw new Error(`${path} is not there any more: look at scripts/lean-entries.ts.`);
      return JSON.stringify(relative(folder, file).split(sep).join("/"));
    };
    const all = { "package.json": JSON.stringify({ name, ...manifest }), ...files(real) };
    for (const [file, text] of Object.entries(all)) writeFileSync(join(folder, file), text);
  }

  lay("undici", { main: "index.js" }, (real) => ({
    "index.js": `
      const Dispatcher = require(${real(`undici/${UNDICI_FILES.Dispatcher}`)});
      Dispatcher.prototype.connect = require(${real(`undici/${UNDICI_FILES.connect}`)});
      exports.EnvHttpProxyAgent = require(${real(`undici/${UNDICI_FILES.EnvHttpProxyAgent}`)});
    `,
  }));
  lay(
    "@actions/http-client",
    { type: "module", exports: { ".": "./index.js", "./lib/auth": "./auth.js" } },
    (real) => ({
      "auth.js": `export * from ${real(AUTH)};`,
      "index.js": `
      export class HttpClient {
        #options;
        constructor(...options) { this.#options = options; }
        async getJson(...request) {
          const { HttpClient } = await import(${real(HTTP_CLIENT)});
          return new HttpClient(...this.#options).getJson(...request);
        }
      }
    `,
    }),
  );
  lay("@actions/exec", { type: "module", exports: "./index.js" }, (real) => ({
    "index.js": `
      export const getExecOutput = async (...command) => (await import(${real(EXEC)})).getExecOutput(...command);
    `,
  }));
  const core = join(target, "@actions", "core");
  mkdirSync(dirname(core), { recursive: true });
  cpSync(join(packages, "@actions", "core"), core, { recursive: true });
}
