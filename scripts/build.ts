/** `npm run build`: from `src` to the committed `dist`, the same bytes each time and in every folder. */
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { layLeanEntries } from "./lean-entries.ts";

/** Of the API of ncc (which has no types), what is used here. */
type Ncc = (
  entry: string,
  options: { readonly cache: false; readonly minify: boolean; readonly quiet: boolean; readonly license: string },
) => Promise<{ readonly code: string; readonly assets: Readonly<Record<string, { readonly source: Buffer }>> }>;

const root = resolve(import.meta.dirname, "..");
const require = createRequire(import.meta.url);
for (const folder of ["build", "dist"]) rmSync(join(root, folder), { recursive: true, force: true });

// TypeScript 7 has no API that ncc could use, so it goes first; ncc bundles the JavaScript.
const tsc = join(dirname(require.resolve("typescript/package.json")), "bin", "tsc");
execFileSync(process.execPath, [tsc, "-p", "tsconfig.build.json"], { cwd: root, stdio: "inherit" });
// Without a "type" here, ncc makes a CommonJS bundle, which Node starts sooner than a module.
writeFileSync(join(root, "build", "package.json"), "{}\n");
layLeanEntries(root, join(root, "build", "node_modules"));

const ncc = require("@vercel/ncc") as Ncc;
const { code, assets } = await ncc(join(root, "build", "index.js"), {
  cache: false,
  minify: true,
  quiet: true,
  license: "licenses.txt",
});

mkdirSync(join(root, "dist"));
const files = {
  "index.js": code,
  "package.json": '{"type":"commonjs"}\n',
  // The licences, and the chunks that are loaded only when they are needed.
  ...Object.fromEntries(Object.entries(assets).map(([name, { source }]) => [name, source])),
};
for (const [name, content] of Object.entries(files)) {
  writeFileSync(join(root, "dist", name), content);
  console.log(`dist/${name}: ${Buffer.byteLength(content).toLocaleString("en-US")} bytes`);
}
