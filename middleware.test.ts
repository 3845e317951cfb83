import { unstable_doesMiddlewareMatch as doesMiddlewareMatch } from "next/experimental/testing/server";
import { NextRequest } from "next/server";
import { describe, expect, test } from "vitest";
import { config, middleware } from "./middleware";

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
