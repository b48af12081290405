import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, posix, win32 } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isInside, MAX_FILE_BYTES, readText } from "../../src/inputs/csr-ids.ts";

const HAS_PIPES = process.platform !== "win32";
let root: string;
let workspace: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "csr-ids-file-"));
  workspace = join(root, "workspace");
  const outside = join(root, "workspace-of-another");
  for (const folder of [workspace, outside, join(workspace, "folder")]) mkdirSync(folder);
  const files: Readonly<Record<string, string | Buffer>> = {
    "ids.txt": "11 22\n",
    "..ids": "33",
    "bom.txt": "\uFEFF11",
    "latin1.txt": Buffer.from([0x31, 0xe9]),
    "utf16le.txt": Buffer.from("\uFEFF11", "utf16le"),
    "utf16le-no-bom.txt": Buffer.from("11", "utf16le"),
    "large.txt": "",
    "limit.txt": "",
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(workspace, name), content);
  truncateSync(join(workspace, "large.txt"), MAX_FILE_BYTES + 1);
  writeFileSync(join(workspace, "limit.txt"), "1\n".repeat(MAX_FILE_BYTES / 2));
  writeFileSync(join(outside, "ids.txt"), "666");
  if (HAS_PIPES) execFileSync("mkfifo", [join(workspace, "pipe")]);
  symlinkSync(join(outside, "ids.txt"), join(workspace, "leaves.txt"));
  symlinkSync(outside, join(workspace, "leaves"));
  symlinkSync(join(workspace, "ids.txt"), join(workspace, "stays.txt"));
  symlinkSync("loop", join(workspace, "loop"));
  symlinkSync(workspace, join(root, "link"));
});
afterAll(() => rmSync(root, { recursive: true }));

test.each([
  ["ids.txt", "11 22\n"],
  ["folder/../stays.txt", "11 22\n"],
  ["..ids", "33"],
  ["bom.txt", "\uFEFF11"],
])("%s is read", (path, text) => {
  expect(readText(path, workspace)).toEqual({ ok: true, value: text });
});

test("an absolute path in the workspace is read, also if the workspace is itself a link", () => {
  expect(readText(join(workspace, "..ids"), workspace)).toEqual({ ok: true, value: "33" });
  expect(readText(join(root, "link", "..ids"), join(root, "link"))).toEqual({ ok: true, value: "33" });
});

test("a file of the largest size is read whole", () => {
  const text = readText("limit.txt", workspace);
  expect(text.ok && text.value.length).toBe(MAX_FILE_BYTES);
});

test.each<[string, RegExp]>([
  ["missing.txt", /^cannot be read \(ENO[A-Z]+\)/],
  ["ids.txt/x", /^cannot be read \(ENO[A-Z]+\)/],
  ["folder", /^is not a regular file/],
  [".", /^is not a regular file/],
  ...(HAS_PIPES ? ([["pipe", /^is not a regular file/]] satisfies [string, RegExp][]) : []),
  ["large.txt", /^is larger than 2 MiB \(2097153 bytes\)/],
  ["latin1.txt", /^is not UTF-8/],
  ["utf16le.txt", /^is not UTF-8/],
  ["utf16le-no-bom.txt", /^is not UTF-8/],
  ["../x", /^is outside of the workspace/],
  ["..", /^is outside of the workspace/],
  ["folder/../../x", /^is outside of the workspace/],
  ["../workspace-of-another/ids.txt", /^is outside of the workspace/],
  ["leaves.txt", /^is outside of the workspace/],
  ["leaves/ids.txt", /^is outside of the workspace/],
  ["/etc/hostname", /^is outside of the workspace/],
  ["loop", /^cannot be read \(ELOOP\): check the path/],
  ["a\0b", /^cannot be read \(ERR_INVALID_ARG_VALUE\)/],
  ["x".repeat(5_000), /^cannot be read \(ENAMETOOLONG\)/],
])("%j is refused: %s", (path, reason) => {
  expect(readText(path, workspace)).toEqual({ ok: false, failure: expect.stringMatching(reason) });
});

describe("whether a path lies in a folder", () => {
  test.each([
    ["C:\\work\\ids.txt", true],
    ["c:\\WORK\\sub\\ids.txt", true],
    ["C:\\work\\..ids", true],
    ["C:\\work", true],
    ["C:\\work-of-another\\ids.txt", false],
    ["C:\\ids.txt", false],
    ["D:\\work\\ids.txt", false],
    ["\\\\server\\share\\work\\ids.txt", false],
  ])("on Windows, %s in C:\\work: %s", (path, inside) => {
    expect(isInside(path, "C:\\work", win32)).toBe(inside);
  });

  test.each([
    ["/checkout/ids.txt", true],
    ["/checkout/..ids", true],
    ["/CHECKOUT/ids.txt", false],
    ["/checkout-of-another/ids.txt", false],
    ["/ids.txt", false],
  ])("elsewhere, %s in /checkout: %s", (path, inside) => {
    expect(isInside(path, "/checkout", posix)).toBe(inside);
  });
});
