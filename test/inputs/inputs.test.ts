import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { InputError } from "../../src/inputs/input-error.ts";
import { type Inputs, readInputs, readSecrets } from "../../src/inputs/inputs.ts";

const KEYS = { "secret-id": "AKIDEXAMPLE", "secret-key": "example-secret-key" };
const HAS_PIPES = process.platform !== "win32";
let workspace: string;
let outside: string;

beforeAll(() => {
  workspace = mkdtempSync(join(tmpdir(), "inputs-"));
  outside = mkdtempSync(join(tmpdir(), "outside-"));
  mkdirSync(join(workspace, "folder"));
  writeFileSync(join(workspace, "ids.txt"), "# from the rotation\n33 22 # twice\n44\n");
  writeFileSync(join(workspace, "bad.txt"), "11\nx\n");
  writeFileSync(join(workspace, "blank.txt"), "# none\n");
  writeFileSync(join(workspace, "empty.json"), "[]");
  writeFileSync(join(workspace, "latin1.txt"), Buffer.from([0x31, 0xe9]));
  writeFileSync(join(workspace, "large.txt"), "");
  if (HAS_PIPES) execFileSync("mkfifo", [join(workspace, "pipe")]);
  truncateSync(join(workspace, "large.txt"), 16 * 1024 * 1024 + 1);
  writeFileSync(join(outside, "ids.txt"), "666");
  symlinkSync(join(outside, "ids.txt"), join(workspace, "leaves.txt"));
  symlinkSync(outside, join(workspace, "leaves"));
  symlinkSync(join(workspace, "ids.txt"), join(workspace, "stays.txt"));
});
afterAll(() => {
  for (const folder of [workspace, outside]) rmSync(folder, { recursive: true });
});

type Given = Readonly<Record<string, string>>;
const sources = (inputs: Given, env: Given = {}) => ({
  getInput: (name: string) => (inputs[name] ?? "").trim(),
  env,
  workspace,
});
const read = (inputs: Given, env: Given = {}): Inputs =>
  readInputs(sources({ "csr-ids": "11", ...KEYS, ...inputs }, env));

/** The problems of these inputs. */
function problems(inputs: Given, env: Given = {}): string {
  return error(inputs, env).message;
}
function error(inputs: Given, env: Given = {}): InputError {
  try {
    readInputs(sources(inputs, env));
  } catch (thrown) {
    if (thrown instanceof InputError) return thrown;
  }
  throw new Error("no InputError");
}
const problem = (inputs: Given, env: Given = {}): string => problems({ "csr-ids": "11", ...KEYS, ...inputs }, env);

test("the defaults are those of the documentation", () => {
  expect(read({})).toEqual({
    csrIds: [11],
    duplicates: 0,
    credentials: { secretId: "AKIDEXAMPLE", secretKey: "example-secret-key" },
    endpoint: { origin: "https://ssl.intl.tencentcloudapi.com", host: "ssl.intl.tencentcloudapi.com" },
    dryRun: false,
    requestsPerSecond: 10,
    onAbsent: "warn",
  });
});

describe("IDs", () => {
  test("from both places are joined in order, and repeated ones dropped", () => {
    expect(read({ "csr-ids": "[11, 22]", "csr-ids-file": "ids.txt" })).toMatchObject({
      csrIds: [11, 22, 33, 44],
      duplicates: 1,
    });
  });

  test("may come from the file alone, also through a link that stays in the workspace, or by its absolute path", () => {
    expect(read({ "csr-ids": "", "csr-ids-file": "ids.txt" }).csrIds).toEqual([33, 22, 44]);
    expect(read({ "csr-ids": "", "csr-ids-file": "folder/../stays.txt" }).csrIds).toEqual([33, 22, 44]);
    expect(read({ "csr-ids": "", "csr-ids-file": join(workspace, "ids.txt") }).csrIds).toEqual([33, 22, 44]);
  });

  test("that are blank are an error with a remedy, and never mean all", () => {
    expect(problem({ "csr-ids": " \n" })).toMatch(/^`csr-ids` is blank\..*earlier step.*`\[\]`/s);
    expect(problem({ "csr-ids": "", "csr-ids-file": "blank.txt" })).toMatch(/`csr-ids-file` holds no ID/);
  });

  test("that are an explicit [] are nothing to do, and need no credentials", () => {
    expect(readInputs(sources({ "csr-ids": "[]" }))).toMatchObject({ csrIds: [], credentials: undefined });
    expect(readInputs(sources({ "csr-ids-file": "empty.json" }))).toMatchObject({ csrIds: [] });
  });

  test("that are bad are all told at once, with their places", () => {
    expect(problem({ "csr-ids": "x, 1\n011", "csr-ids-file": "bad.txt" })).toBe(
      '`csr-ids`: 2 entries are no CSR ID (a positive whole number, such as 12345):\n  line 1: "x": not a whole number\n  line 2: "011": an ID does not begin with 0\nCorrect the list and run the step again.\n' +
        '`csr-ids-file`: one entry is no CSR ID (a positive whole number, such as 12345):\n  line 2: "x": not a whole number\nCorrect the list and run the step again.',
    );
  });

  test("that are bad by the thousand are cut after 20, long ones after 40 characters", () => {
    const text = problem({ "csr-ids": Array.from({ length: 50 }, () => "x".repeat(99)).join(" ") });
    expect(text.match(/line 1/g)).toHaveLength(20);
    expect(text).toContain("… and 30 more");
    expect(text).toContain(`"${"x".repeat(40)}…"`);
  });

  test("in broken JSON are an error", () => {
    expect(problem({ "csr-ids": "[11,\n22" })).toMatch(
      /^`csr-ids` begins with \[ but is no JSON array of IDs: [^\n]+\.$/,
    );
  });
});

describe("the file", () => {
  test.each<[string, string]>([
    ["missing.txt", "does not exist"],
    ["ids.txt/x", "does not exist"],
    ["folder", "is a folder"],
    ...(HAS_PIPES ? ([["pipe", "is no ordinary file"]] satisfies [string, string][]) : []),
    ["large.txt", "is larger than 16 MiB"],
    ["latin1.txt", "is not UTF-8"],
    ["../x", "is outside of the workspace"],
    ["..", "is outside of the workspace"],
    ["folder/../../x", "is outside of the workspace"],
    ["leaves.txt", "is outside of the workspace"],
    ["leaves/ids.txt", "is outside of the workspace"],
    ["/etc/hostname", "is outside of the workspace"],
  ])("%s %s", (path, text) => {
    expect(problem({ "csr-ids": "", "csr-ids-file": path })).toMatch(
      new RegExp(`^\`csr-ids-file\`: "${path}" ${text}`),
    );
  });

  test("that cannot be read is an error although csr-ids has IDs", () => {
    expect(problem({ "csr-ids-file": "missing.txt" })).toContain("does not exist");
  });
});

describe("booleans", () => {
  test.each(["true", "True", "TRUE"])("%s is true", (text) => expect(read({ "dry-run": text }).dryRun).toBe(true));
  test.each(["false", "False", "FALSE", ""])("%j is false", (text) =>
    expect(read({ "dry-run": text }).dryRun).toBe(false),
  );
  test.each(["yes", "1", "tRUE", "on"])("%s is an error", (text) =>
    expect(problem({ "dry-run": text })).toBe(`\`dry-run\` must be true or false, not "${text}".`),
  );
});

describe("requests-per-second", () => {
  test.each([
    ["0.1", 0.1],
    ["100", 100],
    ["2.5", 2.5],
    ["", 10],
  ])("%j is %d", (text, rate) => expect(read({ "requests-per-second": text }).requestsPerSecond).toBe(rate));
  test.each(["0", "0.09", "100.1", "-1", "1e1", "x", "1,5", "Infinity", "NaN"])("%s is an error", (text) =>
    expect(problem({ "requests-per-second": text })).toBe(
      `\`requests-per-second\` must be a number from 0.1 to 100, not "${text}".`,
    ),
  );
});

test("on-absent is one of three", () => {
  expect(["ignore", "warn", "fail", ""].map((text) => read({ "on-absent": text }).onAbsent)).toEqual([
    "ignore",
    "warn",
    "fail",
    "warn",
  ]);
  expect(problem({ "on-absent": "Warn" })).toBe('`on-absent` must be ignore, warn or fail, not "Warn".');
});

describe("credentials", () => {
  const env = {
    TENCENTCLOUD_SECRET_ID: "AKIDENV",
    TENCENTCLOUD_SECRET_KEY: "env-key",
    TENCENTCLOUD_TOKEN: "env-token",
  };

  test("come from the inputs, and then nothing from the environment", () => {
    expect(read({}, env).credentials).toEqual({ secretId: "AKIDEXAMPLE", secretKey: "example-secret-key" });
    expect(read({ "session-token": "t" }, env).credentials).toMatchObject({ token: "t" });
  });

  test("come from the environment when no input is given", () => {
    expect(readInputs(sources({ "csr-ids": "1" }, env)).credentials).toEqual({
      secretId: "AKIDENV",
      secretKey: "env-key",
      token: "env-token",
    });
  });

  test.each([
    [{ TENCENTCLOUD_SESSION_TOKEN: "a", TENCENTCLOUD_TOKEN: "b", TENCENTCLOUD_SECURITY_TOKEN: "c" }, "a"],
    [{ TENCENTCLOUD_SESSION_TOKEN: "", TENCENTCLOUD_TOKEN: "b", TENCENTCLOUD_SECURITY_TOKEN: "c" }, "b"],
    [{ TENCENTCLOUD_TOKEN: "", TENCENTCLOUD_SECURITY_TOKEN: " c\n" }, "c"],
  ])("take the first token that is set: %j gives %s", (tokens, token) => {
    const { TENCENTCLOUD_TOKEN: _, ...pair } = env;
    const { credentials } = readInputs(sources({ "csr-ids": "1" }, { ...pair, ...tokens }));
    expect(credentials).toMatchObject({ token });
  });

  test.each([
    [{ "secret-id": "AKIDEXAMPLE" }, env, /^`secret-id` is given, but `secret-key` is empty\..*forks.*Dependabot/],
    [{ "secret-key": "k" }, env, /^`secret-key` is given, but `secret-id` is empty\./],
    [{ "session-token": "t" }, env, /^`session-token` is given without/],
    [
      {},
      { TENCENTCLOUD_SECRET_ID: "AKIDENV" },
      /^TENCENTCLOUD_SECRET_ID is given, but TENCENTCLOUD_SECRET_KEY is empty\.$/,
    ],
    [{}, { TENCENTCLOUD_SECRET_KEY: "k" }, /^TENCENTCLOUD_SECRET_KEY is given, but TENCENTCLOUD_SECRET_ID is empty\.$/],
    [{}, {}, /^No credentials: give `secret-id` and `secret-key`.*forks/],
  ])("that are half there (%j, %j) are an error that names what is missing", (inputs, variables, text) => {
    const thrown = error({ "csr-ids": "11", ...inputs }, variables);
    expect(thrown.message).toMatch(text);
    expect(thrown.secretsMissing).toBe(true);
  });

  test.each([
    [{ ...KEYS, "secret-id": "AK ID" }, /^`secret-id` holds a blank/],
    [{ ...KEYS, "secret-key": "a\nb" }, /^`secret-key` holds a blank/],
    [{ ...KEYS, "session-token": "a\u00a0b" }, /^`session-token` holds a blank/],
  ])("with blanks inside are an error that does not show them", (inputs, text) => {
    const thrown = error({ "csr-ids": "11", ...inputs });
    expect(thrown.message).toMatch(text);
    expect(thrown.message).not.toMatch(/AK ID|a\nb|a\u00a0b/);
    expect(thrown.secretsMissing).toBe(false);
  });

  test("are not needed in a dry run, but half a pair is an error there too", () => {
    expect(readInputs(sources({ "csr-ids": "11", "dry-run": "true" })).credentials).toBeUndefined();
    expect(problems({ "csr-ids": "11", "dry-run": "true", "secret-id": "x" })).toContain("`secret-key` is empty");
  });

  test("blanks around them do not matter", () => {
    expect(read({ "secret-key": " example \n" }).credentials).toMatchObject({ secretKey: "example" });
  });
});

describe("the endpoint", () => {
  test.each([
    ["ssl.tencentcloudapi.com", "https://ssl.tencentcloudapi.com"],
    ["https://ssl.intl.tencentcloudapi.com", "https://ssl.intl.tencentcloudapi.com"],
    ["https://ssl.ap-singapore.tencentcloudapi.com/", "https://ssl.ap-singapore.tencentcloudapi.com"],
    ["ssl.internal.tencentcloudapi.com:443", "https://ssl.internal.tencentcloudapi.com"],
    ["ssl.tencentcloudapi.com.cn", "https://ssl.tencentcloudapi.com.cn"],
    ["SSL.TencentCloudAPI.cn", "https://ssl.tencentcloudapi.cn"],
    ["http://127.0.0.1:8970", "http://127.0.0.1:8970"],
    ["http://localhost:1", "http://localhost:1"],
    ["http://[::1]:1", "http://[::1]:1"],
    ["https://127.0.0.1:1", "https://127.0.0.1:1"],
  ])("may be %s", (text, origin) => {
    expect(read({ endpoint: text }).endpoint).toEqual({ origin, host: origin.replace(/^https?:\/\//, "") });
  });

  test.each([
    ["http://ssl.tencentcloudapi.com", "over https"],
    ["ftp://ssl.tencentcloudapi.com", "over https"],
    ["ftp://127.0.0.1", "over https"],
    ["https://ssl.tencentcloudapi.com.example.com", "no API host"],
    ["https://ssltencentcloudapi.com", "no API host"],
    ["https://tencentcloudapi.com", "no API host"],
    ["https://ssl.tencentcloudapi.com.", "no API host"],
    ["https://example.com#.tencentcloudapi.com", "without path and query"],
    ["https://example.com/.tencentcloudapi.com", "without path and query"],
    ["https://example.com\\.tencentcloudapi.com", "without path and query"],
    ["https://ssl.tencentcloudapi.com/v1", "without path and query"],
    ["https://ssl.tencentcloudapi.com?", "without path and query"],
    ["https://cvm.tencentcloudapi.com", "SSL service"],
    ["https://ssl.tencentcloudapi.com:8443", "must not name a port"],
    ["http://10.0.0.1", "no API host"],
    ["http://128.0.0.1", "no API host"],
    ["http://127.0.0.1.example.com", "no API host"],
    ["http://[::2]", "no API host"],
    ["https://ss l", "no host name"],
    ["https://", "no host name"],
  ])("may not be %s: %s", (text, reason) => {
    expect(problem({ endpoint: text })).toMatch(/^`endpoint`:/);
    expect(problem({ endpoint: text })).toContain(reason);
  });

  test("with a password is refused, and not shown", () => {
    const text = problem({ endpoint: "https://user:hunter2@ssl.tencentcloudapi.com" });
    expect(text).toContain("user name or password");
    expect(text).not.toContain("hunter2");
  });
});

test("all that is wrong is told at once", () => {
  const thrown = error({
    "csr-ids": "x",
    "dry-run": "maybe",
    "requests-per-second": "0",
    "on-absent": "no",
    endpoint: "example.com",
  });
  expect(thrown.problems).toHaveLength(6);
});

describe("proxies", () => {
  test("that no request could use are an error that does not show them", () => {
    const text = problem({}, { HTTPS_PROXY: "user:hunter2@proxy:8080", http_proxy: "http://ok:1" });
    expect(text).toMatch(/^The variable HTTPS_PROXY is not the URL of a proxy/);
    expect(text).not.toContain("hunter2");
  });

  test("have secrets: user and password as they are written and as they are meant, and as the proxy is told", () => {
    const secrets = readSecrets(
      sources({}, { HTTPS_PROXY: "http://us%40er:p%20ss@proxy:8080", http_proxy: "http://only@proxy" }),
    );
    expect(secrets).toEqual([
      "us%40er",
      "us@er",
      "p%20ss",
      "p ss",
      Buffer.from("us@er:p ss").toString("base64"),
      "only",
    ]);
  });

  test("with odd escapes still have secrets", () => {
    expect(readSecrets(sources({}, { https_proxy: "http://a%ZZ:b%ZZ@proxy" }))).toContain("b%ZZ");
  });
});

test("secrets are those of inputs and environment, each once", () => {
  const env = { TENCENTCLOUD_SECRET_ID: "AKIDEXAMPLE", TENCENTCLOUD_SECURITY_TOKEN: "tok" };
  expect(readSecrets(sources({ ...KEYS, "session-token": "st" }, env))).toEqual([
    "AKIDEXAMPLE",
    "example-secret-key",
    "st",
    "tok",
  ]);
});
