import http from "node:http";
import type { AddressInfo } from "node:net";

type Report = { events: { id: string; endpoint?: string }[] };
type Asked = { method?: string; path: string; headers: Record<string, string>; body: string };

/** What a request meets instead of an answer. `pass` lets the portal do as it was told, and nobody hears of it. */
export type Fault = (response: http.ServerResponse, pass: () => Promise<unknown>) => unknown;

export type FakePortal = {
  url: string;
  /** Everything that was asked, in its order. */
  asked: Asked[];
  /** How often each event was counted, where no portal stands behind. */
  counted: Map<string, number>;
  /** The next requests for this path meet these, one each. */
  fail(path: string, ...faults: Fault[]): void;
  /** Each request for this path meets this, from now on or, without one, no longer. */
  failAlways(path: string, fault?: Fault): void;
  stop(): Promise<void>;
};

const say =
  (status: number, body: string, headers: Record<string, string> = {}): Fault =>
  (response) =>
    response.writeHead(status, { "Content-Type": "application/json", ...headers }).end(body);

export const FAULTS = {
  "a 500": say(500, '{"error":"Internal server error"}'),
  "a 502 in HTML": say(502, "<html>Bad gateway</html>", { "Content-Type": "text/html" }),
  "a 503": say(503, '{"error":"Busy"}', { "Retry-After": "7" }),
  "a 429": say(429, '{"error":"Too many"}', { "Retry-After": "7" }),
  "a 200 in HTML": say(200, "<html>Welcome to the airport</html>", { "Content-Type": "text/html" }),
  "an empty object": say(200, "{}"),
  "an empty 200": say(200, ""),
  "a null": say(200, "null"),
  "half of an answer": say(200, '{"ok":true,"accepted":'),
  "a 204": (response) => response.writeHead(204).end(),
  "a redirect": say(307, "", { Location: "/elsewhere" }),
  "a reset": (response) => response.socket?.resetAndDestroy(),
  "a hang": () => {},
  "an answer without an end": (response) => {
    response.writeHead(200, { "Content-Type": "application/json" });
    const more = () => {
      while (!response.destroyed && response.write(" ".repeat(65_536)));
    };
    response.on("drain", more);
    more();
  },
  "an answer that is lost": async (response, pass) => {
    await pass();
    response.socket?.resetAndDestroy();
  },
} satisfies Record<string, Fault>;

export const refuse = say;

/** Stands before a portal, or for one that takes every report. */
export async function startFakePortal(target?: string): Promise<FakePortal> {
  const asked: Asked[] = [];
  const counted = new Map<string, number>();
  const next = new Map<string, Fault[]>();
  const always = new Map<string, Fault>();

  const count = (body: string): Response => {
    const { events } = JSON.parse(body) as Report;
    const fresh = events.filter(({ id }) => !counted.has(id));
    for (const { id } of fresh) counted.set(id, 1 + (counted.get(id) ?? 0));
    return Response.json({ ok: true, accepted: fresh.length, duplicates: events.length - fresh.length, rejected: [] });
  };

  const server = http.createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { authorization = "", "x-signature": signature = "" } = request.headers;
    const headers = { "Content-Type": "application/json", authorization, "x-signature": String(signature) };
    const path = request.url ?? "";
    const one = { method: request.method, path, headers, body: Buffer.concat(chunks).toString() };
    asked.push(one);
    const pass = async () => (target ? fetch(target + path, one) : count(one.body));
    const fault = next.get(path)?.shift() ?? always.get(path);
    if (fault) {
      await fault(response, pass);
      return;
    }
    const answer = await pass();
    response.writeHead(answer.status, { "Content-Type": "application/json" }).end(await answer.text());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    counted,
    fail: (path, ...faults) => next.set(path, faults),
    failAlways: (path, fault) => (fault ? always.set(path, fault) : always.delete(path)),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
