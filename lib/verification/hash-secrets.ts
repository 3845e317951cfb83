import { env } from "@/lib/settings/env";
import { hmacOfDigest, sha256 } from "./hmac";

const ID_BYTES = 8;
const NAMED = sha256("latchkey: which KEY_HASH_SECRET");

const idOf = new Map<string, string>();

/** What stands beside a hash to say which secret made it: 16 hexadecimal digits, which tell nothing of the secret. */
export function secretId(secret: string): string {
  const known = idOf.get(secret);
  if (known) return known;
  const id = Buffer.from(hmacOfDigest(NAMED, secret), "binary").toString("hex", 0, ID_BYTES);
  idOf.set(secret, id);
  return id;
}

/** Of the secret that new hashes are made under. */
export function currentSecretId(): string {
  return secretId(env().KEY_HASH_SECRET);
}

/** The secret that keys are being moved away from; null when KEY_HASH_SECRET is not being rotated. */
export function formerSecret(): string | null {
  const { KEY_HASH_SECRET, KEY_HASH_SECRET_PREVIOUS } = env();
  return KEY_HASH_SECRET_PREVIOUS && KEY_HASH_SECRET_PREVIOUS !== KEY_HASH_SECRET ? KEY_HASH_SECRET_PREVIOUS : null;
}

export function isRotating(): boolean {
  return formerSecret() !== null;
}

/** All that a credential may be stored under, the current one first. */
export function knownSecrets(): string[] {
  const { KEY_HASH_SECRET, KEY_HASH_SECRET_PREVIOUS, KEY_HASH_SECRET_NEXT } = env();
  const others = [KEY_HASH_SECRET_PREVIOUS, KEY_HASH_SECRET_NEXT].filter((secret) => secret !== undefined);
  return others.length === 0 ? [KEY_HASH_SECRET] : [...new Set([KEY_HASH_SECRET, ...others])];
}
