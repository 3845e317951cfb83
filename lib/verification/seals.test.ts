import { createHash, randomBytes } from "node:crypto";
import { beforeEach, expect, test, vi } from "vitest";
import { DIGEST_BYTES, digestOf, seal, sealCredential, unseal } from "./seals";

const SECRET = randomBytes(32).toString("hex");
const OTHER = randomBytes(32).toString("hex");
const SALT = "a1B2c3D4";
const known = vi.hoisted(() => ({ secrets: [] as string[] }));
vi.mock("./hash-secrets", async (original) => ({
  ...(await original<typeof import("./hash-secrets")>()),
  knownSecrets: () => known.secrets,
}));
beforeEach(() => {
  known.secrets = [SECRET];
});

const credential = "mf_live_0123456789abcdefghijABCDEFGHIJ01234567";
const hash = randomBytes(32);

test("a digest is of the salt and the credential, and comes back out of its seal", () => {
  const digest = digestOf(credential, SALT);
  expect(digest).toStrictEqual(createHash("sha256").update(SALT).update(credential).digest().subarray(0, DIGEST_BYTES));
  const sealed = sealCredential(credential, hash, SECRET, SALT);
  expect(sealed && unseal(sealed, hash)).toStrictEqual(digest);
  expect(sealed?.includes(digest ?? "")).toBe(false);
  expect(sealCredential(credential, hash, SECRET, SALT)).not.toStrictEqual(sealed);
});

test("what is not ASCII has no digest", () => {
  expect(digestOf("mif_š", SALT)).toBeNull();
  expect(sealCredential("mif_\u{1f511}", hash, SECRET, SALT)).toBeNull();
});

test("every flipped byte is refused, and so are one too few and one too many", () => {
  const sealed = seal(randomBytes(DIGEST_BYTES), hash, SECRET);
  const flipped = [...sealed.keys()].map((place) => {
    const copy = Buffer.from(sealed);
    copy[place] = (copy[place] ?? 0) ^ 1;
    return copy;
  });
  for (const bytes of [...flipped, sealed.subarray(1), sealed.subarray(0, -1), Buffer.concat([sealed, sealed]), Buffer.alloc(0)])
    expect(unseal(bytes, hash)).toBeNull();
});

test("it is refused beside another hash, and under another secret", () => {
  const digest = randomBytes(DIGEST_BYTES);
  const sealed = seal(digest, hash, SECRET);
  expect(unseal(sealed, randomBytes(32))).toBeNull();
  known.secrets = [OTHER];
  expect(unseal(sealed, hash)).toBeNull();
  known.secrets = [OTHER, SECRET];
  expect(unseal(sealed, hash)).toStrictEqual(digest);
  // Whoever writes into the table has no secret.
  const planted = seal(digest, hash, randomBytes(32).toString("hex"));
  expect(unseal(planted, hash)).toBeNull();
});
