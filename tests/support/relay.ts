import type { AddressInfo } from "node:net";
import net from "node:net";
import { WebSocketServer } from "ws";

/**
 * A WebSocket-to-TCP relay, as Neon has one in front of its databases: the Neon driver then reaches any PostgreSQL.
 * @param database the PostgreSQL that stands in for every host asked for, instead of those themselves
 */
export async function startRelay(database?: URL): Promise<{ address: string; connections(): number; stop(): Promise<void> }> {
  const relay = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  let connections = 0;
  relay.on("connection", (socket, request) => {
    connections += 1;
    const target = new URL(request.url ?? "", "http://relay").searchParams.get("address") ?? "";
    const { hostname, port } = database ?? new URL(`tcp://${target}`);
    const server = net.connect(Number(port), hostname);
    socket.on("message", (data: Buffer) => server.write(data));
    server.on("data", (data) => socket.send(data));
    for (const end of ["close", "error"] as const) {
      socket.on(end, () => server.destroy());
      server.on(end, () => socket.close());
    }
  });
  await new Promise((resolve) => relay.once("listening", resolve));
  return {
    address: `127.0.0.1:${(relay.address() as AddressInfo).port}`,
    connections: () => connections,
    stop: () =>
      new Promise((resolve) => {
        for (const client of relay.clients) client.terminate();
        relay.close(() => resolve());
      }),
  };
}
