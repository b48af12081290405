/**
 * `node scripts/release/notes.ts <tag>`: checks that everything names the version of the tag, and prints the notes of the release: the
 * section of CHANGELOG.md. Without a tag (a rehearsal) the version is that of package.json, and its section may still be "Unreleased".
 */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../..");

/** What names a version. */
export interface ReleaseFiles {
  readonly changelog: string;
  /** In package.json. */
  readonly version: string;
  /** src/version.ts */
  readonly versionModule: string;
}

const TAG = /^v(\d+\.\d+\.\d+)$/;
/** `## 1.0.0 - 2027-01-31`, or with brackets around the version. */
const DATED = /^\[?(\d+\.\d+\.\d+)\]? - \d{4}-\d{2}-\d{2}$/;

/** The text below each heading of the second level, by the heading. */
function sectionsOf(changelog: string): ReadonlyMap<string, string> {
  const [, ...parts] = changelog.split(/^## /m);
  return new Map(
    parts.map((part) => {
      const [title = "", ...lines] = part.split("\n");
      return [title.trim(), lines.join("\n").trim()] as const;
    }),
  );
}

/**
 * The notes for a tag, or for a rehearsal without one.
 * @throws {Error} if something does not fit the version
 */
export function releaseNotes({ changelog, version, versionModule }: ReleaseFiles, tag: string | undefined): string {
  if (tag !== undefined && TAG.exec(tag)?.[1] !== version) {
    throw new Error(`The tag is ${tag}, but package.json has version ${version}.`);
  }
  if (!versionModule.includes(`"${version}"`)) throw new Error(`src/version.ts does not have version ${version}.`);
  const sections = sectionsOf(changelog);
  const [dated] = [...sections].filter(([title]) => DATED.exec(title)?.[1] === version);
  const notes = dated?.[1] ?? (tag === undefined ? sections.get("Unreleased") : undefined);
  if (!notes) throw new Error(`CHANGELOG.md has no section "## ${version} - YYYY-MM-DD" with text.`);
  return `${notes}\n`;
}

/** How users pin the release. */
export function pinningNote(repository: string, tag: string, sha: string): string {
  return `\n### Use\n\n\`\`\`yaml\n- uses: ${repository}@${sha} # ${tag}\n\`\`\`\n`;
}

if (import.meta.main) {
  const read = (path: string): string => readFileSync(join(root, path), "utf8");
  const { version } = JSON.parse(read("package.json")) as { version: string };
  const [tag] = process.argv.slice(2).filter(Boolean);
  const files = { changelog: read("CHANGELOG.md"), version, versionModule: read("src/version.ts") };
  const { GITHUB_REPOSITORY = "OWNER/delete-tencentcloud-ssl-csrs", GITHUB_SHA = "<full commit SHA>" } = process.env;
  process.stdout.write(releaseNotes(files, tag) + pinningNote(GITHUB_REPOSITORY, tag ?? `v${version}`, GITHUB_SHA));
}
