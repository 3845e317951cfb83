import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isAllowedOrigin, isOwnOrigin, isSameOrigin } from "./origins";

const NONE = { origins: [], hosts: [] };
const PATTERN = "https://datazag-vercel-git-*-datazag.vercel.app";
const host = (name: string, more: Record<string, string> = {}) => new Headers({ host: name, ...more });
const isAllowed = (origin: string, origins: string[] = [], hosts: (string | undefined)[] = []) =>
  isAllowedOrigin(origin, host("keys.test"), { origins, hosts });

describe("The seed's origins", () => {
  const seeds = ["https://portal.datazag.com", "http://localhost:3000", "https://datazag-vercel.vercel.app"];

  test("are allowed to the letter", () => {
    for (const seed of seeds) expect(isAllowed(seed)).toBe(true);
  });

  test("are not allowed with a character more, less or other than theirs", () => {
    fc.assert(
      fc.property(fc.constantFrom(...seeds), fc.nat(40), fc.string({ maxLength: 2 }), fc.nat(2), (seed, place, text, cut) => {
        const changed = seed.slice(0, place) + text + seed.slice(place + cut);
        fc.pre(!seeds.includes(changed));
        expect(isAllowed(changed)).toBe(false);
      }),
    );
  });
});

describe("A pattern", () => {
  test("matches one piece of a host label and nothing else", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."abz09-.A_/:@*%?# \0é") }), (piece) => {
        const origin = `https://datazag-vercel-git-${piece}-datazag.vercel.app`;
        expect(isAllowed(origin, [PATTERN])).toBe(/^[a-z0-9-]+$/.test(piece));
      }),
    );
  });

  test("does not let its two halves overlap", () => {
    expect(isAllowed("https://a-b", ["https://a-*-b"])).toBe(false);
    expect(isAllowed("https://a--b", ["https://a-*-b"])).toBe(false);
    expect(isAllowed("https://a---b", ["https://a-*-b"])).toBe(true);
  });

  test("without a star is compared to the letter", () => {
    expect(isAllowed("https://app.example.com", ["https://app.example.com"])).toBe(true);
    expect(isAllowed("https://appXexample.com", ["https://app.example.com"])).toBe(false);
  });
});

describe("Hosts of the deployment", () => {
  test("are reached over https only", () => {
    expect(isAllowed("https://branch.vercel.app", [], ["branch.vercel.app"])).toBe(true);
    expect(isAllowed("http://branch.vercel.app", [], ["branch.vercel.app"])).toBe(false);
  });

  test("that are not set allow nothing", () => {
    for (const origin of ["https://", "https://undefined", "undefined", ""])
      expect(isAllowedOrigin(origin, host("keys.test"), { origins: [undefined, ""], hosts: [undefined, ""] })).toBe(false);
  });
});

describe("The request's own origin", () => {
  test.each<[string, Record<string, string>, boolean]>([
    ["http://keys.test", {}, true],
    ["https://keys.test", {}, false],
    ["http://keys.test:80", {}, false],
    ["http://KEYS.test", {}, false],
    ["https://keys.test", { "x-forwarded-proto": "https" }, true],
    ["http://keys.test", { "x-forwarded-proto": "https" }, false],
    ["https://public.test", { "x-forwarded-proto": "https, http", "x-forwarded-host": "public.test, inner.test" }, true],
    ["https://inner.test", { "x-forwarded-proto": "https", "x-forwarded-host": "public.test, inner.test" }, false],
    ["null", {}, false],
  ])("%s with %j: %s", (origin, headers, expected) => {
    expect(isOwnOrigin(origin, host("keys.test", headers))).toBe(expected);
    expect(isAllowedOrigin(origin, host("keys.test", headers), NONE)).toBe(expected);
  });

  test("is none without a host", () => {
    expect(isOwnOrigin("http://", new Headers())).toBe(false);
  });
});

describe("A cookie may speak for", () => {
  test.each<[Record<string, string>, boolean]>([
    [{}, true],
    [{ origin: "http://keys.test" }, true],
    [{ origin: "https://portal.datazag.com" }, false],
    [{ origin: "null" }, false],
    [{ origin: "http://keys.test", "sec-fetch-site": "cross-site" }, true],
    [{ "sec-fetch-site": "same-origin" }, true],
    [{ "sec-fetch-site": "none" }, true],
    [{ "sec-fetch-site": "same-site" }, false],
    [{ "sec-fetch-site": "cross-site" }, false],
    [{ "sec-fetch-site": "anything" }, false],
  ])("a request with %j: %s", (headers, expected) => {
    expect(isSameOrigin(host("keys.test", headers))).toBe(expected);
  });
});
