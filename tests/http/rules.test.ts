import { once } from "node:events";
import http from "node:http";
import net from "node:net";
import { describe, expect, test } from "vitest";
import { GROUPS } from "../../app/docs/reference/document";
import { isGated } from "../../lib/request/gated-apis";
import { adminCall, call, newKey, query, randomAddress, shared } from "../support/client";
import { newUser, type TestUser } from "../support/people";

const OWN = { Origin: "https://portal.datazag.com" };

describe("Every route answers with and without a trailing slash, without a redirect", () => {
  test.each<[string, string, (user: TestUser) => Promise<[string, unknown]>]>([
    ["POST create", "POST", async () => ["/api/auth/keys/create", { key_name: "a" }]],
    ["POST revoke", "POST", async (user) => [`/api/auth/keys/${(await newKey(user)).id}/revoke`, {}]],
    ["POST regenerate", "POST", async (user) => [`/api/auth/keys/${(await newKey(user)).id}/regenerate`, {}]],
    ["GET settings", "GET", async () => ["/api/auth/settings", undefined]],
    ["GET usage", "GET", async () => ["/api/auth/usage", undefined]],
    ["GET profile", "GET", async () => ["/api/auth/profile", undefined]],
    ["PUT profile", "PUT", async () => ["/api/auth/profile", { first_name: "A", last_name: "B" }]],
    ["PATCH profile", "PATCH", async () => ["/api/auth/profile", { first_name: "A" }]],
    ["POST login", "POST", async ({ email, password }) => ["/api/auth/login", { email, password }]],
    ["POST refresh", "POST", async ({ refresh }) => ["/api/auth/token/refresh", { refresh }]],
    ["POST logout", "POST", async () => ["/api/auth/logout", {}]],
    ["GET jwks", "GET", async () => ["/api/auth/jwks", undefined]],
    ["GET list", "GET", async () => ["/api/api-keys", undefined]],
    ["POST admin create", "POST", async ({ id }) => ["/api/api-keys", { userId: id }]],
    [
      "DELETE",
      "DELETE",
      async (user) => {
        const key = await newKey(user);
        const [row] = await query<{ id: number }>("SELECT id FROM api_keys WHERE uuid = $1", [key.id]);
        return [`/api/api-keys/${row?.id}`, undefined];
      },
    ],
    ["GET health", "GET", async () => ["/api/health", undefined]],
  ])("%s", async (_, method, prepare) => {
    const statuses = [];
    for (const slash of ["", "/"]) {
      const user = await newUser();
      const [path, body] = await prepare(user);
      const answer = await adminCall(path + slash, { method, body, token: user.access });
      expect(answer.status).toBeGreaterThanOrEqual(200);
      expect(answer.status).toBeLessThan(300);
      statuses.push(answer.status);
      const preflight = await call(path + slash, { method: "OPTIONS", headers: OWN });
      expect(preflight.status).toBe(204);
      expect(preflight.text).toBe("");
    }
    expect(statuses[0]).toBe(statuses[1]);
  });

  test("POST register", async () => {
    for (const slash of ["", "/"]) expect((await call(`/api/auth/register${slash}`, { body: {} })).status).toBe(400);
  });

  test("POST verify", async () => {
    const token = shared().settings.SERVICE_API_SECRET;
    for (const slash of ["", "/"])
      expect((await call(`/api/keys/verify${slash}`, { body: { key: "k" }, token })).status).toBe(200);
  });
});

describe("An unknown path below /api/ is a JSON 404", () => {
  test.each<[string, unknown]>([
    ["/api", { error: "Not found", code: "NOT_FOUND" }],
    ["/api/", { error: "Not found", code: "NOT_FOUND" }],
    ["/api/nowhere", { error: "Not found", code: "NOT_FOUND" }],
    ["/api/keys", { error: "Not found", code: "NOT_FOUND" }],
    ["/api/nowhere/%zz/", { error: "Not found", code: "NOT_FOUND" }],
    ["/api/nowhere/%00", { error: "Not found", code: "NOT_FOUND" }],
    [`/api/${"n".repeat(5000)}`, { error: "Not found", code: "NOT_FOUND" }],
    ["/api/api-keys/1/2", { success: false, error: "Not found" }],
    ["/api/auth/nowhere", { success: false, message: "Not found", error_code: "NOT_FOUND" }],
    ["/api/auth/keys", { success: false, message: "Not found", error_code: "NOT_FOUND" }],
    ["/api/auth/keys/abc/nowhere/", { success: false, message: "Not found", error_code: "NOT_FOUND" }],
    ["/api/auth/%zz", { success: false, message: "Not found", error_code: "NOT_FOUND" }],
  ])("%s, for every method", async (path, body) => {
    for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE"]) {
      const answer = await adminCall(path, { method });
      expect(answer.status).toBe(404);
      expect(answer.body).toStrictEqual(body);
    }
  });
});

describe("A wrong method is a JSON 405 that carries Allow", () => {
  test.each([
    ["/api/auth/keys/create/", "POST, OPTIONS"],
    ["/api/auth/keys/abc/revoke/", "POST, OPTIONS"],
    ["/api/auth/keys/abc/regenerate/", "POST, OPTIONS"],
    ["/api/auth/settings/", "GET, OPTIONS"],
    ["/api/auth/usage/", "GET, OPTIONS"],
    ["/api/auth/register/", "POST, OPTIONS"],
    ["/api/auth/login/", "POST, OPTIONS"],
    ["/api/auth/token/refresh/", "POST, OPTIONS"],
    ["/api/auth/logout/", "POST, OPTIONS"],
    ["/api/auth/profile/", "GET, PUT, PATCH, OPTIONS"],
    ["/api/api-keys", "GET, POST, OPTIONS"],
    ["/api/api-keys/1", "DELETE, OPTIONS"],
    ["/api/keys/verify", "POST, OPTIONS"],
    ["/api/health", "GET, OPTIONS"],
  ])("%s allows %s", async (path, allow) => {
    const refused = ["GET", "POST", "PUT", "PATCH", "DELETE"].filter((method) => !allow.split(", ").includes(method));
    for (const method of refused) {
      const answer = await adminCall(path, { method });
      expect(answer.status).toBe(405);
      expect(answer.headers.get("allow")).toBe(allow);
      expect(answer.body).not.toStrictEqual({});
    }
    const head = await adminCall(path, { method: "HEAD" });
    expect(head.text).toBe("");
    expect(head.status).toBeLessThan(500);
  });
});

type RawAnswer = { status: number; headers: http.IncomingHttpHeaders; text: string };

/** What `fetch` refuses to send, or would tidy up before. */
function rawRequest(method: string, path: string, extra: http.OutgoingHttpHeaders = {}): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(shared().url);
    const headers = { "X-Admin-Secret": shared().settings.ADMIN_API_SECRET, "X-Forwarded-For": randomAddress(), ...extra };
    const request = http.request({ hostname, port, method, path, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk) => (text += chunk));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    });
    request.on("error", reject);
    request.end();
  });
}

describe("An address is read as URLs are, without a redirect and before any other rule", () => {
  const OTHER_FORMS = [
    "//api/auth/settings/",
    "/api//auth///settings",
    "/api/auth/settings//",
    "/api\\auth\\settings",
    "/api/./keys/../auth/settings/",
    "/api/%61uth/%2e/settings/",
    "http://keys.example.com//api/auth/settings/",
  ];

  test.each(OTHER_FORMS)("%s is settings", async (path) => {
    const { access } = await newUser();
    const answer = await rawRequest("GET", path, { ...OWN, Authorization: `Bearer ${access}` });
    expect([answer.status, answer.headers["access-control-allow-origin"]]).toStrictEqual([200, OWN.Origin]);
    expect(JSON.parse(answer.text).message).toBe("API settings retrieved successfully");
    const stranger = await rawRequest("GET", path, { Origin: "https://evil.example" });
    expect([stranger.status, JSON.parse(stranger.text).error_code]).toStrictEqual([403, "ORIGIN_NOT_ALLOWED"]);
    const preflight = await rawRequest("OPTIONS", path, { ...OWN, "Access-Control-Request-Method": "GET" });
    expect([preflight.status, preflight.headers["access-control-allow-origin"]]).toStrictEqual([204, OWN.Origin]);
    const wrong = await rawRequest("PUT", path, { Authorization: `Bearer ${access}` });
    expect([wrong.status, wrong.headers.allow]).toStrictEqual([405, "GET, OPTIONS"]);
  });

  test.each([
    ["//api/auth/keys/create/", 201, { key_name: "a" }],
    ["/api/auth//nowhere", 404, {}],
    ["/api/auth%2Fkeys/create", 404, { key_name: "a" }],
  ])("%s keeps its body: %d", async (path, status, body) => {
    const { access: token } = await newUser();
    expect((await call(path, { token, body })).status).toBe(status);
  });

  test("the admin API asks for its secret, and pages are pages", async () => {
    expect((await adminCall("/api//api-keys?limit=1")).status).toBe(200);
    expect((await call("/api//api-keys")).status).toBe(401);
    const page = await fetch(`${shared().url}//keys//`, { redirect: "manual" });
    expect([page.status, page.headers.get("location")]).toStrictEqual([307, "/sign-in?next=%2Fkeys"]);
  });

  test.each(["//metrics", "/api/../metrics", "/%6detrics", "/\\metrics/"])(
    "%s is no way round what guards metrics",
    async (path) => {
      const { status, text } = await rawRequest("GET", path);
      expect([status, JSON.parse(text).code]).toStrictEqual([404, "NOT_FOUND"]);
    },
  );

  test.each(["*", "ftp://keys.example.com/api/health"])("%s is no path", async (path) => {
    for (const method of ["OPTIONS", "GET", "TRACE"]) {
      const { status, text } = await rawRequest(method, path);
      expect([status, JSON.parse(text)]).toStrictEqual([404, { error: "Not found", code: "NOT_FOUND" }]);
    }
  });
});

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

/** The answer to these very bytes. */
async function speak(bytes: string) {
  const { hostname, port } = new URL(shared().url);
  const socket = net.connect(Number(port), hostname);
  socket.write(bytes);
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk);
  const [head = "", ...rest] = Buffer.concat(chunks).toString().split("\r\n\r\n");
  const json = /\{.*\}/s.exec(rest.join(""))?.[0] ?? "null";
  return { status: Number(head.split(" ")[1]), head, body: JSON.parse(json) };
}

describe("What is no request that Node hands on is refused in JSON too", () => {
  test.each<[string, string, number, string]>([
    ["a method of one's own", "FROBNICATE /api/health HTTP/1.1\r\nHost: a\r\n\r\n", 501, "UNKNOWN_METHOD"],
    ["a method in small letters", "get /api/health HTTP/1.1\r\nHost: a\r\n\r\n", 501, "UNKNOWN_METHOD"],
    ["a tunnel", "CONNECT keys.example.com:443 HTTP/1.1\r\nHost: a\r\n\r\n", 405, "METHOD_NOT_ALLOWED"],
    ["a space in the address", "GET /api/a b HTTP/1.1\r\nHost: a\r\n\r\n", 400, "MALFORMED_REQUEST"],
    ["letters that are not ASCII", "GET /api/\u00fc HTTP/1.1\r\nHost: a\r\n\r\n", 400, "MALFORMED_REQUEST"],
    ["a length in words", "POST /usage HTTP/1.1\r\nHost: a\r\nContent-Length: ten\r\n\r\n", 400, "MALFORMED_REQUEST"],
    ["headers beyond what is read", `GET / HTTP/1.1\r\nX: ${"h".repeat(20_000)}\r\n\r\n`, 431, "HEADERS_TOO_LARGE"],
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

describe("Credentials in a header", () => {
  test("may stand further from their scheme than by one space", async () => {
    const { access } = await newUser();
    const headers = { Authorization: `bearer   ${access}` };
    expect((await call("/api/auth/settings/", { headers })).status).toBe(200);
    const Authorization = `Bearer  ${shared().settings.SERVICE_API_SECRET}`;
    expect((await call("/api/keys/verify", { body: { key: "k" }, headers: { Authorization } })).status).toBe(200);
  });

  test("are one when they are sent twice, and none when they are two", async () => {
    const { access } = await newUser();
    const statusOf = async (path: string, headers: http.OutgoingHttpHeaders) => (await rawRequest("GET", path, headers)).status;
    const bearer = (...tokens: string[]) =>
      statusOf("/api/auth/settings/", { Authorization: tokens.map((token) => `Bearer ${token}`) });
    const admin = (...secrets: string[]) => statusOf("/api/api-keys?limit=1", { "X-Admin-Secret": secrets });
    const secret = shared().settings.ADMIN_API_SECRET ?? "";
    expect(await Promise.all([bearer(access, access), bearer(access, "x"), bearer("x", access)])).toStrictEqual([200, 401, 401]);
    expect(await Promise.all([admin(secret, secret), admin(secret, "x"), admin("x", secret)])).toStrictEqual([200, 401, 401]);
  });

  test("of other callers beside them change nothing", async () => {
    const { access: token } = await newUser();
    const headers = { "X-Admin-Secret": "wrong", "x-signature": "00" };
    expect((await call("/api/auth/settings/", { token, headers })).status).toBe(200);
    expect((await adminCall("/api/api-keys?limit=1", { token: "wrong" })).status).toBe(200);
  });
});

describe("Large but lawful requests", () => {
  test("7 kB of headers", async () => {
    const { access: token } = await newUser();
    const headers = { "X-Filler": "h".repeat(7000), "User-Agent": "u".repeat(7000) };
    expect((await call("/api/auth/settings/", { token, headers })).status).toBe(200);
  });

  test("a user agent of 7 kB at sign-in", async () => {
    const { email, password } = await newUser();
    const headers = { "User-Agent": "ü".repeat(3000) };
    expect((await call("/api/auth/login/", { body: { email, password }, headers })).status).toBe(200);
  });

  test("headers beyond what the server reads are refused, and it goes on", async () => {
    const headers = { "X-Filler": "h".repeat(20_000) };
    const response = await fetch(`${shared().url}/api/health`, { headers });
    expect(response.status).toBe(431);
    expect((await call("/api/health")).status).toBe(200);
  });
});
