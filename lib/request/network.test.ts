import { describe, expect, test } from "vitest";
import { networkOf } from "./network";

describe("The network of an address", () => {
  test.each([
    ["203.0.113.7"],
    ["203.0.113.7:4711"],
    ["::ffff:203.0.113.7"],
    ["::FFFF:203.0.113.7"],
    ["::ffff:cb00:7107"],
    ["0:0:0:0:0:ffff:cb00:7107"],
    ["0000:0000:0000:0000:0000:FFFF:203.0.113.7"],
    ["[::ffff:203.0.113.7]:4711"],
    ["64:ff9b::203.0.113.7"],
    ["64:FF9B::cb00:7107"],
  ])("%s is one IPv4 address", (address) => {
    expect(networkOf(address)).toStrictEqual({ near: "203.0.113.7", wide: null });
  });

  test.each([
    ["2001:db8:1:2::1"],
    ["2001:DB8:1:2::1"],
    ["2001:0db8:0001:0002:0000:0000:0000:0001"],
    ["2001:db8:1:2:ffff:ffff:ffff:ffff"],
    ["2001:db8:1:2::203.0.113.7"],
    ["2001:db8:1:2::1%eth0"],
    ["[2001:db8:1:2::1]:443"],
    ['"[2001:db8:1:2::1]"'],
    [" 2001:db8:1:2:a:b:c:d "],
  ])("%s is in one /64, and the /48 around that", (address) => {
    expect(networkOf(address)).toStrictEqual({ near: "2001:db8:1:2::/64", wide: "2001:db8:1::/48" });
  });

  test("zeros are written once, wherever they stand", () => {
    for (const address of ["2001:db8::1", "2001:db8:0:0::1", "2001:db8:0:0:0:0:0:1", "2001:db8::5:0:0:1"])
      expect(networkOf(address)).toStrictEqual({ near: "2001:db8:0:0::/64", wide: "2001:db8:0::/48" });
    expect(networkOf("::1").near).toBe("0:0:0:0::/64");
  });

  test("neighbours differ where the prefix does", () => {
    expect(networkOf("2001:db8:1:3::1").near).not.toBe(networkOf("2001:db8:1:2::1").near);
    expect(networkOf("2001:db8:1:3::1").wide).toBe(networkOf("2001:db8:1:2::1").wide);
    expect(networkOf("2001:db8:2:2::1").wide).not.toBe(networkOf("2001:db8:1:2::1").wide);
    expect(networkOf("203.0.113.8").near).not.toBe(networkOf("203.0.113.7").near);
  });

  test.each([[null], [""], ["unknown"], ["_hidden"], ["203.0.113"], ["2001:db8:::1"], ["1".repeat(500)]])(
    "%s is nobody's",
    (address) => {
      expect(networkOf(address)).toStrictEqual({ near: "unknown", wide: null });
    },
  );
});
