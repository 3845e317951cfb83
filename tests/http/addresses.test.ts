import type http from "node:http";
import { describe, expect, test } from "vitest";
import { adminCall, call, shared } from "../support/client";
import { newUser } from "../support/people";
import { rawRequest } from "../support/raw";

const OWN = { Origin: "https://portal.datazag.com" };

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

  test("no header of Next's pages redirects what is no page", async () => {
    for (const path of ["/api/auth/settings/", "/api/api-keys?limit=1", "/api/health/live"])
      expect((await rawRequest("GET", path, { RSC: "1", "Next-Router-Prefetch": "1" })).headers.location).toBeUndefined();
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
