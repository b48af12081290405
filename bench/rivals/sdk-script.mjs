import { readJob } from "./sdk-client.mjs";
import { deleteWithSdk } from "./sdk-loop.mjs";

const { ids, ...access } = readJob();
await deleteWithSdk(ids, access);
process.exit(0);
