import { createHash } from "node:crypto";
import type { Readable } from "node:stream";

// A little over the API's limit of 10 MB: a body that is too large is recognized without being kept.
const KEPT_BYTES = 10 * 1024 * 1024 + 1;

/** The body of a request. */
export interface Body {
  /** The body, or the start of one that is very large. */
  content: Buffer;
  bytes: number;
  /** SHA-256 of the whole body, in hexadecimal digits. */
  hash: string;
}

/** Reads a body; `undefined` if the client goes away before its end. */
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
  return { content: Buffer.concat(chunks), bytes, hash: hash.digest("hex") };
}
