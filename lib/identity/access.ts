import "server-only";
import { sqlIn, type Transaction } from "@/lib/database/client";
import { statement, uuid } from "@/lib/database/statements";
import { endMailedTokens } from "./mailed-tokens";

const END_SESSIONS = statement(
  "end-sessions-of-user",
  { id: uuid },
  "DELETE FROM sessions WHERE user_id = $user::uuid AND id IS DISTINCT FROM $except::uuid RETURNING id",
);

/**
 * Ends all that speaks for a person, in the caller's transaction: sessions, and with them their tokens, and links that were
 * mailed. Where the password changes as well, that comes before: whoever signs in with the old one meanwhile is found out by it.
 * `except`: a session that goes on. Answers how many were ended.
 */
export async function endAccess(tx: Transaction, userId: string, except: string | null = null): Promise<number> {
  const count = await endSessionsOf(tx, userId, except);
  await endMailedTokens(tx, userId);
  return count;
}

/** The sessions alone, and their tokens with them. Answers how many were ended. */
export async function endSessionsOf(tx: Transaction, userId: string, except: string | null): Promise<number> {
  const { length } = await sqlIn(tx, END_SESSIONS, { user: userId, except });
  return length;
}

/** Null: there is none to sign in with, until a mailed link sets one. */
export async function setPassword(tx: Transaction, userId: string, hash: string | null): Promise<void> {
  await tx.account.upsert({
    where: { providerId_accountId: { providerId: "credential", accountId: userId } },
    update: { password: hash },
    create: { userId, providerId: "credential", accountId: userId, password: hash },
    select: { id: true },
  });
}
