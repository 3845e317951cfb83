import { randomBytes, timingSafeEqual } from "node:crypto";
import { type Credential, type CredentialFormat, type IssuedCredentials, makeCredentials } from "@latchkey/rule/credentials";
import { knownSecrets } from "./hash-secrets";
import { hmacOfDigest, sha256 } from "./hmac";

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
  return toHash(hmacOfDigest(sha256(credential), hashSecret));
}

/** Of a credential: what is looked for. */
export function credentialHashes(credential: Credential): CredentialHash[] {
  return hashesOf(sha256(credential));
}

/** The same from the hexadecimal digits of its SHA-256, by which browsers name it, for `ANY($hashes)`. */
export function digestHashes(digest: string): string[] {
  return hashesOf(Buffer.from(digest, "hex").toString("latin1")).map(inArray);
}

/** Under each secret that there may be a hash of: several while KEY_HASH_SECRET is being rotated. */
function hashesOf(digest: string): CredentialHash[] {
  return knownSecrets().map((secret) => toHash(hmacOfDigest(digest, secret)));
}

function toHash(hmac: string): CredentialHash {
  return Buffer.from(hmac, "latin1") as Uint8Array<ArrayBuffer> as CredentialHash;
}

/** As an element of an array that a query takes: drivers differ in what they make of bytes there. */
export function inArray(hash: Uint8Array): string {
  return `\\x${Buffer.from(hash.buffer, hash.byteOffset, hash.byteLength).toString("hex")}`;
}

/** Constant-time comparison; false when there is nothing to compare with. */
export function matchesHash(hash: CredentialHash, stored: Uint8Array | null): boolean {
  return stored !== null && stored.length === hash.length && timingSafeEqual(hash, stored);
}
