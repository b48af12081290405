import type { Socket } from "node:net";
import { buildConnector } from "undici";

/**
 * Makes connections: TLS always verified, and the first to an origin ahead of its request, if that was asked for.
 * @param unusedMs an early connection that no request has used for so long is closed, before the server does it
 */
export function createConnector({ connectMs, unusedMs }: { readonly connectMs: number; readonly unusedMs: number }) {
  // Whatever NODE_TLS_REJECT_UNAUTHORIZED says. Connectors return the socket, as documented; the types leave that out.
  const open = buildConnector({ rejectUnauthorized: true, allowH2: false, timeout: connectMs }) as (
    ...args: Parameters<buildConnector.connector>
  ) => Socket;
  const early = new Map<string, { readonly socket: Socket; readonly ready: Promise<boolean>; taken: boolean }>();
  return {
    connect(...[options, callback]: Parameters<buildConnector.connector>): Socket | undefined {
      const first = early.get(`${options.protocol}//${options.host}`);
      // The certificate of an early connection was verified for the name in the URL.
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
      const socket = open(target, (...[error]) => resolve(!error)).unref();
      socket.once("close", () => resolve(false));
      const connection = { socket, ready, taken: false };
      early.set(origin, connection);
      setTimeout(() => connection.taken || socket.destroy(), unusedMs).unref();
    },
    /** Drops the early connections. */
    close(): void {
      for (const { socket } of early.values()) socket.destroy();
    },
  };
}
