import "server-only";
import { findWidened, type KeyLimits, pickLimits } from "@latchkey/rule/limits";
import { endsNoLater } from "@latchkey/rule/narrowing";
import type { CurrentUser } from "@/lib/audit/actors";
import { recordAudit } from "@/lib/audit/record";
import { db } from "@/lib/database/client";
import { AppError } from "@/lib/values/errors";
import { limitError } from "./limits";
import { lockOwnKey } from "./own-key";

type KeyValues = KeyLimits & { name: string; expiresAt: Date | null };

/** What is left out, or undefined, stays as it is. */
type KeyChanges = Partial<KeyValues>;

/**
 * Renames a key, limits it further, or has it end earlier. What it never had it cannot get.
 * @throws AppError API_KEY_NOT_FOUND, API_KEY_REVOKED, INVALID_PERMISSIONS, INVALID_EXPIRES_AT
 */
export async function updateKey(owner: CurrentUser, uuid: string, changes: KeyChanges): Promise<void> {
  await db().$transaction(async (tx) => {
    const key = await lockOwnKey(tx, owner, uuid);
    if (key.revokedAt) throw new AppError("API_KEY_REVOKED");
    const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
    const wanted: KeyValues = { ...key, ...given };
    const widened = findWidened(key, wanted);
    if (widened) throw limitError(widened, "A key cannot get what it did not have.");
    if (!endsNoLater(key.expiresAt, wanted.expiresAt)) {
      throw new AppError("INVALID_EXPIRES_AT", { fields: { expires_at: ["A key cannot end later than it does now."] } });
    }
    const before = describe(key);
    const after = describe(wanted);
    if (JSON.stringify(before) === JSON.stringify(after)) return;
    const { name, expiresAt } = wanted;
    const data = { name, ...pickLimits(wanted), expiresAt };
    await tx.apiKey.update({ where: { id: key.id }, data, select: { id: true } });
    await recordAudit(tx, owner.actor, {
      action: "api_key.updated",
      target: { kind: "api_key", id: String(key.id) },
      before,
      after,
    });
  });
}

function describe(key: KeyValues) {
  return { name: key.name, ...pickLimits(key), expires_at: key.expiresAt?.toISOString() ?? null };
}
