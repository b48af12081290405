import { once } from "node:events";
import { createServer as createHttp } from "node:http";
import { createSecureServer as createHttp2 } from "node:http2";
import { createServer as createHttps } from "node:https";
import type { AddressInfo, Server, Socket } from "node:net";
import type { ServerOptions } from "../types.ts";
import { type Exchange, exchangeOf } from "./exchange.ts";

/** A server that listens. */
export interface RunningServer {
  url: string;
  port: number;
  close(): Promise<void>;
}

type Handler = (exchange: Exchange) => void;

// Longer than any test: no connection is closed while a client is about to use it again.
const KEEP_ALIVE_MS = 600_000;

function createServer(options: ServerOptions, handle: Handler): Server {
  const { tls } = options;
  if (tls === undefined) {
    return createHttp({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) =>
      handle(exchangeOf(request, response)),
    );
  }
  const settings = { ...tls, keepAliveTimeout: KEEP_ALIVE_MS };
  if (!options.http2) return createHttps(settings, (request, response) => handle(exchangeOf(request, response)));
  return createHttp2({ ...settings, allowHTTP1: true }, (request, response) => handle(exchangeOf(request, response)));
}

function addressOf(server: Server): AddressInfo {
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("The server listens on no port.");
  return address;
}

function urlOf(options: ServerOptions, address: AddressInfo): string {
  const host = address.family === "IPv6" ? `[${address.address}]` : address.address;
  return `${options.tls ? "https" : "http"}://${host}:${address.port}`;
}

/** Starts a server that hands each request to `handle`. */
export async function listen(options: ServerOptions, handle: Handler): Promise<RunningServer> {
  const sockets = new Set<Socket>();
  const server = createServer(options, handle);
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  server.listen(options.port ?? 0, options.host ?? "127.0.0.1");
  await once(server, "listening");
  const address = addressOf(server);
  let closed: Promise<unknown> | undefined;
  const close = async () => {
    closed ??= new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return { url: urlOf(options, address), port: address.port, close };
}
