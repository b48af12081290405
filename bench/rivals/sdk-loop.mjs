/** What one would write with the official SDK: its ssl client alone, 100 IDs a call, one call after the other. */
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

/** Deletes `ids`; rejects with the first error. */
export async function deleteWithSdk(ids, { port, secretId, secretKey }) {
  const endpoint = new HttpProfile("http://", `ssl.emulator.example:${port}`, "POST", 60);
  const client = new ssl.Client(
    new Credential(secretId, secretKey),
    "",
    new ClientProfile("TC3-HMAC-SHA256", endpoint),
  );
  const deleted = [];
  for (let start = 0; start < ids.length; start += 100) {
    const request = new ssl.Models.BatchDeleteCSRRequest();
    request.deserialize({ CSRIds: ids.slice(start, start + 100) });
    const { Success } = await new Promise((resolve, reject) => {
      client.BatchDeleteCSR(request, (error, response) => (error ? reject(error) : resolve(response)));
    });
    deleted.push(...Success);
  }
  return deleted;
}
