import "server-only";
import type { CurrentUser } from "@/lib/audit/actors";
import { recordAudit } from "@/lib/audit/record";
import { db } from "@/lib/database/client";
import { AppError } from "@/lib/values/errors";
import { hashPassword, verifyPassword } from "./password-hash";

/**
 * Sets another password and ends every session but the one that asks, all or nothing. Answers how many were ended.
 * @throws AppError INVALID_INPUT with fields when the current password is wrong
 */
export async function changePassword(user: CurrentUser, input: { current: string; next: string }): Promise<number> {
  const accountId = await findOwnAccount(user.id, input.current);
  if (!accountId) throw new AppError("INVALID_INPUT", { fields: { currentPassword: ["This is not your current password."] } });
  const hash = await hashPassword(input.next);
  return db().$transaction(async (tx) => {
    await tx.account.update({ where: { id: accountId }, data: { password: hash }, select: { id: true } });
    const { count } = await tx.session.deleteMany({ where: { userId: user.id, NOT: { id: user.sessionId ?? undefined } } });
    await recordAudit(tx, user.actor, {
      action: "user.password_changed",
      target: { kind: "user", id: user.id },
      after: { sessions_ended: count },
    });
    return count;
  });
}

/**
 * Notes that whoever uses this session has just given its person's password again.
 * @throws AppError INVALID_INPUT with fields when it is wrong, NOT_AUTHENTICATED when the session has ended
 */
export async function confirmPassword(user: CurrentUser, password: string): Promise<void> {
  if (!(await findOwnAccount(user.id, password))) {
    throw new AppError("INVALID_INPUT", { fields: { password: ["This is not your password."] } });
  }
  await db().$transaction(async (tx) => {
    const count = await tx.$executeRaw`UPDATE sessions SET confirmed_at = now() WHERE id = ${user.sessionId}::uuid`;
    if (count === 0) throw new AppError("NOT_AUTHENTICATED");
    await recordAudit(tx, user.actor, { action: "user.password_confirmed", target: { kind: "user", id: user.id } });
  });
}

/** The account that holds the person's password, when this is it. */
async function findOwnAccount(userId: string, password: string): Promise<string | null> {
  const account = await db().account.findFirst({
    where: { userId, providerId: "credential" },
    select: { id: true, password: true },
  });
  if (!account?.password) return null;
  return (await verifyPassword({ hash: account.password, password })) ? account.id : null;
}
