/** Ten requests at once over TLS, with 50 ms of way each way: a connection for each (HTTP/1.1), or one for all (HTTP/2). */
import { connect, createServer, type Socket } from "node:net";
import { Agent, request } from "undici";
import { startEmulator } from "../test/emulator/emulator.ts";
import { selfSigned } from "../test/emulator/self-signed.ts";
import { median, range, table } from "./statistics.ts";

const WAY_MS = 50;
const ROUNDS = 9;

/** A relay that hands on every byte `WAY_MS` later. */
async function startRelay(port: number) {
  const sockets = new Set<Socket>();
  const later = (from: Socket, to: Socket): void => {
    from.on("data", (chunk) => setTimeout(() => to.destroyed || to.write(chunk), WAY_MS));
    for (const end of ["close", "error"]) from.on(end, () => setTimeout(() => to.destroy(), WAY_MS));
  };
  const server = createServer((client) => {
    client.pause();
    // The handshake of TCP takes a way back and forth as well.
    setTimeout(() => {
      const upstream = connect(port, "127.0.0.1");
      sockets.add(client).add(upstream);
      later(client, upstream);
      later(upstream, client);
      client.resume();
    }, 2 * WAY_MS);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    port: typeof address === "object" && address ? address.port : 0,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

async function burst(agent: Agent, origin: string, size: number): Promise<number> {
  const started = performance.now();
  await Promise.all(
    range(size).map(async () => {
      const { body } = await request(origin, {
        dispatcher: agent,
        method: "POST",
        body: '{"CSRIds":[1]}',
        headers: { "content-type": "application/json" },
      });
      await body.dump();
    }),
  );
  return performance.now() - started;
}

const KINDS = [
  { name: "HTTP/1.1, a connection each", http2: false },
  { name: "HTTP/2, one connection", http2: true },
] as const;

/** One round: a burst on new connections, and one on those that stand. */
async function round(http2: boolean): Promise<{ first: number; next: number }> {
  await using emulator = await startEmulator({ tls: selfSigned(), http2, requestsPerSecond: 100_000 });
  const relay = await startRelay(emulator.port);
  const connection = { rejectUnauthorized: false, ...(http2 ? { preferH2: true } : {}) };
  const agent = new Agent({ allowH2: http2, connect: connection as Agent.Options["connect"] & object });
  const origin = `https://127.0.0.1:${relay.port}`;
  const first = await burst(agent, origin, 10);
  // Bursts are a second apart; by then all connections are free again.
  await new Promise((resolve) => setTimeout(resolve, 300));
  const next = await burst(agent, origin, 10);
  await agent.destroy();
  relay.close();
  return { first, next };
}

export async function compareConnections(): Promise<string> {
  const times = KINDS.map(() => ({ first: [] as number[], next: [] as number[] }));
  for (const _ of range(ROUNDS)) {
    for (const [kind, { http2 }] of KINDS.entries()) {
      const { first, next } = await round(http2);
      times[kind]?.first.push(first);
      times[kind]?.next.push(next);
    }
  }
  const rows = KINDS.map(({ name }, kind) => {
    const { first = [], next = [] } = times[kind] ?? {};
    return [name, `${median(first).toFixed(0)} ms`, `${median(next).toFixed(0)} ms`];
  });
  return table([["Ten requests at once, 50 ms each way", "first burst (with handshakes)", "next burst"], ...rows]);
}
