import "server-only";
import { recordAudit } from "@/lib/audit";
import { db } from "@/lib/db";
import { AppError } from "@/lib/errors";
import { auth } from "./auth";
import type { CurrentUser } from "./callers";

/**
 * Sets another password and ends every session but the one that asks, all or nothing. Answers how many were ended.
 * @throws AppError INVALID_INPUT with fields when the current password is wrong
 */
export async function changePassword(user: CurrentUser, input: { current: string; next: string }): Promise<number> {
  const { password: passwords } = await auth().$context;
  const account = await db().account.findFirst({
    where: { userId: user.id, providerId: "credential" },
    select: { id: true, password: true },
  });
  if (!account?.password || !(await passwords.verify({ hash: account.password, password: input.current }))) {
    throw new AppError("INVALID_INPUT", { fields: { currentPassword: ["This is not your current password."] } });
  }
  const hash = await passwords.hash(input.next);
  return db().$transaction(async (tx) => {
    await tx.account.update({ where: { id: account.id }, data: { password: hash }, select: { id: true } });
    const { count } = await tx.session.deleteMany({ where: { userId: user.id, NOT: { id: user.sessionId ?? undefined } } });
    await recordAudit(tx, user.actor, {
      action: "user.password_changed",
      target: { kind: "user", id: user.id },
      after: { sessions_ended: count },
    });
    return count;
  });
}
