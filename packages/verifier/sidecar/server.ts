import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Asked } from "../authorize";
import { answerAuth } from "./auth";
import { readObject } from "./body";
import { countVerdicts, writeMetrics } from "./metrics";
import { Refused } from "./refused";
import { takeEvents } from "./usage";
import { verifyBody } from "./verify";

const MAX_BODY_BYTES = 64 * 1024;
const MAX_BATCH_BYTES = 1024 * 1024;
/** More than proxies take of their callers, whose headers they pass on. */
const MAX_HEADER_BYTES = 64 * 1024;
const MAX_CONNECTIONS = 2_000;
const REQUEST_MS = 10_000;
/** How often it is looked for requests that take longer. */
const LOOK_MS = 2_000;
const IDLE_MS = 75_000;
const JSON_TYPE = "application/json";

type Answer = { status: number; headers?: Record<string, string>; body?: object; text?: string };
type Route = {
  methods?: readonly string[];
  answer: (request: IncomingMessage, query: string) => Answer | Promise<Answer>;
};

/** The verifier over HTTP, for proxies and for programs in other languages on the same machine. */
export function createSidecar(given: Asked): Server {
  const { verifier, counts } = countVerdicts(given);
  const routes: Record<string, Route> = {
    // Whatever the method: some proxies keep that of the call. Its body is not read.
    "/auth": { answer: (request, query) => answerAuth(verifier, request, new URLSearchParams(query)) },
    "/verify": {
      methods: ["POST"],
      answer: async (request) => ({ status: 200, body: await verifyBody(verifier, await readObject(request, MAX_BODY_BYTES)) }),
    },
    "/usage": {
      methods: ["POST"],
      answer: async (request) => ({ status: 200, body: takeEvents(verifier, await readObject(request, MAX_BATCH_BYTES)) }),
    },
    "/status": {
      methods: ["GET", "HEAD"],
      answer: () => {
        const status = verifier.status();
        return { status: status.state === "READY" ? 200 : 503, body: status };
      },
    },
    "/metrics": {
      methods: ["GET", "HEAD"],
      answer: () => ({ status: 200, text: writeMetrics(verifier.status(), counts) }),
    },
  };

  const server = createServer(
    {
      ...{ maxHeaderSize: MAX_HEADER_BYTES, requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS },
      connectionsCheckingInterval: LOOK_MS,
    },
    (request, response) => {
      void handle(routes, request)
        .then((answer) => {
          // A connection that is kept would keep the server from stopping.
          if (!server.listening) response.setHeader("Connection", "close");
          send(response, answer);
        })
        .catch(() => response.destroy());
    },
  );
  server.maxConnections = MAX_CONNECTIONS;
  server.keepAliveTimeout = IDLE_MS;
  return server;
}

async function handle(routes: Record<string, Route>, request: IncomingMessage): Promise<Answer> {
  try {
    const [path = "", query = ""] = (request.url ?? "/").split("?", 2);
    const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
    if (!route) throw new Refused(404, "NOT_FOUND", "Not found");
    const { methods, answer } = route;
    if (methods && !methods.includes(request.method ?? ""))
      throw new Refused(405, "METHOD_NOT_ALLOWED", "Method not allowed", { headers: { Allow: methods.join(", ") } });
    // A page that a browser on this machine has open could ask as well. What a proxy asks about may come from a page.
    if (methods && request.headers.origin !== undefined) throw new Refused(403, "ORIGIN_NOT_ALLOWED", "Origin not allowed");
    return await answer(request, query);
  } catch (error) {
    if (!(error instanceof Refused) && !request.readableAborted)
      process.stderr.write(`a request failed: ${error instanceof Error ? error.message : "?"}\n`);
    const { status, code, message, extras } =
      error instanceof Refused ? error : new Refused(500, "INTERNAL", "Internal server error");
    return { status, headers: extras.headers, body: { error: message, code, ...extras.facts } };
  }
}

function send(response: ServerResponse, { status, headers, body, text }: Answer): void {
  const content = body ? JSON.stringify(body) : text;
  const type = body ? JSON_TYPE : "text/plain; version=0.0.4; charset=utf-8";
  const about = content !== undefined && { "Content-Type": type, "Content-Length": Buffer.byteLength(content) };
  response.writeHead(status, { ...about, "Cache-Control": "no-store", ...headers });
  response.end(content);
}
