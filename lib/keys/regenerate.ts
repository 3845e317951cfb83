import "server-only";
import type { IssuedCredentials } from "@latchkey/rule/credentials";
import { pickLimits } from "@latchkey/rule/limits";
import type { Actor, CurrentUser } from "@/lib/audit/actors";
import { recordAudit } from "@/lib/audit/record";
import { db, sqlIn, type Transaction } from "@/lib/database/client";
import { PRESENT } from "@/lib/database/key-columns";
import { env } from "@/lib/settings/env";
import { AppError } from "@/lib/values/errors";
import { isUuid } from "@/lib/values/ids";
import { currentSecretId } from "@/lib/verification/hash-secrets";
import { hashCredential, issueCredentials } from "@/lib/verification/hashes";
import type { IssuedKey } from "./create";
import { type LockedKey, lockOwnKey } from "./own-key";
import { claimForKey, describeKeyOnce } from "./repeat";

export type Regeneration = { graceSeconds: number; idempotencyKey?: string | null };
export type RegeneratedKey = Omit<IssuedKey, "owner"> & { previousExpiresAt: Date | null };

/**
 * Gives the same key new credentials. The pair it had stays valid for `graceSeconds`; without a grace every earlier pair
 * is dead at once. Of calls that overlap, only the last one's pair works: a pair that nobody can have used yet gets no
 * grace.
 * @throws AppError API_KEY_NOT_FOUND, API_KEY_REVOKED, IDEMPOTENCY_KEY_USED, IDEMPOTENCY_KEY_MISMATCH
 */
export async function regenerateKey(owner: CurrentUser, uuid: string, asked: Regeneration): Promise<RegeneratedKey> {
  if (!isUuid(uuid)) throw new AppError("API_KEY_NOT_FOUND");
  const where = { uuid, userId: owner.id, ...PRESENT };
  const seen = await db().apiKey.findFirst({ where, select: { hint: true } });
  return db().$transaction(async (tx) => replaceCredentials(tx, owner.actor, await lockOwnKey(tx, owner, uuid), seen, asked));
}

/**
 * The same for a key that is locked, whoever's it is. `seen`: the key before it was locked.
 * @throws AppError API_KEY_REVOKED, IDEMPOTENCY_KEY_USED, IDEMPOTENCY_KEY_MISMATCH
 */
export async function replaceCredentials(
  tx: Transaction,
  actor: Actor,
  key: LockedKey,
  seen: { hint: string } | null,
  { idempotencyKey, ...asked }: Regeneration,
): Promise<RegeneratedKey> {
  const once = describeKeyOnce(actor, "regenerate-key", idempotencyKey, [key.uuid, asked]);
  if (once) await claimForKey((statement, values) => sqlIn(tx, statement, values), once, key.uuid);
  if (key.revokedAt) throw new AppError("API_KEY_REVOKED");
  const { graceSeconds } = asked;
  const { id, name, createdAt, expiresAt, hint } = key;
  const credentials = issueCredentials(key.format);
  const replacedAt = new Date();
  // Not by the hash: the same credential may have another one meanwhile.
  const isOverlapping = seen?.hint !== hint;
  const graceEndsAt = new Date(replacedAt.getTime() + graceSeconds * 1000);

  if (graceSeconds === 0) {
    await tx.replacedCredential.updateMany({
      where: { keyId: id, validUntil: { gt: replacedAt } },
      data: { validUntil: replacedAt },
    });
  }
  const { credentialHash, secretHash, credentialHashedUnder, secretHashedUnder } = key;
  const hashes = { credentialHash, secretHash, credentialHashedUnder, secretHashedUnder };
  await tx.replacedCredential.create({
    data: { keyId: id, ...hashes, hint, replacedAt, validUntil: isOverlapping ? replacedAt : graceEndsAt },
    select: { keyId: true },
  });
  await tx.apiKey.update({
    where: { id },
    data: { hint: credentials.hint, ...newHashes(credentials), regeneratedAt: replacedAt },
    select: { id: true },
  });
  const previousExpiresAt = graceSeconds > 0 && !isOverlapping ? graceEndsAt : null;
  await recordAudit(tx, actor, {
    action: "api_key.regenerated",
    target: { kind: "api_key", id: String(id) },
    before: { hint },
    after: { hint: credentials.hint, previous_expires_at: previousExpiresAt?.toISOString() ?? null },
  });
  const { key: issued, secret } = credentials;
  return { id, uuid: key.uuid, name, key: issued, secret, ...pickLimits(key), createdAt, expiresAt, previousExpiresAt };
}

function newHashes({ key, secret }: IssuedCredentials) {
  const hashSecret = env().KEY_HASH_SECRET;
  return {
    credentialHash: hashCredential(key, hashSecret),
    secretHash: secret && hashCredential(secret, hashSecret),
    credentialHashedUnder: currentSecretId(),
    secretHashedUnder: currentSecretId(),
  };
}
