import "server-only";
import type { Actor, CurrentUser } from "@/lib/audit/actors";
import { recordAudit } from "@/lib/audit/record";
import { db, type Transaction } from "@/lib/database/client";
import { lockOwnKey } from "./own-key";
import { enderOf } from "./pause";

/**
 * Ends a key for good; its row stays listed. Revoking again changes nothing.
 * @throws AppError API_KEY_NOT_FOUND
 */
export async function revokeKey(owner: CurrentUser, uuid: string): Promise<{ uuid: string }> {
  return db().$transaction(async (tx) => {
    const key = await lockOwnKey(tx, owner, uuid);
    if (!key.revokedAt) await markRevoked(tx, owner.actor, key.id);
    return { uuid: key.uuid };
  });
}

/** For a key that is locked and not revoked yet. */
export async function markRevoked(tx: Transaction, actor: Actor, id: number): Promise<void> {
  const revokedAt = new Date();
  await tx.apiKey.update({ where: { id }, data: { revokedAt, revokedBy: enderOf(actor) }, select: { id: true } });
  await recordAudit(tx, actor, {
    action: "api_key.revoked",
    target: { kind: "api_key", id: String(id) },
    before: { revoked_at: null },
    after: { revoked_at: revokedAt.toISOString() },
  });
}
