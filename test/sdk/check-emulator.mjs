// Lets the official SDK talk to the emulator: what the SDK can do with the real API, it must be able to do here.
import assert from "node:assert/strict";
import { withEmulator } from "./emulator-process.mjs";
import { sslClient, WRONG_KEY } from "./ssl-client.mjs";

/** @typedef {import("./emulator-process.mjs").RunningEmulator} RunningEmulator */

const ONE_TO_101 = Array.from({ length: 101 }, (_, index) => index + 1);

/**
 * @param {Promise<unknown>} call
 * @param {string} code
 */
async function refused(call, code) {
  await assert.rejects(call, (/** @type {any} */ error) => {
    assert.equal(error.code, code);
    assert.match(error.requestId, /^[0-9a-f-]{36}$/);
    return true;
  });
}

/** @param {ReturnType<typeof sslClient>} client */
async function listAll(client) {
  const ids = [];
  for (let offset = 0; ; offset += 100) {
    const page = await client.call("DescribeCSRSet", { Limit: 100, Offset: offset });
    assert.ok(page.Total >= ids.length);
    if (page.Set.length === 0) return ids;
    ids.push(...page.Set.map((/** @type {{ Id: number }} */ row) => row.Id));
  }
}

/** @type {Record<string, (emulator: RunningEmulator) => Promise<void>>} */
const CHECKS = {
  "lists all CSRs page by page": async (emulator) => {
    const ids = await listAll(sslClient(emulator));
    assert.equal(ids.length, 250);
    assert.equal(new Set(ids).size, 250);
  },
  "gives a page of 10 by default, with every field of a row": async (emulator) => {
    const page = await sslClient(emulator).call("DescribeCSRSet", {});
    assert.equal(page.Total, 250);
    assert.equal(page.Set.length, 10);
    for (const [field, value] of Object.entries(page.Set[0])) assert.notEqual(value, null, field);
  },
  "filters by domain": async (emulator) => {
    const { Domain: domain } = (await sslClient(emulator).call("DescribeCSRSet", { Limit: 1 })).Set[0];
    assert.equal((await sslClient(emulator).call("DescribeCSRSet", { Domain: domain })).Total, 1);
  },
  "deletes, and leaves unknown and kept IDs out of Success": async (emulator) => {
    const answer = await sslClient(emulator).call("BatchDeleteCSR", { CSRIds: [11, 22, 33, 99999] });
    assert.deepEqual(answer.Success, [22, 33]);
    assert.match(answer.RequestId, /^[0-9a-f-]{36}$/);
    const left = await listAll(sslClient(emulator));
    assert.equal(left.length, 248);
    assert.ok(left.includes(11) && !left.includes(22));
  },
  "deletes 100 IDs at once": async (emulator) => {
    const answer = await sslClient(emulator).call("BatchDeleteCSR", { CSRIds: ONE_TO_101.slice(1) });
    assert.equal(answer.Success.length, 88);
  },
  "refuses 101 IDs": (emulator) =>
    refused(sslClient(emulator).call("BatchDeleteCSR", { CSRIds: ONE_TO_101 }), "InvalidParameterValue"),
  "refuses a batch with no IDs": (emulator) =>
    refused(sslClient(emulator).call("BatchDeleteCSR", {}), "MissingParameter"),
  "refuses a wrong secret key": (emulator) =>
    refused(
      sslClient({ ...emulator, secretKey: WRONG_KEY.secretKey }).call("DescribeCSRSet", {}),
      "AuthFailure.SignatureFailure",
    ),
  "refuses a wrong secret ID": (emulator) =>
    refused(
      sslClient({ ...emulator, secretId: WRONG_KEY.secretId }).call("DescribeCSRSet", {}),
      "AuthFailure.SecretIdNotFound",
    ),
  "refuses an action that it does not have": (emulator) =>
    refused(sslClient(emulator).call("DescribeCertificates", {}), "InvalidAction"),
  "refuses a token that nobody asked for": (emulator) =>
    refused(sslClient({ ...emulator, token: "example-token" }).call("DescribeCSRSet", {}), "AuthFailure.TokenFailure"),
};

/** @type {Record<string, (emulator: RunningEmulator) => Promise<void>>} */
const TOKEN_CHECKS = {
  "accepts temporary credentials with their token": async (emulator) => {
    const answer = await sslClient({ ...emulator, token: "example-token" }).call("BatchDeleteCSR", { CSRIds: [1] });
    assert.deepEqual(answer.Success, [1]);
  },
  "refuses temporary credentials without it": (emulator) =>
    refused(sslClient(emulator).call("DescribeCSRSet", {}), "AuthFailure.TokenFailure"),
};

/** @type {Record<string, (emulator: RunningEmulator) => Promise<void>>} */
const CLOCK_CHECKS = {
  "refuses a clock that is more than five minutes slow": (emulator) =>
    refused(sslClient(emulator).call("DescribeCSRSet", {}), "AuthFailure.SignatureExpire"),
};

/** @type {Record<string, (emulator: RunningEmulator) => Promise<void>>} */
const RATE_CHECKS = {
  "refuses the third request in a second at a limit of two": async (emulator) => {
    const client = sslClient(emulator);
    await client.call("DescribeCSRSet", {});
    await client.call("DescribeCSRSet", {});
    await refused(client.call("DescribeCSRSet", {}), "RequestLimitExceeded");
  },
};

/**
 * @param {readonly string[]} args
 * @param {Record<string, (emulator: RunningEmulator) => Promise<void>>} checks
 */
async function run(args, checks) {
  await withEmulator(args, async (emulator) => {
    for (const [name, check] of Object.entries(checks)) {
      try {
        await check(emulator);
        console.log(`ok      ${name}`);
      } catch (error) {
        console.log(`FAILED  ${name}\n`, error);
        process.exitCode = 1;
      }
    }
  });
}

await run(["--csrs", "11-259,1000001", "--kept", "11", "--options", '{"requestsPerSecond":1000}'], CHECKS);
await run(["--csrs", "1-5", "--session-token", "example-token"], TOKEN_CHECKS);
await run(["--options", '{"clockSkewMs":301000}'], CLOCK_CHECKS);
await run(["--options", '{"requestsPerSecond":2}'], RATE_CHECKS);
