import diagnostics from "node:diagnostics_channel";
import { once } from "node:events";
import { createServer, IncomingMessage, ServerResponse } from "node:http";
import net, { type AddressInfo, Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { log } from "@/lib/settings/log";
import { deploymentSettings } from "@/tests/support/server";
import { watchRequests } from "./front-door";

const CLAIMS = { "x-forwarded-for": "203.0.113.9", "x-forwarded-host": "evil.example", "x-forwarded-proto": "https" };

const SHORT = {
  REQUEST_TIMEOUT_MS: "500",
  DATABASE_CONNECT_TIMEOUT_MS: "500",
  DATABASE_STATEMENT_TIMEOUT_MS: "500",
  DATABASE_LOCK_TIMEOUT_MS: "100",
};

beforeAll(() => {
  const settings = {
    ...deploymentSettings("postgresql://user:pw@localhost:5432/latchkey"),
    TRUSTED_PROXIES: "10.0.0.0/8",
    ...SHORT,
  };
  for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value);
  watchRequests({ isDevelopment: false, routes: [] });
});
afterAll(() => vi.unstubAllEnvs());

/** What is left of a request's headers behind the front door. */
function admit(peer: string, headers: Record<string, string>): IncomingMessage["headers"] {
  const socket = new Socket();
  Object.defineProperty(socket, "remoteAddress", { value: peer });
  const request = Object.assign(new IncomingMessage(socket), { method: "GET", url: "/api/health" });
  Object.assign(request.headers, { host: "keys.example.com", ...headers });
  diagnostics.channel("http.server.request.start").publish({ request, response: new ServerResponse(request), socket });
  return request.headers;
}

describe("What is said of how a request came here", () => {
  test.each(["127.0.0.1", "::1", "::ffff:127.0.0.1", "10.1.2.3"])("is believed from %s", (peer) => {
    expect(admit(peer, CLAIMS)).toMatchObject(CLAIMS);
  });

  test.each(["198.51.100.7", "2001:db8::5", "::ffff:198.51.100.7", "11.0.0.1"])(
    "is gone where %s says it, before anything reads it, and that is told once",
    (peer) => {
      const warn = vi.spyOn(log, "warn").mockImplementation(() => {});
      const sent = { ...CLAIMS, forwarded: "host=evil.example", "sec-fetch-site": "same-origin" };
      for (const headers of [admit(peer, sent), admit(peer, sent)])
        expect(JSON.stringify(headers)).not.toMatch(/evil|203\.0|https/);
      const told = warn.mock.calls.filter(([sentence]) => String(sentence).includes("TRUSTED_PROXIES"));
      expect(told).toHaveLength(peer === "198.51.100.7" ? 1 : 0);
      warn.mockRestore();
    },
  );
});

test("an answer that nobody takes is given up", async () => {
  const part = Buffer.alloc(64 * 1024);
  const server = createServer(({ method }, response) => {
    if (method === "HEAD") {
      response.end();
      return;
    }
    const fill = () => {
      while (response.write(part));
    };
    response.on("drain", fill);
    fill();
    response.once("close", () => server.emit("given up", response.writableFinished));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  // The first connection tells of the server.
  await fetch(`http://127.0.0.1:${port}`, { method: "HEAD" });
  const socket = net
    .connect(port, "127.0.0.1")
    .pause()
    .on("error", () => {});
  socket.write("GET /api/health HTTP/1.1\r\nHost: localhost\r\n\r\n");
  expect(await once(server, "given up")).toStrictEqual([false]);
  socket.destroy();
  server.close();
});
