import type { AddressInfo } from "node:net";
import net from "node:net";
import { WebSocketServer } from "ws";

/** A WebSocket-to-TCP relay, as Neon has one in front of its databases: the Neon driver then reaches any PostgreSQL. */
export async function startRelay(): Promise<{ address: string; connections(): number; stop(): Promise<void> }> {
  const relay = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  let connections = 0;
  relay.on("connection", (socket, request) => {
    connections += 1;
    const target = new URL(request.url ?? "", "http://relay").searchParams.get("address") ?? "";
    const { hostname, port } = new URL(`tcp://${target}`);
    const database = net.connect(Number(port), hostname);
    socket.on("message", (data: Buffer) => database.write(data));
    database.on("data", (data) => socket.send(data));
    for (const end of ["close", "error"] as const) {
      socket.on(end, () => database.destroy());
      database.on(end, () => socket.close());
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
