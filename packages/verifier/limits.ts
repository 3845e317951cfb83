/** So many calls wait to be reported, and no more: where one more could not be counted, none is let in that costs something. */
export const MAX_UNREPORTED = 1_000_000;
/** Credits of one call. */
export const MAX_DELTA = 1_000_000;
/** A key's id. */
export const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** An Ed25519 public key, of 32 bytes, in base64url. */
export const FEED_KEY = /^[\w-]{43}$/;
