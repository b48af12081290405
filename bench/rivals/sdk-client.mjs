/** The official SDK's ssl client alone, against the emulator. */
import { readFileSync } from "node:fs";
import http from "node:http";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const ssl = require("tencentcloud-sdk-nodejs-intl-en/tencentcloud/ssl/v20191205");
const { ClientProfile, Credential, HttpProfile } = require("tencentcloud-sdk-nodejs-intl-en/tencentcloud/common");

// The SDK signs for the first label of the host, so the emulator needs a name; it has no option for the address of one.
http.globalAgent = new http.Agent({
  keepAlive: true,
  lookup: (_host, options, callback) =>
    options.all ? callback(null, [{ address: "127.0.0.1", family: 4 }]) : callback(null, "127.0.0.1", 4),
});

export function createClient({ port, secretId, secretKey, token }) {
  const endpoint = new HttpProfile("http://", `ssl.emulator.example:${port}`, "POST", 60);
  const profile = new ClientProfile("TC3-HMAC-SHA256", endpoint);
  return new ssl.Client(new Credential(secretId, secretKey, token), "", profile);
}

/** One call of `BatchDeleteCSR`: resolves with the IDs in `Success`. */
export function deleteBatch(client, ids) {
  const request = new ssl.Models.BatchDeleteCSRRequest();
  request.deserialize({ CSRIds: ids });
  return new Promise((resolve, reject) => {
    client.BatchDeleteCSR(request, (error, { Success } = {}) => (error ? reject(error) : resolve(Success)));
  });
}

/** What `bench.ts` hands to the scripts. */
export function readJob() {
  const { BENCH_IDS_FILE, BENCH_PORT, TENCENTCLOUD_SECRET_ID, TENCENTCLOUD_SECRET_KEY } = process.env;
  const ids = readFileSync(BENCH_IDS_FILE, "utf8").split("\n").map(Number);
  return { ids, port: BENCH_PORT, secretId: TENCENTCLOUD_SECRET_ID, secretKey: TENCENTCLOUD_SECRET_KEY };
}
