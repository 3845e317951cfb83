import net from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import fc from "fast-check";
import { randomAddress } from "../../tests/support/client";
import { ask, brief } from "./ask";
import { attack } from "./attack";
import type { Ground } from "./ground";

/** What comes back for these very bytes, until the connection ends or nothing comes for so long. */
async function speak({ port }: Ground, bytes: string, patienceMs = 20_000): Promise<string> {
  const socket = net.connect(port, "127.0.0.1");
  const chunks: Buffer[] = [];
  const ended = new Promise<void>((resolve) => {
    socket.setTimeout(patienceMs, () => socket.destroy());
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.on("error", () => resolve());
    socket.on("close", () => resolve());
  });
  socket.write(bytes, "latin1");
  await ended;
  return Buffer.concat(chunks).toString("latin1");
}

/** Writings of one path, which proxies and routers read each in their own way. */
const PATHS: ((path: string) => string)[] = [
  (path) => path,
  (path) => `/${path}`,
  (path) => path.replace("/api/", "/api//"),
  (path) => path.replace("/api/", "/API/"),
  (path) => path.replace("api", "%61pi"),
  (path) => path.replace("/api/", "/api%2f"),
  (path) => path.replace("/api/", "/./api/../api/"),
  (path) => `/x/..${path}`,
  (path) => `/_next/..${path}`,
  (path) => `/_next/%2e%2e${path}`,
  (path) => path.replace("/api/", "/api\\"),
  (path) => `${path};x=1`,
  (path) => `${path}/.`,
  (path) => `${path}%00`,
  (path) => `${path}.json`,
  (path) => `${path}?x=/_next/`,
  (path) => `http://evil.example${path}`,
  (path) => `//evil.example/..${path}`,
  (path) => `${path}#/`,
  (path) => `${path}%0d%0aX-Injected:%201`,
];

/** Headers that frameworks keep for themselves. */
const INNER: Record<string, string>[] = [
  {},
  { "x-middleware-subrequest": "middleware:middleware:middleware:middleware:middleware" },
  { "x-middleware-subrequest": "src/middleware:src/middleware:src/middleware" },
  { "x-middleware-invoke": "1" },
  { "x-middleware-next": "1" },
  { "x-middleware-rewrite": "/api/health" },
  { "x-invoke-path": "/api/health", "x-invoke-status": "200" },
  { "x-matched-path": "/api/health" },
  { "x-original-url": "/api/health", "x-rewrite-url": "/api/health" },
  { "x-asked-method": "GET" },
  { "x-http-method-override": "GET" },
  { "x-nextjs-data": "1" },
  { rsc: "1", "next-router-prefetch": "1" },
  { "x-client-address": "127.0.0.1" },
  { "x-request-id": "../../etc/passwd" },
  { "content-security-policy": "script-src 'nonce-mine'" },
  { "x-signature": "x" },
  { "next-action": "00" },
];

const HIDDEN = ["/api/api-keys", "/api/auth/settings", "/api/auth/profile", "/metrics", "/admin", "/keys"] as const;

const sidePaths = attack(
  "paths and headers round the gate",
  fc.record({
    path: fc.constantFrom(...HIDDEN),
    writing: fc.nat(PATHS.length - 1),
    inner: fc.nat(INNER.length - 1),
    method: fc.constantFrom("GET", "POST", "PUT", "HEAD", "OPTIONS", "DELETE", "TRACE", "PATCH", "PROPFIND", "LOCK"),
    origin: fc.constantFrom(undefined, "https://evil.example", "null"),
  }),
  async ({ ground, holds }, { path, writing, inner, method, origin }) => {
    const target = PATHS[writing]?.(path) ?? path;
    const headers: Record<string, string> = {
      Host: `localhost:${ground.port}`,
      Connection: "close",
      "X-Forwarded-For": randomAddress(),
      "Content-Length": "0",
      ...INNER[inner],
      ...(origin && { Origin: origin }),
    };
    const text = Object.entries(headers)
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join("");
    const answer = await speak(ground, `${method} ${target} HTTP/1.1\r\n${text}\r\n`);
    const [head = "", body = ""] = answer.split("\r\n\r\n");
    const status = Number(head.split(" ")[1] ?? 0);
    const shown = `${method} ${target} ${JSON.stringify(INNER[inner])}: ${answer.slice(0, 160)}`;
    holds("every request is answered, and by no 5xx but 501", status > 0 && (status < 500 || status === 501), shown);
    holds("no header is put into an answer from outside", !/^x-injected/im.test(head), shown);
    holds("nothing of others is shown to nobody", !/"keys":\[|"api_keys"|"email":"|latchkey_http/.test(body), shown);
    holds("no redirect leads elsewhere", !/^location:.*evil\.example/im.test(head), shown);
    if (origin)
      holds("no foreign origin is let in", !/^access-control-allow-origin: (?:\*|https:\/\/evil|null)/im.test(head), shown);
    holds("nobody chooses a request's id, nor a page's policy", !/etc\/passwd|nonce-mine/.test(head), shown);
  },
);

const SMUGGLED: ((ground: Ground) => string)[] = [
  () => "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /api/api-keys HTTP/1.1\r\nHost: x\r\n\r\n",
  () => "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
  () => "Content-Length: 0\r\nContent-Length: 44\r\n\r\nGET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n",
  () => "Content-Length: +2\r\n\r\n{}",
  () => "Content-Length: -1\r\n\r\n",
  () => "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n{}",
  () => 'Transfer-Encoding: chunked\r\n\r\n2;x="\r\n{}\r\n0\r\n\r\n',
  () => "Transfer-Encoding: xchunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
  () => "X-A: b\nContent-Length: 2\n\n{}",
  () => "Content-Length : 2\r\n\r\n{}",
  () => "X-A: \u0000b\r\n\r\n",
  () => "Expect: 200-ok\r\nContent-Length: 2\r\n\r\n{}",
  () => "Upgrade: websocket\r\nConnection: Upgrade\r\nContent-Length: 2\r\n\r\n{}",
  () => `X-Admin-Secret: wrong\r\nX-Admin-Secret: wronger\r\nContent-Length: 2\r\n\r\n{}`,
  (ground) => `X-Admin-Secret: ${ground.settings.ADMIN_API_SECRET}\r\nX-Admin-Secret: x\r\nContent-Length: 2\r\n\r\n{}`,
  () => `${Array.from({ length: 2500 }, (_, index) => `h${index}: 1\r\n`).join("")}\r\n`,
  () => `Cookie: ${"a=b; ".repeat(20_000)}\r\n\r\n`,
  () => `${"X".repeat(70_000)}: 1\r\n\r\n`,
];

const smuggling = attack(
  "bytes that are no request",
  fc.record({
    bytes: fc.nat(SMUGGLED.length - 1),
    path: fc.constantFrom("/api/api-keys", "/api/auth/login/", "/usage", "/api/keys/verify"),
  }),
  async ({ ground, holds }, { bytes, path }) => {
    const rest = SMUGGLED[bytes]?.(ground) ?? "";
    const answer = await speak(
      ground,
      `POST ${path} HTTP/1.1\r\nHost: localhost:${ground.port}\r\nX-Forwarded-For: ${randomAddress()}\r\nContent-Type: application/json\r\n${rest}`,
      5000,
    );
    const statuses = [...answer.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(([, status]) => Number(status));
    holds("no bytes are answered with a 5xx", !statuses.some((status) => status >= 500 && status !== 501), answer.slice(0, 200));
    holds("no bytes open a door", !/"success":true|"keys":\[|^# HELP/m.test(answer), answer.slice(0, 200));
    holds(
      "no request is hidden within another",
      statuses.length <= 1 || statuses.slice(1).every((status) => status >= 400),
      answer.slice(0, 300),
    );
  },
);

const SLOW_SOCKETS = 40;
const SLOW_MS = 45_000;

const slowBodies = attack(
  "bodies that never come",
  fc.constantFrom("/api/auth/login/", "/usage", "/api/keys/verify", "/sign-in", "headers", "drips"),
  async ({ ground, holds }, kind) => {
    const path = kind.startsWith("/") ? kind : "/api/auth/login/";
    const from = `X-Forwarded-For: ${randomAddress()}\r\n`;
    const head = `POST ${path} HTTP/1.1\r\nHost: localhost:${ground.port}\r\n${from}`;
    const bytes = kind === "headers" ? head : `${head}Content-Type: application/json\r\nContent-Length: 60000\r\n\r\n{"a":"`;
    const began = performance.now();
    const open = new Set<net.Socket>();
    const ends = Array.from({ length: SLOW_SOCKETS }, () => {
      const socket = net.connect(ground.port, "127.0.0.1");
      open.add(socket);
      socket.write(bytes);
      socket.resume();
      const drip = setInterval(() => kind === "drips" && socket.writable && socket.write("a"), 1000);
      return new Promise<void>((resolve) => {
        socket.on("error", () => {});
        socket.on("close", () => {
          clearInterval(drip);
          open.delete(socket);
          resolve();
        });
      });
    });
    const served = await ask(ground, "/api/health/live");
    holds("others are served beside bodies that do not come", served.status === 200, brief(served));
    await Promise.race([Promise.all(ends), pause(SLOW_MS)]);
    const left = open.size;
    for (const socket of open) socket.destroy();
    holds(
      "a body that does not come is given up",
      left === 0,
      `${left} of ${SLOW_SOCKETS} (${kind}) after ${Math.round((performance.now() - began) / 1000)} s`,
    );
  },
  { isHeavy: true },
);

export const WIRE = [sidePaths, smuggling, slowBodies];
