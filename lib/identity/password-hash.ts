import "server-only";
import { hashPassword as hashOwn, verifyPassword as verifyOwn } from "better-auth/crypto";
import { matchesForeign } from "./foreign-hashes";
import { hashInTurn } from "./hash-lanes";

/** Salted scrypt, in turn: of every password that is set, here or by the identity library (auth.ts gets these two). */
export function hashPassword(password: string): Promise<string> {
  return hashInTurn(() => hashOwn(password));
}

/** `salt:key` in hex. */
export function isOwnForm(hash: string): boolean {
  return /^[0-9a-f]{32}:[0-9a-f]{128}$/.test(hash);
}

/**
 * Whether a password is that of a hash, ours or another product's. The work of ours is done for any other as well, so that
 * an account with a cheaper one, or with none that has a password, is not told from others by the time.
 */
export async function verifyPassword({ hash, password }: { hash: string; password: string }): Promise<boolean> {
  return hashInTurn(async () => {
    if (isOwnForm(hash)) return verifyOwn({ hash, password });
    const [isRight] = await Promise.all([matchesForeign(hash, password), hashOwn(password)]);
    return isRight;
  });
}
