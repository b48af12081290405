/** A relay that makes a server on loopback as far away as one on another continent. */
import { connect, createServer, type Socket } from "node:net";

export interface Relay extends AsyncDisposable {
  readonly port: number;
  /** How many connections were made. */
  readonly connections: number;
  /** When the first connection was made, and when the last byte was handed to a client: `performance.now()`. */
  readonly firstAt: number;
  readonly lastAt: number;
}

/**
 * @param port where on loopback the relay leads
 * @param roundTripMs a connection takes one round trip before its first byte leaves, and each chunk half of one on its way
 */
export async function startRelay(port: number, roundTripMs: number): Promise<Relay> {
  const sockets = new Set<Socket>();
  let connections = 0;
  let firstAt = Number.NaN;
  let lastAt = Number.NaN;
  const forward = (from: Socket, to: Socket, firstMs: number, onWritten = () => {}): void => {
    const opened = performance.now();
    from.on("data", (chunk) => {
      const wait = Math.max(0, opened + firstMs - performance.now()) + roundTripMs / 2;
      setTimeout(() => {
        if (!to.writable) return;
        to.write(chunk);
        onWritten();
      }, wait);
    });
    from.on("close", () => setTimeout(() => to.destroy(), roundTripMs));
    from.on("error", () => undefined);
  };
  const server = createServer((client) => {
    connections += 1;
    if (connections === 1) firstAt = performance.now();
    const upstream = connect(port, "127.0.0.1");
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.setNoDelay(true);
    }
    forward(client, upstream, roundTripMs);
    forward(upstream, client, 0, () => {
      lastAt = performance.now();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    port: typeof address === "object" && address ? address.port : 0,
    get connections() {
      return connections;
    },
    get firstAt() {
      return firstAt;
    },
    get lastAt() {
      return lastAt;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
