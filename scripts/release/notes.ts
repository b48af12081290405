/**
 * `node scripts/release/notes.ts <tag>`: checks that everything names the version of the tag, and prints the notes of the release: the
 * section of CHANGELOG.md. Without a tag (a rehearsal) the version is that of package.json, and its section may still be "Unreleased".
 */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";

/** What names a version: CHANGELOG.md, package.json and src/version.ts. */
type ReleaseFiles = Readonly<Record<"changelog" | "version" | "versionModule", string>>;

/** `## 1.0.0 - 2027-01-31`, or with brackets around the version. */
const DATED = /^\[?(\d+\.\d+\.\d+)\]? - \d{4}-\d{2}-\d{2}$/;

/**
 * The notes for a tag, or for a rehearsal without one.
 * @throws {Error} if something does not fit the version
 */
export function releaseNotes({ changelog, version, versionModule }: ReleaseFiles, tag: string | undefined): string {
  if (tag !== undefined && (tag !== `v${version}` || !/^\d+\.\d+\.\d+$/.test(version))) {
    throw new Error(`The tag is ${tag}, but package.json has version ${version}.`);
  }
  if (!versionModule.includes(`"${version}"`)) throw new Error(`src/version.ts does not have version ${version}.`);
  const sections = changelog
    .split(/^## /m)
    .slice(1)
    .map((part) => {
      const [title = "", ...lines] = part.split("\n");
      return { title: title.trim(), text: lines.join("\n").trim() };
    });
  const { text } =
    sections.find(({ title }) => DATED.exec(title)?.[1] === version) ??
    sections.find(({ title }) => tag === undefined && title === "Unreleased") ??
    {};
  if (!text) throw new Error(`CHANGELOG.md has no section "## ${version} - YYYY-MM-DD" with text.`);
  return `${text}\n`;
}

/** How users pin the release. */
export function pinningNote(repository: string, tag: string, sha: string): string {
  return `\n### Use\n\n\`\`\`yaml\n- uses: ${repository}@${sha} # ${tag}\n\`\`\`\n`;
}

if (import.meta.main) {
  const read = (path: string): string => readFileSync(resolve(import.meta.dirname, "../..", path), "utf8");
  const { version } = JSON.parse(read("package.json")) as { version: string };
  const tag = process.argv[2] || undefined;
  const files = { changelog: read("CHANGELOG.md"), version, versionModule: read("src/version.ts") };
  const { GITHUB_REPOSITORY = "OWNER/delete-tencentcloud-ssl-csrs", GITHUB_SHA = "<full commit SHA>" } = process.env;
  process.stdout.write(releaseNotes(files, tag) + pinningNote(GITHUB_REPOSITORY, tag ?? `v${version}`, GITHUB_SHA));
}
