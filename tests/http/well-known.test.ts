import { expect, test } from "vitest";
import { call, shared } from "../support/client";
import { startServer } from "../support/server";

test("password managers are led to where the password is changed", async () => {
  const answer = await fetch(`${shared().url}/.well-known/change-password`, { redirect: "manual" });
  expect([answer.status, answer.headers.get("location")]).toStrictEqual([307, "/settings"]);
});

test("security.txt names whom to tell of a hole, where SECURITY_CONTACT does", async () => {
  expect((await call("/.well-known/security.txt")).status).toBe(404);
  const settings = { ...shared().settings, SECURITY_CONTACT: "mailto:security@example.com", APP_URL: "https://keys.example.com" };
  const server = await startServer(settings);
  try {
    const answer = await fetch(`${server.url}/.well-known/security.txt`);
    expect(answer.headers.get("content-type")).toBe("text/plain; charset=utf-8");
    const text = await answer.text();
    expect(text).toMatch(/^Contact: mailto:security@example\.com\nExpires: \d{4}-\d\d-\d\dT00:00:00\.000Z\n/);
    expect(text).toContain("\nCanonical: https://keys.example.com/.well-known/security.txt\n");
    const [, expires = ""] = /Expires: (.*)/.exec(text) ?? [];
    expect(Date.parse(expires)).toBeGreaterThan(Date.now());
  } finally {
    await server.stop("SIGKILL");
  }
});

test("nobody may have the server make images", async () => {
  expect((await fetch(`${shared().url}/_next/image?url=%2Ficon-192.png&w=64&q=75`)).status).toBe(404);
});
