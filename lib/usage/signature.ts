import { createHmac, timingSafeEqual } from "node:crypto";

/** Lower-case hex of HMAC-SHA-256 over the raw bytes of a usage report's body. */
export function signUsage(body: Uint8Array | string, secret: string): string {
  return createHmac("sha256", secret).update(body).digest("hex");
}

/** Constant-time check of an `x-signature` header against the bytes that arrived. */
export function isSignedBy(secret: string, body: Uint8Array, signature: string | null): boolean {
  if (!signature || !/^[0-9a-f]{64}$/.test(signature)) return false;
  return timingSafeEqual(Buffer.from(signature, "hex"), createHmac("sha256", secret).update(body).digest());
}
