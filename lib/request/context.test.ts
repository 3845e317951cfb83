import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { clientAddress, trustedProxies } from "./context";

const local = trustedProxies([]);

describe("The client's address", () => {
  test.each<[string, string | undefined, string | undefined, string[], string | null]>([
    ["the connection's own", "198.51.100.7", undefined, [], "198.51.100.7"],
    ["unknown without a connection", undefined, "198.51.100.7", [], null],
    ["not what a stranger claims", "198.51.100.7", "203.0.113.9", [], "198.51.100.7"],
    ["what a proxy on this machine saw", "127.0.0.1", "203.0.113.9", [], "203.0.113.9"],
    ["the same over IPv6", "::1", "203.0.113.9", [], "203.0.113.9"],
    ["the same over a mapped address", "::ffff:127.0.0.1", "203.0.113.9", [], "203.0.113.9"],
    ["the last one, which the proxy wrote", "127.0.0.1", "1.1.1.1, 203.0.113.9", [], "203.0.113.9"],
    ["before proxies that are trusted by range", "10.1.2.3", "1.1.1.1, 203.0.113.9, 10.9.9.9", ["10.0.0.0/8"], "203.0.113.9"],
    ["before a proxy that is trusted by address", "192.0.2.1", "203.0.113.9", ["192.0.2.1"], "203.0.113.9"],
    ["not before a neighbour of that proxy", "192.0.2.2", "203.0.113.9", ["192.0.2.1"], "192.0.2.2"],
    ["before an IPv6 proxy", "2001:db8::1", "2001:db9::5", ["2001:db8::/32"], "2001:db9::5"],
    ["a proxy's own when nobody stands before it", "10.1.2.3", "10.9.9.9", ["10.0.0.0/8"], "10.9.9.9"],
    ["a proxy's own when what it wrote is no address", "127.0.0.1", "203.0.113.9, unknown", [], "127.0.0.1"],
    ["a proxy's own when it wrote nothing", "127.0.0.1", "", [], "127.0.0.1"],
    ["without spaces", "127.0.0.1", "   203.0.113.9\t", [], "203.0.113.9"],
    ["a mapped address as IPv4", "127.0.0.1", "::ffff:203.0.113.9", [], "203.0.113.9"],
  ])("is %s", (_, peer, forwarded, trusted, expected) => {
    expect(clientAddress(peer, forwarded, trustedProxies(trusted))).toBe(expected);
  });

  test("cannot be chosen by what a client writes in front", () => {
    fc.assert(
      fc.property(fc.string(), (claim) => {
        expect(clientAddress("127.0.0.1", `${claim},203.0.113.9`, local)).toBe("203.0.113.9");
        expect(clientAddress("198.51.100.7", claim, local)).toBe("198.51.100.7");
      }),
    );
  });
});
