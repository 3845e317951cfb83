import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { onEachServer } from "./each-server";
import { writeStream } from "./streamed";

export type RouteHandler = (request: Request, context: { params: Promise<Record<string, never>> }) => Promise<Response>;

/** A route to answer so: bodies up to `maxBytes`. */
export type DirectRoute = { handler: RouteHandler; maxBytes: number };

/**
 * Answers `POST` requests to these paths by their route handlers at the HTTP server, before Next sees them: its routing and
 * its streams cost several times what a short handler does (docs/decisions/018). Everything that is not plain (other
 * methods, queries, bodies of unknown length or above `maxBytes`) goes on to Next, which has the same handlers.
 */
export function answerDirectly(routes: Readonly<Record<string, DirectRoute>>): void {
  const byPath = new Map(Object.entries(routes));
  onEachServer((server) => putInFront(server, byPath));
}

function putInFront(server: Server, routes: ReadonlyMap<string, DirectRoute>): void {
  const listeners = server.listeners("request");
  server.removeAllListeners("request");
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    const route = routes.get(request.url ?? "");
    if (route && isPlainPost(request, route)) void answer(route.handler, request, response);
    else for (const listener of listeners) listener.call(server, request, response);
  });
}

function isPlainPost({ method, headers }: IncomingMessage, { maxBytes }: DirectRoute): boolean {
  return method === "POST" && Number(headers["content-length"] ?? Number.NaN) <= maxBytes;
}

async function answer(handler: RouteHandler, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const body = await bytesOf(request);
    const headers = Object.entries(request.headers).filter((entry): entry is [string, string] => typeof entry[1] === "string");
    const asked = new Request(`http://localhost${request.url}`, { method: "POST", headers, body });
    const answered = await handler(asked, { params: Promise.resolve({}) });
    response.statusCode = answered.status;
    response.setHeaders(answered.headers);
    if (writeStream(answered.body, response)) return;
    const bytes = Buffer.from(await answered.arrayBuffer());
    response.setHeader("Content-Length", bytes.byteLength).end(bytes);
  } catch {
    // The handler answers every failure itself: whoever asked is gone, in the middle of the body.
    response.destroy();
  }
}

async function bytesOf(request: IncomingMessage): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return new Uint8Array(Buffer.concat(chunks));
}
