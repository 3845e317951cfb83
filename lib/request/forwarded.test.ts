import { describe, expect, test } from "vitest";
import { dropClaims } from "./forwarded";

const claims = () => ({
  host: "keys.example.com",
  origin: "https://evil.example",
  forwarded: "host=evil.example;proto=https",
  "x-forwarded-for": "203.0.113.9",
  "x-forwarded-host": "evil.example",
  "x-forwarded-proto": "https",
  "x-forwarded-port": "1",
  "x-forwarded-server": "evil.example",
  "x-forwarded-prefix": "/evil",
  "x-original-host": "evil.example",
  "x-original-url": "/admin",
  "x-real-ip": "203.0.113.9",
});
const ADDRESS = { "x-forwarded-host": "evil.example", "x-forwarded-proto": "https" };

describe("What somebody claims who is no known proxy", () => {
  test.each<[string, boolean, Record<string, string>, Record<string, string>]>([
    ["is dropped", false, {}, {}],
    [
      "is dropped, whatever its browser says, where somebody said how the portal is reached",
      false,
      { "sec-fetch-site": "none" },
      {},
    ],
    ["is dropped where no browser sent it", true, {}, {}],
    ["is dropped where a page of somebody else sent it", true, { "sec-fetch-site": "cross-site" }, {}],
    ["is dropped where a page of a sibling did", true, { "sec-fetch-site": "same-site" }, {}],
    [
      "is an address as long as nobody said another, and a browser calls the page its own",
      true,
      { "sec-fetch-site": "same-origin" },
      ADDRESS,
    ],
    ["is an address where it was typed there", true, { "sec-fetch-site": "none" }, ADDRESS],
  ])("%s", (_, isUntold, more, kept) => {
    const headers = { ...claims(), ...more };
    expect(dropClaims(headers, isUntold)).toBe(true);
    expect(headers).toStrictEqual({ host: "keys.example.com", origin: "https://evil.example", ...more, ...kept });
  });

  test("is told of only where it is about the portal's address", () => {
    expect(dropClaims({ host: "keys.example.com", "x-forwarded-for": "203.0.113.9", forwarded: "for=203.0.113.9" }, false)).toBe(
      false,
    );
    expect(dropClaims({ host: "keys.example.com" }, false)).toBe(false);
    expect(dropClaims({ "x-forwarded-proto": "https" }, true)).toBe(true);
  });
});
