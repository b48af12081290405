import { readFileSync } from "node:fs";
import { deleteWithSdk } from "./sdk-loop.mjs";

const { BENCH_IDS_FILE, BENCH_PORT, TENCENTCLOUD_SECRET_ID, TENCENTCLOUD_SECRET_KEY } = process.env;
const ids = readFileSync(BENCH_IDS_FILE, "utf8").split("\n").map(Number);
await deleteWithSdk(ids, { port: BENCH_PORT, secretId: TENCENTCLOUD_SECRET_ID, secretKey: TENCENTCLOUD_SECRET_KEY });
process.exit(0);
