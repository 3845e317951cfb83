import "server-only";
import { findWidened, type KeyLimits, pickLimits } from "@latchkey/rule/limits";
import { endsNoLater } from "@latchkey/rule/narrowing";
import type { CurrentUser } from "@/lib/audit/actors";
import { recordAudit } from "@/lib/audit/record";
import { db } from "@/lib/database/client";
import { AppError } from "@/lib/values/errors";
import { type LockedKey, lockOwnKey } from "./own-key";

type KeyValues = KeyLimits & Pick<LockedKey, "name" | "expiresAt" | "note" | "selfRotation">;

/** What is left out, or undefined, stays as it is. */
export type KeyChanges = { [Name in keyof KeyValues]?: KeyValues[Name] | undefined };

/**
 * Renames a key, notes something of it, limits it further, has it end earlier, or lets it replace its own credentials. What
 * it never had it cannot get. Answers the key as it is then.
 * @throws AppError API_KEY_NOT_FOUND, API_KEY_REVOKED, NOT_NARROWER
 */
export async function updateKey(owner: CurrentUser, uuid: string, changes: KeyChanges): Promise<LockedKey> {
  return db().$transaction(async (tx) => {
    const key = await lockOwnKey(tx, owner, uuid);
    if (key.revokedAt) throw new AppError("API_KEY_REVOKED");
    const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
    const wanted: LockedKey = { ...key, ...given };
    const widened = findWidened(key, wanted);
    if (widened) throw notNarrower(widened, "A key cannot get what it did not have.");
    if (!endsNoLater(key.expiresAt, wanted.expiresAt)) {
      throw notNarrower("expires_at", "A key cannot end later than it does now.");
    }
    const before = describe(key);
    const after = describe(wanted);
    if (JSON.stringify(before) === JSON.stringify(after)) return key;
    const { name, expiresAt, note, selfRotation } = wanted;
    const data = { name, ...pickLimits(wanted), expiresAt, note, selfRotation };
    await tx.apiKey.update({ where: { id: key.id }, data, select: { id: true } });
    await recordAudit(tx, owner.actor, {
      action: "api_key.updated",
      target: { kind: "api_key", id: String(key.id) },
      before,
      after,
    });
    return wanted;
  });
}

function notNarrower(field: string, sentence: string): AppError {
  return new AppError("NOT_NARROWER", { message: sentence, fields: { [field]: [sentence] } });
}

/** What few keys have is written of those alone. */
function describe({ name, expiresAt, note, selfRotation, ...limits }: KeyValues) {
  return {
    name,
    ...pickLimits(limits),
    expires_at: expiresAt?.toISOString() ?? null,
    ...(note !== null && { note }),
    ...(selfRotation && { self_rotation: true }),
  };
}
