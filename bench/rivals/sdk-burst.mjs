/** The same with concurrency: ten calls at once, every 1.05 s. No retry, no check of what was deleted. */
import { setTimeout as sleep } from "node:timers/promises";
import { createClient, deleteBatch, readJob } from "./sdk-client.mjs";

const { ids, ...access } = readJob();
const client = createClient(access);
const calls = [];
for (let start = 0; start < ids.length; start += 100) {
  if (start > 0 && start % 1_000 === 0) await sleep(1_050);
  calls.push(deleteBatch(client, ids.slice(start, start + 100)));
}
await Promise.all(calls);
process.exit(0);
