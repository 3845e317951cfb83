import "server-only";
import { createHash, pbkdf2, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { verify as verifyBcrypt } from "@node-rs/bcrypt";

/** Seconds of work, beyond which nobody may be made to wait: products that are in use ask for half of it. */
const MOST_ITERATIONS = 2_400_000;
const HIGHEST_COST = 15;

const PBKDF2 = /^pbkdf2_sha256\$([1-9]\d{0,6})\$([^$]+)\$([A-Za-z0-9+/]{43}=)$/;
/** Modular crypt format, alone or in Django's words; `bcrypt_sha256`: of the password's SHA-256 in hex. */
const BCRYPT = /^(?:bcrypt(_sha256)?\$)?(\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53})$/;

const derive = promisify(pbkdf2);

/**
 * Whether a password is that of a hash which another product made: bcrypt, or PBKDF2 with SHA-256 as Django writes it. A hash
 * of any other form has no password.
 */
export async function matchesForeign(hash: string, password: string): Promise<boolean> {
  const [, iterations, salt, digest] = PBKDF2.exec(hash) ?? [];
  if (iterations && salt && digest) return matchesPbkdf2({ iterations: Number(iterations), salt, digest }, password);
  const [, isOfDigest, crypt, cost] = BCRYPT.exec(hash) ?? [];
  if (!crypt || Number(cost) > HIGHEST_COST) return false;
  const text = isOfDigest ? createHash("sha256").update(password).digest("hex") : password;
  return verifyBcrypt(text, crypt).catch(() => false);
}

async function matchesPbkdf2(made: { iterations: number; salt: string; digest: string }, password: string): Promise<boolean> {
  if (made.iterations > MOST_ITERATIONS) return false;
  const derived = await derive(password, made.salt, made.iterations, 32, "sha256");
  return timingSafeEqual(derived, Buffer.from(made.digest, "base64"));
}
