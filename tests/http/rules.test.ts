import { describe, expect, test } from "vitest";
import { adminCall, call, newKey, query, shared } from "../support/client";
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
