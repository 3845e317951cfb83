import { createHash, createHmac } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { hmacOfDigest, sha256 } from "./hmac";

/** Of so many bytes in UTF-8, exactly: letters of one, two and four bytes, filled up. */
const secretOf = (bytes: number) =>
  fc.string({ unit: fc.constantFrom("a", "é", "🔑"), maxLength: bytes }).map((letters) => {
    let text = letters;
    while (Buffer.byteLength(text) > bytes) text = [...text].slice(1).join("");
    return text.padEnd(text.length + bytes - Buffer.byteLength(text), "-");
  });

const LENGTHS = fc.oneof(fc.integer({ min: 1, max: 200 }), fc.constantFrom(63, 64, 65));

test("The HMAC of a text's SHA-256 is node:crypto's, whatever the secret's length and letters", () => {
  const sizes = new Set<number>();
  fc.assert(
    fc.property(LENGTHS.chain(secretOf), fc.string({ unit: "binary" }), (secret, text) => {
      sizes.add(Buffer.byteLength(secret));
      const digest = createHash("sha256").update(text).digest();
      expect(sha256(text)).toBe(digest.toString("latin1"));
      expect(hmacOfDigest(sha256(text), secret)).toBe(createHmac("sha256", secret).update(digest).digest("binary"));
    }),
    { numRuns: 1000 },
  );
  expect([...sizes]).toEqual(expect.arrayContaining([64, 65]));
});

test("What was hashed under one secret leaves nothing behind for the next", () => {
  const [one, other] = [sha256("one"), sha256("other")];
  const before = hmacOfDigest(one, "s".repeat(32));
  hmacOfDigest(other, "s".repeat(32));
  hmacOfDigest(one, "t".repeat(32));
  expect(hmacOfDigest(one, "s".repeat(32))).toBe(before);
});
