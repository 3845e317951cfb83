import "server-only";
import { recordAudit } from "@/lib/audit";
import { db } from "@/lib/db";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import type { CurrentUser } from "@/lib/identity/callers";
import { type Credential, hashCredential, issueCredentials } from "./credentials";
import { lockOwnKey } from "./own-key";
import type { Permissions } from "./permissions";

export type RegeneratedKey = {
  uuid: string;
  name: string;
  key: Credential;
  secret: Credential | null;
  permissions: Permissions;
  createdAt: Date;
  expiresAt: Date | null;
  previousExpiresAt: Date | null;
};

/**
 * Gives the same key new credentials. The pair it had stays valid for `graceSeconds`; a pair that was still in grace
 * from an earlier time is dead at once. Of calls that overlap, only the last one's pair works: a pair that nobody can
 * have used yet is not given a grace.
 * @throws AppError API_KEY_NOT_FOUND, API_KEY_REVOKED
 */
export async function regenerateKey(owner: CurrentUser, uuid: string, graceSeconds: number): Promise<RegeneratedKey> {
  const seen = await db().apiKey.findFirst({
    where: { uuid, userId: owner.id, deletedAt: null },
    select: { credentialHash: true },
  });
  const hashSecret = env().KEY_HASH_SECRET;

  return db().$transaction(async (tx) => {
    const key = await lockOwnKey(tx, owner, uuid);
    if (key.revokedAt) throw new AppError("API_KEY_REVOKED");
    const credentials = issueCredentials(key.format);
    const now = new Date();
    const overlapped = !seen || Buffer.compare(seen.credentialHash, key.credentialHash) !== 0;
    const replaced = overlapped
      ? { hint: key.previousHint, hash: key.previousCredentialHash, secretHash: key.previousSecretHash }
      : { hint: key.hint, hash: key.credentialHash, secretHash: key.secretHash };
    const hasGrace = graceSeconds > 0 && replaced.hash !== null;
    const previousExpiresAt = hasGrace ? new Date(now.getTime() + graceSeconds * 1000) : null;

    await tx.apiKey.update({
      where: { id: key.id },
      data: {
        hint: credentials.hint,
        credentialHash: hashCredential(credentials.key, hashSecret),
        secretHash: credentials.secret && hashCredential(credentials.secret, hashSecret),
        previousHint: hasGrace ? replaced.hint : null,
        previousCredentialHash: hasGrace ? replaced.hash : null,
        previousSecretHash: hasGrace ? replaced.secretHash : null,
        previousExpiresAt,
        regeneratedAt: now,
      },
      select: { id: true },
    });
    await recordAudit(tx, owner.actor, {
      action: "api_key.regenerated",
      target: { kind: "api_key", id: String(key.id) },
      before: { hint: key.hint },
      after: { hint: credentials.hint, previous_expires_at: previousExpiresAt?.toISOString() ?? null },
    });
    return {
      uuid: key.uuid,
      name: key.name,
      key: credentials.key,
      secret: credentials.secret,
      permissions: key.permissions,
      createdAt: key.createdAt,
      expiresAt: key.expiresAt,
      previousExpiresAt,
    };
  });
}
