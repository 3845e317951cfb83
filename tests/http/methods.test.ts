import { once } from "node:events";
import net from "node:net";
import { describe, expect, test } from "vitest";
import { GROUPS } from "../../app/docs/reference/document";
import { isGated } from "../../lib/request/gated-apis";
import { call, shared } from "../support/client";
import { rawRequest, speak } from "../support/raw";

const OWN = { Origin: "https://portal.datazag.com" };

describe("A method that a path does not have is a JSON 405", () => {
  const PATHS: [string, string][] = [
    ["/api/auth/settings/", "GET, OPTIONS"],
    ["/api/auth/jwks", "GET, OPTIONS"],
    ["/api/api-keys", "GET, POST, OPTIONS"],
    ["/api/keys/verify", "POST, OPTIONS"],
    ["/api/health", "GET, OPTIONS"],
    ["/metrics", "GET, OPTIONS"],
    ["/usage", "POST, OPTIONS"],
    ["/usage/", "POST, OPTIONS"],
    ["/keys", "GET, POST, OPTIONS"],
    ["/_next/static/none.js", "GET, POST, OPTIONS"],
  ];

  test.each(["TRACE", "PROPFIND", "PURGE", "QUERY", "M-SEARCH"])("%s, everywhere", async (method) => {
    for (const [path, allow] of PATHS) {
      for (const extra of [{}, { "x-signature": "00" }, { "X-Asked-Method": "GET" }]) {
        const { status, headers, text } = await rawRequest(method, path, extra);
        expect([status, headers.allow, headers["content-type"]]).toStrictEqual([405, allow, "application/json"]);
        expect(text).toContain(`Method ${method} is not allowed.`);
        expect(text).not.toContain(shared().settings.ADMIN_API_SECRET);
      }
    }
    expect((await rawRequest(method, "/api/nowhere")).status).toBe(404);
  });

  test.each(["TRACE", "PROPFIND"])("%s from a disallowed origin is refused like any other method", async (method) => {
    for (const path of ["/api/auth/settings/", "/api/api-keys"]) {
      const { status, text } = await rawRequest(method, path, { Origin: "https://evil.example" });
      expect([status, JSON.parse(text).success]).toStrictEqual([403, false]);
      const allowed = await rawRequest(method, path, OWN);
      expect([allowed.status, allowed.headers["access-control-allow-origin"]]).toStrictEqual([405, OWN.Origin]);
    }
  });

  test.each(["PUT", "PATCH", "DELETE"])("%s of a page and of reports, whatever is sent with it", async (method) => {
    for (const path of ["/usage", "/keys"])
      for (const extra of [{}, { "Content-Type": "application/json" }, { Accept: "text/html" }])
        expect((await rawRequest(method, path, extra)).status).toBe(405);
  });

  test("a header of ours that a client sends changes nothing", async () => {
    expect((await call("/api/health", { headers: { "X-Asked-Method": "TRACE" } })).status).toBe(200);
  });

  test("nothing is at the address where such methods of pages are refused", async () => {
    for (const method of ["GET", "POST"]) expect((await call("/api/unsupported-method", { method })).status).toBe(404);
  });
});

describe("Where no other origin may call, OPTIONS is 204 with what is answered there, and nothing else", () => {
  const open = GROUPS.flatMap(({ operations }) => operations).filter(({ path }) => !isGated(path));
  const paths = [...new Set(open.flatMap(({ path, alsoAt }) => [path, ...(alsoAt ? [alsoAt] : [])]))];

  test.each([...paths, "/metrics"])("%s", async (path) => {
    const methods = open.filter((operation) => [operation.path, operation.alsoAt].includes(path)).map(({ method }) => method);
    for (const extra of [{}, { ...OWN, "Access-Control-Request-Method": "POST" }]) {
      const { status, headers, text } = await rawRequest("OPTIONS", path, extra);
      expect([status, text, headers.allow]).toStrictEqual([
        204,
        "",
        [...(methods.length ? methods : ["GET"]), "OPTIONS"].join(", "),
      ]);
      expect(Object.keys(headers).filter((name) => name.startsWith("access-control-"))).toStrictEqual([]);
    }
  });

  test("a preflight claims no method beyond those that pages of other origins may ask for", async () => {
    for (const path of ["/api/auth/settings/", "/api/api-keys"])
      expect((await rawRequest("OPTIONS", path, OWN)).headers.allow).toBeUndefined();
  });
});

describe("A report without a type or a length", () => {
  const send = (head: string[], body = "") =>
    speak([`POST /usage HTTP/1.1`, "Host: localhost", "Connection: close", ...head, "", body].join("\r\n"));

  test.each<[string, string[], string?]>([
    ["in chunks", ["Transfer-Encoding: chunked"], "2\r\n{}\r\n0\r\n\r\n"],
    ["without a body", []],
    ["in chunks from a program that takes anything", ["Transfer-Encoding: chunked", "Accept: */*"], "0\r\n\r\n"],
  ])("%s is refused as one, and not taken for a page", async (_, head, body) => {
    const answer = await send(head, body);
    expect([answer.status, answer.body]).toStrictEqual([401, { error: "Invalid signature" }]);
  });
});

describe("What is no request that Node hands on is refused in JSON too", () => {
  test.each<[string, string, number, string]>([
    ["a method of one's own", "FROBNICATE /api/health HTTP/1.1\r\nHost: a\r\n\r\n", 501, "UNKNOWN_METHOD"],
    ["a method in small letters", "get /api/health HTTP/1.1\r\nHost: a\r\n\r\n", 501, "UNKNOWN_METHOD"],
    ["a tunnel", "CONNECT keys.example.com:443 HTTP/1.1\r\nHost: a\r\n\r\n", 405, "METHOD_NOT_ALLOWED"],
    ["a space in the address", "GET /api/a b HTTP/1.1\r\nHost: a\r\n\r\n", 400, "MALFORMED_REQUEST"],
    ["letters that are not ASCII", "GET /api/\u00fc HTTP/1.1\r\nHost: a\r\n\r\n", 400, "MALFORMED_REQUEST"],
    ["a length in words", "POST /usage HTTP/1.1\r\nHost: a\r\nContent-Length: ten\r\n\r\n", 400, "MALFORMED_REQUEST"],
    ["headers beyond what is read", `GET / HTTP/1.1\r\nX: ${"h".repeat(20_000)}\r\n\r\n`, 431, "HEADERS_TOO_LARGE"],
    [
      "more headers than are read",
      `GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${"A:\r\n".repeat(1000)}\r\n`,
      431,
      "HEADERS_TOO_LARGE",
    ],
  ])("%s", async (_, bytes, status, code) => {
    const answer = await speak(bytes);
    expect([answer.status, answer.body]).toStrictEqual([status, { error: expect.any(String), code }]);
    expect(answer.head).toMatch(/\r\nX-Request-Id: [0-9a-f-]{36}\r\n/);
    expect(/\r\nAllow: (.*)\r\n/.exec(answer.head)?.[1]).toBe(
      status === 405 ? "GET, POST, PUT, PATCH, DELETE, OPTIONS" : undefined,
    );
  });

  test("an offer of another protocol, which Java makes first, is passed over", async () => {
    const offer = ["Connection: Upgrade, HTTP2-Settings, close", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA"];
    const ask = (...line: string[]) => speak([...line, "Host: a", ...offer, "", "{}"].join("\r\n"));
    expect((await ask("GET /api/health/live HTTP/1.1")).body).toStrictEqual({ status: "ok" });
    const verdict = await ask("POST /api/keys/verify HTTP/1.1", "Content-Length: 2");
    expect([verdict.status, verdict.body.code]).toStrictEqual([401, "INVALID_SERVICE_SECRET"]);
  });

  test("a form that is too large, whose connection is closed: nobody reads on there", async () => {
    const body = "a".repeat(1_900_000);
    const head = ["POST /sign-in HTTP/1.1", "Host: a", "Content-Type: multipart/form-data; boundary=x"];
    const { hostname, port } = new URL(shared().url);
    const socket = net.connect(Number(port), hostname);
    socket.write([...head, `Content-Length: ${body.length}`, "", body].join("\r\n"));
    expect(String((await once(socket, "data"))[0])).toMatch(/^HTTP\/1\.1 413 .*\r\nconnection: close\r\n/is);
    socket.destroy();
  });

  test("what follows an answer on the same connection", async () => {
    const { hostname, port } = new URL(shared().url);
    const socket = net.connect(Number(port), hostname);
    const text = new Promise<string>((resolve) => {
      let read = "";
      socket.on("data", (chunk) => (read += chunk)).on("close", () => resolve(read));
    });
    socket.write("GET /api/health/live HTTP/1.1\r\nHost: a\r\n\r\n");
    await once(socket, "data");
    socket.write("nonsense\r\n\r\n");
    expect((await text).match(/HTTP\/1\.1 \d+/g)).toStrictEqual(["HTTP/1.1 200", "HTTP/1.1 501"]);
  });
});
