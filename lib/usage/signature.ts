import { createHmac, timingSafeEqual } from "node:crypto";

/** In which form a report was signed; the second says when, and covers the id in the header. A service needs none. */
export type Signature = { form: "v1" } | { form: "v2"; signedAt: Date } | { form: "service" };

/** What is signed: the raw bytes of the body, and `x-idempotency-key` as it was sent, null without. */
export type Signed = { body: Uint8Array | string; id: string | null };

const V1 = /^[0-9a-f]{64}$/;
const V2 = /^t=(\d{1,11}),v1=([0-9a-f]{64})$/;
/** Enough of a header to see that it is neither. */
const MAX_LENGTH = 100;

/** The `x-signature` of a report in its first form: lower-case hex of HMAC-SHA-256 over the body alone. */
export function signUsage(body: Uint8Array | string, secret: string): string {
  return createHmac("sha256", secret).update(body).digest("hex");
}

/** The same in its second form, made anew at each try: `at` counts for five minutes. */
export function signUsageAt(at: Date, { body, id }: Signed, secret: string): string {
  const t = Math.floor(at.getTime() / 1000);
  return `t=${t},v1=${digestOf(`${t}`, { body, id }, secret).toString("hex")}`;
}

/** Whose form and digest are right, in constant time; null for any other. Whether its time is, the database's clock says. */
export function readSignature(header: string | null, signed: Signed, secrets: readonly string[]): Signature | null {
  if (!header || header.length > MAX_LENGTH) return null;
  const [, t, digest] = V2.exec(header) ?? [];
  if (t !== undefined && digest !== undefined) {
    const isRight = secrets.some((secret) => isSame(digest, digestOf(t, signed, secret)));
    return isRight ? { form: "v2", signedAt: new Date(Number(t) * 1000) } : null;
  }
  if (!V1.test(header)) return null;
  const isRight = secrets.some((secret) => isSame(header, createHmac("sha256", secret).update(signed.body).digest()));
  return isRight ? { form: "v1" } : null;
}

export function signedAtOf(signature: Signature): Date | null {
  return signature.form === "v2" ? signature.signedAt : null;
}

function digestOf(t: string, { body, id }: Signed, secret: string): Buffer {
  return createHmac("sha256", secret)
    .update(`${t}.${id ?? ""}.`)
    .update(body)
    .digest();
}

function isSame(hex: string, digest: Buffer): boolean {
  return timingSafeEqual(Buffer.from(hex, "hex"), digest);
}
