/** Clocks, TLS, proxies, dry runs and inputs. */
import { PROXY_LOGIN } from "../scenario.ts";
import type { Row } from "./row.ts";

export const environment: readonly Row[] = [
  ...[-600_000, 600_000].flatMap((clockSkewMs): Row[] => [
    {
      name: `a clock that is ${clockSkewMs} ms off`,
      emulator: { clockSkewMs },
      expect: { exit: 0, deleted: 5, deletions: 2, says: "The runner's clock is wrong" },
    },
    {
      name: `a clock that is ${clockSkewMs} ms off, and no Date`,
      emulator: { clockSkewMs, dateHeader: false },
      expect: { exit: 1, left: ["skipped", 5], deletions: 1, errors: 1, says: "Set the runner's clock" },
    },
  ]),
  {
    name: "a clock that is 4 minutes off",
    emulator: { clockSkewMs: 240_000 },
    expect: { exit: 0, deleted: 5, deletions: 1 },
  },
  {
    name: "TLS with an unknown certificate",
    tls: "unknown",
    expect: { exit: 1, left: ["skipped", 5], deletions: 0, errors: 1, says: "Tls." },
  },
  { name: "TLS with a known certificate", tls: "trusted", expect: { exit: 0, deleted: 5, deletions: 1 } },
  { name: "a proxy", tls: "trusted", proxy: "open", expect: { exit: 0, deleted: 5, deletions: 1 } },
  ...(["a proxy, and", "no proxy, but"] as const).map(
    (way): Row => ({
      name: `${way} a job that asks undici for its other parser, which the bundle does not have`,
      ...(way.startsWith("a") ? { tls: "trusted", proxy: "open" } : {}),
      env: { UNDICI_USE_MILO: "1" },
      expect: { exit: 0, deleted: 5, deletions: 1 },
    }),
  ),
  {
    name: "a job that asks undici for its slower parser",
    env: { UNDICI_NO_WASM_SIMD: "1" },
    expect: { exit: 0, deleted: 5, deletions: 1 },
  },
  {
    name: "TLS with a certificate of another name",
    tls: "trusted",
    proxy: "open",
    inputs: { endpoint: "ssl.intl.tencentcloudapi.com" },
    expect: {
      exit: 1,
      left: ["skipped", 5],
      deletions: 0,
      errors: 1,
      says: ["Tls.", "ssl.intl.tencentcloudapi.com"],
    },
  },
  {
    name: "plain HTTP where TLS is meant",
    proxy: "open",
    inputs: { endpoint: "ssl.tencentcloudapi.com" },
    expect: { exit: 1, left: ["skipped", 5], deletions: 0, errors: 1 },
  },
  {
    name: "a closed proxy",
    speed: 10,
    tls: "trusted",
    env: { HTTPS_PROXY: `http://${PROXY_LOGIN}@127.0.0.1:9` },
    expect: { exit: 1, left: ["skipped", 5], deletions: 0, errors: 1, says: "`Network.ConnectFailed`: " },
  },
  {
    name: "a closed proxy that NO_PROXY leaves out",
    tls: "trusted",
    env: { https_proxy: `http://${PROXY_LOGIN}@127.0.0.1:9`, NO_PROXY: "example.com,127.0.0.1" },
    expect: { exit: 0, deleted: 5, deletions: 1 },
  },
  {
    name: "a closed proxy, and an endpoint of plain HTTP on loopback",
    env: { HTTP_PROXY: `http://${PROXY_LOGIN}@127.0.0.1:9` },
    expect: { exit: 0, deleted: 5, deletions: 1 },
  },
  ...[403, 407].map(
    (status): Row => ({
      name: `a proxy that says ${status}`,
      tls: "trusted",
      proxy: { status },
      expect: { exit: 1, left: ["skipped", 5], deletions: 0, errors: 1, says: "`Network.ProxyRefused`: " },
    }),
  ),
  {
    name: "a proxy that says 502",
    speed: 10,
    tls: "trusted",
    proxy: { status: 502 },
    expect: { exit: 1, left: ["skipped", 5], deletions: 0, errors: 1, says: "`Network.ConnectFailed`: " },
  },
  {
    name: "a proxy that hangs up",
    speed: 10,
    tls: "trusted",
    proxy: "hang up",
    expect: { exit: 1, left: ["skipped", 5], deletions: 0, errors: 1 },
  },
  {
    name: "a proxy that hangs",
    speed: 60,
    tls: "trusted",
    proxy: "hang",
    expect: {
      exit: 1,
      left: ["skipped", 5],
      deletions: 0,
      errors: 1,
      says: "`Network.ConnectTimeout`: ",
      maxMs: 8_000,
    },
  },
  {
    name: "a proxy without an address",
    speed: 10,
    tls: "trusted",
    env: { HTTPS_PROXY: `http://${PROXY_LOGIN}@proxy.invalid:3128` },
    expect: { exit: 1, left: ["skipped", 5], deletions: 0, errors: 1 },
  },
  {
    name: "an endpoint without an address",
    speed: 10,
    inputs: { endpoint: "ssl.no-such-region.tencentcloudapi.com" },
    expect: { exit: 1, left: ["skipped", 5], deletions: 0, errors: 1, says: "Network." },
  },
  {
    name: "a proxy variable that is no URL",
    env: { HTTPS_PROXY: PROXY_LOGIN },
    ids: [],
    expect: { exit: 1, deletions: 0, says: "`HTTPS_PROXY` is not the URL of a proxy" },
  },
  {
    name: "a proxy variable with a bare %",
    env: { HTTPS_PROXY: "http://ci:100%@127.0.0.1:9" },
    ids: [],
    expect: { exit: 1, deletions: 0, says: "`HTTPS_PROXY` is not the URL of a proxy" },
  },
  {
    name: "a dry run",
    inputs: { "dry-run": "true" },
    emulator: { csrs: [1, 2, 3, 4] },
    expect: { exit: 0, deletions: 0, lookups: 1, says: "would delete 4, 1 already absent" },
  },
  {
    name: "a dry run with a wrong key",
    inputs: { "dry-run": "true", "secret-key": "example-wrong-key" },
    expect: { exit: 1, deletions: 0, lookups: 1, errors: 1 },
  },
  {
    name: "a dry run that may not list",
    inputs: { "dry-run": "true" },
    emulator: { permissions: { actions: { DescribeCSRSet: false } } },
    expect: { exit: 1, deletions: 0, lookups: 1, errors: 1, says: "ssl:DescribeCSRSet" },
  },
  {
    name: "a dry run without credentials",
    inputs: { "dry-run": "true", "look-up": "false", "secret-id": "", "secret-key": "", "session-token": "" },
    expect: { exit: 0, deletions: 0, lookups: 0 },
  },
  {
    name: "no credentials",
    inputs: { "secret-id": "", "secret-key": "", "session-token": "" },
    ids: [],
    expect: { exit: 1, deletions: 0 },
  },
  {
    name: "an explicit empty list",
    inputs: { "csr-ids": "[]" },
    ids: [],
    expect: { exit: 0, deletions: 0, lookups: 0, says: "nothing to do" },
  },
  {
    name: "TLS with an unknown certificate, and verification turned off in the environment",
    tls: "unknown",
    env: { NODE_TLS_REJECT_UNAUTHORIZED: "0", NODE_NO_WARNINGS: "1" },
    expect: {
      exit: 1,
      left: ["skipped", 5],
      deletions: 0,
      errors: 1,
      says: ["`Tls.Untrusted`: ", "::warning title=", "NODE_TLS_REJECT_UNAUTHORIZED"],
    },
  },
  {
    name: "a proxy that needs no scheme",
    speed: 10,
    tls: "trusted",
    env: { HTTPS_PROXY: "127.0.0.1:9" },
    expect: { exit: 1, left: ["skipped", 5], deletions: 0, errors: 1, says: "`Network.ConnectFailed`: " },
  },
  {
    name: "ALL_PROXY for https",
    speed: 10,
    tls: "trusted",
    env: { ALL_PROXY: "http://127.0.0.1:9" },
    expect: { exit: 1, left: ["skipped", 5], deletions: 0, errors: 1, says: "`Network.ConnectFailed`: " },
  },
  ...[
    ["a wrong key", { "secret-key": "example-wrong-key" }, "`AuthFailure.SignatureFailure`: "],
    ["a dead endpoint", { endpoint: "http://127.0.0.1:9" }, "`Network.ConnectFailed`: "],
    ["an endpoint without an address", { endpoint: "ssl.no-such-region.tencentcloudapi.com" }, "`Network."],
  ].map(
    ([name, inputs, says]): Row => ({
      name: `a dry run with ${name as string} fails, as the deletion would`,
      inputs: { "dry-run": "true", ...(inputs as Record<string, string>) },
      expect: { exit: 1, deletions: 0, errors: 1, says: says as string },
    }),
  ),
];
