import "server-only";
import { pickLimits } from "@latchkey/rule/limits";
import type { CurrentUser } from "@/lib/audit/actors";
import { recordAudit } from "@/lib/audit/record";
import { db } from "@/lib/database/client";
import { PRESENT } from "@/lib/database/key-columns";
import { env } from "@/lib/settings/env";
import { AppError } from "@/lib/values/errors";
import { isUuid } from "@/lib/values/ids";
import { currentSecretId } from "@/lib/verification/hash-secrets";
import { hashCredential, issueCredentials } from "@/lib/verification/hashes";
import type { IssuedKey } from "./create";
import { lockOwnKey } from "./own-key";

export type RegeneratedKey = Omit<IssuedKey, "owner"> & { previousExpiresAt: Date | null };

/**
 * Gives the same key new credentials. The pair it had stays valid for `graceSeconds`; without a grace every earlier pair
 * is dead at once. Of calls that overlap, only the last one's pair works: a pair that nobody can have used yet gets no
 * grace.
 * @throws AppError API_KEY_NOT_FOUND, API_KEY_REVOKED
 */
export async function regenerateKey(owner: CurrentUser, uuid: string, graceSeconds: number): Promise<RegeneratedKey> {
  if (!isUuid(uuid)) throw new AppError("API_KEY_NOT_FOUND");
  const seen = await db().apiKey.findFirst({
    where: { uuid, userId: owner.id, ...PRESENT },
    select: { hint: true },
  });
  const hashSecret = env().KEY_HASH_SECRET;

  return db().$transaction(async (tx) => {
    const key = await lockOwnKey(tx, owner, uuid);
    if (key.revokedAt) throw new AppError("API_KEY_REVOKED");
    const { credentialHash, secretHash, credentialHashedUnder, secretHashedUnder, hint } = key;
    const credentials = issueCredentials(key.format);
    const replacedAt = new Date();
    // Not by the hash, which the same credential may have another of meanwhile.
    const isOverlapping = seen?.hint !== hint;
    const graceEndsAt = new Date(replacedAt.getTime() + graceSeconds * 1000);

    if (graceSeconds === 0) {
      await tx.replacedCredential.updateMany({
        where: { keyId: key.id, validUntil: { gt: replacedAt } },
        data: { validUntil: replacedAt },
      });
    }
    await tx.replacedCredential.create({
      data: {
        ...{ keyId: key.id, credentialHash, secretHash, credentialHashedUnder, secretHashedUnder, hint, replacedAt },
        validUntil: isOverlapping ? replacedAt : graceEndsAt,
      },
      select: { keyId: true },
    });
    await tx.apiKey.update({
      where: { id: key.id },
      data: {
        hint: credentials.hint,
        credentialHash: hashCredential(credentials.key, hashSecret),
        secretHash: credentials.secret && hashCredential(credentials.secret, hashSecret),
        credentialHashedUnder: currentSecretId(),
        secretHashedUnder: currentSecretId(),
        regeneratedAt: replacedAt,
      },
      select: { id: true },
    });
    const previousExpiresAt = graceSeconds > 0 && !isOverlapping ? graceEndsAt : null;
    await recordAudit(tx, owner.actor, {
      action: "api_key.regenerated",
      target: { kind: "api_key", id: String(key.id) },
      before: { hint },
      after: { hint: credentials.hint, previous_expires_at: previousExpiresAt?.toISOString() ?? null },
    });
    const { id, name, createdAt, expiresAt } = key;
    return {
      id,
      uuid: key.uuid,
      name,
      key: credentials.key,
      secret: credentials.secret,
      ...pickLimits(key),
      createdAt,
      expiresAt,
      previousExpiresAt,
    };
  });
}
