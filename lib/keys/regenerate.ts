import "server-only";
import type { IssuedCredentials } from "@latchkey/rule/credentials";
import { isUsable } from "@latchkey/rule/status";
import type { Actor, CurrentUser } from "@/lib/audit/actors";
import { recordAudit } from "@/lib/audit/record";
import { db, sqlIn, type Transaction } from "@/lib/database/client";
import { readClock } from "@/lib/database/clock";
import { PRESENT } from "@/lib/database/key-columns";
import { isUnprovenNow } from "@/lib/identity/proof";
import { AppError } from "@/lib/values/errors";
import { isUuid } from "@/lib/values/ids";
import { currentSecretId } from "@/lib/verification/hash-secrets";
import { issueCredentials } from "@/lib/verification/hashes";
import { type IssuedKey, storeIssued } from "./create";
import { requireRoom } from "./key-limit";
import { type LockedKey, lockOwnKey } from "./own-key";
import { claimForKey, describeKeyOnce } from "./repeat";

/** `expiresAt`: a new end of the key, null for none; undefined keeps the one it has. */
export type Regeneration = { graceSeconds: number; expiresAt?: Date | null | undefined; idempotencyKey?: string | null };
export type RegeneratedKey = Omit<IssuedKey, "owner"> & { previousExpiresAt: Date | null };

/**
 * Gives the same key new credentials. The pair it had stays valid for `graceSeconds`; without a grace every earlier pair
 * is dead at once. Of calls that overlap, only the last one's pair works: a pair that nobody can have used yet gets no
 * grace.
 * @throws AppError API_KEY_NOT_FOUND, API_KEY_REVOKED, API_KEY_EXPIRED, KEY_LIMIT_REACHED, INVALID_EXPIRES_AT, IDEMPOTENCY_KEY_USED, IDEMPOTENCY_KEY_MISMATCH
 */
export async function regenerateKey(owner: CurrentUser, uuid: string, asked: Regeneration): Promise<RegeneratedKey> {
  if (!isUuid(uuid)) throw new AppError("API_KEY_NOT_FOUND");
  const where = { uuid, userId: owner.id, ...PRESENT };
  const seen = await db().apiKey.findFirst({ where, select: { hint: true } });
  return db().$transaction(async (tx) => replaceCredentials(tx, owner.actor, await lockOwnKey(tx, owner, uuid), seen, asked));
}

/**
 * The same for a key that is locked, whoever's it is. `seen`: the key before it was locked.
 * @throws AppError API_KEY_REVOKED, API_KEY_EXPIRED, KEY_LIMIT_REACHED, INVALID_EXPIRES_AT, IDEMPOTENCY_KEY_USED, IDEMPOTENCY_KEY_MISMATCH
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
  const replacedAt = await readClock(tx);
  const expiresAt = chooseEnd(key.expiresAt, asked.expiresAt, replacedAt);
  const isRevived = !isUsable(key, replacedAt) && isUsable({ ...key, expiresAt }, replacedAt);
  if (isRevived) await requireRoom(tx, actor, key.userId);
  const { credentialHash, secretHash, credentialHashedUnder, secretHashedUnder, credentialSeal, secretSeal, ...facts } = key;
  const { id, hint } = facts;
  const format = key.format === "foreign" ? "mf_live" : key.format;
  const credentials = issueCredentials(format);
  // Not by the hash: the same credential may have another one meanwhile.
  const isOverlapping = seen?.hint !== hint;
  const graceEndsAt = isOverlapping ? replacedAt : endOfGrace(key, expiresAt, replacedAt, asked.graceSeconds);

  // Nor does an earlier pair outlive the end that the key had while it was good.
  const lastEnd = asked.graceSeconds === 0 ? replacedAt : key.expiresAt;
  if (lastEnd)
    await tx.replacedCredential.updateMany({ where: { keyId: id, validUntil: { gt: lastEnd } }, data: { validUntil: lastEnd } });
  const hashes = { credentialHash, secretHash, credentialHashedUnder, secretHashedUnder, credentialSeal, secretSeal };
  await tx.replacedCredential.create({
    data: { keyId: id, ...hashes, hint, format: key.format, replacedAt, validUntil: graceEndsAt },
    select: { keyId: true },
  });
  await tx.apiKey.update({
    where: { id },
    data: {
      format,
      hint: credentials.hint,
      weak: false,
      ...(await newHashes(credentials)),
      expiresAt,
      regeneratedAt: replacedAt,
      ...(await markMaker(tx, actor)),
    },
    select: { id: true },
  });
  const previousExpiresAt = graceEndsAt > replacedAt ? graceEndsAt : null;
  const isEndKept = expiresAt?.getTime() === key.expiresAt?.getTime();
  const writeEnd = (end: Date | null) => (isEndKept ? {} : { expires_at: end?.toISOString() ?? null });
  await recordAudit(tx, actor, {
    action: "api_key.regenerated",
    target: { kind: "api_key", id: String(id) },
    before: { hint, ...writeEnd(key.expiresAt) },
    after: { hint: credentials.hint, previous_expires_at: previousExpiresAt?.toISOString() ?? null, ...writeEnd(expiresAt) },
  });
  const { key: issued, secret } = credentials;
  return { ...facts, key: issued, secret, expiresAt, updatedAt: replacedAt, previousExpiresAt };
}

/** Also of a key that staff made, the credential is now that of whoever signed up. */
async function markMaker(tx: Transaction, { kind, userId }: Actor): Promise<{ madeUnproven?: true }> {
  return kind === "user" && userId && (await isUnprovenNow(tx, userId)) ? { madeUnproven: true } : {};
}

/** @throws AppError API_KEY_EXPIRED, INVALID_EXPIRES_AT */
function chooseEnd(current: Date | null, wanted: Date | null | undefined, now: Date): Date | null {
  if (wanted && wanted <= now) throw new AppError("INVALID_EXPIRES_AT", { message: "expires_at must lie ahead" });
  if (wanted !== undefined) return wanted;
  if (current && current <= now) throw new AppError("API_KEY_EXPIRED");
  return current;
}

/** A replaced pair ends with what it belonged to, and with what took its place. */
function endOfGrace(former: { expiresAt: Date | null }, expiresAt: Date | null, now: Date, graceSeconds: number): Date {
  const ends = [now.getTime() + graceSeconds * 1000, former.expiresAt?.getTime(), expiresAt?.getTime()];
  return new Date(Math.max(now.getTime(), Math.min(...ends.filter((end) => end !== undefined))));
}

async function newHashes(credentials: IssuedCredentials) {
  const { keyHash, secretHash, keySeal, secretSeal } = await storeIssued(credentials);
  return {
    credentialHash: keyHash,
    secretHash,
    credentialSeal: keySeal && new Uint8Array(keySeal),
    secretSeal: secretSeal && new Uint8Array(secretSeal),
    credentialHashedUnder: currentSecretId(),
    secretHashedUnder: currentSecretId(),
  };
}
