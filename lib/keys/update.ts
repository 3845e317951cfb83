import "server-only";
import { endsNoLater, narrows } from "@latchkey/rule/narrowing";
import type { Permissions } from "@latchkey/rule/permissions";
import type { CurrentUser } from "@/lib/audit/actors";
import { recordAudit } from "@/lib/audit/record";
import { db } from "@/lib/database/client";
import { AppError } from "@/lib/values/errors";

import { lockOwnKey } from "./own-key";

/** What is left out stays as it is. */
type KeyChanges = { name?: string; permissions?: Permissions; expiresAt?: Date };

/**
 * Renames a key, takes permissions from it, or has it end earlier. What it never had it cannot get.
 * @throws AppError API_KEY_NOT_FOUND, API_KEY_REVOKED, INVALID_PERMISSIONS, INVALID_EXPIRES_AT
 */
export async function updateKey(owner: CurrentUser, uuid: string, changes: KeyChanges): Promise<void> {
  await db().$transaction(async (tx) => {
    const key = await lockOwnKey(tx, owner, uuid);
    if (key.revokedAt) throw new AppError("API_KEY_REVOKED");
    const { name = key.name, permissions = key.permissions, expiresAt = key.expiresAt } = changes;
    if (changes.permissions && !narrows(key.permissions, permissions)) {
      throw new AppError("INVALID_PERMISSIONS", { fields: { permissions: ["A key cannot get what it did not have."] } });
    }
    if (!endsNoLater(key.expiresAt, expiresAt)) {
      throw new AppError("INVALID_EXPIRES_AT", { fields: { expires_at: ["A key cannot end later than it does now."] } });
    }
    const before = describe(key);
    const after = describe({ name, permissions, expiresAt });
    if (JSON.stringify(before) === JSON.stringify(after)) return;
    await tx.apiKey.update({ where: { id: key.id }, data: { name, permissions, expiresAt }, select: { id: true } });
    await recordAudit(tx, owner.actor, {
      action: "api_key.updated",
      target: { kind: "api_key", id: String(key.id) },
      before,
      after,
    });
  });
}

function describe({ name, permissions, expiresAt }: { name: string; permissions: Permissions; expiresAt: Date | null }) {
  return { name, permissions, expires_at: expiresAt?.toISOString() ?? null };
}
