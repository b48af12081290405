import type { IncomingMessage, ServerResponse } from "node:http";
import { constants, Http2ServerRequest, Http2ServerResponse } from "node:http2";
import type { Socket } from "node:net";
import type { Readable, Writable } from "node:stream";

/** A request and the means to respond to it, whatever the version of HTTP. */
export interface Exchange {
  method: string;
  /** With the query. */
  path: string;
  /** Names in lower case, `host` included. */
  headers: Readonly<Record<string, string>>;
  body: Readable;
  /** Sends the head of the response, and returns the stream for its body. */
  head(status: number, headers: Readonly<Record<string, string>>): Writable;
  /** Cuts the response off. */
  abort(): void;
  /** Destroys the connection, and with HTTP/2 everything else on it. */
  destroy(): void;
}

function flatten(headers: NodeJS.Dict<string | string[]>): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !name.startsWith(":")) flat[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return flat;
}

function ignore(): void {}

// Only a bare TCP socket can be reset; a TLS connection is destroyed instead.
function reset(socket: Socket): void {
  if ("encrypted" in socket) socket.destroy();
  else socket.resetAndDestroy();
}

function http1Exchange(request: IncomingMessage, response: ServerResponse): Exchange {
  response.on("error", ignore);
  return {
    method: request.method ?? "",
    path: request.url ?? "",
    headers: flatten(request.headers),
    body: request,
    head(status, headers) {
      response.sendDate = false;
      return response.writeHead(status, headers);
    },
    abort: () => request.socket.destroy(),
    destroy: () => reset(request.socket),
  };
}

function http2Exchange(request: Http2ServerRequest, response: Http2ServerResponse): Exchange {
  const { stream } = response;
  stream.on("error", ignore);
  return {
    method: request.method,
    path: request.url,
    headers: { ...flatten(request.headers), host: request.authority || flatten(request.headers).host || "" },
    body: request,
    head(status, headers) {
      response.sendDate = false;
      response.writeHead(status, headers);
      return stream;
    },
    abort: () => stream.close(constants.NGHTTP2_INTERNAL_ERROR),
    destroy: () => stream.session?.destroy(),
  };
}

/** The exchange of a server's `request` event. */
export function exchangeOf(
  request: IncomingMessage | Http2ServerRequest,
  response: ServerResponse | Http2ServerResponse,
): Exchange {
  if (request instanceof Http2ServerRequest) {
    if (response instanceof Http2ServerResponse) return http2Exchange(request, response);
  } else if (!(response instanceof Http2ServerResponse)) return http1Exchange(request, response);
  throw new TypeError("The request and the response are of different versions of HTTP.");
}
