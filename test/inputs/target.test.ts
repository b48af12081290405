import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Given, KEYS, problemOf, problemsOf, read, readResult, SELECTION } from "./sources.ts";

let workspace: string;
beforeAll(() => {
  workspace = mkdtempSync(join(tmpdir(), "target-"));
  const files: Readonly<Record<string, string>> = {
    "ids.txt": "# from the rotation\n33 22 # twice\n44\n",
    "bad.txt": "11\nx\n12\n",
    "blank.txt": "# none\n",
    "empty.json": "[]",
    ".env": "# production\nPASSWORD=hunter2\nUSER=admin\n11\n",
    "one.txt": "hunter2\n",
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(workspace, name), text);
});
afterAll(() => rmSync(workspace, { recursive: true }));

const targetOf = (given: Given) => read(given, {}, workspace).target;
const problem = (given: Given) => problemOf(given, {}, workspace);

describe("IDs", () => {
  test("from both inputs are joined in order, and repeated ones dropped", () => {
    expect(targetOf({ "csr-ids": "[11, 22]", "csr-ids-file": "ids.txt" })).toEqual({
      kind: "ids",
      ids: [11, 22, 33, 44],
      duplicates: 1,
    });
  });

  test("may come from the file alone", () => {
    expect(targetOf({ "csr-ids": "", "csr-ids-file": "ids.txt" })).toMatchObject({ ids: [33, 22, 44] });
  });

  test("that are blank are an error, which says what to check", () => {
    expect(problem({ "csr-ids": " \n" })).toMatch(
      /^`csr-ids` is blank, and neither .*`csr-ids-file`.*`domains`.*`\[\]`/,
    );
    expect(problemsOf({ ...KEYS, "dry-run": "maybe" })).toHaveLength(2);
    expect(problem({ "csr-ids": "", "csr-ids-file": "blank.txt" })).toMatch(
      /^`csr-ids` is blank, and neither `csr-ids-file`/,
    );
  });

  test("that are an explicit [] are nothing to do, and need no credentials", () => {
    for (const given of [{ "csr-ids": "[]" }, { "csr-ids-file": "empty.json" }] as readonly Given[]) {
      expect(readResult(given, {}, workspace)).toMatchObject({
        ok: true,
        value: { target: { kind: "ids", ids: [] }, login: { kind: "none" } },
      });
    }
  });

  test("that are not valid are listed with their places", () => {
    expect(problem({ "csr-ids": "x, 1\n2\n011", "csr-ids-file": "bad.txt" })).toBe(
      [
        "`csr-ids` has entries that are not valid:",
        "- line 1: `x`: not a positive whole number in plain digits",
        "- line 3: `011`: a CSR ID does not begin with 0",
        "`csr-ids-file` has entries that are not valid:",
        "- line 2: `x`: not a positive whole number in plain digits",
      ].join("\n"),
    );
  });

  test("that are not valid are listed up to 20", () => {
    const text = problem({ "csr-ids": Array.from({ length: 50 }, (_, n) => `${n + 1} x${n}`).join(" ") });
    expect(text.match(/line 1/g)).toHaveLength(20);
    expect(text).toMatch(/\n- … and 30 more$/);
  });

  test("in broken JSON are an error that quotes nothing", () => {
    expect(problem({ "csr-ids": "[11, hunter2" })).toBe(
      "`csr-ids` begins with `[` but is no JSON array (at or after index 1).",
    );
  });
});

describe("text that is mostly not valid is described, and nothing of it is shown", () => {
  test("in a file", () => {
    const text = problem({ "csr-ids-file": ".env" });
    expect(text).toBe(
      "`csr-ids-file` is mostly not valid: 2 of 3 entries, the first at line 2 (not a positive whole number in plain digits). They are not shown, as they may be secret.",
    );
  });

  test("in a file of a single word", () => {
    expect(problem({ "csr-ids-file": "one.txt" })).toMatch(/is mostly not valid: 1 of 1 entries, the first/);
    expect(problem({ "csr-ids-file": "one.txt" })).not.toContain("hunter2");
  });

  test("in the input", () => {
    expect(problem({ "csr-ids": "correct horse battery staple" })).not.toMatch(/correct|horse|battery|staple/);
  });

  test.each(["domains", "remarks", "protect", "allowed-account-ids"])("in %s, too", (name) => {
    const given = name === "domains" || name === "remarks" ? SELECTION : {};
    const text = problem({ ...given, [name]: "! horse, ! battery, staple\u200b" });
    expect(text).toMatch(
      /^`[a-z-]+` is mostly not valid: 3 of 3 entries, the first at line 1 \(.*\)\. They are not shown/,
    );
    expect(text).not.toMatch(/horse|battery|staple/);
  });

  test("but the only entry of the input is shown whole, where the runner's masks find it", () => {
    expect(problem({ "csr-ids": "11-20" })).toContain("- line 1: `11-20`: ranges are not supported");
    expect(problem({ "csr-ids": "x".repeat(25) })).toContain("- line 1: a text of 25 characters: not a positive");
  });
});

test("without a GITHUB_WORKSPACE, files are those of the working directory", () => {
  const problemOfFile = (name: string) => problemOf({ "csr-ids-file": name }, { GITHUB_WORKSPACE: undefined });
  expect(problemOfFile("package.json")).toContain("is mostly not valid");
  expect(problemOfFile("/etc/hostname")).toContain("is outside of the workspace");
});

test("a file that cannot be read is one problem, whether or not csr-ids has IDs", () => {
  for (const ids of ["11", ""]) {
    const given = { ...KEYS, "csr-ids": ids, "csr-ids-file": "missing.txt" };
    expect(problemsOf(given, {}, workspace)).toEqual([
      expect.stringMatching(/^`csr-ids-file` \(`missing.txt`\) cannot be read \(ENOENT\): check the path/),
    ]);
  }
  expect(problem({ "csr-ids-file": `${"x".repeat(30)}.txt` })).toMatch(
    /^`csr-ids-file` \(a text of 34 characters\) cannot be read \(ENOENT\)/,
  );
});

describe("a selection", () => {
  const rules = (given: Given) => {
    const target = targetOf({ ...SELECTION, ...given });
    return target.kind === "selection" ? target.rules : undefined;
  };

  test("takes domains, and what narrows them", () => {
    expect(
      rules({
        domains: "*.example.com, !www.example.com\nexample.org",
        "older-than": "90d",
        remarks: "rotation *",
        "keep-newest": "2",
      }),
    ).toEqual({
      domains: ["*.example.com", "!www.example.com", "example.org"],
      olderThan: { ms: 90 * 24 * 3_600_000, text: "90d" },
      remarks: ["rotation *"],
      keepNewest: 2,
    });
  });

  test("is narrowed by no more than it says", () => {
    expect(rules({ "keep-newest": "0" })).toEqual({ domains: ["*"], remarks: [], keepNewest: 0 });
    expect(rules({ "keep-newest": "none", "older-than": "20d" })).toMatchObject({ keepNewest: undefined });
  });

  test("must say which ones are old, in a dry run too", () => {
    for (const dryRun of ["true", "false"]) {
      expect(problemsOf({ ...KEYS, domains: "*.a.test", remarks: "ci*", "dry-run": dryRun })).toEqual([
        expect.stringMatching(/^`domains` alone.*`older-than`.*`keep-newest: 1`.*`keep-newest: 0`/),
      ]);
      expect(problemsOf({ ...KEYS, domains: "*.a.test", "older-than": "none", "dry-run": dryRun })).toHaveLength(1);
      expect(problemsOf({ ...KEYS, domains: "*.a.test", "keep-newest": "0", "dry-run": dryRun })).toEqual([]);
      expect(problemsOf({ ...KEYS, domains: "*.a.test", "older-than": " ", "dry-run": dryRun })).toEqual([
        expect.stringMatching(/^`older-than` is blank/),
      ]);
    }
  });

  test.each([
    ["12h", 12],
    ["90d", 90 * 24],
    ["4w", 4 * 7 * 24],
    ["0d", 0],
  ])("older-than may be %s: %d hours", (text, hours) => {
    expect(rules({ "older-than": text })?.olderThan).toEqual({ ms: hours * 3_600_000, text });
  });

  test.each(["90", "90 days", "-1d", "1e3d", "1.5d", "090d", "1d12h", "1m", "d", "9999999d"])(
    "older-than may not be %s",
    (text) => {
      expect(problem({ ...SELECTION, "older-than": text })).toBe(
        `\`older-than\` must be a time such as \`12h\`, \`90d\` or \`4w\`, or \`none\`, not \`${text}\`.`,
      );
    },
  );

  test.each(["-1", "00", "1.5", "x", "all"])("keep-newest may not be %s", (text) => {
    expect(problem({ ...SELECTION, "keep-newest": text })).toBe(
      `\`keep-newest\` must be a whole number from 0, or \`none\`, not \`${text}\`.`,
    );
  });

  test("together with IDs is an error", () => {
    expect(problem({ domains: "*" })).toMatch(/^`domains` must not be given with `csr-ids` or `csr-ids-file`/);
    expect(problem({ "csr-ids": "", "csr-ids-file": "ids.txt", domains: "*" })).toMatch(/^`domains` must not be given/);
    expect(problem({ "csr-ids": "[]", domains: "*" })).toMatch(/^`domains` must not be given/);
  });

  test("is not narrowed without domains", () => {
    expect(problem({ "older-than": "1d", remarks: "a", "keep-newest": "1" })).toBe(
      [
        "`older-than` can only narrow a selection: give `domains`, too.",
        "`remarks` can only narrow a selection: give `domains`, too.",
        "`keep-newest` can only narrow a selection: give `domains`, too.",
      ].join("\n"),
    );
  });

  test("needs credentials, also in a dry run", () => {
    const dryRun = { ...SELECTION, "dry-run": "true" };
    expect(problemsOf(dryRun)).toEqual([expect.stringMatching(/^No credentials/)]);
    expect(problemsOf({ ...dryRun, ...KEYS })).toEqual([]);
    expect(problemsOf({ ...dryRun, "look-up": "false" })).toHaveLength(2);
  });
});

describe("look-up", () => {
  test.each(["auto", "true", "false"])("may be %s", (lookUp) =>
    expect(read({ "look-up": lookUp }).lookUp).toBe(lookUp),
  );

  test.each(["maybe", "yes", "True"])("may not be %s", (lookUp) => {
    expect(problem({ "look-up": lookUp })).toBe(
      `\`look-up\` must be \`auto\`, \`true\` or \`false\`, not \`${lookUp}\`.`,
    );
  });

  test("false goes with protected IDs and with on-absent: fail", () => {
    expect(problem({ "look-up": "false", protect: "22", "on-absent": "fail" })).toBe("");
  });

  test.each<[Given, string]>([
    [SELECTION, "`domains`"],
    [{ protect: "*.a.test" }, "`protect` by domain"],
    [{ "allowed-account-ids": "100000000001" }, "`allowed-account-ids`"],
    [
      { ...SELECTION, protect: "a.test", "allowed-account-ids": "1" },
      "`domains` and `protect` by domain and `allowed-account-ids`",
    ],
  ])("false is one error with %j", (given, text) => {
    for (const dryRun of ["true", "false"])
      expect(problemsOf({ "csr-ids": "11", ...KEYS, ...given, "look-up": "false", "dry-run": dryRun })).toEqual([
        `\`look-up\` must not be \`false\` with ${text}.`,
      ]);
  });
});

describe("allowed-account-ids", () => {
  const env = { ACTIONS_ID_TOKEN_REQUEST_URL: "https://example.com/token", ACTIONS_ID_TOKEN_REQUEST_TOKEN: "request" };
  const role = { "csr-ids": "11", "role-arn": "qcs::cam::uin/100000000001:roleName/r", "oidc-provider": "p" };

  test("are the accounts that may be meant", () => {
    expect(read({ "allowed-account-ids": "100000000001, 2" }).allowedAccountIds).toEqual(
      new Set(["100000000001", "2"]),
    );
  });

  test("must hold the account of the role", () => {
    expect(problemsOf({ ...role, "allowed-account-ids": "2, 100000000001" }, env)).toEqual([]);
    expect(problemsOf({ ...role, "allowed-account-ids": "2, 10000000000" }, env)).toEqual([
      "`role-arn` is of account 100000000001, which `allowed-account-ids` does not list.",
    ]);
  });
});

test("a problem says which input is at fault", () => {
  const inputs = readResult(
    { ...KEYS, domains: "*", "csr-ids": "x", "look-up": "false", "secret-id": "" },
    { INPUT_X: "" },
  );
  expect(inputs.ok || inputs.failure.map(({ input }) => input)).toEqual([
    "csr-ids",
    "domains",
    "look-up",
    "secret-id",
    undefined,
  ]);
});
