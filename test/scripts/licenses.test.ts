import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { bundledPackages, licenseFile } from "../../scripts/licenses.ts";

const root = resolve(import.meta.dirname, "../..");
const paths = (...files: readonly string[]): readonly string[] => files.map((file) => resolve(root, file));

describe("licenses.txt", () => {
  it("names each package once, with its text, and nothing for our own modules", () => {
    const packages = bundledPackages(
      paths(
        "build/index.js",
        "node_modules/tunnel/index.js",
        "node_modules/tunnel/lib/tunnel.js",
        "node_modules/@actions/core/lib/core.js",
      ),
    );
    expect(packages.map(({ name }) => name)).toEqual(["@actions/core", "tunnel"]);
    const file = licenseFile(packages);
    expect(file).toContain("@actions/core 3.0.1 (MIT)\n\nThe MIT License (MIT)\n\nCopyright 2019 GitHub\n");
    expect(file).toContain("Koichi Kobayashi");
  });

  it("also names what a package holds of others, if that is bundled", () => {
    const undici = (...files: readonly string[]): string =>
      licenseFile(bundledPackages(paths(...files.map((file) => `node_modules/undici/${file}`))));
    expect(undici("lib/dispatcher/agent.js")).not.toMatch(/^In /m);
    const all = undici("lib/milo/simd.js", "lib/llhttp/llhttp-wasm.js", "lib/web/fetch/body.js");
    expect(all.match(/^In .*/gm)).toEqual(["In lib/llhttp:", "In lib/milo:", "In lib/web/fetch:"]);
    expect(all).toContain("Copyright Fedor Indutny, 2018.\n\nPermission is hereby granted");
  });
});
