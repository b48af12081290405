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
  const early = new Map<string, { socket: Socket; ready: Promise<boolean>; taken: boolean }>();
  return {
    connect(...[options, callback]: Parameters<Connect>): Socket | undefined {
      const first = early.get(`${options.protocol}//${options.host}`);
      // Its certificate was verified for the name in the URL.
      const isOther = options.servername && options.servername !== options.hostname;
      if (!first || first.taken || isOther) return open(options, callback);
      first.taken = true;
      const { socket, ready } = first;
      socket.ref();
      // What the server sent before the request is no response to it.
      const isFresh = (): boolean => socket.readyState === "open" && socket.readableLength === 0;
      void ready.then((ok) => (ok && isFresh() ? callback(null, socket) : open(options, callback)));
      return undefined;
    },
    preconnect({ origin, protocol, host, hostname, port }: URL): void {
      if (early.has(origin)) return;
      const { promise: ready, resolve } = Promise.withResolvers<boolean>();
      const target = { protocol, host, hostname: hostname.replace(/^\[|\]$/g, ""), port };
      const socket = open(target, (...[error]) => resolve(!error)) as Socket;
      socket.unref().once("close", () => resolve(false));
      const connection = { socket, ready, taken: false };
      early.set(origin, connection);
      setTimeout(() => connection.taken || socket.destroy(), UNUSED_MS).unref();
    },
  };
}
