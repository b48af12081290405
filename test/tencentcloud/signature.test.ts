import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  authorizationHeader,
  canonicalRequest,
  computeSignature,
  deriveSigningKeys,
  type RequestToSign,
  stringToSign,
  utcDate,
} from "../../src/tencentcloud/signature.ts";

/** The documentation's key pair: the stars are literal. */
const stars = "*".repeat(32);
const timestamp = 1551113065;

const authorize = (request: RequestToSign, secretId: string, secretKey: string): string =>
  authorizationHeader(request, secretId, computeSignature(request, secretKey));

describe("the documentation's example", () => {
  const request = {
    headers: {
      "X-TC-Action": "DescribeInstances",
      Host: "cvm.tencentcloudapi.com",
      "Content-Type": " application/json; charset=utf-8 ",
    },
    body: String.raw`{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}`,
    service: "cvm",
    timestamp,
  };

  test("has this canonical request", () => {
    expect(canonicalRequest(request)).toBe(
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
    expect(stringToSign(canonicalRequest(request), "cvm", timestamp)).toBe(
      [
        "TC3-HMAC-SHA256",
        "1551113065",
        "2019-02-25/cvm/tc3_request",
        "7019a55be8395899b900fb5564e4200d984910f34794a27cb3fb7d10ff6a1e84",
      ].join("\n"),
    );
  });

  test("has these keys and this signature", () => {
    const keys = deriveSigningKeys(stars, "cvm", timestamp);
    expect(keys.secretDate.toString("hex")).toBe("da98fb70dcf6b112dc21038d1eeeb3a95c74b4dcb12c1131f864f6066bd02be0");
    expect(keys.secretService.toString("hex")).toBe("8d70cbefb03939f929db64d32dc2ba89b1095620119fe3e050e2b18c5bd2752f");
    expect(keys.secretSigning.toString("hex")).toBe("b596b923aad85185e2d1f6659d2a062e0a86731226e021e61bfe06f7ed05f5af");
    expect(computeSignature(request, stars)).toBe("10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f");
  });

  test("has this Authorization header", () => {
    expect(authorize(request, `AKID${stars}`, stars)).toBe(
      `TC3-HMAC-SHA256 Credential=AKID${stars}/2019-02-25/cvm/tc3_request, SignedHeaders=content-type;host;x-tc-action, ` +
        "Signature=10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f",
    );
  });
});

test.each([
  [{ "content-type": "application/json" }, "daba604ced4cb31d54f28ad86bcb4057888531fca3cfcc41903a9a202d1cb409"],
  [
    { "content-type": "application/json; charset=utf-8", "x-tc-action": "BatchDeleteCSR" },
    "17307865f1759f028a7b7189a560731d91d3a835560a22637d2b24606ead5516",
  ],
])("BatchDeleteCSR of 11, 22, 33 with %j is signed %s", (headers, signature) => {
  const host = "ssl.intl.tencentcloudapi.com";
  const request = { headers: { ...headers, host }, body: '{"CSRIds":[11,22,33]}', service: "ssl", timestamp };
  expect(computeSignature(request, stars)).toBe(signature);
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
  (_name, { secretId, secretKey, timestamp: at, host, contentType, body, authorization: expected }) => {
    const request = {
      headers: { "content-type": contentType, host },
      body,
      service: host.split(".")[0] ?? "",
      timestamp: at,
    };
    expect(authorize(request, secretId, secretKey)).toBe(expected);
  },
);

test("the date is that of UTC", () => {
  expect(utcDate(1767225599)).toBe("2025-12-31");
  expect(utcDate(1767225600)).toBe("2026-01-01");
});
