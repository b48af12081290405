import { expect, test } from "vitest";
import { canonicalRequest, computeSignature, sha256 } from "./tencentcloud/signature.ts";

// The key pair that the documentation prints is literally masked.
const MASKED_KEY = "*".repeat(32);
const TIMESTAMP = 1551113065;
const UTF8_JSON = "application/json; charset=utf-8";

test("signs the documentation's example as the documentation does", () => {
  const body = '{"Limit": 1, "Filters": [{"Values": ["\\u672a\\u547d\\u540d"], "Name": "instance-name"}]}';
  const headers = {
    "content-type": UTF8_JSON,
    host: "cvm.tencentcloudapi.com",
    "x-tc-action": "DescribeInstances",
  };
  const payloadHash = sha256(body);
  expect(payloadHash).toBe("35e9c5b0e3ae67532d3c9f17ead6c90222632e5b1ff7f6e89887f1398934f064");
  expect(sha256(canonicalRequest(headers, payloadHash))).toBe(
    "7019a55be8395899b900fb5564e4200d984910f34794a27cb3fb7d10ff6a1e84",
  );
  expect(computeSignature({ secretKey: MASKED_KEY, timestamp: TIMESTAMP, service: "cvm", headers, payloadHash })).toBe(
    "10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f",
  );
});

const HOST = "ssl.intl.tencentcloudapi.com";

test.each([
  [
    { "content-type": "application/json", host: HOST },
    "daba604ced4cb31d54f28ad86bcb4057888531fca3cfcc41903a9a202d1cb409",
  ],
  [
    { "x-tc-action": "BatchDeleteCSR", host: HOST, "content-type": UTF8_JSON },
    "17307865f1759f028a7b7189a560731d91d3a835560a22637d2b24606ead5516",
  ],
])("signs a deletion with the headers %o", (headers, signature) => {
  const payloadHash = sha256('{"CSRIds":[11,22,33]}');
  const signed = { secretKey: MASKED_KEY, timestamp: TIMESTAMP, service: "ssl", payloadHash };
  expect(computeSignature({ ...signed, headers })).toBe(signature);
});
