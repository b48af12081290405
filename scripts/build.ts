/** `npm run build`: from `src` to the committed `dist`, the same bytes each time and in every folder. */
import { execFileSync } from "node:child_process";
import { copyFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const require = createRequire(import.meta.url);

/** Runs a tool of node_modules with this very Node, which also works where tools are not found by a path without extension. */
function tool(script: string, ...args: readonly string[]): void {
  execFileSync(process.execPath, [script, ...args], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
}

for (const folder of ["build", "dist"]) rmSync(join(root, folder), { recursive: true, force: true });

// TypeScript 7 has no API that ncc could use, so it goes first; ncc bundles the JavaScript.
tool(join(dirname(require.resolve("typescript/package.json")), "bin", "tsc"), "-p", "tsconfig.build.json");
const ncc = join(dirname(require.resolve("@vercel/ncc/package.json")), "dist", "ncc", "cli.js");
tool(ncc, "build", "build/index.js", "-o", "dist", "--minify", "--no-cache");

// ncc writes a licence file for each chunk, under one name, so that only the last would stay. So: once more, in one chunk.
const { dependencies } = require(join(root, "package.json")) as { dependencies: Record<string, string> };
const imports = Object.keys(dependencies).map((name) => `import "${name}";\n`);
writeFileSync(join(root, "build", "licenses.js"), imports.join(""));
tool(ncc, "build", "build/licenses.js", "-o", "build/licenses", "--no-cache", "--license", "licenses.txt");
copyFileSync(join(root, "build", "licenses", "licenses.txt"), join(root, "dist", "licenses.txt"));

for (const name of readdirSync(join(root, "dist")).sort()) {
  console.log(`dist/${name}: ${statSync(join(root, "dist", name)).size.toLocaleString("en-US")} bytes`);
}
