/** Runs publish.sh with a `gh` that records its calls. */
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

const script = resolve(import.meta.dirname, "../../scripts/release/publish.sh");
const SHA = "0123456789abcdef0123456789abcdef01234567";

/** What the fake gh prints. */
interface State {
  /** `isDraft` of the release that exists. */
  readonly draft?: boolean;
  readonly immutable?: boolean;
  readonly majorTag?: boolean;
  readonly tags?: readonly string[];
  /** How the call begins that fails. */
  readonly failing?: string;
}

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "publish-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function publish(tag: string, { draft, immutable = true, majorTag = false, tags = [tag], failing = "none" }: State) {
  const bin = join(folder, "bin");
  mkdirSync(bin);
  writeFileSync(
    join(bin, "gh"),
    `#!/usr/bin/env bash
echo "$*" >> "${folder}/calls"
case "$*" in
  "${failing}"*) exit 4 ;;
  "release view"*) ${draft === undefined ? "exit 1" : `echo ${draft}`} ;;
  "api repos/octo-org/action/releases/tags/"*) echo ${immutable} ;;
  "api repos/octo-org/action/git/ref/tags/"*) exit ${majorTag ? 0 : 1} ;;
esac
`,
  );
  chmodSync(join(bin, "gh"), 0o755);
  const git = (...args: readonly string[]) => execFileSync("git", args, { cwd: folder, stdio: "ignore" });
  git("init");
  git("-c", "user.name=x", "-c", "user.email=x@example.com", "commit", "--allow-empty", "--message", "x");
  for (const name of tags) git("tag", name);
  const { status, stdout } = spawnSync("bash", [script, "sbom.json", "sbom.sigstore.json"], {
    cwd: folder,
    encoding: "utf8",
    env: {
      ...process.env,
      PATH: `${bin}${delimiter}${process.env.PATH}`,
      TAG: tag,
      NOTES: "notes.md",
      GITHUB_REPOSITORY: "octo-org/action",
      GITHUB_SHA: SHA,
    },
  });
  const calls = readFileSync(join(folder, "calls"), "utf8").trimEnd().split("\n");
  // Of the calls, only those that change something.
  return { status, stdout, changes: calls.filter((call) => !/^release view|^api repos/.test(call)) };
}

const DRAFT =
  "release create v1.2.0 --draft --verify-tag --title v1.2.0 --notes-file notes.md sbom.json sbom.sigstore.json";
const RELEASE = "release edit v1.2.0 --draft=false";
const CREATE_MAJOR = `api --method POST repos/octo-org/action/git/refs -f ref=refs/tags/v1 -f sha=${SHA} --silent`;
const MOVE_MAJOR = `api --method PATCH repos/octo-org/action/git/refs/tags/v1 -f sha=${SHA} -F force=true --silent`;

test("a draft with all files, then the release, then the major tag", () => {
  const { status, changes } = publish("v1.2.0", {});
  expect(changes).toEqual([DRAFT, RELEASE, CREATE_MAJOR]);
  expect(status).toBe(0);
});

test("a major tag that exists is moved", () => {
  expect(publish("v1.2.0", { majorTag: true }).changes).toEqual([DRAFT, RELEASE, MOVE_MAJOR]);
});

test("a draft of an earlier attempt is replaced", () => {
  expect(publish("v1.2.0", { draft: true }).changes).toEqual([
    "release delete v1.2.0 --yes",
    DRAFT,
    RELEASE,
    CREATE_MAJOR,
  ]);
});

test("after a failure at the major tag, a second attempt only moves it", () => {
  expect(publish("v1.2.0", { draft: false, majorTag: true }).changes).toEqual([MOVE_MAJOR]);
});

test("the major tag does not move to a release that could still change", () => {
  const { status, stdout, changes } = publish("v1.2.0", { immutable: false });
  expect(changes).toEqual([DRAFT, RELEASE]);
  expect(stdout).toContain("::error::The release is not immutable.");
  expect(status).toBe(1);
});

test.each([
  ["release create", [DRAFT]],
  ["release edit", [DRAFT, RELEASE]],
  ["api repos/octo-org/action/releases/tags/", [DRAFT, RELEASE]],
])("after a failure of %s, nothing more is changed", (failing, expected) => {
  const { status, changes } = publish("v1.2.0", { failing });
  expect(changes).toEqual(expected);
  expect(status).not.toBe(0);
});

test("the major tag does not move back to an older line", () => {
  const { status, changes } = publish("v1.2.0", { tags: ["v1", "v1.2.0", "v1.10.0", "v2.0.0"] });
  expect(changes).toEqual([DRAFT, RELEASE]);
  expect(status).toBe(0);
});
