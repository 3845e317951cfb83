import "server-only";
import { recordAudit } from "@/lib/audit";
import { db } from "@/lib/db";
import type { CurrentUser } from "@/lib/identity/callers";
import { lockOwnKey } from "./own-key";

/**
 * Ends a key for good; its row stays listed. Revoking again changes nothing.
 * @throws AppError API_KEY_NOT_FOUND
 */
export async function revokeKey(owner: CurrentUser, uuid: string): Promise<{ uuid: string }> {
  return db().$transaction(async (tx) => {
    const key = await lockOwnKey(tx, owner, uuid);
    if (!key.revokedAt) {
      const revokedAt = new Date();
      await tx.apiKey.update({ where: { id: key.id }, data: { revokedAt }, select: { id: true } });
      await recordAudit(tx, owner.actor, {
        action: "api_key.revoked",
        target: { kind: "api_key", id: String(key.id) },
        before: { revoked_at: null },
        after: { revoked_at: revokedAt.toISOString() },
      });
    }
    return { uuid: key.uuid };
  });
}
