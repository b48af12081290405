import { createHash } from "node:crypto";
import type { Readable } from "node:stream";

// A little over the API's limit, so that a body that is too large is seen to be so without being kept.
const KEPT_BYTES = 10 * 1024 * 1024 + 1;

/** The body of a request. */
export interface Body {
  /** Its start, if it is very large. */
  kept: Buffer;
  bytes: number;
  /** SHA-256 of the whole body, in hexadecimal digits. */
  hash: string;
}

/** Reads a body, or returns nothing if the client goes away before its end. */
export async function readBody(stream: Readable): Promise<Body | undefined> {
  const hash = createHash("sha256");
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      hash.update(chunk);
      if (bytes < KEPT_BYTES) chunks.push(chunk);
      bytes += chunk.length;
    }
  } catch {
    return undefined;
  }
  return { kept: Buffer.concat(chunks), bytes, hash: hash.digest("hex") };
}

/** The integers of `CSRIds`, whatever else is wrong with the body. */
export function lenientCsrIds(text: string): number[] {
  try {
    const ids: unknown = JSON.parse(text).CSRIds;
    return Array.isArray(ids) ? ids.filter((id) => Number.isSafeInteger(id)) : [];
  } catch {
    return [];
  }
}
