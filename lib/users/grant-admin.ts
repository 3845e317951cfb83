import "server-only";
import type { Actor } from "@/lib/audit/actors";
import { recordAudit } from "@/lib/audit/record";
import { db } from "@/lib/database/client";
import { endMailedTokens } from "@/lib/identity/mailed-tokens";
import { AppError } from "@/lib/values/errors";

type Granted = { wasAdmin: boolean; isBanned: boolean };

/**
 * For the operator's shell, which needs no administrator to make one.
 * @throws AppError USER_NOT_FOUND
 */
export async function grantAdmin(actor: Actor, email: string): Promise<Granted> {
  return db().$transaction(async (tx) => {
    await tx.$queryRaw`SELECT 1 FROM users WHERE email = ${email} FOR NO KEY UPDATE`;
    const user = await tx.user.findUnique({
      where: { email },
      select: { id: true, role: true, banned: true },
    });
    if (!user) throw new AppError("USER_NOT_FOUND");
    const granted = { wasAdmin: user.role === "admin", isBanned: user.banned };
    if (granted.wasAdmin) return granted;
    await tx.user.update({ where: { id: user.id }, data: { role: "admin" }, select: { id: true } });
    await endMailedTokens(tx, user.id);
    await recordAudit(tx, actor, {
      action: "user.role_changed",
      target: { kind: "user", id: user.id },
      before: { role: user.role },
      after: { role: "admin" },
    });
    return granted;
  });
}
