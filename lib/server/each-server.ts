import diagnostics from "node:diagnostics_channel";
import { Server } from "node:http";
import type { Socket } from "node:net";

/**
 * Has this done with each HTTP server of this process, once: before its listeners are handed the first request, or the first
 * that Node could not read as one.
 */
export function onEachServer(prepare: (server: Server) => void): void {
  const prepared = new WeakSet<Server>();
  const prepareOnce = (server: unknown) => {
    if (!(server instanceof Server) || prepared.has(server)) return;
    prepared.add(server);
    prepare(server);
  };
  diagnostics.subscribe("net.server.socket", (message) => prepareOnce((message as { socket: OwnedSocket }).socket.server));
  // Connections may be older than this.
  diagnostics.subscribe("http.server.request.start", (message) => prepareOnce((message as { server: unknown }).server));
}

/** Node says there which server a connection came to. */
type OwnedSocket = Socket & { server?: unknown };
