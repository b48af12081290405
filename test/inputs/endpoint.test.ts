import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseEndpoint } from "../../src/inputs/endpoint.ts";
import { inlineCode } from "../../src/shared/inline-code.ts";

const parse = (text: string) => parseEndpoint(text, inlineCode);

test.each([
  ["ssl.tencentcloudapi.com", "https://ssl.tencentcloudapi.com"],
  ["https://ssl.intl.tencentcloudapi.com", "https://ssl.intl.tencentcloudapi.com"],
  ["https://ssl.intl.tencentcloudapi.com:443/", "https://ssl.intl.tencentcloudapi.com"],
  ["https://ssl.ap-singapore.tencentcloudapi.com/", "https://ssl.ap-singapore.tencentcloudapi.com"],
  ["ssl.internal.tencentcloudapi.com:443", "https://ssl.internal.tencentcloudapi.com"],
  ["ssl.tencentcloudapi.com.cn", "https://ssl.tencentcloudapi.com.cn"],
  ["SSL.TencentCloudAPI.cn", "https://ssl.tencentcloudapi.cn"],
  ["ssl。tencentcloudapi。com", "https://ssl.tencentcloudapi.com"],
  ["//ssl.tencentcloudapi.com", "https://ssl.tencentcloudapi.com"],
])("%s is %s", (text, origin) => {
  const host = origin.replace("https://", "");
  expect(parse(text)).toMatchObject({ ok: true, value: { origin, host, loopback: false } });
});

test.each([
  ["http://127.0.0.1:8970", "http://127.0.0.1:8970"],
  ["http://localhost:1", "http://localhost:1"],
  ["http://[::1]:1", "http://[::1]:1"],
  ["https://127.0.0.1:1", "https://127.0.0.1:1"],
  ["http://127.1:8", "http://127.0.0.1:8"],
  ["http://0x7f000001:8", "http://127.0.0.1:8"],
  ["http://[0:0:0:0:0:0:0:1]:8", "http://[::1]:8"],
])("%s is the loopback endpoint %s, which is its own STS", (text, origin) => {
  const server = { origin, host: origin.replace(/^https?:\/\//, "") };
  expect(parse(text)).toEqual({ ok: true, value: { ...server, loopback: true, sts: server } });
});

describe("STS is the one of the same site", () => {
  test.each([
    ["ssl.intl.tencentcloudapi.com", "sts.intl.tencentcloudapi.com"],
    ["ssl.tencentcloudapi.com", "sts.tencentcloudapi.com"],
    ["ssl.ap-singapore.tencentcloudapi.com", "sts.tencentcloudapi.com"],
    ["ssl.tencentcloudapi.cn", "sts.tencentcloudapi.cn"],
    ["ssl.tencentcloudapi.com.cn", "sts.tencentcloudapi.com.cn"],
    ["ssl.intl.tencentcloudapi.com.cn", "sts.intl.tencentcloudapi.com.cn"],
  ])("%s: %s", (text, host) => {
    expect(parse(text)).toMatchObject({ ok: true, value: { sts: { origin: `https://${host}`, host } } });
  });
});

test.each([
  ["http://ssl.tencentcloudapi.com", "must use https"],
  ["ftp://ssl.tencentcloudapi.com", "must use https"],
  ["ftp://127.0.0.1", "SSL API"],
  ["https://ssl.tencentcloudapi.com.example.com", "SSL API"],
  ["https://ssltencentcloudapi.com", "SSL API"],
  ["https://tencentcloudapi.com", "SSL API"],
  ["https://ssl.tencentcloudapi.com.", "SSL API"],
  ["https://example.com#.tencentcloudapi.com", "without user name, password, path and query"],
  ["https://example.com/.tencentcloudapi.com", "without user name, password, path and query"],
  ["https://example.com\\.tencentcloudapi.com", "without user name, password, path and query"],
  ["https://ssl.tencentcloudapi.com/v1", "without user name, password, path and query"],
  ["https://ssl.tencentcloudapi.com?", "without user name, password, path and query"],
  ["https://cvm.tencentcloudapi.com", "SSL API"],
  ["https://ssl.tencentcloudapi.com:8443", "on its default port"],
  ["http://10.0.0.1", "SSL API"],
  ["http://128.0.0.1", "SSL API"],
  ["http://[::2]", "SSL API"],
  ["https://ss l", "host name, or a URL"],
  ["https://", "host name, or a URL"],
  ["https://user:hunter2@ssl.tencentcloudapi.com", "without user name, password, path and query"],
  ["hunter2@a b", "without user name, password, path and query"],
])("%s is refused: %s", (text, reason) => {
  expect(parse(text)).toEqual({ ok: false, failure: expect.stringContaining(reason) });
});

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
  "ssl.tencentcloudapi.com#",
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
  "*.tencentcloudapi.com",
  ".tencentcloudapi.com",
  "ssl",
])("%s gets no credentials", (text) => {
  expect(parse(text).ok).toBe(false);
});

test("whatever the text, an endpoint is Tencent Cloud's over https, or loopback", () => {
  const part = fc.constantFrom(
    ...["ssl.", "tencentcloudapi.com", "evil.com", "localhost", "127.0.0.1", "[::1]", "https://", "http://"],
    ...["@", ":", "80", "/", "\\", "?", "#", ".", "%2e", "\t", " ", "。"],
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
      const endpoint = parse(parts.join(""));
      if (!endpoint.ok) return;
      const { protocol, hostname } = new URL(endpoint.value.origin);
      expect(endpoint.value.loopback).toBe(/^(localhost|127\.0\.0\.[0-9]{1,3}|\[::1\])$/.test(hostname));
      if (endpoint.value.loopback) return;
      expect(protocol).toBe("https:");
      expect(endpoint.value.host).toMatch(/^ssl\.([a-z0-9.-]*\.)?tencentcloudapi\.com$/);
      expect(endpoint.value.sts.host).toMatch(/^sts\.(intl\.)?tencentcloudapi\.com$/);
    }),
    { numRuns: 500 },
  );
});

test.each(["127.0.0.10", "127.255.100.1"])("%s is loopback, with any number of digits", (host) => {
  expect(parse(`http://${host}:8080`)).toMatchObject({ ok: true, value: { loopback: true, host: `${host}:8080` } });
});
