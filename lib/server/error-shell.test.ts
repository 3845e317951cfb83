import { once } from "node:events";
import { createServer, get, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fillErrorShell } from "./error-shell";

const SHELL =
  '<!DOCTYPE html><html id="__next_error__"><head></head><body><script>push("E{\\"digest\\":\\"314159\\"}")</script></body></html>';
const PAGE = "<!DOCTYPE html><html><body><p>As it is</p></body></html>";
const LARGE = SHELL + "x".repeat(1024 * 1024);

/** What is sent under each address. */
const ANSWERS: Record<string, (response: ServerResponse) => unknown> = {
  "/gone": (response) => response.writeHead(404).end(SHELL),
  "/measured": (response) => response.setHeader("Content-Length", SHELL.length).writeHead(404).end(SHELL),
  "/api/gone": (response) => response.writeHead(404).end(SHELL),
  "/failed": (response) => response.writeHead(500).end(SHELL),
  "/zipped": (response) => {
    response.setHeader("Content-Encoding", "gzip").statusCode = 404;
    response.flushHeaders();
    const zipped = gzipSync(SHELL);
    response.write(zipped.subarray(0, 20), () => response.end(zipped.subarray(20)));
  },
  "/parts": (response) => {
    response.statusCode = 404;
    for (const letter of SHELL) response.write(letter);
    response.end();
  },
  "/page": (response) => response.writeHead(404).end(PAGE),
  "/fine": (response) => response.end(SHELL),
  "/text": (response) => {
    response.setHeader("Content-Type", "text/plain");
    response.writeHead(404).end(SHELL);
  },
  "/broken": (response) => response.setHeader("Content-Encoding", "gzip").writeHead(404).end("none"),
  "/large": (response) => response.writeHead(404).end(LARGE),
  "/empty": (response) => response.writeHead(404).end(),
};

const server = createServer((request, response) => {
  fillErrorShell(request, response);
  response.setHeader("Content-Type", "text/html; charset=utf-8");
  response.setHeader("Link", '</>; rel=preconnect, </_next/static/chunks/a-1.css>; rel=preload; as="style"; nonce="x"');
  ANSWERS[request.url ?? ""]?.(response);
});
beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterAll(() => server.close());

const ask = async (path: string) => {
  const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, { method: "GET" });
  return { status: answer.status, html: await answer.text() };
};

test.each([
  ["/gone", 404, "There is no such page"],
  ["/measured", 404, "There is no such page"],
  ["/zipped", 404, "There is no such page"],
  ["/parts", 404, "There is no such page"],
  ["/failed", 500, "tell us this code: <code>314159</code>"],
])("Whoever has no scripts is told at %s", async (path, status, words) => {
  const answer = await ask(path);
  expect(answer).toStrictEqual({ status, html: expect.stringContaining(words) });
  expect(answer.html).toContain('<noscript><link rel="stylesheet" href="/_next/static/chunks/a-1.css">');
  // All that was there is there still.
  const without = answer.html.replace(/<noscript>.*<\/noscript>/s, "").replace(' lang="en"', "");
  expect(without).toBe(SHELL);
});

test("An answer's own length, and what is no gzip, stay", async () => {
  const { port } = server.address() as AddressInfo;
  expect((await fetch(`http://127.0.0.1:${port}/fine`)).headers.get("content-length")).toBe(String(SHELL.length));
  const { rawHeaders, statusCode } = await new Promise<IncomingMessage>((resolve) =>
    get({ port, path: "/broken" }, (answer) => resolve(answer.resume())),
  );
  expect([statusCode, rawHeaders]).toStrictEqual([404, expect.arrayContaining(["gzip"])]);
});

test.each([
  ["/page", 404, PAGE],
  ["/api/gone", 404, SHELL],
  ["/fine", 200, SHELL],
  ["/text", 404, SHELL],
  ["/large", 404, LARGE],
  ["/empty", 404, ""],
])("What is no such shell stays as it is at %s", async (path, status, html) => {
  expect(await ask(path)).toStrictEqual({ status, html });
});
