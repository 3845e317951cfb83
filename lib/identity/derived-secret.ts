import "server-only";
import { createHmac, hkdfSync } from "node:crypto";
import { env } from "@/lib/settings/env";

const secrets = new Map<string, Buffer>();

/** An HMAC of 128 bits, under a secret of its own for each purpose (HKDF of BETTER_AUTH_SECRET, RFC 5869). */
export function keyedHash(purpose: string, text: string): Buffer {
  const secret = secrets.get(purpose) ?? Buffer.from(hkdfSync("sha256", env().BETTER_AUTH_SECRET, "", `latchkey ${purpose}`, 32));
  secrets.set(purpose, secret);
  return createHmac("sha256", secret).update(text).digest().subarray(0, 16);
}
