/** What one would write with the official SDK: 100 IDs a call, one call after the other. */
import { createClient, deleteBatch } from "./sdk-client.mjs";

/** Deletes `ids`; rejects with the first error. */
export async function deleteWithSdk(ids, access) {
  const client = createClient(access);
  const deleted = [];
  for (let start = 0; start < ids.length; start += 100) {
    deleted.push(...(await deleteBatch(client, ids.slice(start, start + 100))));
  }
  return deleted;
}
