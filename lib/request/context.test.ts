import { describe, expect, test } from "vitest";
import { isFromThisMachine, openContext } from "./context";

describe("A request is from this machine", () => {
  test.each<[boolean, string, string | undefined, string[]]>([
    [true, "over IPv4", "127.0.0.1", ["Host", "localhost:3000"]],
    [true, "by any of its loopback addresses", "127.9.9.9", []],
    [true, "over IPv6", "::1", []],
    [true, "over a mapped address", "::ffff:127.0.0.1", []],
    [true, "whatever it says beside the names of headers", "127.0.0.1", ["X-Note", "Via"]],
    [false, "not from another", "198.51.100.7", []],
    [false, "not from a private network", "10.0.0.1", []],
    [false, "not from another over a mapped address", "::ffff:198.51.100.7", []],
    [false, "not when nothing is known of the connection", undefined, []],
    [false, "not when a proxy passes it on", "127.0.0.1", ["Host", "localhost", "X-Forwarded-For", "127.0.0.1"]],
    [false, "not when a proxy says so otherwise", "::1", ["forwarded", "for=[::1]"]],
    [false, "not when one that is old-fashioned does", "127.0.0.1", ["VIA", "1.0 fred"]],
  ])("%s: %s", (expected, _, peer, rawHeaders) => {
    expect(isFromThisMachine(openContext(null, { peer, rawHeaders }))).toBe(expected);
  });

  test("never where a platform takes requests", () => {
    expect(isFromThisMachine({ id: "", address: "127.0.0.1", actor: "none", arrival: null })).toBe(false);
  });
});
