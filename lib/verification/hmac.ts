import { hash } from "node:crypto";

const BLOCK = 64;
const DIGEST = 32;

/** HMAC's two blocks for a secret (RFC 2104), each with room behind it for a digest. */
type Blocks = { inner: Buffer; outer: Buffer };

// A process has a secret or two.
const blocksOf = new Map<string, Blocks>();

/** SHA-256 of a text, one byte to a character: nothing else that `crypto.hash` answers is made as fast. */
export function sha256(text: string): string {
  return hash("sha256", text, "binary");
}

/**
 * HMAC-SHA-256 of a SHA-256, both one byte to a character: what `createHmac` makes, by two hashes in one go each, without its
 * stream.
 */
export function hmacOfDigest(digest: string, secret: string): string {
  const { inner, outer } = blocksOf.get(secret) ?? keepBlocks(secret);
  inner.write(digest, BLOCK, "binary");
  outer.write(hash("sha256", inner, "binary"), BLOCK, "binary");
  return hash("sha256", outer, "binary");
}

function keepBlocks(secret: string): Blocks {
  const given = Buffer.from(secret);
  const key = given.length > BLOCK ? hash("sha256", given, "buffer") : given;
  const pad = (byte: number) => {
    const block = Buffer.alloc(BLOCK + DIGEST, byte);
    for (const [place, part] of key.entries()) block[place] = part ^ byte;
    return block;
  };
  const blocks = { inner: pad(0x36), outer: pad(0x5c) };
  blocksOf.set(secret, blocks);
  return blocks;
}
