import { readFileSync } from "node:fs";
import * as core from "@actions/core";
import { deleteWithSdk } from "./sdk-loop.mjs";

try {
  const ids = readFileSync(core.getInput("csr-ids-file"), "utf8").split("\n").map(Number);
  const secretId = core.getInput("secret-id");
  const secretKey = core.getInput("secret-key");
  core.setSecret(secretKey);
  core.setOutput("deleted", await deleteWithSdk(ids, { port: process.env.BENCH_PORT, secretId, secretKey }));
} catch (error) {
  core.setFailed(error.message);
}
process.exit();
