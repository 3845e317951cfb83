import "server-only";
import type { CurrentAdmin } from "@/lib/audit/actors";
import { recordAudit } from "@/lib/audit/record";
import { db } from "@/lib/database/client";
import { endAccess } from "@/lib/identity/access";
import { AppError } from "@/lib/values/errors";
import { lockAdminsAndUser, lockUser, requireAsSeen, requireOtherAdmin, requireStillAdmin } from "./locked-user";
import type { BanInput } from "./schemas";

/**
 * Shuts a user out: sessions end, and with them their tokens, and links that were mailed; keys are refused for as long as the ban lasts. Answers how
 * many sessions were ended.
 * @throws AppError USER_NOT_FOUND, CONFLICT, OWN_ROLE, LAST_ADMIN
 */
export async function banUser(admin: CurrentAdmin, input: BanInput): Promise<number> {
  if (input.user === admin.id) throw new AppError("OWN_ROLE", { message: "Nobody bans themselves. Ask another administrator." });
  return db().$transaction(async (tx) => {
    const user = await lockAdminsAndUser(tx, input.user);
    await requireOtherAdmin(tx, user);
    await requireStillAdmin(tx, admin);
    requireAsSeen(user, input);
    if (user.isBanned) throw new AppError("CONFLICT", { message: `${user.email} is banned already.` });
    await tx.user.update({
      where: { id: user.id },
      data: { banned: true, banReason: input.reason },
      select: { id: true },
    });
    const count = await endAccess(tx, user.id);
    await recordAudit(tx, admin.actor, {
      action: "user.banned",
      target: { kind: "user", id: user.id },
      before: { banned: false },
      after: { banned: true, reason: input.reason, sessions_ended: count },
    });
    return count;
  });
}

/**
 * Lets a user in again, who has to sign in anew: a session that was being opened while the ban came does not live on.
 * @throws AppError USER_NOT_FOUND, CONFLICT
 */
export async function unbanUser(admin: CurrentAdmin, input: BanInput): Promise<void> {
  await db().$transaction(async (tx) => {
    const user = await lockAdminsAndUser(tx, input.user);
    await requireStillAdmin(tx, admin);
    requireAsSeen(user, input);
    if (!user.isBanned) throw new AppError("CONFLICT", { message: `${user.email} is not banned.` });
    await tx.user.update({
      where: { id: user.id },
      data: { banned: false, banReason: null },
      select: { id: true },
    });
    await endAccess(tx, user.id);
    await recordAudit(tx, admin.actor, {
      action: "user.unbanned",
      target: { kind: "user", id: user.id },
      before: { banned: true, reason: user.banReason },
      after: { banned: false, reason: input.reason },
    });
  });
}

/**
 * Ends a user's sessions, and with them their tokens, and links that were mailed; one's own all but the one that asks. Answers how many.
 * @throws AppError USER_NOT_FOUND
 */
export async function endSessions(admin: CurrentAdmin, userId: string): Promise<number> {
  return db().$transaction(async (tx) => {
    const user = await lockUser(tx, userId);
    const count = await endAccess(tx, user.id, admin.sessionId);
    if (count === 0) return 0;
    await recordAudit(tx, admin.actor, {
      action: "user.sessions_ended",
      target: { kind: "user", id: user.id },
      after: { sessions_ended: count },
    });
    return count;
  });
}
