import { createHash, createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { hashCredential, issueCredentials, matchesHash } from "./hashes";

const SECRET = "s".repeat(32);

describe("The hash", () => {
  test("is HMAC-SHA-256 under the secret of the credential's SHA-256", () => {
    const { key } = issueCredentials("datazag");
    const digest = createHash("sha256").update(key).digest();
    expect(Buffer.from(hashCredential(key, SECRET))).toStrictEqual(createHmac("sha256", SECRET).update(digest).digest());
  });

  test("matches itself, and neither another credential's, another secret's, a cut one nor none", () => {
    const [{ key }, { key: other }] = [issueCredentials("mf_live"), issueCredentials("mf_live")];
    const hash = hashCredential(key, SECRET);
    expect(matchesHash(hash, hashCredential(key, SECRET))).toBe(true);
    expect(matchesHash(hash, hashCredential(other, SECRET))).toBe(false);
    expect(matchesHash(hash, hashCredential(key, "t".repeat(32)))).toBe(false);
    expect(matchesHash(hash, hash.slice(0, 31))).toBe(false);
    expect(matchesHash(hash, new Uint8Array())).toBe(false);
    expect(matchesHash(hash, null)).toBe(false);
  });
});
