/**
 * Lean copies of packages, for the bundle only. Every start of the action reads the whole of `dist/index.js`, and most of undici and of
 * what `@actions/core` imports is never used. In a copy, a few files are replaced: the new ones leave something out, or load the original
 * when it is first called. All other code is the package's own. What each replaced file saves is in .github/CONTRIBUTING.md.
 */
import { cpSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

interface LeanPackage {
  readonly name: string;
  /** The new files, by path. */
  readonly replaced: Readonly<Record<string, string>>;
}

const refuse = (what: string): string => `throw new Error("This build of the action has no ${what}.");`;

export const LEAN_PACKAGES: readonly LeanPackage[] = [
  {
    name: "undici",
    replaced: {
      // The package's own index also loads fetch, mocks, caches and web sockets. An agent's tunnel through a proxy needs `connect`.
      "index.js": `Object.assign(require("./lib/dispatcher/dispatcher.js").prototype, { connect: require("./lib/api/api-connect.js") });
exports.buildConnector = require("./lib/core/connect.js");
exports.EnvHttpProxyAgent = require("./lib/dispatcher/env-http-proxy-agent.js");
exports.fetch = () => { ${refuse("fetch of undici")} };
`,
      // The HTTP client sets `allowH2: false`.
      "lib/dispatcher/client-h2.js": `module.exports = () => { ${refuse("HTTP/2")} };\n`,
      // An experimental second parser for HTTP/1.1, which undici uses only where an option or a variable asks for it.
      "lib/dispatcher/parser-h1.js": "module.exports = { getMiloEnabled: () => false };\n",
      // All request bodies are text, so none is a form.
      "lib/web/fetch/body.js": `${refuse("request bodies other than text")}\n`,
      "lib/web/fetch/formdata.js": `${refuse("forms")}\n`,
    },
  },
  // @actions/core and @actions/github import it at their start. The action has an HTTP client of its own.
  {
    name: "@actions/http-client",
    replaced: {
      "lib/index.js": `export class HttpClient {
  getAgent() {}
  getAgentDispatcher() {}
  getJson() { ${refuse("HTTP client of the toolkit")} }
}
`,
    },
  },
  // @actions/core imports it for a description of the platform. No code of this action starts a process.
  {
    name: "@actions/exec",
    replaced: { "lib/exec.js": `export function getExecOutput() { ${refuse("runner of commands")} }\n` },
  },
  // Copied, so that they find the packages above.
  { name: "@actions/core", replaced: {} },
  { name: "@actions/github", replaced: {} },
];

/** Puts the lean packages into `target`, a folder `node_modules`. The real ones are in `packages`. */
export function writeLeanPackages(packages: string, target: string, list = LEAN_PACKAGES): void {
  for (const { name, replaced } of list) {
    const [real, lean] = [join(packages, name), join(target, name)];
    const missing = Object.keys(replaced).find((file) => !existsSync(join(real, file)));
    if (missing !== undefined) {
      const { version } = JSON.parse(readFileSync(join(real, "package.json"), "utf8")) as { version: string };
      throw new Error(`${name} ${version} has no ${missing}: adapt scripts/lean-packages.ts to this version.`);
    }
    cpSync(real, lean, { recursive: true, filter: (path) => basename(path) !== "node_modules" || path === real });
    for (const [file, content] of Object.entries(replaced)) writeFileSync(join(lean, file), content);
  }
}
