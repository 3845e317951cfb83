import "server-only";
import type { Actor } from "@/lib/audit/actors";
import { recordAudit } from "@/lib/audit/record";
import { db, sqlIn } from "@/lib/database/client";
import { bool, instant, nullable, statement, text } from "@/lib/database/statements";
import { RESTORABLE_DAYS } from "@/lib/values/days";
import { AppError } from "@/lib/values/errors";
import { parseKeyId } from "./delete";
import { findListedKey, type ListedKey } from "./list";

const LOCK = statement(
  "lock-deleted-key",
  { name: text, deleted_at: nullable(instant), is_late: nullable(bool) },
  `SELECT name, deleted_at, deleted_at <= now() - interval '${RESTORABLE_DAYS} days' AS is_late
   FROM api_keys WHERE id = $key FOR NO KEY UPDATE`,
);

/**
 * Brings any user's key back that was deleted in the last 30 days, as it was: its row, its usage and its hashes have stayed.
 * @throws AppError INVALID_KEY_ID, API_KEY_NOT_FOUND (later than that, too), KEY_NOT_DELETED
 */
export async function restoreKey(actor: Actor, idText: string): Promise<ListedKey> {
  const id = parseKeyId(idText);
  return db().$transaction(async (tx) => {
    const [key] = await sqlIn(tx, LOCK, { key: id });
    if (!key || key.is_late) throw new AppError("API_KEY_NOT_FOUND");
    if (!key.deleted_at) throw new AppError("KEY_NOT_DELETED");
    await tx.apiKey.update({ where: { id }, data: { deletedAt: null }, select: { id: true } });
    await recordAudit(tx, actor, {
      action: "api_key.restored",
      target: { kind: "api_key", id: String(id) },
      before: { name: key.name, deleted_at: key.deleted_at.toISOString() },
      after: { deleted_at: null },
    });
    return findListedKey(tx, id);
  });
}
