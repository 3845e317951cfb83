import "server-only";
import { dictionary } from "@zxcvbn-ts/language-common";
import { db } from "@/lib/database/client";
import { env } from "@/lib/settings/env";
import { AppError } from "@/lib/values/errors";
import { MIN_PASSWORD_LENGTH } from "@/lib/values/lengths";
import { isBreached } from "./breached-passwords";
import { hashPassword } from "./password-hash";

/** A password that somebody wants, and what its field is called where they typed it. */
export type NewPassword = { text: string; field: string };
/** Of whom it is to be: what others know of them is no password. */
export type PasswordOwner = { email: string; firstName: string; lastName: string };

export async function findPasswordOwner(userId: string): Promise<(PasswordOwner & { isBanned: boolean }) | null> {
  const select = { email: true, firstName: true, lastName: true, banned: true };
  const user = await db().user.findUnique({ where: { id: userId }, select });
  return user && { ...user, isBanned: user.banned };
}

/** Shorter ones are in too many passwords by chance. */
const LEAST_LETTERS = 4;

/** The commonest passwords of leaked lists, the first 10,000 and some more, as far as their length would do. */
const COMMON = new Set(dictionary["passwords-common"].filter((word) => word.length >= MIN_PASSWORD_LENGTH));

/**
 * The hash of a password that is good enough: every door that sets one goes through here. Its length and characters have been
 * checked by the schema. Passwords that exist are not asked.
 * @throws AppError INVALID_INPUT with a sentence for its field
 */
export async function hashNewPassword({ text, field }: NewPassword, owner: PasswordOwner): Promise<string> {
  const refusal = refuseEasy(text, owner) ?? (env().HIBP === "on" && (await isBreached(text)) ? BREACHED : null);
  if (refusal) throw new AppError("INVALID_INPUT", { message: refusal, fields: { [field]: [refusal] } });
  return hashPassword(text);
}

const BREACHED = "This password is known from a data breach. Choose another one.";

/** Why a password is too easy to guess, in a sentence. Null where it is not. What is not known of its owner is empty. */
export function refuseEasy(password: string, { email, firstName, lastName }: PasswordOwner): string | null {
  const folded = fold(password);
  if (COMMON.has(folded) || isPattern(folded)) return "This password is too common.";
  const contains = (word: string) => lettersIn(word) >= LEAST_LETTERS && folded.includes(fold(word));
  if (contains(email.slice(0, email.lastIndexOf("@"))) || (email && folded.includes(fold(email))))
    return "This password contains your e-mail address.";
  const names = [firstName, lastName, ...`${firstName} ${lastName}`.split(/\s+/)];
  return names.some(contains) ? "This password contains your name." : null;
}

/** The most characters that, over and over, are a pattern. */
const LONGEST_PATTERN = 4;

/** Lists leave out a few characters over and over, and runs of digits or of the alphabet: there is no end of those. */
function isPattern(text: string): boolean {
  const signs = [...text];
  const sizes = Array.from({ length: LONGEST_PATTERN }, (_, index) => index + 1);
  if (sizes.some((size) => signs.length >= 2 * size && signs.every((sign, place) => sign === signs[place % size]))) return true;
  const points = signs.map((sign) => sign.codePointAt(0) ?? 0);
  const steps = points.slice(1).map((point, place) => point - (points[place] ?? 0));
  // After 9 comes 0, and before 0 comes 9.
  return [1, -1].some((run) => steps.every((step) => step === run || step === -9 * run));
}

function lettersIn(word: string): number {
  return [...word].length;
}

/** As the hash takes it (NFKC), whatever the case: `ẞ` is `ss` too. */
function fold(text: string): string {
  return text.normalize("NFKC").toLowerCase().toUpperCase().toLowerCase();
}
