import http from "node:http";
import { randomAddress } from "../../tests/support/client";
import type { Ground } from "./ground";

export type Reply = { status: number; headers: http.IncomingHttpHeaders; text: string; ms: number };

export type Asked = {
  method?: string;
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as it is. */
  raw?: string | Uint8Array;
  token?: string;
  cookie?: string;
  /** The client's address, as the proxy on this machine tells it. Left out: one of its own. Null: none is told. */
  from?: string | null;
  headers?: http.OutgoingHttpHeaders;
  /** Another portal than the one that is attacked. */
  port?: number;
};

/** No answer for so long is none. */
const PATIENCE_MS = 60_000;

const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });

/** One request, to the letter: nothing in it is tidied up, and no redirect is followed. Status 0: there was no answer. */
export function ask(ground: Ground, path: string, asked: Asked = {}): Promise<Reply> {
  const { body, token, cookie, from = randomAddress(), headers = {} } = asked;
  const payload = asked.raw ?? (body === undefined ? undefined : JSON.stringify(body));
  const sent: http.OutgoingHttpHeaders = {
    Host: `localhost:${ground.port}`,
    ...(from !== null && { "X-Forwarded-For": from }),
    ...(payload !== undefined && { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(payload) }),
    ...(token !== undefined && { Authorization: `Bearer ${token}` }),
    ...(cookie && { Cookie: cookie }),
    ...headers,
  };
  for (const [name, value] of Object.entries(sent)) if (value === undefined) delete sent[name];
  const method = asked.method ?? (payload === undefined ? "GET" : "POST");
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const none = (text: string): Reply => ({ status: 0, headers: {}, text, ms: performance.now() - began });
    let request: http.ClientRequest;
    try {
      request = http.request({ host: "127.0.0.1", port: asked.port ?? ground.port, method, path, headers: sent, agent });
    } catch (error) {
      return reject(error);
    }
    request.setTimeout(PATIENCE_MS, () => request.destroy(new Error("no answer in time")));
    request.on("error", (error) => resolve(none(error.message)));
    request.on("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", (error) => resolve(none(error.message)));
      response.on("end", () => {
        const { statusCode: status = 0, headers: answered } = response;
        resolve({ status, headers: answered, text: Buffer.concat(chunks).toString("utf8"), ms: performance.now() - began });
      });
    });
    request.end(payload);
  });
}

/** What stands at a place of a JSON answer; undefined where there is nothing. */
export function at(reply: Pick<Reply, "text">, ...path: (string | number)[]): unknown {
  try {
    let value: unknown = JSON.parse(reply.text);
    for (const step of path) value = (value as Record<string | number, unknown> | null)?.[step];
    return value;
  } catch {
    return undefined;
  }
}

/** The same as text, "" where there is nothing. */
export function textAt(reply: Pick<Reply, "text">, ...path: (string | number)[]): string {
  const value = at(reply, ...path);
  return value === undefined || value === null ? "" : String(value);
}

/** What is shown of an answer that should have been another one. */
export function brief({ status, text }: Reply): string {
  return `${status} ${text.slice(0, 200)}`;
}

/** What a Public API is told of a credential. */
export async function verdictOf(ground: Ground, key: string): Promise<string> {
  const reply = await ask(ground, "/api/keys/verify", { body: { key, cost: 0 }, token: ground.settings.SERVICE_API_SECRET });
  return textAt(reply, "code") || brief(reply);
}

export function asAdminApi(ground: Ground, path: string, asked: Asked = {}): Promise<Reply> {
  return ask(ground, path, { ...asked, headers: { "X-Admin-Secret": ground.settings.ADMIN_API_SECRET, ...asked.headers } });
}
