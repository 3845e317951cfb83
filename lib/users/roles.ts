import "server-only";
import type { CurrentAdmin } from "@/lib/audit/actors";
import { recordAudit } from "@/lib/audit/record";
import { db } from "@/lib/database/client";
import { endMailedTokens } from "@/lib/identity/mailed-tokens";
import { AppError } from "@/lib/values/errors";
import { lockAdminsAndUser, requireAsSeen, requireOtherAdmin, requireStillAdmin } from "./locked-user";
import type { ChangeRoleInput } from "./schemas";

/**
 * Makes a user an administrator, or an administrator a user. It holds from their next request on. Links that were
 * mailed are worth what the role was, and end.
 * @throws AppError USER_NOT_FOUND, CONFLICT, OWN_ROLE, LAST_ADMIN
 */
export async function changeRole(admin: CurrentAdmin, input: ChangeRoleInput): Promise<void> {
  if (input.user === admin.id) throw new AppError("OWN_ROLE");
  await db().$transaction(async (tx) => {
    const user = await lockAdminsAndUser(tx, input.user);
    if (input.to === "user") await requireOtherAdmin(tx, user);
    await requireStillAdmin(tx, admin);
    requireAsSeen(user, input);
    if (user.role === input.to) return;
    await tx.user.update({ where: { id: user.id }, data: { role: input.to }, select: { id: true } });
    await endMailedTokens(tx, user.id);
    await recordAudit(tx, admin.actor, {
      action: "user.role_changed",
      target: { kind: "user", id: user.id },
      before: { role: user.role },
      after: { role: input.to },
    });
  });
}
