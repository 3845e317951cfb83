import fs from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { issueCredentials } from "@/lib/verification/hashes";
import { listRoutes } from "./list-routes";
import { nameRoutes } from "./routes";

const routes = listRoutes("app");
const routeOf = nameRoutes(routes);

describe("The route in a log line", () => {
  test.each([
    ["/api/auth/keys/create/", "/api/auth/keys/create/"],
    ["/api/api-keys", "/api/api-keys"],
    ["/api/openapi.json", "/api/openapi.json"],
    ["/api/api-keys/123", "/api/api-keys/[id]"],
    ["/api/auth/keys/0b8e3fd8-6cf4-4d62-a2d9-95e5b3f0a0a1/revoke/", "/api/auth/keys/[id]/revoke/"],
    ["/api/api-keys?userId=abc&key=mf_live_x", "/api/api-keys"],
    ["/usage#token=abc", "/usage"],
    ["/a%20b/c@d.example", "/[id]/[id]"],
    ["", ""],
  ])("of %s is %s", (url, route) => {
    expect(routeOf(url)).toBe(route);
  });

  test("names each route there is, but not what is filled into it", () => {
    expect(routes).toEqual(
      expect.arrayContaining(["/", "/sign-in", "/favicon.ico", "/api/auth/keys/[id]/revoke", "/docs/[group]"]),
    );
    for (const route of routes) {
      const named = route.replaceAll(/\[[^/]+\]/g, "[id]");
      expect(routeOf(named.replaceAll("[id]", "hunter"))).toBe(named);
    }
  });

  test("is sent to the portal by both proxies of docs/moving-in.md, and what only begins like it is not", () => {
    const written = fs.readFileSync("docs/moving-in.md", "utf8");
    const proxies = [...written.matchAll(/^(?:location ~|@portal path_regexp) (\^\S+)/gm)].map(
      ([, found = ""]) => new RegExp(found),
    );
    expect(proxies).toHaveLength(2);
    // The old product has a first page, pictures of itself and whatever else the portal answers to anybody.
    const isOlds = /^\/(?:$|metrics|\.well-known|(?:apple-)?icon|favicon|manifest|api\/(?:$|unsupported|\[\[))/;
    for (const proxy of proxies) {
      const left = routes.filter((each) => !isOlds.test(each) && !proxy.test(each));
      expect(left).toStrictEqual([]);
      for (const path of ["/keystone", "/api/keysx", "/api/usages", "/administration"]) expect(proxy.test(path)).toBe(false);
    }
  });

  test("hides the words of routes where they lead nowhere", () => {
    expect(routeOf("/revoke/keys")).toBe("/[id]/[id]");
    expect(routeOf("/api/auth/keys/create/create")).toBe("/api/auth/keys/create/[id]");
    expect(routeOf("/keys/settings")).toBe("/keys/[id]");
  });

  test("holds no id and no credential, wherever it stands", () => {
    const credential = fc.constantFrom("mf_live" as const, "datazag" as const).map((format) => issueCredentials(format).key);
    const secret = fc.oneof(fc.uuid(), credential, fc.integer({ min: 100_000 }).map(String), fc.emailAddress());
    fc.assert(
      fc.property(secret, fc.constantFrom("/", "/api/", "/api/auth/keys/", "/x?key=", "/y#"), (text, before) => {
        expect(routeOf(`${before}${text}`)).not.toContain(text);
        expect(routeOf(`${before}${encodeURIComponent(text)}/revoke`)).not.toContain(text);
      }),
    );
  });

  test("is of bounded length", () => {
    fc.assert(
      fc.property(fc.webPath({ size: "large" }), (path) => {
        expect(routeOf(path).length).toBeLessThanOrEqual(12 * 33);
      }),
    );
  });
});
