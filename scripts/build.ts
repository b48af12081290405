/** `npm run build`: from `src` to the committed `dist`, the same bytes each time and in every folder. */
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { type BundleStats, bundledModules, componentsOf, licensesText, serializeModules } from "./bundle-contents.ts";

/** Of the API of ncc (which has no types), what is used here. */
type Ncc = (
  entry: string,
  options: {
    readonly cache: false;
    readonly minify: boolean;
    readonly quiet: boolean;
    /** Modules that stay outside, as they are imported, and what the bundle asks Node for in their place. */
    readonly externals: Readonly<Record<string, string>>;
  },
) => Promise<{ readonly code: string; readonly stats: BundleStats }>;

/**
 * Modules of undici that this action never uses: a second parser, which src/tencentcloud/transport.ts turns off, and bodies that
 * are no text. They would be a third of the bundle, and every start reads the whole of it.
 */
const NEVER_USED = ["../milo/simd.js", "../milo/no-simd.js", "../web/fetch/body.js"];
/** undici does without HTTP/2 where Node has none. Loading it would take a tenth of the time that a start takes. */
const HTTP2 = { "node:http2": "node:http2-left-out" };

const root = resolve(import.meta.dirname, "..");
const require = createRequire(import.meta.url);
for (const folder of ["build", "dist"]) rmSync(join(root, folder), { recursive: true, force: true });

// TypeScript 7 has no API that ncc could use, so it goes first; ncc bundles the JavaScript.
const tsc = join(dirname(require.resolve("typescript/package.json")), "bin", "tsc");
execFileSync(process.execPath, [tsc, "-p", "tsconfig.build.json"], { cwd: root, stdio: "inherit" });
// Without a "type" here, ncc makes a CommonJS bundle, which Node starts sooner than a module.
writeFileSync(join(root, "build", "package.json"), "{}\n");

const ncc = require("@vercel/ncc") as Ncc;
const leftOut = Object.fromEntries(NEVER_USED.map((name) => [name, `left out of this build: ${name}`]));
const { code, stats } = await ncc(join(root, "build", "index.js"), {
  cache: false,
  minify: true,
  quiet: true,
  externals: { ...leftOut, ...HTTP2 },
});

const modules = bundledModules(stats);
writeFileSync(join(root, "build", "modules.json"), serializeModules(modules));

mkdirSync(join(root, "dist"));
const files = {
  "index.js": code,
  "licenses.txt": licensesText(componentsOf(modules)),
  "package.json": '{"type":"commonjs"}\n',
};
for (const [name, content] of Object.entries(files)) {
  writeFileSync(join(root, "dist", name), content);
  console.log(`dist/${name}: ${Buffer.byteLength(content).toLocaleString("en-US")} bytes`);
}
