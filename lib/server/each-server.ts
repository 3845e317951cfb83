import diagnostics from "node:diagnostics_channel";
import type { Server } from "node:http";

/** Has this done with each HTTP server of this process, once: before its listeners are handed the first request. */
export function onEachServer(prepare: (server: Server) => void): void {
  const prepared = new WeakSet<Server>();
  diagnostics.subscribe("http.server.request.start", (message) => {
    const { server } = message as { server: Server };
    if (prepared.has(server)) return;
    prepared.add(server);
    prepare(server);
  });
}
