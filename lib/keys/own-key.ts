import "server-only";
import type { Permissions } from "@latchkey/rule/permissions";
import { wherePresent } from "@latchkey/rule/sql";
import type { Transaction } from "@/lib/database/client";
import { AppError } from "@/lib/values/errors";
import { isUuid } from "@/lib/values/ids";
import { Prisma } from "@/prisma/generated/client";

const lockedSelect = {
  id: true,
  uuid: true,
  name: true,
  format: true,
  hint: true,
  credentialHash: true,
  secretHash: true,
  permissions: true,
  createdAt: true,
  expiresAt: true,
  revokedAt: true,
} as const;

const PRESENT = Prisma.raw(wherePresent("k"));

/**
 * The owner's key, locked until the transaction ends, so that changes to one key happen one after the other. Someone
 * else's, an unknown and a malformed id are the same error, so that ids cannot be probed.
 * @throws AppError API_KEY_NOT_FOUND
 */
export async function lockOwnKey(tx: Transaction, owner: { id: string }, uuid: string) {
  if (!isUuid(uuid)) throw new AppError("API_KEY_NOT_FOUND");
  const locked = await tx.$queryRaw<{ id: number }[]>`
    SELECT id FROM api_keys k WHERE uuid = ${uuid}::uuid AND user_id = ${owner.id}::uuid AND ${PRESENT} FOR NO KEY UPDATE`;
  if (!locked[0]) throw new AppError("API_KEY_NOT_FOUND");
  const key = await tx.apiKey.findUniqueOrThrow({ where: { id: locked[0].id }, select: lockedSelect });
  return { ...key, permissions: key.permissions as Permissions };
}
