/** A relay that makes a server on loopback as far away as one on another continent. */
import { connect, createServer, type Socket } from "node:net";

export interface Relay extends AsyncDisposable {
  readonly port: number;
  /** How many connections were made. */
  readonly connections: number;
}

/**
 * @param port where on loopback the relay leads
 * @param roundTripMs a connection takes one round trip before its first byte leaves, and each chunk half of one on its way
 */
export async function startRelay(port: number, roundTripMs: number): Promise<Relay> {
  const sockets = new Set<Socket>();
  let connections = 0;
  const forward = (from: Socket, to: Socket, firstMs: number): void => {
    const opened = performance.now();
    from.on("data", (chunk) => {
      const wait = Math.max(0, opened + firstMs - performance.now()) + roundTripMs / 2;
      setTimeout(() => to.writable && to.write(chunk), wait);
    });
    from.on("close", () => setTimeout(() => to.destroy(), roundTripMs));
    from.on("error", () => undefined);
  };
  const server = createServer((client) => {
    connections += 1;
    const upstream = connect(port, "127.0.0.1");
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.setNoDelay(true);
    }
    forward(client, upstream, roundTripMs);
    forward(upstream, client, 0);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    port: typeof address === "object" && address ? address.port : 0,
    get connections() {
      return connections;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
