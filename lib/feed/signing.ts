import "server-only";
import { createPrivateKey, createPublicKey, hkdfSync, type KeyObject, sign } from "node:crypto";
import { signedTextOfKey } from "@latchkey/rule/feed";
import { env } from "@/lib/settings/env";
import { AppError } from "@/lib/values/errors";

/** DER of an Ed25519 private key (RFC 8410), in front of its 32 bytes. */
const PKCS8 = Buffer.from("302e020100300506032b657004220420", "hex");
const RAW_BYTES = 32;

type Signer = { key: KeyObject; publicKey: string };

let known: { of: string; signer: Signer; previous: Signer | null } | undefined;

/** @throws AppError FEED_NOT_CONFIGURED */
function signers(): { signer: Signer; previous: Signer | null } {
  const { FEED_SIGNING_KEY: current, FEED_SIGNING_KEY_PREVIOUS: former } = env();
  if (current === undefined) throw notConfigured();
  if (known?.of !== current) known = { of: current, signer: signerOf(current), previous: former ? signerOf(former) : null };
  return known;
}

/** Nothing changes within a minute: a setting has to. */
function notConfigured(): AppError {
  return new AppError("FEED_NOT_CONFIGURED", { details: "FEED_SIGNING_KEY is not set.", headers: { "Retry-After": "60" } });
}

/** The setting is text of any form; the key is derived from it (HKDF-SHA-256, RFC 5869). */
function signerOf(secret: string): Signer {
  const seed = Buffer.from(hkdfSync("sha256", secret, "", "latchkey feed signing 1", RAW_BYTES));
  const key = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: "der", type: "pkcs8" });
  const der = createPublicKey(key).export({ format: "der", type: "spki" });
  return { key, publicKey: der.subarray(-RAW_BYTES).toString("base64url") };
}

/** Whether there is a feed here. @throws AppError FEED_NOT_CONFIGURED */
export function requireFeed(): void {
  signers();
}

/** Ed25519 (RFC 8032) over the text's UTF-8, in base64url. @throws AppError FEED_NOT_CONFIGURED */
export function signText(text: string): string {
  return sign(null, Buffer.from(text), signers().signer.key).toString("base64url");
}

/** What verifiers are given as LATCHKEY_FEED_KEY, no secret; null where there is no feed. */
export function feedKey(): string | null {
  return env().FEED_SIGNING_KEY === undefined ? null : signers().signer.publicKey;
}

export type FeedKeys = {
  /** Of 32 bytes, in base64url: what verifiers are given to check the feed with. */
  key: string;
  /** Where the key is new: the former one, and what it says of the new one. */
  former: { key: string; signature: string } | null;
};

/** The public keys, so that whoever knows the former one learns the present from it. @throws AppError FEED_NOT_CONFIGURED */
export function feedKeys(): FeedKeys {
  const { signer, previous } = signers();
  if (!previous) return { key: signer.publicKey, former: null };
  const signature = sign(null, Buffer.from(signedTextOfKey(signer.publicKey)), previous.key).toString("base64url");
  return { key: signer.publicKey, former: { key: previous.publicKey, signature } };
}
