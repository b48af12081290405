import http from "node:http";
import { createRequire } from "node:module";

/** @typedef {import("./emulator-process.mjs").RunningEmulator} RunningEmulator */

// Only the parts that are needed are loaded: the whole SDK is hundreds of services.
const require = createRequire(import.meta.url);
const SDK = "tencentcloud-sdk-nodejs-intl-en/tencentcloud";
const ssl = require(`${SDK}/ssl/v20191205`);
const common = require(`${SDK}/common`);

/** A key pair that opens nothing, not even the emulator. */
export const WRONG_KEY = { secretId: "AKIDEXAMPLE-of-nobody", secretKey: "example-secret-key-of-nobody" };

// The SDK takes the service that it signs for from the first label of the host, so an address will not do; and it has no
// option for the address of a host.
const HOST = "ssl.emulator.example";
http.globalAgent = new http.Agent({
  lookup: (_host, options, callback) => {
    if (options.all) callback(null, [{ address: "127.0.0.1", family: 4 }]);
    else callback(null, "127.0.0.1", 4);
  },
});
// The SDK would send even this through a proxy.
delete process.env.http_proxy;

/**
 * The official client, speaking to the emulator.
 * @param {RunningEmulator} emulator
 */
export function sslClient({ port, secretId, secretKey, token }) {
  const profile = new common.ClientProfile(
    "TC3-HMAC-SHA256",
    new common.HttpProfile("http://", `${HOST}:${port}`, "POST", 10),
  );
  const client = new ssl.Client(new common.Credential(secretId, secretKey, token), "", profile);
  return {
    /**
     * @param {string} action
     * @param {Record<string, unknown>} parameters
     * @returns {Promise<any>}
     */
    call(action, parameters) {
      const request = new ssl.Models[`${action}Request`]();
      request.deserialize(parameters);
      return new Promise((resolve, reject) => {
        client[action](request, (/** @type {unknown} */ error, /** @type {unknown} */ response) =>
          error ? reject(error) : resolve(response),
        );
      });
    },
  };
}
