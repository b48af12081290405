/** Inputs that somebody made up to get the better of the action, or that went to the wrong place. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { parseCsrIds } from "../../src/inputs/csr-ids.ts";
import { readCsrIdsFile } from "../../src/inputs/csr-ids-file.ts";
import { parseEndpoint } from "../../src/inputs/endpoint.ts";
import { InputError } from "../../src/inputs/input-error.ts";
import { readInputs } from "../../src/inputs/inputs.ts";
import { whyNoSecrets } from "../../src/inputs/why-no-secrets.ts";

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "hostile-inputs-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("a comment", () => {
  test.each(["\u2028", "\u2029", "\u0085", "\v", "\f", "\0"])("does not end at %j: no ID comes out of it", (sign) => {
    expect(parseCsrIds(`11 # not this one:${sign}22\n33`, { comments: true })).toMatchObject({
      ids: [11, 33],
      badCount: 0,
    });
  });
});

test("JSON that is nested without end is an error", () => {
  const depth = 200_000;
  expect(parseCsrIds("[".repeat(depth) + "]".repeat(depth), { comments: false })).toMatchObject({
    form: "broken json",
  });
});

/** What the inputs are told to be wrong. */
function problems(inputs: Readonly<Record<string, string>>, env: Readonly<Record<string, string>> = {}): string {
  try {
    readInputs({ getInput: (name) => inputs[name] ?? "", env, workspace: folder });
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  return "";
}

describe("a secret that was given as another input", () => {
  const token = `session.token/${"x".repeat(100)}`;
  const keys = { "secret-id": "AKIDEXAMPLE", "secret-key": "example-secret-key", "session-token": token };

  test.each(["csr-ids", "dry-run", "requests-per-second", "on-absent", "endpoint", "csr-ids-file"])(
    "%s is not shown, not even its beginning",
    (name) => {
      const text = problems({ "csr-ids": "11", ...keys, [name]: token });
      expect(text).toContain(`\`${name}\``);
      expect(text).not.toContain(token.slice(0, 12));
    },
  );
});

test("any inputs give a value or a list of problems, never another error", () => {
  const text = fc.oneof(fc.string(), fc.string({ unit: "binary" }), fc.webUrl(), fc.constantFrom("", "11", "true"));
  const inputs = fc.record({
    "csr-ids": text,
    "csr-ids-file": text,
    endpoint: text,
    "dry-run": text,
    "requests-per-second": text,
    "on-absent": text,
    "secret-id": text,
    "secret-key": text,
    "session-token": text,
  });
  fc.assert(
    fc.property(inputs, fc.dictionary(fc.constantFrom("HTTPS_PROXY", "TENCENTCLOUD_TOKEN"), text), (given, env) => {
      expect(problems(given, env)).toEqual(expect.any(String));
    }),
    { numRuns: 200 },
  );
});

describe("a file name", () => {
  beforeAll(() => {
    mkdirSync(join(folder, "workspace"));
    writeFileSync(join(folder, "workspace", "..ids"), "11");
    symlinkSync("loop", join(folder, "workspace", "loop"));
    symlinkSync(join(folder, "workspace"), join(folder, "link"));
    mkdirSync(join(folder, "workspace-of-another"));
    writeFileSync(join(folder, "workspace-of-another", "ids"), "22");
  });

  test("may begin with two dots", () => {
    expect(readCsrIdsFile("..ids", join(folder, "workspace"))).toEqual({ text: "11" });
  });

  test("may lead through a workspace that is itself a link", () => {
    expect(readCsrIdsFile(join(folder, "link", "..ids"), join(folder, "link"))).toEqual({ text: "11" });
  });

  test.each([
    ["loop", /^cannot be read \(ELOOP\)$/],
    ["a\0b", /^cannot be read \(ERR_INVALID_ARG_VALUE\)$/],
    ["../workspace-of-another/ids", /^is outside of the workspace/],
    [".", /^is a folder/],
    ["x".repeat(5_000), /^cannot be read \(ENAMETOOLONG\)$/],
  ])("%j is refused", (path, problem) => {
    expect(readCsrIdsFile(path, join(folder, "workspace"))).toEqual({ problem: expect.stringMatching(problem) });
  });
});

describe("an endpoint", () => {
  test.each([
    "evil.com/ssl.tencentcloudapi.com",
    "ssl.tencentcloudapi.com@evil.com",
    "https://ssl.tencentcloudapi.com@evil.com",
    "https://ssl.tencentcloudapi.com:x@evil.com",
    "https://evil.com\\@ssl.tencentcloudapi.com",
    "https://evil.com/@ssl.tencentcloudapi.com",
    "https://evil.com?.tencentcloudapi.com",
    "https://evil.com%2f.tencentcloudapi.com",
    "https://evil.com%00.tencentcloudapi.com",
    "ssl.tencentcloudapi.com.evil.com",
    "ssl.evil-tencentcloudapi.com",
    "ssl.tencentcloudapi.com.",
    "ssl.tencentcloudapi.co",
    "ssl.tencentcloudapi.org",
    "ssl.tencentclоudapi.com",
    "ssl.tencentcloudapi.com:444",
    "ssl.tencentcloudapi.com/a",
    "ssl.tencentcloudapi.com?a=b",
    "ssl.tencentcloudapi.com#a",
    "ssl.tencentcloudapi.com#",
    "http://ssl.tencentcloudapi.com",
    "http://ssl.tencentcloudapi.com:443",
    "ws://ssl.tencentcloudapi.com",
    "file:///etc/passwd",
    "file://localhost/etc/passwd",
    "javascript://localhost",
    "data://127.0.0.1",
    "http://localhost.evil.com",
    "http://localhost.",
    "http://evil.localhost",
    "http://127.0.0.1.evil.com",
    "http://127.0.0.1:80@evil.com",
    "http://[::ffff:127.0.0.1]",
    "http://[::]",
    "http://[fe80::1]",
    "http://0.0.0.0",
    "http://169.254.169.254",
    "http://metadata.tencentyun.com",
    "http://2130706434.evil.com",
    "://",
    "https://",
    "*.tencentcloudapi.com",
    ".tencentcloudapi.com",
    "cvm.tencentcloudapi.com",
    "ssl",
  ])("%s is refused", (text) => {
    expect(parseEndpoint(text)).toEqual({ problem: expect.any(String) });
  });

  test.each([
    ["ssl。tencentcloudapi。com", "https://ssl.tencentcloudapi.com"],
    ["https://ssl.tencentcloudapi.com:443/", "https://ssl.tencentcloudapi.com"],
    ["//ssl.tencentcloudapi.com", "https://ssl.tencentcloudapi.com"],
    ["http://127.1:8", "http://127.0.0.1:8"],
    ["http://0x7f000001:8", "http://127.0.0.1:8"],
    ["http://[0:0:0:0:0:0:0:1]:8", "http://[::1]:8"],
  ])("%s is accepted as what it means, %s", (text, origin) => {
    expect(parseEndpoint(text)).toEqual({ origin, host: origin.replace(/^https?:\/\//, "") });
  });

  test("that is accepted is one of Tencent Cloud's over https, or loopback, whatever the text", () => {
    const part = fc.constantFrom(
      "ssl.",
      "tencentcloudapi.com",
      "evil.com",
      "localhost",
      "127.0.0.1",
      "[::1]",
      "https://",
      "http://",
      "@",
      ":",
      "80",
      "/",
      "\\",
      "?",
      "#",
      ".",
      "%2e",
      "\t",
      " ",
      "。",
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        const endpoint = parseEndpoint(parts.join(""));
        if ("problem" in endpoint) return;
        const { protocol, hostname } = new URL(endpoint.origin);
        if (/^(localhost|127\.0\.0\.[0-9]{1,3}|\[::1\])$/.test(hostname)) return;
        expect(protocol).toBe("https:");
        expect(endpoint.host).toMatch(/^ssl\.([a-z0-9.-]*\.)?tencentcloudapi\.com$/);
      }),
      { numRuns: 500 },
    );
  });
});

describe("the event of the run", () => {
  afterEach(() => vi.unstubAllEnvs());

  test.each(["", "{", "null", "[]", '{"pull_request":null,"repository":null}', '{"pull_request":{"head":{}}}'])(
    "that is %j explains nothing, and breaks nothing",
    (text) => {
      const path = join(folder, "event.json");
      writeFileSync(path, text);
      vi.stubEnv("GITHUB_EVENT_PATH", path);
      vi.stubEnv("GITHUB_ACTOR", "octocat");
      expect(whyNoSecrets()).toBeUndefined();
    },
  );
});
