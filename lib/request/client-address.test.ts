import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { clientAddress, trustedProxies } from "./client-address";

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
    expect(clientAddress(peer, forwarded, trustedProxies(trusted)).address).toBe(expected);
  });

  test.each([
    ["203.0.113.9:51234", "203.0.113.9"],
    ['"203.0.113.9:51234"', "203.0.113.9"],
    [' "203.0.113.9" ', "203.0.113.9"],
    ["2001:db9::5", "2001:db9::5"],
    ["2001:DB9:0:0:0:0:0:5", "2001:db9::5"],
    ["[2001:db9::5]", "2001:db9::5"],
    ["[2001:db9::5]:443", "2001:db9::5"],
    ['"[2001:db9::5]:443"', "2001:db9::5"],
    ["fe80::5%eth0", "fe80::5"],
    ["[fe80::5%25eth0]:443", "fe80::5"],
    ["::ffff:203.0.113.9", "203.0.113.9"],
    ["::FFFF:cb00:7109", "203.0.113.9"],
    ["[0:0:0:0:0:ffff:203.0.113.9]:80", "203.0.113.9"],
  ])("is read where a proxy writes %s", (written, expected) => {
    expect(clientAddress("127.0.0.1", `198.51.100.7, ${written}`, local)).toStrictEqual({
      address: expected,
      isUnreadable: false,
    });
  });

  test.each([
    ...["unknown", "_hidden", '"_hidden:80"', "", " ", '""', "client.example", "203.0.113.9:port", "203.0.113.9:123456"],
    ...["203.0.113.999", "203.0.113", "0203.0.113.9", "[203.0.113.9]", "[2001:db9::5", "2001:db9::5]:80", "for=203.0.113.9"],
    ...['"203.0.113.9', "203.0.113.9 80", "2001:db9::5%", `2001:db9::5%${"e".repeat(200)}`],
  ])("is the proxy's where it writes %j, never what was written before, and that is told", (written) => {
    expect(clientAddress("127.0.0.1", `198.51.100.7,${written}`, local)).toStrictEqual({
      address: "127.0.0.1",
      isUnreadable: true,
    });
    expect(clientAddress("127.0.0.1", `198.51.100.7,${written},127.0.0.9`, local).address).toBe("127.0.0.9");
    expect(clientAddress("198.51.100.8", written, local)).toStrictEqual({ address: "198.51.100.8", isUnreadable: false });
  });

  test("is a known proxy's where more of them are named than there can be", () => {
    const many = Array.from({ length: 4000 }, () => "127.0.0.1").join(",");
    expect(clientAddress("127.0.0.1", `203.0.113.9,${many}`, local)).toStrictEqual({
      address: "127.0.0.1",
      isUnreadable: false,
    });
  });

  test("cannot be chosen by what a client writes in front", () => {
    const address = fc.oneof(fc.ipV4(), fc.ipV6());
    const claim = fc.oneof(
      fc.string(),
      address,
      fc.array(address).map(String),
      fc.string({ unit: fc.constantFrom(...'",[]:%. 1f\\') }),
    );
    const forms: ((known: string) => string)[] = [
      (known) => known,
      (known) => ` "${known}" `,
      (known) => (known.includes(":") ? `[${known}]:443` : `${known}:443`),
    ];
    fc.assert(
      fc.property(claim, fc.constantFrom("203.0.113.9", "2001:db9::5"), fc.constantFrom(...forms), (text, known, write) => {
        for (const separator of [",", ", "])
          expect(clientAddress("127.0.0.1", `${text}${separator}${write(known)}`, local).address).toBe(known);
        expect(clientAddress("127.0.0.1", `${text},${write(known)},127.0.0.1`, local).address).toBe(known);
        expect(clientAddress("127.0.0.1", `${text},unknown`, local).address).toBe("127.0.0.1");
        expect(clientAddress(known, text, local).address).toBe(known);
      }),
    );
  });
});
