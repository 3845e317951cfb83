import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readTarget } from "./target";

describe("The path that a request line names", () => {
  test.each([
    ["/api/auth/settings/", "/api/auth/settings/"],
    ["//api/auth/keys/create/", "/api/auth/keys/create/"],
    ["/api//api-keys?userId=//a&b=?", "/api/api-keys?userId=//a&b=?"],
    ["/api/auth/settings///", "/api/auth/settings/"],
    ["//", "/"],
    ["///evil.example/a", "/evil.example/a"],
    ["/api\\auth\\/settings", "/api/auth/settings"],
    ["\\api", "/api"],
    ["/api/./auth/../api-keys/.", "/api/api-keys"],
    ["/../../metrics", "/metrics"],
    ["/api/%2E%2e/metrics", "/metrics"],
    ["/api/%61uth/%7eme", "/api/auth/~me"],
    ["/api%2Fapi-keys", "/api%2Fapi-keys"],
    ["/api%2f%2e%2e%2fmetrics", "/api%2f..%2fmetrics"],
    ["/api/%5Cauth", "/api/%5Cauth"],
    ["/api/%2561uth", "/api/%2561uth"],
    ["/api/%zz//a", "/api/%25zz/a"],
    ["/api/%", "/api/%25"],
    ["/api/...", "/api/..."],
    ["http://keys.example.com//api/health?a", "/api/health?a"],
    ["HTTPS://keys.example.com", "/"],
    ["http://keys.example.com?a", "/?a"],
    ["", "/"],
    ["*", "/api/*"],
    ["ftp://keys.example.com/", "/api/*"],
  ])("%s is %s", (target, expected) => expect(readTarget(target)).toBe(expected));

  test("is read once, and has nothing left to resolve", () => {
    const part = fc.constantFrom("/", "\\", ".", "..", "%2e", "%2F", "%5c", "%25", "%zz", "api", "auth", "%61", ";");
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const path = readTarget(`/${parts.join("")}`);
        expect(path).toMatch(/^\/(?!\/)/);
        expect(path).not.toMatch(/\/\/|\\|\/\.\.?(\/|$)/);
        expect(readTarget(path)).toBe(path);
        expect(new URL(path, "http://localhost").pathname).toBe(path);
      }),
    );
  });
});

test("of a query no more than a hundred parts are kept, since Next's work grows with the square of them", () => {
  const hundred = Array.from({ length: 100 }, (_, index) => `a=${index}`).join("&");
  expect(readTarget(`/keys?${hundred}`)).toBe(`/keys?${hundred}`);
  expect(readTarget(`/keys?${hundred}&a=100&b?c`)).toBe(`/keys?${hundred}`);
  expect(readTarget(`/keys?${"a&".repeat(6000)}`)).toBe(`/keys?${Array(100).fill("a").join("&")}`);
  expect([readTarget("/keys?"), readTarget("/keys?a?b=c&d")]).toStrictEqual(["/keys?", "/keys?a?b=c&d"]);
});
