import { describe, expect, test } from "vitest";
import { proxyProblem, proxySecrets } from "../../src/inputs/endpoint.ts";

const base64 = (text: string): string => Buffer.from(text).toString("base64");

describe("the secrets of proxies", () => {
  test("are user and password as written and as meant, and both as the proxy is sent them", () => {
    const secrets = proxySecrets({ HTTPS_PROXY: "http://us%40er:p%20ss@proxy:8080", http_proxy: "http://only@proxy" });
    expect(new Set(secrets)).toEqual(new Set(["us%40er", "us@er", "p%20ss", "p ss", base64("us@er:p ss"), "only"]));
  });

  test.each([
    ["user:hunter2@proxy:8080", "hunter2"],
    [" http://user:hunter2@proxy ", "hunter2"],
    ["http://user:1234@proxy", "1234"],
    ["http://user:hunter#2@proxy", "hunter#2"],
    ["http://user:hunt/er2@proxy", "hunt/er2"],
    ["http://user:hunt@er2@proxy", "hunt@er2"],
    ["http://a%ZZ:b%ZZ@proxy", "b%ZZ"],
    ["socks5://user:hunter2@proxy", "hunter2"],
  ])("are found in %j", (value, secret) => {
    expect(proxySecrets({ ALL_PROXY: value })).toContain(secret);
  });

  test("are none without a user", () => {
    expect(proxySecrets({ https_proxy: "http://proxy:8080", HTTP_PROXY: "", all_proxy: undefined })).toEqual([]);
  });
});

test.each(["http://proxy:8080", "proxy:8080", "proxy", "https://user:p%20ss@proxy", "10.0.0.1:3128", ""])(
  "%j can be used",
  (value) => {
    expect(proxyProblem({ HTTPS_PROXY: value })).toBeUndefined();
  },
);

test.each([
  ["socks5://proxy:1080", /^`HTTPS_PROXY` is not the URL of a proxy: write it as `http:/],
  ["ftp://proxy", /^`HTTPS_PROXY` is not the URL of a proxy/],
  ["user:hunter2 x@proxy:port", /^`HTTPS_PROXY` is not the URL of a proxy/],
  ["http://user:hunter2%ZZ@proxy", /^`HTTPS_PROXY` is not the URL of a proxy.*password URL-encoded/],
])("%j is refused, and not shown", (value, reason) => {
  const problem = proxyProblem({ HTTPS_PROXY: value });
  expect(problem).toMatch(reason);
  expect(problem).not.toContain("hunter2");
});

test("only the proxy that is used matters", () => {
  const socks = "socks5://proxy:1080";
  expect(proxyProblem({ HTTPS_PROXY: "http://proxy", ALL_PROXY: socks, http_proxy: socks })).toBeUndefined();
  expect(proxyProblem({ https_proxy: " ", ALL_PROXY: socks })).toContain("`ALL_PROXY`");
  expect(proxyProblem({ http_proxy: socks, HTTP_PROXY: "http://proxy" })).toContain("`http_proxy`");
});
