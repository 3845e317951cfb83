import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort } from "../../scripts/ports";
import { type Answer, adminCall, call, shared } from "../support/client";
import { newUser, signInByCookie, type TestUser } from "../support/people";
import { randomSecret, startServer, type TestServer, until } from "../support/server";

const Origin = "https://portal.datazag.com";
const REQUEST_ID = /^[0-9a-f-]{36}$/;

/** The id in the body is the header's, and the log repeats it; nothing of the failure's inside shows. */
async function expectTraceable(answer: Answer, server: TestServer): Promise<void> {
  const id = answer.headers.get("x-request-id");
  expect(id).toMatch(REQUEST_ID);
  expect(answer.body.request_id).toBe(id);
  await until(() => server.output().includes(`"level":"error"`) && server.output().includes(`"id":"${id}"`), "the log line");
  expect(answer.text).not.toMatch(/ECONNREFUSED|prisma|postgres|select|stack|node_modules|\bat \/|127\.0\.0\.1/i);
}

describe("When the database cannot be reached", () => {
  let server: TestServer;
  let user: TestUser;
  let cookie: string;
  beforeAll(async () => {
    user = await newUser();
    cookie = await signInByCookie(user);
    const DATABASE_URL = `postgresql://nobody:${randomSecret()}@127.0.0.1:${await freePort()}/latchkey`;
    server = await startServer({ ...shared().settings, DATABASE_URL, APP_URL: shared().url });
  });
  afterAll(() => server.stop("SIGKILL"));

  test("the user API answers 503 in its dialect, not 401", async () => {
    const answer = await call("/api/auth/settings/", { token: user.access, headers: { Origin } }, server.url);
    expect(answer.status).toBe(503);
    expect(answer.body).toStrictEqual({
      success: false,
      message: "Temporarily unavailable. Try again shortly.",
      error_code: "TEMPORARILY_UNAVAILABLE",
      request_id: expect.any(String),
    });
    expect(answer.headers.get("access-control-allow-origin")).toBe(Origin);
    await expectTraceable(answer, server);
  });

  test("the admin API answers 503 in its dialect, with details", async () => {
    const answer = await adminCall("/api/api-keys", { headers: { Origin } }, server.url);
    expect(answer.status).toBe(503);
    expect(answer.body).toStrictEqual({
      success: false,
      error: "Temporarily unavailable. Try again shortly.",
      details: `The database could not be reached. Request ${answer.headers.get("x-request-id")}.`,
      request_id: expect.any(String),
    });
    expect(answer.headers.get("access-control-allow-origin")).toBe(Origin);
    await expectTraceable(answer, server);
  });

  test.each([
    ["/api/auth/login/", { email: "a@example.com", password: "a password" }],
    ["/api/auth/token/refresh/", null],
    ["/api/auth/logout/", null],
  ])("identity answers 503 in its dialect: %s", async (path, body) => {
    const answer = await call(path, { body: body ?? { refresh: user.refresh } }, server.url);
    expect(answer.status).toBe(503);
    expect(answer.body).toStrictEqual({
      message: "Temporarily unavailable. Try again shortly.",
      detail: "Temporarily unavailable. Try again shortly.",
      code: "temporarily_unavailable",
      request_id: expect.any(String),
    });
    await expectTraceable(answer, server);
  });

  test.each<[string, unknown, Record<string, string>]>([
    ["/api/auth/sign-in/email", { email: "a@example.com", password: "a password" }, {}],
    ["/api/auth/change-password", { currentPassword: "a password", newPassword: "another password" }, { Cookie: "COOKIE" }],
    ["/api/auth/sign-out", {}, { Cookie: "COOKIE" }],
  ])("browser sessions too: %s", async (path, body, headers) => {
    const own = { Origin: shared().url, ...(headers.Cookie && { Cookie: cookie }) };
    const answer = await call(path, { body, headers: own }, server.url);
    expect([answer.status, answer.body.error_code]).toStrictEqual([503, "TEMPORARILY_UNAVAILABLE"]);
    expect(answer.headers.get("retry-after")).toMatch(/^[1-9]$/);
    await expectTraceable(answer, server);
  });

  test.each([
    ["GET", "/usage/export", ""],
    ["GET", "/admin/users/export", ""],
    ["GET", "/admin/keys/export", ""],
    ["GET", "/admin/audit/export", ""],
    ["POST", "/admin/import/upload", ""],
    ["POST", "/sign-out", " You are still signed in."],
  ])("what a browser goes to by itself is told in a sentence: %s %s", async (method, path, consequence) => {
    const headers = { Cookie: cookie, Origin: shared().url };
    const answer = await fetch(server.url + path, { method, headers, redirect: "manual" });
    expect([answer.status, await answer.text()]).toStrictEqual([
      503,
      `Temporarily unavailable. Try again shortly.${consequence}\n`,
    ]);
    expect(answer.headers.get("cache-control")).toContain("no-store");
  });

  test("a script that uploads a file is told so as well", async () => {
    const headers = { Cookie: cookie, Origin: shared().url, Accept: "application/json" };
    const answer = await fetch(`${server.url}/admin/import/upload`, { method: "POST", headers });
    expect(await answer.json()).toMatchObject({ message: "Temporarily unavailable. Try again shortly." });
  });

  test.each(["/", "/docs", "/docs/guarding", "/sign-in", "/sign-up"])("whoever is signed in can still read %s", async (path) => {
    const answer = await fetch(server.url + path, { headers: { Cookie: cookie }, redirect: "manual" });
    expect([answer.status, await answer.text()]).toStrictEqual([200, expect.stringContaining("<h1")]);
  });

  test.each(["/keys", "/usage", "/settings", "/admin"])("%s says that it failed, without scripts as well", async (path) => {
    const answer = await fetch(server.url + path, { headers: { Cookie: cookie }, redirect: "manual" });
    const [, words] = /<noscript>(.*?)<\/noscript>/s.exec(await answer.text()) ?? [];
    expect([answer.status, words]).toStrictEqual([500, expect.stringMatching(/Something went wrong.*this code: <code>\w+</s)]);
  });

  test("the data plane answers 503, never a verdict", async () => {
    const body = { key: `datazag_${"0".repeat(64)}` };
    const answer = await call("/api/keys/verify", { body, token: shared().settings.SERVICE_API_SECRET }, server.url);
    expect(answer.status).toBe(503);
    expect(answer.body).toStrictEqual({
      error: "Temporarily unavailable. Try again shortly.",
      code: "TEMPORARILY_UNAVAILABLE",
      request_id: expect.any(String),
    });
    await expectTraceable(answer, server);
  });

  test("a malformed key is refused without it", async () => {
    const body = { key: "mf_live_no" };
    const answer = await call("/api/keys/verify", { body, token: shared().settings.SERVICE_API_SECRET }, server.url);
    expect(answer.body.code).toBe("NOT_FOUND");
  });

  test("health is 503 and names the failing part", async () => {
    const answer = await call("/api/health", {}, server.url);
    expect(answer.status).toBe(503);
    expect(answer.body).toMatchObject({ status: "error", database: "unreachable" });
  });
});

describe("Admin secrets", () => {
  let server: TestServer;
  const previous = randomSecret();
  beforeAll(async () => {
    server = await startServer({ ...shared().settings, ADMIN_API_SECRET_PREVIOUS: previous });
  });
  afterAll(() => server.stop("SIGKILL"));

  const list = (secret: string) => call("/api/api-keys?limit=1", { headers: { "X-Admin-Secret": secret } }, server.url);

  test("the current and the previous one open, another and none do not", async () => {
    expect((await list(shared().settings.ADMIN_API_SECRET ?? "")).status).toBe(200);
    expect((await list(previous)).status).toBe(200);
    expect((await list(randomSecret())).status).toBe(401);
    expect((await list("")).status).toBe(401);
  });
});

describe.each([
  ["unset", undefined],
  ["empty", ""],
])("With ADMIN_API_SECRET and SERVICE_API_SECRET %s", (_, value) => {
  let server: TestServer;
  beforeAll(async () => {
    const secrets = { ADMIN_API_SECRET: value, SERVICE_API_SECRET: value };
    server = await startServer({ ...shared().settings, ...secrets, ADMIN_API_SECRET_PREVIOUS: "previous" });
  });
  afterAll(() => server.stop("SIGKILL"));

  test.each([undefined, "", "undefined", "previous"])("the admin secret %j gets 500, naming the setting", async (secret) => {
    const headers: Record<string, string> = secret === undefined ? { Origin } : { Origin, "X-Admin-Secret": secret };
    for (const answer of [
      await call("/api/api-keys", { headers }, server.url),
      await call("/api/api-keys", { body: {}, headers }, server.url),
      await call("/api/api-keys/1", { method: "DELETE", headers }, server.url),
    ]) {
      expect(answer.status).toBe(500);
      expect(answer.body).toMatchObject({ success: false, error: "Internal server error" });
      expect(answer.body.details).toContain("ADMIN_API_SECRET is not set");
      expect(answer.headers.get("access-control-allow-origin")).toBe(Origin);
      await expectTraceable(answer, server);
    }
  });

  test("the data plane gets 500, not a verdict", async () => {
    for (const headers of [{}, { Authorization: "Bearer " }, { Authorization: "Bearer undefined" }] as Record<string, string>[]) {
      const answer = await call("/api/keys/verify", { body: { key: "k" }, headers }, server.url);
      expect(answer.status).toBe(500);
      expect(answer.body).toStrictEqual({
        error: "Internal server error",
        code: "NOT_CONFIGURED",
        request_id: expect.any(String),
      });
    }
  });
});
