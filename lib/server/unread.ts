import { randomUUID } from "node:crypto";
import diagnostics from "node:diagnostics_channel";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { allowHeader, METHODS } from "@/lib/request/methods";
import { env } from "@/lib/settings/env";
import { log } from "@/lib/settings/log";
import { onEachServer } from "./each-server";
import { CONTENT_SECURITY_POLICY, HTTPS_ONLY, SECURITY_HEADERS } from "./security-headers";

type Refusal = { status: string; error: string; code: string; headers?: Record<string, string> };

const TOO_LARGE: Refusal = {
  status: "431 Request Header Fields Too Large",
  error: "The request's headers are too large.",
  code: "HEADERS_TOO_LARGE",
};
const MALFORMED: Refusal = { status: "400 Bad Request", error: "This is no HTTP request.", code: "MALFORMED_REQUEST" };
const REFUSALS: Record<string, Refusal> = {
  // `fetch` sends "patch" as it is written.
  HPE_INVALID_METHOD: {
    status: "501 Not Implemented",
    error: "This method is not known here. Methods are written in capital letters.",
    code: "UNKNOWN_METHOD",
  },
  HPE_HEADER_OVERFLOW: TOO_LARGE,
  ERR_HTTP_REQUEST_TIMEOUT: { status: "408 Request Timeout", error: "The request did not come in time.", code: "TOO_SLOW" },
};
const NO_TUNNEL: Refusal = {
  status: "405 Method Not Allowed",
  error: "Method CONNECT is not allowed.",
  code: "METHOD_NOT_ALLOWED",
  headers: { Allow: allowHeader(METHODS) },
};

/**
 * Answers in JSON what Node makes no request of, and would close without a word: what its parser does not understand, a
 * method it does not know, a tunnel. An offer to go on by another protocol (`Upgrade: h2c`, which Java sends first) is no
 * such thing: it is passed over, as HTTP allows.
 */
export function answerUnread(): void {
  onEachServer((server) => {
    server.removeAllListeners("upgrade");
    const answered = watchAnswers(server);
    server.on("connect", (_, socket) => refuse(socket, NO_TUNNEL));
    server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
      // In the middle of an answer, another one would be read as a part of it.
      const last = answered.get(socket);
      if (!socket.writable || (last?.headersSent && !last.writableFinished)) socket.destroy();
      else refuse(socket, REFUSALS[error.code ?? ""] ?? MALFORMED);
    });
  });
}

/** Headers after so many Node passes over, without a word, or refuses the request: its later versions do. */
const MAX_HEADERS = 1000;

/** Refuses what has more headers than are read: those that a proxy adds, which say who it is, stand behind them. */
export function refuseManyHeaders(): void {
  onEachServer((server) => {
    const listeners = server.listeners("request");
    server.removeAllListeners("request");
    server.on("request", (request: IncomingMessage, response: ServerResponse) => {
      if (request.rawHeaders.length <= 2 * MAX_HEADERS) {
        for (const listener of listeners) listener.call(server, request, response);
        return;
      }
      const { status, error, code } = TOO_LARGE;
      const headers = { "Cache-Control": "no-store", "Content-Type": "application/json", Connection: "close" };
      response.writeHead(Number.parseInt(status, 10), headers).end(JSON.stringify({ error, code }));
    });
  });
}

/** The last answer on each connection. */
function watchAnswers(server: Server): WeakMap<Duplex, ServerResponse> {
  const answered = new WeakMap<Duplex, ServerResponse>();
  diagnostics.subscribe("http.server.request.start", (message) => {
    const started = message as { socket: Duplex; response: ServerResponse; server: Server };
    if (started.server === server) answered.set(started.socket, started.response);
  });
  return answered;
}

function refuse(socket: Duplex, { status, error, code, headers }: Refusal): void {
  const id = randomUUID();
  const body = JSON.stringify({ error, code });
  const fields = {
    "X-Request-Id": id,
    ...SECURITY_HEADERS,
    ...(env().appUrl.startsWith("https:") && HTTPS_ONLY),
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    ...headers,
    "Cache-Control": "no-store",
    "Content-Type": "application/json",
    "Content-Length": String(Buffer.byteLength(body)),
    Connection: "close",
  };
  const head = Object.entries(fields).map(([name, value]) => `${name}: ${value}`);
  socket.end([`HTTP/1.1 ${status}`, ...head, "", body].join("\r\n"), () => socket.destroy());
  log.info({ id, status: Number.parseInt(status, 10) }, "no request that could be read");
}
