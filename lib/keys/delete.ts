import "server-only";
import type { Actor } from "@/lib/audit/actors";
import { recordAudit } from "@/lib/audit/record";
import { db, type Transaction } from "@/lib/database/client";
import { PRESENT } from "@/lib/database/key-columns";
import { AppError } from "@/lib/values/errors";
import { MAX_ID } from "@/lib/values/ids";

/**
 * Takes any user's key out of use and out of every list, for staff. The row stays for its usage and audit history. Of
 * two calls at once, one succeeds.
 * @throws AppError INVALID_KEY_ID, API_KEY_NOT_FOUND
 */
export async function deleteKey(actor: Actor, idText: string): Promise<{ id: number; name: string }> {
  const id = parseKeyId(idText);
  return db().$transaction(async (tx) => {
    const key = await markDeleted(tx, actor, id);
    if (!key) throw new AppError("API_KEY_NOT_FOUND");
    return key;
  });
}

/** Null when it is deleted already, or never was. */
export async function markDeleted(tx: Transaction, actor: Actor, id: number): Promise<{ id: number; name: string } | null> {
  const deletedAt = new Date();
  const [key] = await tx.apiKey.updateManyAndReturn({
    where: { id, ...PRESENT },
    data: { deletedAt },
    select: { id: true, name: true },
  });
  if (!key) return null;
  await recordAudit(tx, actor, {
    action: "api_key.deleted",
    target: { kind: "api_key", id: String(key.id) },
    before: { name: key.name, deleted_at: null },
    after: { deleted_at: deletedAt.toISOString() },
  });
  return key;
}

/** A positive decimal integer: `abc`, `1.5`, `1e3`, `0x10` and `-1` are malformed, one beyond the id range is unknown. */
export function parseKeyId(text: string): number {
  if (!/^0*[1-9]\d*$/.test(text)) throw new AppError("INVALID_KEY_ID");
  const id = Number(text);
  if (id > MAX_ID) throw new AppError("API_KEY_NOT_FOUND");
  return id;
}
