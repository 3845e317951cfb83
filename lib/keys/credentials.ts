import { createHmac, hash, randomBytes, timingSafeEqual } from "node:crypto";
import { crc32 } from "node:zlib";

/** The two formats of the seeds: `mf_live_` from Mifumo SMS, `datazag_` from DataZag. */
export type CredentialFormat = "mf_live" | "datazag";

/** The text of a key or of its secret, checked for form. Only this file makes one. */
export type Credential = string & { readonly __brand: "Credential" };

/** What the database holds in place of a credential: 32 bytes. */
export type CredentialHash = Uint8Array<ArrayBuffer> & { readonly __brand: "CredentialHash" };

export type IssuedCredentials = { key: Credential; secret: Credential | null; hint: string };

const PREFIX = { mf_live: "mf_live_", datazag: "datazag_" } as const satisfies Record<CredentialFormat, string>;
const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const RANDOM_LENGTH = 32; // 32 × log2(62) = 190.5 bits
const CHECKSUM_LENGTH = 6; // 62^6 > 2^32
const HINT_LENGTH = 6;
const MF_LIVE = new RegExp(`^${PREFIX.mf_live}[0-9A-Za-z]{${RANDOM_LENGTH + CHECKSUM_LENGTH}}$`);
const DATAZAG = new RegExp(`^${PREFIX.datazag}[0-9a-f]{64}$`);

/** Fresh credentials: `mf_live` keys come with a secret, `datazag` keys have none. */
export function issueCredentials(format: CredentialFormat): IssuedCredentials {
  const key = format === "mf_live" ? newMfLive() : (`${PREFIX.datazag}${randomBytes(32).toString("hex")}` as Credential);
  const hint = key.slice(PREFIX[format].length, PREFIX[format].length + HINT_LENGTH);
  return { key, secret: format === "mf_live" ? newMfLive() : null, hint };
}

/** The text as a credential, or null when its form or checksum shows that no key can have it: no lookup needed. */
export function parseCredential(text: string): Credential | null {
  if (DATAZAG.test(text)) return text as Credential;
  if (!MF_LIVE.test(text)) return null;
  return checksum(text.slice(0, -CHECKSUM_LENGTH)) === text.slice(-CHECKSUM_LENGTH) ? (text as Credential) : null;
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

/** Constant-time comparison; false when there is nothing to compare with. */
export function matchesHash(hash: CredentialHash, stored: Uint8Array | null): boolean {
  return stored !== null && stored.length === hash.length && timingSafeEqual(hash, stored);
}

/** What lists show: the prefix, six characters and an ellipsis (seed: `datazag_abc123...`). */
export function maskCredential(format: CredentialFormat, hint: string): string {
  return `${PREFIX[format]}${hint}...`;
}

function newMfLive(): Credential {
  let body: string = PREFIX.mf_live;
  while (body.length < PREFIX.mf_live.length + RANDOM_LENGTH) {
    // A few more than needed, so that one call nearly always does.
    for (const byte of randomBytes(RANDOM_LENGTH + 8)) {
      // 248 is the largest multiple of 62 in a byte: what lies above would favour the first letters.
      if (byte < 248 && body.length < PREFIX.mf_live.length + RANDOM_LENGTH) body += BASE62.charAt(byte % 62);
    }
  }
  return (body + checksum(body)) as Credential;
}

/** CRC-32 of the text in base62, most significant digit first. */
function checksum(text: string): string {
  let rest = crc32(text);
  let digits = "";
  for (let i = 0; i < CHECKSUM_LENGTH; i += 1) {
    digits = BASE62.charAt(rest % 62) + digits;
    rest = Math.floor(rest / 62);
  }
  return digits;
}

/** Free text with whatever looks like a credential cut to its hint: for text that is kept as it came. */
export function maskCredentials(text: string): string {
  return text.replace(/\b(mf_live_|datazag_)([0-9A-Za-z]{6})[0-9A-Za-z]+/g, "$1$2...");
}
