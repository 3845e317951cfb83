import { expect, test } from "vitest";
import { writtenAddress } from "./written-address";

test.each([
  ["203.0.113.7", "203.0.113.7"],
  ["2001:0db8:0001:0002:0000:0000:0000:0001", "2001:db8:1:2::1"],
  ["0000:0000:0000:0000:0000:0000:0000:0001", "::1"],
  // Of sessions that were opened when the second half was cut off.
  ["2001:0db8:0001:0002:0000:0000:0000:0000", "the network 2001:db8:1:2::/64"],
  ["2001:0db8:0000:0000:0000:0000:0000:0000", "the network 2001:db8::/64"],
  ["0000:0000:0000:0000:0000:0000:0000:0000", null],
  ["unknown", null],
  ["", null],
  [null, null],
])("%j is shown as %j", (kept, shown) => {
  expect(writtenAddress(kept)).toBe(shown);
});
