import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, posix, resolve, win32 } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { isInside, MAX_FILE_BYTES, readText } from "../../src/inputs/csr-ids.ts";

/** What somebody else does while the file is opened: after it was checked, and when it is open. */
const meanwhile = vi.hoisted(() => ({ before: () => {}, after: () => {} }));
vi.mock("node:fs", async (original) => {
  const fs = await original<typeof import("node:fs")>();
  const openSync: typeof fs.openSync = (...args) => {
    meanwhile.before();
    try {
      return fs.openSync(...args);
    } finally {
      meanwhile.after();
    }
  };
  return { ...fs, openSync };
});

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

// In a process of its own: one that waits for the pipe cannot even time out.
test.runIf(HAS_PIPES)("a pipe that nobody writes to is refused at once", () => {
  const module = JSON.stringify(resolve(import.meta.dirname, "../../src/inputs/csr-ids.ts"));
  const script = `import { readText } from ${module}; console.log(readText("pipe", ".").failure);`;
  const args = ["--disable-warning=ExperimentalWarning", "--input-type=module", "--eval", script];
  const { stdout, stderr, signal } = spawnSync(process.execPath, args, {
    cwd: workspace,
    encoding: "utf8",
    timeout: 10_000,
  });
  expect({ stdout, stderr, signal }).toEqual({ stdout: "is not a regular file\n", stderr: "", signal: null });
});

describe.runIf(HAS_PIPES)("what somebody puts there between the check and the reading is not read", () => {
  /** Reads `path` while something else is put in the place of `replaced`; `isBrief`: until the file is open. */
  function readWhile(path: string, replaced: string, target: string, isBrief: boolean) {
    const place = join(workspace, replaced);
    const putBack = (): void => {
      rmSync(place);
      renameSync(`${place}-before`, place);
    };
    meanwhile.before = () => {
      meanwhile.before = () => {};
      renameSync(place, `${place}-before`);
      symlinkSync(join(root, target), place);
    };
    if (isBrief) meanwhile.after = putBack;
    try {
      return readText(path, workspace);
    } finally {
      meanwhile.after = () => {};
      if (!isBrief) putBack();
    }
  }

  test("a link, even if it is gone when the file is open", () => {
    expect(readWhile("ids.txt", "ids.txt", "workspace-of-another/ids.txt", true)).toEqual({
      ok: false,
      failure: expect.stringMatching(/^cannot be read \(ELOOP\)/),
    });
  });

  test("a folder that has become a link", () => {
    writeFileSync(join(workspace, "folder", "ids.txt"), "11");
    expect(readWhile("folder/ids.txt", "folder", "workspace-of-another", false)).toEqual({
      ok: false,
      failure: expect.stringMatching(/^is outside of the workspace/),
    });
    expect(readText("folder/ids.txt", workspace)).toEqual({ ok: true, value: "11" });
  });
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
