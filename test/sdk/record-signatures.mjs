// Records what the official SDK's own signer makes of many requests, for the tests of the action's signer.
// With --check, compares with the recording instead of writing it.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

/** @typedef {{ secretId: string, secretKey: string, timestamp: number, host: string, action: string, contentType: string, body: string }} Request */

const Sign = createRequire(import.meta.url)("tencentcloud-sdk-nodejs-intl-en/tencentcloud/common/sign");
const FILE = fileURLToPath(new URL("../tencentcloud/signatures.recorded.json", import.meta.url));
const ROWS = 96;

const KEYS = [
  { secretId: "AKIDEXAMPLE-first", secretKey: "example-secret-key-first" },
  {
    secretId: "AKIDEXAMPLE-second-and-longer",
    secretKey: "example-secret-key-second-and-much-longer-than-a-block-of-sha-256",
  },
  { secretId: "AKIDEXAMPLE.third_key", secretKey: "example secret key = with + odd / characters" },
];

const HOSTS = [
  "ssl.intl.tencentcloudapi.com",
  "ssl.tencentcloudapi.com",
  "ssl.ap-singapore.tencentcloudapi.com",
  "ssl.ap-guangzhou.tencentcloudapi.com",
  "ssl.na-ashburn.tencentcloudapi.com",
  "ssl.ap-shanghai-fsi.tencentcloudapi.com",
  "ssl.internal.tencentcloudapi.com",
];

const CONTENT_TYPES = ["application/json", "application/json; charset=utf-8"];

// Where a date goes wrong if it is not taken in UTC, or not padded.
const MOMENTS = [
  "2019-02-25T16:44:25Z",
  "2024-02-28T23:59:59Z",
  "2024-02-29T00:00:00Z",
  "2024-02-29T23:59:59Z",
  "2024-03-01T00:00:00Z",
  "2025-12-31T15:59:59Z",
  "2025-12-31T16:00:00Z",
  "2025-12-31T23:59:59Z",
  "2026-01-01T00:00:00Z",
  "2026-09-09T09:09:09Z",
  "2026-10-01T00:00:01Z",
  "2026-12-31T23:59:59Z",
  "2100-03-01T00:00:00Z",
  "1970-01-01T00:00:00Z",
  "2001-09-09T01:46:39Z",
  "2038-01-19T03:14:08Z",
].map((moment) => Date.parse(moment) / 1000);

const range = (/** @type {number} */ count, /** @type {number} */ first) =>
  Array.from({ length: count }, (_, index) => first + index);

/** @type {readonly [action: string, parameters: unknown][]} */
const CALLS = [
  ["BatchDeleteCSR", { CSRIds: [11] }],
  ["BatchDeleteCSR", { CSRIds: [11, 22, 33] }],
  ["BatchDeleteCSR", { CSRIds: range(100, 1) }],
  ["BatchDeleteCSR", { CSRIds: range(100, 1_000_001) }],
  ["BatchDeleteCSR", { CSRIds: [Number.MAX_SAFE_INTEGER] }],
  ["BatchDeleteCSR", { CSRIds: [Number.MAX_SAFE_INTEGER, 1] }],
  ["BatchDeleteCSR", { CSRIds: [] }],
  ["DescribeCSRSet", {}],
  ["DescribeCSRSet", { Limit: 100, Offset: 0 }],
  ["DescribeCSRSet", { Limit: 100, Offset: 99_900 }],
  ["DescribeCSRSet", { Limit: 1, Offset: 0, Domain: "example.com", EncryptAlgo: "ECC" }],
  ["DescribeCSRSet", { Domain: "例え.テスト — “bücher” 🔑" }],
  ["DescribeCSRSet", { Domain: 'a"quote\\and\nnew line' }],
];

/** A repeatable whole number in [0, bound) for each row and purpose (the hash known as FNV-1a). */
function pick(/** @type {string} */ seed, /** @type {number} */ bound) {
  let hash = 0x811c9dc5;
  for (const character of seed) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return (hash >>> 0) % bound;
}

/**
 * Each value of a list takes its turn; the key and the content type vary on their own.
 * @param {number} row
 * @returns {Request}
 */
function requestOf(row) {
  const [action, parameters] = CALLS[row % CALLS.length];
  return {
    ...KEYS[pick(`key ${row}`, KEYS.length)],
    timestamp: MOMENTS[row % MOMENTS.length] + (row < MOMENTS.length ? 0 : pick(`time ${row}`, 86_400)),
    host: HOSTS[row % HOSTS.length],
    action,
    contentType: CONTENT_TYPES[pick(`type ${row}`, CONTENT_TYPES.length)],
    body: JSON.stringify(parameters),
  };
}

/** @param {Request} request */
function authorizationOf({ secretId, secretKey, timestamp, host, contentType, body }) {
  return Sign.sign3({
    url: `https://${host}/`,
    payload: Buffer.from(body),
    timestamp,
    service: host.split(".")[0],
    secretId,
    secretKey,
    headers: { "Content-Type": contentType },
  });
}

function recording() {
  const requests = Array.from({ length: ROWS }, (_, row) => requestOf(row));
  const rows = requests.map((request) => JSON.stringify({ ...request, authorization: authorizationOf(request) }));
  return `[\n${rows.join(",\n")}\n]\n`;
}

/** @param {string} expected */
function check(expected) {
  if (readFileSync(FILE, "utf8") === expected) return console.log(`The ${ROWS} recorded signatures are the SDK's.`);
  console.error("The recorded signatures are not the SDK's. Write them anew with: npm run record-signatures");
  process.exitCode = 1;
}

function write(/** @type {string} */ text) {
  mkdirSync(dirname(FILE), { recursive: true });
  writeFileSync(FILE, text);
  console.log(`Wrote ${ROWS} signatures.`);
}

if (process.argv.includes("--check")) check(recording());
else write(recording());
