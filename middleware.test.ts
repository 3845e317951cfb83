import { unstable_doesMiddlewareMatch as doesMiddlewareMatch } from "next/experimental/testing/server";
import { NextRequest } from "next/server";
import { afterEach, describe, expect, test, vi } from "vitest";
import { ADMIN_APIS, isGated, USER_API } from "@/lib/request/gated-apis";
import { config, middleware } from "./middleware";

afterEach(() => {
  vi.unstubAllEnvs();
});

const [ADMIN_API = ""] = ADMIN_APIS;
const isMatched = (path: string, headers: Record<string, string> = {}) =>
  doesMiddlewareMatch({ config, url: `https://keys.example.com${path}`, headers });

describe("Where no code of ours sees a request before Next does", () => {
  test.each(["/", "/keys", "/usage", "/api-reference"])("the middleware gives the page %s a nonce of its own", async (path) => {
    expect(isMatched(path)).toBe(true);
    const request = () => middleware(new NextRequest(`https://keys.example.com${path}`));
    const [answer, other] = [await request(), await request()];
    const policy = answer.headers.get("content-security-policy") ?? "";
    const [, nonce = ""] = /; script-src 'self' 'nonce-([^']+)' 'strict-dynamic'$/.exec(policy) ?? [];
    expect(Buffer.from(nonce, "base64")).toHaveLength(16);
    // How Next passes a changed header of the request on to the page.
    expect(answer.headers.get("x-middleware-request-content-security-policy")).toBe(policy);
    expect(other.headers.get("content-security-policy")).not.toBe(policy);
  });
});

test.each<[string, string, Record<string, string>]>([
  ["a page whose policy the portal's own server has made", "/keys", { "content-security-policy": "default-src 'self'" }],
  ["the data plane", "/api/keys/verify", {}],
  ["a report of usage", "/usage", { "x-signature": "00" }],
  ["a file of the build", "/_next/static/chunks/main.js", {}],
])("%s does not pass through the middleware", (_, path, headers) => expect(isMatched(path, headers)).toBe(false));

describe("What the middleware refuses", () => {
  test.each<[string | undefined, boolean]>([
    [undefined, false],
    ["", false],
    ["wrong", true],
    ["lks_wrong", true],
  ])("is the admin API without a secret; %j a handler judges: %s", async (secret, isPassed) => {
    vi.stubEnv("ADMIN_API_SECRET", "right");
    const headers: Record<string, string> = secret === undefined ? {} : { "X-Admin-Secret": secret };
    const answer = await middleware(new NextRequest(`https://keys.example.com${ADMIN_API}`, { headers }));
    expect([answer.status, answer.headers.has("x-middleware-next")]).toStrictEqual(isPassed ? [200, true] : [401, false]);
  });

  const refusal = async (path: string, init: { method?: string; headers?: Record<string, string> }) => {
    const answer = await middleware(new NextRequest(`https://keys.example.com${path}`, init));
    return [answer.status, answer.headers.get("allow"), await answer.text()];
  };

  test.each<[string, string, { method?: string; headers?: Record<string, string> }, unknown[]]>([
    [
      "an origin, as the user API",
      `${USER_API}/login/`,
      { headers: { Origin: "https://evil.example" } },
      [403, null, '{"success":false,"message":"Origin not allowed","error_code":"ORIGIN_NOT_ALLOWED"}'],
    ],
    [
      "an origin, as the admin API",
      ADMIN_API,
      { headers: { Origin: "https://evil.example" } },
      [403, null, '{"success":false,"error":"Origin not allowed"}'],
    ],
    [
      "a method, as the user API",
      `${USER_API}/login/`,
      { method: "PURGE" },
      [
        405,
        "GET, POST, PUT, PATCH, DELETE, OPTIONS",
        '{"success":false,"message":"This method is not allowed.","error_code":"METHOD_NOT_ALLOWED"}',
      ],
    ],
    [
      "a method, as the admin API",
      ADMIN_API,
      { method: "PURGE" },
      [405, "GET, POST, DELETE, OPTIONS", '{"success":false,"error":"This method is not allowed."}'],
    ],
  ])("%s", async (_, path, init, expected) => expect(await refusal(path, init)).toStrictEqual(expected));
});

test.each([USER_API, ...ADMIN_APIS].flatMap((api) => [api, `${api}/`, `${api}/a`, `${api}/a/b/`, `${api}-a`, `/api${api}`]))(
  "the middleware and the front door agree on whether %s is gated",
  (path) => expect(isMatched(path)).toBe(isGated(path)),
);

const FORM = { "content-type": "multipart/form-data; boundary=XX" };
const post = (path: string, headers: Record<string, string>) =>
  middleware(
    new NextRequest(`https://keys.example.com${path}`, { method: "POST", headers: { host: "keys.example.com", ...headers } }),
  );

// As on a platform with a server of its own, where no front door is before it.
test.each<[string, string, Record<string, string>, number]>([
  ["a form of a page of ours", "/sign-in", { ...FORM, origin: "https://keys.example.com" }, 200],
  ["a form of nobody's page", "/sign-in", FORM, 200],
  ["a form of another site", "/sign-in", { ...FORM, origin: "https://evil.example" }, 403],
  ["one that hides whose it is", "/sign-in", { ...FORM, origin: "null" }, 403],
  ["what a script of another site sends", "/usage", { "next-action": "x", origin: "https://evil.example" }, 403],
  ["a report of calls", "/usage", { "content-type": "application/json", origin: "https://evil.example" }, 200],
])("%s, sent to %s, with %j: %i", async (_, path, headers, status) => {
  const answer = post(path, headers);
  expect(answer.status).toBe(status);
  if (status === 403) expect(await answer.text()).toContain("so nothing was done.");
});
