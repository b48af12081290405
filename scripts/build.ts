/** `npm run build`: from `src` to the committed `dist`, the same bytes each time and in every folder. Not minified: it can be read. */
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { type BundleStats, bundledModules, componentsOf, licensesText } from "./bundle-contents.ts";
import { writeLeanPackages } from "./lean-packages.ts";

/** Of the API of ncc (which has no types), what is used here. */
interface Bundle {
  readonly code: string;
  /** Among them the chunks, which the action loads when it needs them. */
  readonly assets: Readonly<Record<string, { readonly source: Buffer }>>;
  readonly stats: BundleStats;
}

const root = resolve(import.meta.dirname, "..");
const require = createRequire(import.meta.url);
if (!process.execPath.startsWith(join(root, "node_modules"))) {
  // npm leaves out an optional package that it cannot get, and one whose hash is wrong.
  throw new Error(
    `dist is built with the Node of package-lock.json, not with ${process.execPath}: run npm ci, then npm run build.`,
  );
}

rmSync(join(root, "build"), { recursive: true, force: true });

// TypeScript 7 has no API that ncc could use, so it goes first; ncc bundles the JavaScript.
const tsc = join(dirname(require.resolve("typescript/package.json")), "bin", "tsc");
execFileSync(process.execPath, [tsc, "-p", "tsconfig.build.json"], { cwd: root, stdio: "inherit" });
// Without a "type" here, ncc makes a CommonJS bundle, which Node starts sooner than a module.
writeFileSync(join(root, "build", "package.json"), "{}\n");

writeLeanPackages(join(root, "node_modules"), join(root, "build", "node_modules"));

// webpack's parentheses around its modules, which minifying would take away, let V8 compile them at once: https://v8.dev/blog/preparser#pife
const ncc = require("@vercel/ncc") as (entry: string, options: object) => Promise<Bundle>;
const options = { cache: false, minify: false, quiet: true };
const { code, assets, stats } = await ncc(join(root, "build", "index.js"), options);

const modules = bundledModules(stats);
const files = {
  "index.js": code,
  ...Object.fromEntries(Object.entries(assets).map(([name, { source }]) => [name, source])),
  "licenses.txt": licensesText(componentsOf(modules)),
  "package.json": '{"type":"commonjs"}\n',
};
// Only now: a build that fails leaves dist as it is.
writeFileSync(join(root, "build", "modules.json"), `${JSON.stringify(modules, undefined, 1)}\n`);
rmSync(join(root, "dist"), { recursive: true, force: true });
mkdirSync(join(root, "dist"));
for (const [name, content] of Object.entries(files)) {
  writeFileSync(join(root, "dist", name), content);
  console.log(`dist/${name}: ${Buffer.byteLength(content).toLocaleString("en-US")} bytes`);
}
