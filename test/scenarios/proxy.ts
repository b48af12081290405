/** A small CONNECT proxy. */
import { connect, createServer, type Socket } from "node:net";

export interface Proxy extends AsyncDisposable {
  readonly port: number;
  /** First lines and headers of the requests that came. */
  readonly heads: readonly string[];
}

/** What the proxy does with a CONNECT: lets it through, responds with a status, hangs up, or does not respond. */
export type Behaviour = "open" | { readonly status: number } | "hang up" | "hang";

/** @param port where on loopback an open way leads, whatever host was asked for */
export async function startProxy(behaviour: Behaviour, port: number): Promise<Proxy> {
  const heads: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    sockets.add(client);
    client.on("error", () => client.destroy());
    client.once("data", (head) => {
      heads.push(head.toString("latin1"));
      if (behaviour === "hang") return undefined;
      if (behaviour === "hang up") return client.destroy();
      if (behaviour !== "open") return client.end(`HTTP/1.1 ${behaviour.status} No\r\ncontent-length: 0\r\n\r\n`);
      const upstream = connect(port, "127.0.0.1", () => client.write("HTTP/1.1 200 OK\r\n\r\n"));
      sockets.add(upstream);
      upstream.on("error", () => client.destroy());
      return client.pipe(upstream).pipe(client);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    port: typeof address === "object" && address ? address.port : 0,
    heads,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
