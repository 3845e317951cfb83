import { expect, test } from "vitest";
import { emailInOneForm } from "./email";

test.each([
  [" Neema@Example.COM ", "neema@example.com"],
  ["neema@münchen.de", "neema@xn--mnchen-3ya.de"],
  ["neema@mu\u0308nchen.de", "neema@xn--mnchen-3ya.de"],
  ["NEEMA@MÜNCHEN.DE", "neema@xn--mnchen-3ya.de"],
  ["neema@xn--mnchen-3ya.de", "neema@xn--mnchen-3ya.de"],
  ["neema@例え。jp", "neema@xn--r8jz45g.jp"],
  // What is no name of a host stays what it is, and is refused as that.
  ["neema@münchen.de/x", "neema@münchen.de/x"],
  ["neema@münchen.de:80", "neema@münchen.de:80"],
  ["neema@ü..de@", "neema@ü..de@"],
  ["neema@\u00ad", "neema@\u00ad"],
  ["no address", "no address"],
  ["", ""],
])("%j is kept as %j", (typed, kept) => {
  expect(emailInOneForm(typed)).toBe(kept);
});
