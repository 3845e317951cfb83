import { createCipheriv, createDecipheriv, createSecretKey, hash, hkdfSync, type KeyObject, randomBytes } from "node:crypto";
import { knownSecrets, secretId } from "./hash-secrets";

/** Of SHA-256: what a verifier holds of a credential. */
export const DIGEST_BYTES = 24;
const VERSION = 1;
const ID_BYTES = 8;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = 1 + ID_BYTES;
const SEAL_BYTES = HEAD_BYTES + NONCE_BYTES + DIGEST_BYTES + TAG_BYTES;

/**
 * The first 24 bytes of SHA-256(salt ‖ credential): with a salt of eight characters a credential of the form `mf_live_` is one block.
 * Null for what is not ASCII, which verifiers do not compare.
 */
export function digestOf(credential: string, salt: string): Buffer | null {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a byte to a character is what this looks for
  if (!/^[\x00-\x7f]*$/.test(credential)) return null;
  return hash("sha256", salt + credential, "buffer").subarray(0, DIGEST_BYTES);
}

/**
 * The digest, so that a copy of the table shows nothing: AES-256-GCM under a key derived (HKDF-SHA-256, RFC 5869) from the secret
 * that made the hash beside it, which it holds for alone: whoever writes into the table can plant no digest of their own.
 * Version, id of the secret, nonce, ciphertext, tag.
 */
export function seal(digest: Uint8Array, credentialHash: Uint8Array, hashSecret: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", keyOf(hashSecret), nonce).setAAD(credentialHash);
  const head = Buffer.concat([Buffer.of(VERSION), Buffer.from(secretId(hashSecret), "hex")]);
  return Buffer.concat([head, nonce, cipher.update(digest), cipher.final(), cipher.getAuthTag()]);
}

/** The digest; null where no secret that is set opens the seal, or it was made for another hash. */
export function unseal(sealed: Uint8Array, credentialHash: Uint8Array): Buffer | null {
  const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
  if (bytes.length !== SEAL_BYTES || bytes[0] !== VERSION) return null;
  const id = bytes.toString("hex", 1, HEAD_BYTES);
  const secret = knownSecrets().find((known) => secretId(known) === id);
  if (secret === undefined) return null;
  const nonce = bytes.subarray(HEAD_BYTES, HEAD_BYTES + NONCE_BYTES);
  const cipher = createDecipheriv("aes-256-gcm", keyOf(secret), nonce, { authTagLength: TAG_BYTES }).setAAD(credentialHash);
  cipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([cipher.update(bytes.subarray(HEAD_BYTES + NONCE_BYTES, -TAG_BYTES)), cipher.final()]);
  } catch {
    return null;
  }
}

/** Of a credential whose hash was made under `hashSecret`; null where it has no digest. */
export function sealCredential(credential: string, credentialHash: Uint8Array, hashSecret: string, salt: string): Buffer | null {
  const digest = digestOf(credential, salt);
  return digest && seal(digest, credentialHash, hashSecret);
}

// A process has a secret or two.
const keys = new Map<string, KeyObject>();

function keyOf(secret: string): KeyObject {
  const known = keys.get(secret);
  if (known) return known;
  const made = createSecretKey(Buffer.from(hkdfSync("sha256", secret, "", "latchkey feed seal 1", 32)));
  keys.set(secret, made);
  return made;
}
