import { expect, test } from "vitest";
import { pinningNote, releaseNotes } from "../../scripts/release/notes.ts";

const changelog = `# Changelog

Text.

## Unreleased

- later

## 1.1.0 - 2027-02-01

### Added

- something

## [1.0.0] - 2027-01-01

- first
`;

const filesOf = (version: string) => ({ changelog, version, versionModule: `export const VERSION = "${version}";\n` });

test("the notes of a tag are its section of the changelog", () => {
  expect(releaseNotes(filesOf("1.1.0"), "v1.1.0")).toBe("### Added\n\n- something\n");
  expect(releaseNotes(filesOf("1.0.0"), "v1.0.0")).toBe("- first\n");
});

test("a rehearsal takes what is unreleased", () => {
  expect(releaseNotes(filesOf("1.2.0"), undefined)).toBe("- later\n");
});

test("a tag without a dated section fails", () => {
  expect(() => releaseNotes(filesOf("1.2.0"), "v1.2.0")).toThrow('no section "## 1.2.0 - YYYY-MM-DD"');
});

test.each(["v1.0.1", "v1.0", "1.0.0", "v1.0.0-rc.1"])("tag %s does not fit version 1.0.0", (tag) => {
  expect(() => releaseNotes(filesOf("1.0.0"), tag)).toThrow(tag);
});

test("a version must be three numbers", () => {
  expect(() => releaseNotes(filesOf("1.0.0-rc.1"), "v1.0.0-rc.1")).toThrow("v1.0.0-rc.1");
});

test("a section must have text", () => {
  const files = { ...filesOf("1.0.0"), changelog: "## 1.0.0 - 2027-01-01\n\n## 0.9.0 - 2026-01-01\n\n- first\n" };
  expect(() => releaseNotes(files, "v1.0.0")).toThrow("with text");
});

test("a version module of another version fails", () => {
  const files = { ...filesOf("1.0.0"), versionModule: 'export const VERSION = "0.9.0";\n' };
  expect(() => releaseNotes(files, "v1.0.0")).toThrow("src/version.ts");
});

test("the notes say how to pin the release", () => {
  const sha = "0123456789abcdef0123456789abcdef01234567";
  expect(pinningNote("octo-org/action", "v1.0.0", sha)).toContain(`- uses: octo-org/action@${sha} # v1.0.0`);
});
