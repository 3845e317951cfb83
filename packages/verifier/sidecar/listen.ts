import { chmodSync, lstatSync, rmSync } from "node:fs";
import type { Server } from "node:http";
import { connect, isIP } from "node:net";

export type Place = { path: string } | { host: string; port: number };

/** Of a socket: systems take no longer ones. */
const MAX_PATH_LENGTH = 100;
const SOCKET_MODE = 0o660;
const STOP_MS = 5_000;

/** `7300`, `127.0.0.1:7300`, `[::1]:7300`, `unix:/run/latchkey.sock`; null for what is none. Another address has to be named. */
export function readPlace(text: string): Place | null {
  const path = text.replace(/^unix:/, "");
  if (path.startsWith("/")) return path.length <= MAX_PATH_LENGTH ? { path } : null;
  const [, named = "127.0.0.1", digits = ""] = /^(?:(.+):)?(\d{1,5})$/.exec(text) ?? [];
  const host = named === "localhost" ? "127.0.0.1" : named.replace(/^\[(.*)\]$/, "$1");
  const port = Number(digits);
  return digits !== "" && port <= 65_535 && isIP(host) !== 0 ? { host, port } : null;
}

export function isLoopback(place: Place): boolean {
  return "path" in place || place.host === "::1" || place.host.startsWith("127.");
}

/** @returns where it listens */
export async function listen(server: Server, place: Place): Promise<string> {
  if ("path" in place) await removeLeftSocket(place.path);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(place, () => resolve());
  });
  if ("path" in place) {
    chmodSync(place.path, SOCKET_MODE);
    return `unix:${place.path}`;
  }
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : place.port;
  return `http://${isIP(place.host) === 6 ? `[${place.host}]` : place.host}:${port}`;
}

/** What a process left that was killed: nobody takes calls there. Any other file stays, and is in the way. */
async function removeLeftSocket(path: string): Promise<void> {
  if (!lstatSync(path, { throwIfNoEntry: false })?.isSocket()) return;
  await new Promise<void>((resolve) => {
    const probe = connect(path);
    probe.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ECONNREFUSED") rmSync(path, { force: true });
      resolve();
    });
    probe.once("connect", () => {
      probe.destroy();
      resolve();
    });
  });
}

/** Open requests are answered, but not waited for longer than five seconds. */
export async function stopListening(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const late = setTimeout(() => server.closeAllConnections(), STOP_MS);
  await closed;
  clearTimeout(late);
}
