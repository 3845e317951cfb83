import "server-only";
import { hashPassword as hashOwn, verifyPassword as verifyOwn } from "better-auth/crypto";
import { describeHash } from "./foreign-hashes";
import { hashInTurn } from "./hash-lanes";

/** Salted scrypt, in turn: of every password that is set, here or by the identity library (auth.ts gets these two). */
export function hashPassword(password: string): Promise<string> {
  return hashInTurn(() => hashOwn(password));
}

/** `salt:key` in hex. */
export function isOwnForm(hash: string): boolean {
  const described = describeHash(hash);
  return !("refused" in described) && described.form === "own";
}

/**
 * Whether a password is that of a hash, ours or another product's. Where there is none that has a password, the work of ours is
 * done all the same; how long a failure takes is said by failure-time.ts.
 */
export async function verifyPassword({ hash, password }: { hash: string; password: string }): Promise<boolean> {
  const described = describeHash(hash);
  if ("refused" in described) return hashInTurn(() => hashOwn(password)).then(() => false);
  if (described.form === "own") return hashInTurn(() => verifyOwn({ hash, password }));
  return hashInTurn(() => described.matches(password), true);
}
