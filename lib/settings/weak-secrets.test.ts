import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { weaknessOf } from "./weak-secrets";

test.each([
  ["a", "fewer than 32"],
  ["", "fewer than 32"],
  ["0f".repeat(15), "fewer than 32"],
  ["a".repeat(32), "repeats"],
  ["ab".repeat(16), "repeats"],
  ["0123456789abcdef".repeat(2), "repeats"],
  ["k3y-of-ours!".repeat(3), "repeats"],
  ["k3y-of-ours!k3y-of-ours!k3y-of-ou", "repeats"],
  ["-".repeat(40), "repeats"],
  ["changeme-changeme-changeme-changem3", "repeats"],
  ["please-change-me-before-production-1", "words"],
  ["CHANGE_ME_TO_A_LONG_RANDOM_STRING", "words"],
  ["your-admin-secret-goes-in-this-place", "words"],
  ["my-super-secret-admin-token-for-keys", "words"],
  ["this is the example of the documents", "words"],
  ["correct horse battery password staple", "words"],
  ["a1b2c3d4e5f6g7h8i9j0-12345678-klmno", "words"],
])("%j is a weak secret", (secret, why) => {
  expect(weaknessOf(secret)).toContain(why);
});

test("what is made by chance is none, in whatever letters", () => {
  for (let made = 0; made < 2000; made += 1)
    for (const encoding of ["hex", "base64", "base64url"] as const) {
      const secret = randomBytes(encoding === "hex" ? 16 : 24).toString(encoding);
      expect([secret, weaknessOf(secret)]).toStrictEqual([secret, null]);
    }
});
