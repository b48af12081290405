/** The keyless login by hand: the OIDC token with @actions/core, the role with STS (an API that is called without a signature), the SDK. */
import * as core from "@actions/core";
import { createClient, deleteBatch, readJob } from "./sdk-client.mjs";

const { ids, port } = readJob();
const response = await fetch(`http://127.0.0.1:${port}/`, {
  method: "POST",
  headers: {
    "content-type": "application/json",
    authorization: "SKIP",
    "x-tc-action": "AssumeRoleWithWebIdentity",
    "x-tc-version": "2018-08-13",
    "x-tc-region": "ap-singapore",
    "x-tc-timestamp": String(Math.floor(Date.now() / 1000)),
  },
  body: JSON.stringify({
    ProviderId: process.env.BENCH_PROVIDER,
    WebIdentityToken: await core.getIDToken("sts.tencentcloudapi.com"),
    RoleArn: process.env.BENCH_ROLE_ARN,
    RoleSessionName: "bench",
    DurationSeconds: 1800,
  }),
});
const { Credentials, Error: refusal } = (await response.json()).Response;
if (refusal) throw new Error(refusal.Message);
const access = {
  port,
  secretId: Credentials.TmpSecretId,
  secretKey: Credentials.TmpSecretKey,
  token: Credentials.Token,
};
await deleteBatch(createClient(access), ids);
process.exit(0);
