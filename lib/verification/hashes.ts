import { createHmac, hash, randomBytes, timingSafeEqual } from "node:crypto";
import { type Credential, type CredentialFormat, type IssuedCredentials, makeCredentials } from "@latchkey/rule/credentials";
import { env } from "@/lib/settings/env";

/** What the database holds in place of a credential: 32 bytes. */
export type CredentialHash = Uint8Array<ArrayBuffer> & { readonly __brand: "CredentialHash" };

export function issueCredentials(format: CredentialFormat): IssuedCredentials {
  return makeCredentials(format, randomBytes);
}

/**
 * HMAC-SHA-256 under `hashSecret` of the credential's SHA-256. Credentials have at least 190 random bits, so one
 * fast hash is enough (OWASP ASVS 5.0, 6.5.2); the secret outside the database keeps a dump from confirming a leaked
 * key, and a writer of the table from planting one.
 */
export function hashCredential(credential: Credential, hashSecret: string): CredentialHash {
  return hashDigest(hash("sha256", credential, "buffer"), hashSecret);
}

/** The same from the credential's SHA-256 (32 bytes), for a browser that keeps the text to itself. */
export function hashDigest(digest: Uint8Array, hashSecret: string): CredentialHash {
  return new Uint8Array(createHmac("sha256", hashSecret).update(digest).digest()) as CredentialHash;
}

/** Of a credential: what is looked for. */
export function credentialHashes(credential: Credential): CredentialHash[] {
  return underEachSecret((hashSecret) => hashCredential(credential, hashSecret));
}

/** The same from the hexadecimal digits of its SHA-256, for `ANY($hashes)`. */
export function digestHashes(digest: string): string[] {
  const bytes = Buffer.from(digest, "hex");
  return underEachSecret((hashSecret) => hashDigest(bytes, hashSecret)).map(inArray);
}

/** The current secret and, while KEY_HASH_SECRET is being rotated, the previous one. */
function underEachSecret(hashUnder: (hashSecret: string) => CredentialHash): CredentialHash[] {
  const { KEY_HASH_SECRET, KEY_HASH_SECRET_PREVIOUS } = env();
  const current = hashUnder(KEY_HASH_SECRET);
  return KEY_HASH_SECRET_PREVIOUS ? [current, hashUnder(KEY_HASH_SECRET_PREVIOUS)] : [current];
}

/** As an element of an array that a query takes: drivers differ in what they make of bytes there. */
export function inArray(hash: Uint8Array): string {
  return `\\x${Buffer.from(hash.buffer, hash.byteOffset, hash.byteLength).toString("hex")}`;
}

/** Constant-time comparison; false when there is nothing to compare with. */
export function matchesHash(hash: CredentialHash, stored: Uint8Array | null): boolean {
  return stored !== null && stored.length === hash.length && timingSafeEqual(hash, stored);
}
