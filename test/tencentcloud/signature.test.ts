import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  auditTag,
  canonicalRequest,
  computeSignature,
  signedHeaders,
  stringToSign,
} from "../../src/tencentcloud/signature.ts";
import { VERSION } from "../../src/version.ts";

/** The documentation's key pair: the stars are literal. */
const stars = "*".repeat(32);
const timestamp = 1551113065;

describe("the documentation's example", () => {
  const signed = {
    "content-type": "application/json; charset=utf-8",
    host: "cvm.tencentcloudapi.com",
    "x-tc-action": "DescribeInstances",
  };
  const body = String.raw`{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}`;
  const facts = { body, timestamp, service: "cvm" };

  test("has this canonical request", () => {
    expect(canonicalRequest(signed, body)).toBe(
      [
        "POST",
        "/",
        "",
        "content-type:application/json; charset=utf-8",
        "host:cvm.tencentcloudapi.com",
        "x-tc-action:describeinstances",
        "",
        "content-type;host;x-tc-action",
        "35e9c5b0e3ae67532d3c9f17ead6c90222632e5b1ff7f6e89887f1398934f064",
      ].join("\n"),
    );
  });

  test("has this string to sign", () => {
    expect(stringToSign(signed, facts)).toBe(
      [
        "TC3-HMAC-SHA256",
        "1551113065",
        "2019-02-25/cvm/tc3_request",
        "7019a55be8395899b900fb5564e4200d984910f34794a27cb3fb7d10ff6a1e84",
      ].join("\n"),
    );
  });

  test("has this signature", () => {
    const signature = "10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f";
    expect(computeSignature(signed, facts, stars)).toBe(signature);
  });
});

test.each<[Record<string, string>, string]>([
  [
    { "content-type": "application/json", host: "ssl.intl.tencentcloudapi.com" },
    "daba604ced4cb31d54f28ad86bcb4057888531fca3cfcc41903a9a202d1cb409",
  ],
  [
    {
      "content-type": "application/json; charset=utf-8",
      host: "ssl.intl.tencentcloudapi.com",
      "x-tc-action": "BatchDeleteCSR",
    },
    "17307865f1759f028a7b7189a560731d91d3a835560a22637d2b24606ead5516",
  ],
])("BatchDeleteCSR of 11, 22, 33 with %j is signed %s", (signed, signature) => {
  expect(computeSignature(signed, { body: '{"CSRIds":[11,22,33]}', timestamp, service: "ssl" }, stars)).toBe(signature);
});

const facts = {
  action: "BatchDeleteCSR",
  body: '{"CSRIds":[11,22,33]}',
  host: "ssl.intl.tencentcloudapi.com",
  service: "ssl",
  version: "2019-12-05",
  auditTag: "a tag",
  timestamp,
};

describe("the headers of a request", () => {
  const plain = {
    "content-type": "application/json",
    host: "ssl.intl.tencentcloudapi.com",
    "x-tc-action": "BatchDeleteCSR",
    "x-tc-version": "2019-12-05",
    "x-tc-timestamp": "1551113065",
    "x-tc-language": "en-US",
    "x-tc-requestclient": "a tag",
  };

  test("are signed: content type, host and action", () => {
    const signed = {
      "content-type": "application/json",
      host: "ssl.intl.tencentcloudapi.com",
      "x-tc-action": "BatchDeleteCSR",
    };
    const expected = computeSignature(signed, facts, stars);
    const { headers, signature } = signedHeaders(facts, { secretId: `AKID${stars}`, secretKey: stars });
    expect(signature).toBe(expected);
    expect(headers).toEqual({
      ...plain,
      authorization:
        `TC3-HMAC-SHA256 Credential=AKID${stars}/2019-02-25/ssl/tc3_request, ` +
        `SignedHeaders=content-type;host;x-tc-action, Signature=${expected}`,
    });
  });

  test("have the token of temporary keys", () => {
    const { headers } = signedHeaders(facts, { secretId: "id", secretKey: "key", token: "token" });
    expect(headers["x-tc-token"]).toBe("token");
  });

  test("are not signed without credentials, as the login requires; a region is sent if there is one", () => {
    expect(signedHeaders({ ...facts, region: "ap-guangzhou" })).toEqual({
      headers: { ...plain, authorization: "SKIP", "x-tc-region": "ap-guangzhou" },
      signature: undefined,
    });
  });
});

interface Recorded {
  readonly secretId: string;
  readonly secretKey: string;
  readonly timestamp: number;
  readonly host: string;
  readonly contentType: string;
  readonly body: string;
  readonly authorization: string;
}
const recorded = JSON.parse(
  readFileSync(new URL("signatures.recorded.json", import.meta.url), "utf8"),
) as readonly Recorded[];

test("there are enough recorded signatures", () => {
  expect(recorded.length).toBeGreaterThanOrEqual(50);
});

test.each(recorded.map((row) => [`${row.host} at ${row.timestamp}`, row] as const))(
  "the official SDK signs the same: %s",
  (_name, { secretId, secretKey, timestamp: at, host, contentType, body, authorization }) => {
    const service = host.split(".")[0] ?? "";
    const signed = { "content-type": contentType, host };
    const signature = computeSignature(signed, { body, timestamp: at, service }, secretKey);
    const [, text = ""] = authorization.split("Credential=");
    expect(text).toBe(
      `${secretId}/${new Date(at * 1000).toISOString().slice(0, 10)}/${service}/tc3_request, ` +
        `SignedHeaders=content-type;host, Signature=${signature}`,
    );
  },
);

test.each([
  [1767225599, "2025-12-31"],
  [1767225600, "2026-01-01"],
])("the date is that of UTC: %i is %s", (at, date) => {
  const { headers } = signedHeaders({ ...facts, timestamp: at }, { secretId: "id", secretKey: "key" });
  expect(headers.authorization).toContain(` Credential=id/${date}/ssl/tc3_request, `);
});

describe("the audit tag", () => {
  const run = { GITHUB_REPOSITORY: "octo/pipe_line.x", GITHUB_RUN_ID: "42", GITHUB_RUN_ATTEMPT: "3" };

  test("names action, version, run and repository", () => {
    expect(auditTag(run)).toBe(`delete-tencentcloud-ssl-csrs ${VERSION}; run 42.3; octo pipe_line.x`);
    expect(auditTag({})).toBe(`delete-tencentcloud-ssl-csrs ${VERSION}`);
    expect(auditTag({ GITHUB_RUN_ID: "42" })).toContain("run 42.1");
  });

  test("holds only what the header may hold, and at most 128 characters of it", () => {
    const text = auditTag({ ...run, GITHUB_REPOSITORY: `octo/päivä\r\nX: y${"z".repeat(200)}` });
    expect(text).toMatch(/^[0-9a-zA-Z\-_ ,;.]{128}$/);
    expect(text).toContain("octo p_iv___X_ yzzz");
  });
});
