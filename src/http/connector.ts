import type { Socket } from "node:net";
import { buildConnector } from "undici";

/** The types of undici leave out that it returns the socket, as documented. */
type Connect = (...args: Parameters<buildConnector.connector>) => Socket | undefined;

/** Whatever NODE_TLS_REJECT_UNAUTHORIZED says. HTTP/2, which undici calls experimental, would not be faster. */
export const TLS = { rejectUnauthorized: true, allowH2: false };
/** An early connection that no request uses is closed, before the server does it. */
const UNUSED_MS = 10_000;

/** Makes connections, the first to an origin ahead of its request if that was asked for. */
export function createConnector() {
  const open = buildConnector(TLS) as Connect;
  const early = new Map<string, { socket: Socket; settled: Promise<void>; taken: boolean }>();
  return {
    connect(...[options, callback]: Parameters<Connect>): Socket | undefined {
      const first = early.get(`${options.protocol}//${options.host}`);
      // Its certificate was verified for the name in the URL.
      const isOther = options.servername && options.servername !== options.hostname;
      if (!first || first.taken || isOther) return open(options, callback);
      first.taken = true;
      const { socket, settled } = first;
      // undici drops one on which the server spoke before the request.
      void settled.then(() => (socket.readyState === "open" ? callback(null, socket) : open(options, callback)));
      return undefined;
    },
    preconnect(url: URL): void {
      if (early.has(url.origin)) return;
      const { promise: settled, resolve } = Promise.withResolvers<void>();
      const socket = open(url, () => resolve()) as Socket;
      socket.unref().once("close", () => resolve());
      const connection = { socket, settled, taken: false };
      early.set(url.origin, connection);
      setTimeout(() => connection.taken || socket.destroy(), UNUSED_MS).unref();
    },
  };
}
