import "server-only";
import type { Actor, CurrentUser } from "@/lib/audit/actors";
import { recordAudit } from "@/lib/audit/record";
import { db, type Transaction } from "@/lib/database/client";
import { readClock } from "@/lib/database/clock";
import type { Prisma } from "@/prisma/generated/client";
import { lockOwnKey } from "./own-key";

/**
 * Ends the time that a key's replaced credentials still had. Where none has any left, nothing changes.
 * @throws AppError API_KEY_NOT_FOUND
 */
export async function endGrace(owner: CurrentUser, uuid: string): Promise<void> {
  await db().$transaction(async (tx) => {
    const key = await lockOwnKey(tx, owner, uuid);
    await endCredentials(tx, owner.actor, key.id, {});
  });
}

/** The same of some of them, for a key that is locked. */
export async function endCredentials(
  tx: Transaction,
  actor: Actor,
  keyId: number,
  which: Prisma.ReplacedCredentialWhereInput,
): Promise<void> {
  const endedAt = await readClock(tx);
  const live = { ...which, keyId, validUntil: { gt: endedAt } };
  const replaced = await tx.replacedCredential.findMany({ where: live, select: { hint: true, validUntil: true } });
  if (replaced.length === 0) return;
  await tx.replacedCredential.updateMany({ where: live, data: { validUntil: endedAt } });
  await recordAudit(tx, actor, {
    action: "api_key.grace_ended",
    target: { kind: "api_key", id: String(keyId) },
    before: { replaced: replaced.map(({ hint, validUntil }) => ({ hint, valid_until: validUntil.toISOString() })) },
    after: { valid_until: endedAt.toISOString() },
  });
}
